// Rebuild a picture from its first k terms.
// data: left (K, m) and right (K, p). Row j of the one times row j of the other is a term, of shape
// (m, p); the first k terms, plus offset (p,), are m rows of p pixels. A picture takes `rows` of
// them and is `columns` wide; `names` has a name for each. Garments come with their `original`, in
// 8 bits, and with 1 as black. errors (pictures, K + 1) and costs (K + 1,) are told under `labels`.
interactive.define("rank", (box, data) => {
  const { element, choice, slider, paint } = interactive;
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
  const update = () => {
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
      "div", { class: "pictures" },
      ...canvases.map((canvas, i) => element("figure", {}, canvas, element("figcaption", {}, titles[i]))),
    ),
    element("p", {}, said),
  );
  restart();
  control.change();
});
