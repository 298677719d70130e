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
  every("[data-copy]", (button) =>
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
    }),
  );

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
  const boxes = [...document.querySelectorAll(".table-scroll, div.math, .math > mjx-container")];
  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const scrolls = target.scrollWidth > target.clientWidth + 1;
      if (scrolls && getComputedStyle(target).overflowX === "auto") target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  boxes.forEach((box) => watch.observe(box));

  const field = document.querySelector(".bd-search-container input[name=q]");
  if (field) field.focus();
})();
