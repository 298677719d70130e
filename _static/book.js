// What the pages do beyond plain HTML. Everything can be read without it.
"use strict";
(() => {
  const every = (selector, act) => document.querySelectorAll(selector).forEach(act);

  // The menu above a chapter closes by a click elsewhere and by Escape.
  every("details.menu", (menu) => {
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
  every("[data-print]", (button) => button.addEventListener("click", () => window.print()));

  // On paper everything is unfolded.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("article details:not([open])")];
    opened.forEach((details) => (details.open = true));
  });
  window.addEventListener("afterprint", () => opened.forEach((details) => (details.open = false)));

  // A link into something folded unfolds it.
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const folded = [...target.querySelectorAll(":scope > details")];
    for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) {
      folded.push(box);
    }
    if (!folded.length) return;
    folded.forEach((details) => (details.open = true));
    target.scrollIntoView();
  };
  window.addEventListener("hashchange", reveal);
  reveal();

  // What scrolls sideways can be reached by keyboard.
  const boxes = document.querySelectorAll(
    "article pre, .cell_output > .output, .table-scroll, div.math, .math > mjx-container",
  );
  const watch = new ResizeObserver((entries) => {
    // First read, then write: the other way round, the browser would lay out the page each time.
    const scrolling = entries.map(
      ({ target }) =>
        target.scrollWidth > target.clientWidth + 1 &&
        getComputedStyle(target).overflowX === "auto",
    );
    entries.forEach(({ target }, i) => {
      if (scrolling[i]) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    });
  });
  boxes.forEach((box) => watch.observe(box));

  // Sections that are not laid out yet ask for no fonts, but may be printed: get what they need.
  const fonts = new Set();
  every("mjx-c", (glyph) =>
    ["TEX", "TEX-S1", "TEX-S4", ...glyph.classList].forEach((name) => fonts.add(name)),
  );
  window.addEventListener("load", () =>
    fonts.forEach((name) => name.startsWith("TEX") && document.fonts.load(`16px MJX${name}`)),
  );

  const field = document.querySelector(".bd-search-container input[name=q]");
  if (field) field.focus();
})();
