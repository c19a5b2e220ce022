/* n and p turn the pages of a search; j, k and / are everywhere. */
"use strict";

document.addEventListener("keydown", (event) => {
  const turns = { n: "next", p: "prev" }[event.key];
  if (!turns || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  document.querySelector(`.pager a[rel="${turns}"]`)?.click();
});
