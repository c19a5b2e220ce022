/* What all pages of the reading room add where JavaScript runs: keys and copy buttons. Everything works without it. */
"use strict";

const isTyping = (target) =>
  target.closest("input:not([type=range], [type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;

/* Whoever speaks to the machine, or strikes keys by chance, turns the keys off; the browser keeps that (WCAG 2.1.4). */
const KEYS = "newsarchive-keys";
const keysAreOn = () => { try { return localStorage.getItem(KEYS) !== "off"; } catch { return true; } };
for (const box of document.querySelectorAll("[data-shortcuts]")) {
  box.closest("[hidden]").hidden = false;
  box.checked = keysAreOn();
  box.addEventListener("change", () => { try { localStorage.setItem(KEYS, box.checked ? "on" : "off"); } catch { /* not kept */ } });
}

/* `/` goes to the search box; j and k walk through what a page marks with data-walk, Enter follows. What has a
   data-shortcut is clicked by its key, or gets the focus where there is nothing to click. */
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || !keysAreOn()) return;
  const wanted = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
  if (event.key === "/") {
    event.preventDefault();
    document.getElementById("find").select();
  } else if (event.key === "j" || event.key === "k") {
    walk(event.key === "j" ? 1 : -1);
  } else if (wanted) {
    event.preventDefault();
    if (wanted.matches("a, button")) wanted.click();
    else wanted.focus();
  }
});

const walk = (step) => {
  const stops = [...document.querySelectorAll("[data-walk]")];
  const here = stops.indexOf(document.activeElement);
  const next = here < 0 ? (step > 0 ? 0 : stops.length - 1) : here + step;
  stops[Math.min(Math.max(next, 0), stops.length - 1)]?.focus();
};

/* Also for what a page puts in later. */
const offerCopies = (root) => {
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    const said = document.createElement("span");
    said.setAttribute("role", "status");
    said.className = "unseen";
    button.after(said);
    button.addEventListener("click", async () => {
      const text = button.parentElement.querySelector("pre").textContent;
      if (await copied(text)) {
        said.textContent = "Copied";
        button.firstChild.textContent = "Copied";
        setTimeout(() => { button.firstChild.textContent = "Copy"; said.textContent = ""; }, 2000);
      }
    });
  }
};

/* Browsers give the clipboard to safe origins only (https, this machine); elsewhere the text is selected. */
const copied = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const shown = [...document.querySelectorAll(".copyable pre")].find((each) => each.textContent === text);
    getSelection().selectAllChildren(shown);
    return false;
  }
};

offerCopies(document);
