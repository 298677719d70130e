// Turn the line through a cloud: the variance along it and the error beside it share a fixed sum.
// data: X, some centred points, of shape (n, 2), and C, the covariance matrix of all, (2, 2).
interactive.define("projection", (box, { X, C }) => {
  const { element, svg, set, slider, drag } = interactive;
  const n = X.shape[0];
  const points = Array.from({ length: n }, (_, i) => [X.values[2 * i], X.values[2 * i + 1]]);
  const direction = (degrees) => {
    const angle = (degrees * Math.PI) / 180;
    return [Math.cos(angle), Math.sin(angle)];
  };
  const [c00, c01, , c11] = C.values;
  const varianceAlong = (degrees) => {
    const [x, y] = direction(degrees);
    return c00 * x * x + 2 * c01 * x * y + c11 * y * y; // w^T C w
  };
  const total = c00 + c11; // the trace of C

  // Left, the cloud; y points up, so that the picture reads like a plot.
  const size = 1.15 * Math.max(...points.flat().map(Math.abs));
  const cloud = svg("svg", {
    viewBox: `${-size} ${-size} ${2 * size} ${2 * size}`,
    role: "group",
    "aria-label": "The cloud, the line, and the way from each point to the line",
  });
  const plane = svg("g", { transform: "scale(1,-1)" });
  const ways = points.map(([x, y]) => svg("line", { class: "way", x1: x, y1: y }));
  const dots = points.map(([x, y]) => svg("circle", { class: "dot", cx: x, cy: y, r: size / 70 }));
  const line = svg("line", { class: "axis" });
  const feet = points.map(() => svg("circle", { class: "foot", r: size / 90 }));
  const handle = svg("circle", {
    class: "handle", r: size / 14, "aria-label": "Direction of the line",
    "aria-valuemin": 0, "aria-valuemax": 180,
  });
  let end = 1; // which end of the line the handle holds: -1 if it was dragged below
  plane.append(...ways, ...dots, line, ...feet, handle);
  cloud.append(plane);

  // Right, variance and error against the angle.
  const across = (degrees) => 30 + (degrees / 180) * 165;
  const up = (value) => 150 - (value / total) * 135;
  const curve = (f) => {
    const path = Array.from({ length: 91 }, (_, i) => `${across(2 * i)},${up(f(2 * i))}`);
    return `M${path.join("L")}`;
  };
  const text = (x, y, words, anchor = "middle") =>
    svg("text", { x, y, "text-anchor": anchor }, words);
  const plot = svg("svg", { viewBox: "0 0 212 185", role: "img" });
  plot.setAttribute("aria-label", "Variance and error against the angle; their sum is constant");
  const marker = svg("line", { y1: up(total), y2: up(0) });
  const variancePoint = svg("circle", { class: "first solid", r: 4 });
  const errorPoint = svg("rect", { class: "second solid", width: 7, height: 7 });
  plot.append(
    svg("path", { d: `M30,${up(total) - 6}V${up(0)}H195` }),
    svg("path", { d: `M30,${up(total)}H195` }),
    svg("path", { class: "first", d: curve(varianceAlong), "stroke-dasharray": "6 4" }),
    svg("path", { class: "second", d: curve((degrees) => total - varianceAlong(degrees)) }),
    marker, variancePoint, errorPoint,
    ...[0, 90, 180].map((degrees) => text(across(degrees), 163, `${degrees}°`)),
    ...[0, 2, 4].map((value) => text(26, up(value) + 4, value, "end")),
    text(112, 180, "angle of the line"),
    text(34, up(total) - 5, "sum", "start"),
  );

  const said = element("output", { class: "said" });
  const control = slider(
    "angle",
    { min: 0, max: 180, step: 1, value: 100, show: (degrees) => `${degrees}°` },
    (degrees) => {
      const w = direction(degrees);
      const variance = varianceAlong(degrees);
      for (const [i, point] of points.entries()) {
        const z = point[0] * w[0] + point[1] * w[1]; // the score
        const [x, y] = [z * w[0], z * w[1]];
        set(ways[i], { x2: x, y2: y });
        set(feet[i], { cx: x, cy: y });
      }
      const [x, y] = [0.85 * size * w[0], 0.85 * size * w[1]];
      set(line, { x1: -x, y1: -y, x2: x, y2: y });
      set(handle, { cx: end * x, cy: end * y });
      set(handle, { "aria-valuenow": degrees, "aria-valuetext": `${degrees}°` });
      const here = across(degrees);
      set(marker, { x1: here, x2: here });
      set(variancePoint, { cx: here, cy: up(variance) });
      set(errorPoint, { x: here - 3.5, y: up(total - variance) - 3.5 });
      said.textContent =
        `variance ${variance.toFixed(2)} + error ${(total - variance).toFixed(2)}` +
        ` = ${total.toFixed(2)}`;
    },
  );
  const turn = (degrees) => {
    control.input.value = degrees; // between its ends
    control.change();
  };
  drag(
    cloud, handle,
    (x, y) => {
      end = y > 0 ? -1 : 1;
      turn(Math.round((Math.atan2(-end * y, end * x) * 180) / Math.PI));
    },
    (dx, dy) => turn(Math.min(180, Math.max(0, control.input.valueAsNumber + dx + dy))),
  );
  const key = (kind, words) => element("span", { class: `key ${kind}` }, words);
  box.append(
    element("div", { class: "panels" }, cloud, plot),
    control.row,
    element("p", {}, key("first", "●- - variance"), " ", key("second", "■— error"), " ", said),
  );
  control.change();
});
