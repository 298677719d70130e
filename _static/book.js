// What the pages do beyond plain HTML. Everything can be read without it.
"use strict";
(() => {
  const every = (selector, act) => document.querySelectorAll(selector).forEach(act);
  const decoded = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text; // not everything after a # is an address
    }
  };

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

  // Sections wait to be laid out (book.css). Whoever comes back to a place, or goes to one, needs
  // the true height of all above it; otherwise they are laid out while the browser is idle.
  const waiting = [...document.querySelectorAll(".bd-article section section")];
  const layOut = (sections) => sections.forEach((section) => section.classList.add("laid-out"));
  const layOutAll = () => layOut(waiting.splice(0));
  const idle = window.requestIdleCallback || ((act) => setTimeout(act, 50));
  const layOutNext = () => {
    layOut(waiting.splice(0, 1));
    if (waiting.length) idle(layOutNext);
  };
  const [arrival] = performance.getEntriesByType("navigation");
  if (location.hash || !arrival || arrival.type !== "navigate") layOutAll();
  else window.addEventListener("load", () => idle(layOutNext));
  document.addEventListener("click", (event) => event.target.closest("a[href*='#']") && layOutAll());

  // After a reload, and back from elsewhere: the text that stood at the top of the window stands
  // there again, also when fonts and figures that come late move what is above it.
  // Figures that scripts draw do not count: after a reload they may come later than this.
  const parts = () =>
    [...document.querySelectorAll(".bd-article :is(p, h2, h3, li, pre, img, dt)")].filter(
      (part) => !part.closest("[data-script]"),
    );
  const heightAt = (part) => part.getBoundingClientRect().top;
  const remember = () => {
    const list = parts();
    const index = list.findIndex((part) => heightAt(part) > 0 && part.offsetHeight);
    if (index < 0) return;
    history.scrollRestoration = "manual";
    history.replaceState({ index, height: heightAt(list[index]) }, "");
  };
  let resting;
  window.addEventListener("scroll", () => {
    clearTimeout(resting);
    resting = setTimeout(remember, 200);
  });
  const comeBack = () => {
    const { index, height } = history.state ?? {};
    const part = parts()[index];
    if (!part) return;
    const go = () => window.scrollBy({ top: heightAt(part) - height, behavior: "instant" });
    const hold = new ResizeObserver(go);
    const letGo = () => hold.disconnect();
    hold.observe(document.querySelector(".bd-article"));
    ["wheel", "touchstart", "pointerdown", "keydown"].forEach((move) =>
      window.addEventListener(move, letGo, { once: true, passive: true }),
    );
    setTimeout(letGo, 5000);
    go();
  };
  window.addEventListener("popstate", comeBack);
  if (arrival?.type !== "navigate") comeBack();

  // A link into something folded unfolds it.
  const reveal = () => {
    const target = location.hash && document.getElementById(decoded(location.hash.slice(1)));
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
