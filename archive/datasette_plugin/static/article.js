/* Articles: stepping through versions with a slider, and parts of the page that change in place. Links do it without. */
"use strict";

const fetched = async (address, signal) => {
  const answer = await fetch(address, { signal, credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  return new DOMParser().parseFromString(await answer.text(), "text/html");
};

/* A link with data-swap changes the part of that id for the one of its page. */
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  try {
    const fresh = (await fetched(link.href)).getElementById(link.dataset.swap);
    document.getElementById(link.dataset.swap).replaceWith(fresh);
    offerCopies(fresh);
    const target = fresh.querySelector("[aria-current]") ?? fresh.querySelector("h2");
    if (!target.matches("a")) target.tabIndex = -1;
    target.focus();
  } catch {
    location.href = link.href;
  }
});

const steps = document.querySelector(".steps");
const slider = document.getElementById("slider");

/* The versions in the order of the slider: their number and what is said of them. */
const told = () => [...document.querySelectorAll("[data-number]")].reverse().map((row) => row.dataset);

const addressOf = (number, name = "") => {
  const address = new URL(location.href);
  address.pathname = address.pathname.replace(/(\/-\/article\/[a-z2-7]{16}).*$/, `$1${name}`);
  address.search = name ? "" : `?version=${number}`;
  address.hash = "";
  return address;
};

let asked = new AbortController();

const show = async (place) => {
  asked.abort();
  asked = new AbortController();
  const versions = told();
  const { number } = versions[place];
  const address = addressOf(number);
  try {
    const fresh = await fetched(address, asked.signal);
    const isOpen = document.querySelector("[data-part=list]").open;
    const stepped = document.activeElement?.dataset.step;
    for (const part of document.querySelectorAll("[data-part]")) {
      part.replaceWith(fresh.querySelector(`[data-part="${part.dataset.part}"]`));
    }
    offerCopies(document.querySelector("[data-part=citation]"));
    document.querySelector("[data-part=list]").open = isOpen;
    if (stepped) (document.querySelector(`[data-step="${stepped}"]`) ?? slider).focus();
    document.title = fresh.title;
    history.replaceState(null, "", address);
    await compare(versions, place, asked.signal);
  } catch (error) {
    if (error.name !== "AbortError") location.href = address;
  }
};

const compare = async (versions, place, signal) => {
  const room = document.getElementById("comparison");
  if (place === 0) {
    room.textContent = "There is no version before this one here.";
    return;
  }
  const address = addressOf(0, "/diff");
  address.search = `?from=${versions[place - 1].number}&to=${versions[place].number}`;
  const fresh = (await fetched(address, signal)).getElementById("comparison");
  room.replaceWith(fresh);
};

if (steps && slider.max > 0) {
  steps.hidden = false;
  let waiting;
  const step = (place) => {
    slider.value = place;
    const { told: words } = told()[place];
    slider.setAttribute("aria-valuetext", words);
    document.getElementById("stepped").textContent = words;
    clearTimeout(waiting);
    waiting = setTimeout(show, 150, place);
  };
  slider.setAttribute("aria-valuetext", told()[slider.value].told);
  slider.addEventListener("input", () => step(Number(slider.value)));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-step]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    step(link.dataset.step === "first" ? 0 : Number(slider.value) + Number(link.dataset.step));
  });
}
