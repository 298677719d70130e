// Wander in the plane of two codes, and see what the decoder makes of the place.
// data: planes, for each name codes, (n, 2), and the decoder's layers, a list of W, (q', q), b, (q',),
// and the name of the activation; labels, (n,), the classes of the codes; names of the classes.
interactive.define("latent_plane", (box, { planes, labels, names }) => {
  const { element, svg, set, at, drag, paint, scatter } = interactive;

  // The integral of the Gaussian, to 1e-7 (Abramowitz and Stegun, 7.1.26).
  const erf = (u) => {
    const t = 1 / (1 + 0.3275911 * Math.abs(u));
    const sum = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
    const tail = sum.reduce((s, a) => (s + a) * t, 0) * Math.exp(-u * u);
    return Math.sign(u) * (1 - tail);
  };
  const activations = {
    linear: (u) => u,
    gelu: (u) => (u * (1 + erf(u / Math.SQRT2))) / 2,
    sigmoid: (u) => 1 / (1 + Math.exp(-u)),
  };
  const layer = (h, { W, b, activation }) => {
    const [outputs, inputs] = W.shape;
    return Float32Array.from({ length: outputs }, (_, row) => {
      let u = b.values[row];
      for (let j = 0; j < inputs; j++) u += W.values[row * inputs + j] * h[j];
      return activations[activation](u); // a(W h + b), as in the chapter
    });
  };

  const plane = (name, { codes, layers }) => {
    const map = scatter(codes, labels, names, 0.01);
    const knob = svg("circle", { class: "knob", r: 4.5 });
    const handle = svg("circle", {
      class: "handle", r: 4.5, "aria-label": `Place in the plane of the two codes, ${name}`,
      "aria-roledescription": "2-D slider", "aria-valuemin": 3, "aria-valuemax": 97,
    });
    map.area.append(knob, handle);
    const canvas = element("canvas", { class: "large", role: "img" });
    canvas.setAttribute("aria-label", `What ${name} makes of the two codes`);
    const said = element("output", { class: "said" });

    const n = labels.values.length;
    const places = Array.from({ length: n }, (_, i) => map.place(i));
    let [x, y] = [50, 50];
    const move = (newX, newY) => {
      [x, y] = [newX, newY].map((value) => Math.min(97, Math.max(3, value)));
      for (const one of [knob, handle]) set(one, { cx: x, cy: y });
      const code = map.back(x, y);
      paint(canvas, layers.reduce(layer, code));
      const far = places.map(([px, py]) => Math.hypot(px - x, py - y));
      const nearest = far.reduce((best, value, i) => (value < far[best] ? i : best), 0);
      const numbers = code.map((value) => value.toFixed(2).replace("-", "−")).join(", ");
      said.textContent = `codes (${numbers}); nearest image: ${names[labels.values[nearest]]}`;
      set(handle, { "aria-valuenow": Math.round(x), "aria-valuetext": `codes ${numbers}` });
    };
    drag(map.area, handle, move, (dx, dy) => move(x + 2 * dx, y - 2 * dy));
    map.area.addEventListener("click", (event) => move(...at(map.area, event)));
    move(x, y);
    const title = element("strong", {}, name);
    const result = element("div", { class: "result" }, canvas, element("p", {}, said));
    return { map, panel: element("div", {}, title, map.area, result) };
  };

  const drawn = Object.entries(planes).map(([name, parts]) => plane(name, parts));
  box.append(
    drawn[0].map.legend,
    element("div", { class: "panels" }, ...drawn.map(({ panel }) => panel)),
  );
});
