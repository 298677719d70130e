// What the interactive figures share. A figure's own script, in interactive/, says
//   interactive.define("rank", (box, data) => { … });
// and is given a box below the static picture, to which it appends, and its data.
"use strict";
const interactive = (() => {
  const scripts = new Map(); // a script's name -> what it draws with
  const waiting = new Map(); // a figure's label -> its box, until the data are here

  const base = document.currentScript.src.replace(/interactive\.js.*$/, "interactive/");
  const nameOf = (box) => box.dataset.script.replace(/^.*\/|\.js$/g, "");

  // Arrays arrive as {shape, dtype, base64} and are handed on as {shape, values}.
  const unpack = (value) => {
    if (Array.isArray(value)) return value.map(unpack);
    if (value === null || typeof value !== "object") return value;
    if (!("base64" in value)) {
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, unpack(part)]));
    }
    const bytes = Uint8Array.from(atob(value.base64), (character) => character.charCodeAt(0));
    const values = value.dtype === "uint8" ? bytes : new Float32Array(bytes.buffer);
    return { shape: value.shape, values };
  };

  const define = (name, draw) => scripts.set(name, draw);

  const receive = (label, data) => {
    const box = waiting.get(label);
    const draw = scripts.get(nameOf(box));
    if (!draw) return;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", box.querySelector("p").textContent);
    box.hidden = false;
    draw(box, unpack(data));
    box.dataset.ready = "";
  };

  // --- what the figures are made of ------------------------------------------------------------

  // element("p", {class: "hint"}, "text", child, …); functions become listeners.
  const make = (namespace) => (tag, attributes = {}, ...children) => {
    const node = document.createElementNS(namespace, tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") node.addEventListener(name, value);
      else if (value !== null) node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  };
  const element = make("http://www.w3.org/1999/xhtml");
  const svg = make("http://www.w3.org/2000/svg");

  // A labelled slider; `show` turns its value into words, `act` is called now and at each change.
  const slider = (label, { min, max, step, value, show = String }, act) => {
    const output = element("output");
    const input = element("input", { type: "range", min, max, step, value });
    const change = () => {
      const words = show(Number(input.value));
      output.textContent = words;
      input.setAttribute("aria-valuetext", words);
      act(Number(input.value));
    };
    input.addEventListener("input", change);
    const row = element("label", { class: "slider" }, element("span", {}, label), input, output);
    return { row, input, change };
  };

  // Let `handle` be dragged over `area`, an SVG, by mouse or finger; `move(x, y)` gets the place in
  // the units of the area's viewBox. Whoever has no pointer uses a slider that does the same, or the
  // arrow keys, if there is a `nudge(dx, dy)`: it gets the steps to the right and up.
  const drag = (area, handle, move, nudge) => {
    const place = (event) => {
      const point = new DOMPoint(event.clientX, event.clientY);
      const { x, y } = point.matrixTransform(area.getScreenCTM().inverse());
      move(x, y);
    };
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      handle.setPointerCapture(event.pointerId);
      if (nudge) handle.focus({ preventScroll: true });
      place(event);
    });
    handle.addEventListener("pointermove", (event) => {
      if (handle.hasPointerCapture(event.pointerId)) place(event);
    });
    if (!nudge) return;
    handle.setAttribute("tabindex", 0);
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    handle.addEventListener("keydown", (event) => {
      const step = steps[event.key];
      if (!step) return;
      event.preventDefault();
      const size = event.shiftKey ? 5 : 1;
      nudge(step[0] * size, step[1] * size);
    });
  };

  // Paint grey values in [0, 1], `columns` to a row, on a canvas; 0 is white, as in the book.
  const paint = (canvas, values, columns = 28) => {
    canvas.width = columns;
    canvas.height = values.length / columns;
    const context = canvas.getContext("2d");
    const picture = context.createImageData(canvas.width, canvas.height);
    for (let i = 0; i < values.length; i++) {
      const grey = 255 * (1 - Math.min(1, Math.max(0, values[i])));
      picture.data.set([grey, grey, grey, 255], 4 * i);
    }
    context.putImageData(picture, 0, 0);
  };

  // --- each figure starts when it comes near -----------------------------------------------------

  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        document.head.append(element("script", { src: `${base}${target.id}.data.js` }));
      }
    },
    { rootMargin: "800px" },
  );
  document.addEventListener("DOMContentLoaded", () => {
    for (const box of document.querySelectorAll("div.interactive")) {
      waiting.set(box.dataset.figure, box);
      near.observe(document.getElementById(box.dataset.figure)); // the box itself has no place yet
    }
  });

  return { define, receive, element, svg, slider, drag, paint };
})();
