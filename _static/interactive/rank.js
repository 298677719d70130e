// Rebuild a picture from its first k terms, and see how much they leave out.
// data: left (K, m) and right (K, p). Row j of the one times row j of the other is a term, of shape
// (m, p); the first k terms, plus offset (p,), are m rows of p pixels. A picture takes `rows` of
// them and is `columns` wide; `names` has a name for each. Garments come with their `original`, in
// 8 bits, and with 1 as black. errors (pictures, K + 1) and costs (K + 1,) are told under `labels`;
// the errors are squares if there is an original, and lengths if not.
interactive.define("rank", (box, data) => {
  const { element, svg, set, choice, slider, paint } = interactive;
  const { left, right, offset, names, columns, rows, original, errors, costs, labels } = data;
  const [K, p] = right.shape;
  const m = left.shape[1];
  let [chosen, k] = [0, 2];

  // The sum of the first `count` terms. A photograph has many pixels: only the terms between the
  // last k and this one are added, or taken away.
  const sum = new Float64Array(rows * p);
  let count;
  const restart = () => {
    for (let i = 0; i < rows; i++) sum.set(offset.values, i * p);
    count = 0;
  };
  const add = (j, sign) => {
    for (let i = 0; i < rows; i++) {
      const weight = sign * left.values[j * m + chosen * rows + i];
      for (let c = 0; c < p; c++) sum[i * p + c] += weight * right.values[j * p + c];
    }
  };
  const rebuilt = () => {
    while (count < k) add(count++, 1);
    while (count > k) add(--count, -1);
    return sum;
  };
  const show = (canvas, values) =>
    paint(canvas, original ? values : values.map((value) => 1 - value), columns);
  const titles = original ? ["from k terms", "original"] : ["from k terms"];
  const canvases = titles.map((title) => element("canvas", { role: "img", "aria-label": title }));
  const said = element("output", { class: "said" });

  // The squares that k terms leave out, as a share of all (without an original: of the singular
  // values squared), for each k.
  const shares = names.map((_, i) => {
    const own = errors.values.subarray(i * (K + 1), (i + 1) * (K + 1));
    return Array.from(own, (error) => (error / own[0]) ** (original ? 1 : 2));
  });
  const decades = Math.ceil(-Math.log10(Math.min(...shares.flat())));
  const across = (j) => 46 + (j / K) * 200;
  const up = (share) => 12 - (84 / decades) * Math.log10(share); // a logarithmic axis
  const words = (x, y, text, anchor) => svg("text", { x, y, "text-anchor": anchor }, text);
  const curve = svg("path", { class: "first" });
  const marker = svg("line", { y1: 12, y2: 96 });
  const mark = svg("circle", { class: "first solid", r: 4.5 });
  const plot = svg(
    "svg",
    { viewBox: "0 0 260 130", role: "img", "aria-label": "The share left out against k" },
    svg("path", { d: "M46,12V96H246" }),
    ...Array.from({ length: decades + 1 }, (_, i) => 10 ** -i).map((share) =>
      words(42, up(share) + 4, `${Number((100 * share).toPrecision(1))} %`, "end"),
    ),
    ...[0, 0.5, 1].map((part) => words(across(part * K), 111, Math.round(part * K), "middle")),
    words(across(K / 2), 127, "terms k", "middle"),
    marker, curve, mark,
  );
  const leftOut = element("span");
  const draw = () => {
    const values = shares[chosen];
    set(curve, { d: `M${values.map((share, j) => `${across(j)},${up(share)}`).join("L")}` });
    set(marker, { x1: across(k), x2: across(k) });
    set(mark, { cx: across(k), cy: up(values[k]) });
    leftOut.textContent = `${(100 * values[k]).toPrecision(3)} %`;
  };

  const update = () => {
    draw();
    show(canvases[0], rebuilt());
    if (original) {
      const pixels = original.values.subarray(chosen * rows * p, (chosen + 1) * rows * p);
      show(canvases[1], Float32Array.from(pixels, (byte) => byte / 255));
    }
    const error = errors.values[chosen * (K + 1) + k];
    const digits = original ? 4 : 1;
    said.textContent =
      `${labels.error}: ${error.toFixed(digits)}; ` +
      `${labels.cost} ${Number(costs.values[k].toFixed(1))}`;
  };
  const control = slider(
    "terms k", { min: 0, max: K, step: 1, value: k, show: (value) => `k = ${value}` },
    (value) => {
      k = value;
      update();
    },
  );
  if (names.length > 1) {
    const choose = (i) => {
      chosen = i;
      restart();
      update();
    };
    box.append(choice("picture", names, choose));
  }
  box.append(
    control.row,
    element(
      "div", { class: original ? "pictures pair" : "pictures" },
      ...canvases.map((canvas, i) => element("figure", {}, canvas, element("figcaption", {}, titles[i]))),
      element(
        "figure", { class: "curve" }, plot,
        element("figcaption", {}, "squares left out: ", leftOut),
      ),
    ),
    element("p", {}, said),
  );
  restart();
  control.change();
});
