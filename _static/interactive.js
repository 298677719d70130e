// What the interactive figures share. A figure's own script, in interactive/, says
//   interactive.define("rank", (box, data) => { … });
// and is given a box below the static picture, to which it appends, and its data.
"use strict";
const interactive = (() => {
  const scripts = new Map(); // a script's name -> what it draws with
  const waiting = new Map(); // a figure's label -> its box, until the data are here

  const base = document.currentScript.src.replace(/interactive\.js.*$/, "interactive/");
  const nameOf = (box) => box.dataset.script.replace(/^.*\/|\.js$/g, "");

  // Arrays arrive as {shape, dtype, base64}, or rounded to eight bits as {levels, low, step}, and
  // are handed on as {shape, values}.
  const unpack = (value) => {
    if (Array.isArray(value)) return value.map(unpack);
    if (value === null || typeof value !== "object") return value;
    if (!("base64" in value)) {
      const parts = Object.entries(value).map(([key, part]) => [key, unpack(part)]);
      return "step" in value ? restore(Object.fromEntries(parts)) : Object.fromEntries(parts);
    }
    const bytes = Uint8Array.from(atob(value.base64), (character) => character.charCodeAt(0));
    const values = value.dtype === "uint8" ? bytes : new Float32Array(bytes.buffer);
    return { shape: value.shape, values };
  };

  const restore = ({ levels, low, step }) => {
    const size = levels.values.length / low.values.length; // of a row
    const values = Float32Array.from(levels.values, (level, i) => {
      const row = Math.floor(i / size);
      return low.values[row] + step.values[row] * level;
    });
    return { shape: levels.shape, values };
  };

  const define = (name, draw) => scripts.set(name, draw);

  const receive = (label, data) => {
    const box = waiting.get(label);
    const draw = scripts.get(nameOf(box));
    if (!draw) return;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", box.querySelector("p").textContent);
    box.hidden = false;
    Promise.resolve(draw(box, unpack(data))).then(() => {
      announce(box);
      box.dataset.ready = "";
    });
  };

  // Tell a screen reader what the readouts say, those of the class `said`, but only once the reader
  // pauses: a message for each step would never end.
  const PAUSE = 700; // milliseconds
  const announce = (box) => {
    for (const output of box.querySelectorAll("output")) output.setAttribute("aria-live", "off");
    const readouts = [...box.querySelectorAll("output.said")];
    const status = element("div", { role: "status", class: "visually-hidden" });
    box.append(status);
    const texts = () => readouts.map((output) => output.textContent);
    let told = texts();
    let timer;
    const tell = () => {
      const now = texts();
      const news = now.filter((text, i) => text !== told[i]);
      if (news.length) status.textContent = news.join("; ");
      told = now;
    };
    const observer = new MutationObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(tell, PAUSE);
    });
    for (const output of readouts) observer.observe(output, { childList: true });
  };

  // --- what the figures are made of ------------------------------------------------------------

  const set = (node, attributes) => {
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  };
  // element("p", {class: "hint"}, "text", child, …)
  const make = (namespace) => (tag, attributes = {}, ...children) => {
    const node = document.createElementNS(namespace, tag);
    set(node, attributes);
    node.append(...children);
    return node;
  };
  const element = make("http://www.w3.org/1999/xhtml");
  const svg = make("http://www.w3.org/2000/svg");

  const labelled = (label, ...parts) =>
    element("label", { class: "slider" }, element("span", {}, label), ...parts);

  // A list of names; `act` is called with the number of the one that is chosen.
  const choice = (label, names, act) => {
    const options = names.map((name, i) => element("option", { value: i }, name));
    const select = element("select", {}, ...options);
    select.addEventListener("change", () => act(Number(select.value)));
    return labelled(label, select);
  };

  // A slider; `show` turns its value into words, `change` calls `act`, as moving it does.
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
    return { row: labelled(label, input, output), input, change };
  };

  // Where an event happened, in the units of the viewBox of `area`, an SVG.
  const at = (area, event) => {
    const point = new DOMPoint(event.clientX, event.clientY);
    const { x, y } = point.matrixTransform(area.getScreenCTM().inverse());
    return [x, y];
  };

  // What keys do to a handle: steps to the right, and up
  const STEPS = {
    ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
    PageUp: [0, 5], PageDown: [0, -5], Home: [-Infinity, 0], End: [Infinity, 0],
  };
  // Let `handle` be dragged over `area`, an SVG, by mouse or finger; `move(x, y)` gets the place in
  // the units of the area's viewBox. Keys call `nudge(dx, dy)`, arrow keys with five steps if Shift
  // is held. For screen readers the handle is a slider; its script tells them the value.
  const drag = (area, handle, move, nudge) => {
    const place = (event) => move(...at(area, event));
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      handle.setPointerCapture(event.pointerId);
      handle.focus({ preventScroll: true });
      place(event);
    });
    handle.addEventListener("pointermove", (event) => {
      if (handle.hasPointerCapture(event.pointerId)) place(event);
    });
    set(handle, { role: "slider", tabindex: 0 });
    handle.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      const size = event.shiftKey && event.key.startsWith("Arrow") ? 5 : 1;
      nudge(step[0] * size, step[1] * size);
    });
  };

  // Paint grey values in [0, 1], `columns` to a row, on a canvas; 0 is white, as in the book.
  const paint = (canvas, values, columns = 28) => {
    canvas.width = columns;
    canvas.height = values.length / columns;
    const context = canvas.getContext("2d");
    const picture = context.createImageData(canvas.width, canvas.height);
    picture.data.fill(255); // opaque
    for (let i = 0; i < values.length; i++) {
      const grey = 255 * (1 - Math.min(1, Math.max(0, values[i])));
      picture.data.fill(grey, 4 * i, 4 * i + 3);
    }
    context.putImageData(picture, 0, 0);
  };

  // Points by class, (n, 2), in a square of 100 × 100, with the colours and markers of lib.plots.
  // A `share` of them may lie outside, on each side. `place(i)` is where point i lies, `back(x, y)`
  // what lies at a place.
  const COLORS = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00",
    "#56B4E9", "#000000", "#7A5195", "#8C6D31", "#6B6B6B",
  ];
  const MARKERS = [
    "m-1 0a1 1 0 1 0 2 0a1 1 0 1 0-2 0z", // disc
    "m-.9-.9h1.8v1.8h-1.8z", // square
    "m0-1.1l1.1 2h-2.2z", // triangles: up, and further down the others
    "m0-1.2l1 1.2l-1 1.2l-1-1.2z", // diamond
    "m0 1.1l1.1-2h-2.2z",
    "m-.4-1.1h.8v.7h.7v.8h-.7v.7h-.8v-.7h-.7v-.8h.7z", // plus
    "m0-.5l.6-.6l.5.5l-.6.6l.6.6l-.5.5l-.6-.6l-.6.6l-.5-.5l.6-.6l-.6-.6l.5-.5z", // cross
    "m-1.1 0l2-1.1v2.2z",
    "m1.1 0l-2-1.1v2.2z",
    "m0-1.3l.4.9h.9l-.7.6l.3 1-.9-.6-.9.6.3-1-.7-.6h.9z", // star
  ];
  const scatter = (points, labels, names, share = 0) => {
    const n = labels.values.length;
    const axes = [0, 1].map((axis) => {
      const values = Float32Array.from({ length: n }, (_, i) => points.values[2 * i + axis]).sort();
      const last = Math.round((n - 1) * share);
      return { low: values[last], range: values[n - 1 - last] - values[last] };
    });
    const place = (i) => {
      const [x, y] = axes.map(({ low, range }, j) => (points.values[2 * i + j] - low) / range);
      return [3 + 94 * x, 97 - 94 * y];
    };
    const back = (x, y) =>
      [(x - 3) / 94, (97 - y) / 94].map((part, j) => axes[j].low + axes[j].range * part);
    const area = svg("svg", { viewBox: "0 0 100 100", class: "scatter" });
    const paths = names.map(() => []);
    for (let i = 0; i < n; i++) {
      const [x, y] = place(i);
      if (Math.min(x, y) < 0 || Math.max(x, y) > 100) continue;
      paths[labels.values[i]].push(`M${x.toFixed(2)} ${y.toFixed(2)}${MARKERS[labels.values[i]]}`);
    }
    area.append(...paths.map((path, c) => svg("path", { style: `fill:${COLORS[c]}`, d: path.join("") })));
    const legend = element("ul", { class: "legend" });
    for (const [c, name] of names.entries()) {
      const marker = svg("path", { style: `fill:${COLORS[c]}`, d: `M0 0${MARKERS[c]}` });
      const picture = svg("svg", { viewBox: "-1.5 -1.5 3 3", "aria-hidden": "true" }, marker);
      legend.append(element("li", {}, picture, name));
    }
    return { area, legend, place, back };
  };

  // --- each figure starts when its section comes near --------------------------------------------

  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        for (const box of target.querySelectorAll("div.interactive")) {
          document.head.append(element("script", { src: `${base}${box.dataset.figure}.data.js` }));
        }
      }
    },
    { rootMargin: "800px" },
  );
  document.addEventListener("DOMContentLoaded", () => {
    for (const box of document.querySelectorAll("div.interactive")) {
      waiting.set(box.dataset.figure, box);
      near.observe(box.closest("article > section > section"));
    }
  });

  return { define, receive, element, svg, set, choice, slider, at, drag, paint, scatter };
})();
