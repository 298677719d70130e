// Shape a cloud by its covariance matrix, pull one point away, and watch the principal axes.
// data: noise, of shape (n, 2), with mean zero and the identity as its covariance matrix.
interactive.define("covariance", (box, { noise }) => {
  const { element, svg, set, slider, drag } = interactive;
  const n = noise.shape[0];
  const knobs = { x: 4, y: 2, correlation: 0.7 };
  const size = 7.5;
  // The point that can be pulled away is the one furthest to the right.
  const abscissas = Array.from({ length: n }, (_, i) => noise.values[2 * i]);
  const pulled = abscissas.indexOf(Math.max(...abscissas));
  let moved = null; // where it was pulled to
  const area = svg("svg", {
    viewBox: `${-size} ${-size} ${2 * size} ${2 * size}`,
    role: "group",
    "aria-label": "The cloud with its principal axes and one point that can be moved",
  });
  const plane = svg("g", { transform: "scale(1,-1)" });
  const dots = Array.from({ length: n }, () => svg("circle", { class: "dot", r: 0.13 }));
  const axes = ["first", "second"].map((rank) => svg("line", { class: rank }));
  const circle = svg("circle", { class: "around" }); // instead of the axes of a round cloud
  const inside = (value) => Math.min(size - 0.7, Math.max(0.7 - size, value));
  const handle = svg("circle", {
    class: "handle", r: 0.6, "aria-label": "The point that can be moved",
    "aria-roledescription": "2-D slider",
    "aria-valuemin": inside(-Infinity), "aria-valuemax": inside(Infinity),
  });
  plane.append(...dots, ...axes, circle, handle);
  area.append(plane);
  const said = ["matrix", "eigenvalues", "axis"].map(() => element("output", { class: "said" }));

  // x = Lg has the covariance matrix LLᵀ if g has the identity.
  const cloud = () => {
    const [sx, sy, r] = [Math.sqrt(knobs.x), Math.sqrt(knobs.y), knobs.correlation];
    const points = Array.from({ length: n }, (_, i) => {
      const [g, h] = [noise.values[2 * i], noise.values[2 * i + 1]];
      return [sx * g, sy * (r * g + Math.sqrt(1 - r * r) * h)];
    });
    if (moved) points[pulled] = moved;
    return points;
  };
  const update = () => {
    const points = cloud();
    const mean = [0, 1].map((j) => points.reduce((sum, point) => sum + point[j], 0) / n);
    const C = (j, k) =>
      points.reduce((sum, p) => sum + (p[j] - mean[j]) * (p[k] - mean[k]), 0) / (n - 1);
    const [a, b, d] = [C(0, 0), C(0, 1), C(1, 1)];
    // The eigenvalues of a symmetric 2 × 2 matrix, and the angle of the first eigenvector
    const half = Math.hypot((a - d) / 2, b);
    const eigenvalues = [(a + d) / 2 + half, Math.max(0, (a + d) / 2 - half)];
    const angle = Math.atan2(2 * b, a - d) / 2;
    for (const [i, [x, y]] of points.entries()) {
      set(dots[i], { cx: x, cy: y });
    }
    const two = (number) => (Math.abs(number) < 0.005 ? 0 : number).toFixed(2);
    const [x, y] = points[pulled];
    set(handle, { cx: x, cy: y });
    set(handle, { "aria-valuenow": two(x), "aria-valuetext": `x ${two(x)}, y ${two(y)}` });
    for (const [k, axis] of axes.entries()) {
      const turn = angle + (k * Math.PI) / 2;
      const length = 2 * Math.sqrt(eigenvalues[k]); // two standard deviations
      const [dx, dy] = [length * Math.cos(turn), length * Math.sin(turn)];
      set(axis, { x1: mean[0], y1: mean[1], x2: mean[0] + dx, y2: mean[1] + dy });
    }
    // With equal eigenvalues every direction is an eigenvector's: there is no angle to tell.
    const round = half < 1e-4 * (a + d);
    for (const axis of axes) axis.style.display = round ? "none" : "";
    circle.style.display = round ? "" : "none";
    set(circle, { cx: mean[0], cy: mean[1], r: 2 * Math.sqrt(eigenvalues[0]) });
    const share = (100 * eigenvalues[0]) / (a + d);
    said[0].textContent = `sample covariance: ${two(a)}, ${two(b)}; ${two(b)}, ${two(d)}`;
    said[1].textContent = `eigenvalues: ${two(eigenvalues[0])} and ${two(eigenvalues[1])}`;
    const degrees = Math.round((angle * 180) / Math.PI) + 0;
    said[2].textContent =
      `first axis: ${round ? "any direction" : `${degrees}°`}, share ${share.toFixed(1)} %`;
  };
  const knob = (label, name, range) =>
    slider(label, { ...range, value: knobs[name], show: (value) => value.toFixed(2) }, (value) => {
      knobs[name] = value;
      update();
    });
  const controls = [
    knob("variance of x", "x", { min: 0.2, max: 8, step: 0.1 }),
    knob("variance of y", "y", { min: 0.2, max: 8, step: 0.1 }),
    knob("correlation", "correlation", { min: -0.95, max: 0.95, step: 0.05 }),
  ];
  const pull = (x, y) => {
    moved = [inside(x), inside(y)];
    update();
  };
  const where = () => cloud()[pulled];
  drag(
    area, handle, (x, y) => pull(x, -y),
    (dx, dy) => pull(where()[0] + dx / 2, where()[1] + dy / 2),
  );
  const back = element("button", { type: "button" }, "Put the point back");
  back.addEventListener("click", () => {
    moved = null;
    update();
  });
  const key = (kind, words) => element("span", { class: `key ${kind}` }, words);
  box.append(
    element(
      "div", { class: "panels" }, area,
      element(
        "div", {}, ...controls.map(({ row }) => row),
        ...said.map((output) => element("p", { class: "line" }, output)),
        element("p", {}, key("first", "first axis"), ", ", key("second", "second, shorter"), " ", back),
      ),
    ),
  );
  for (const { change } of controls) change();
});
