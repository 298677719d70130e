// Turn the noise up, and compare what several methods make of one image.
// data: sigmas, the levels of the noise; clean, (g, 28, 28), some images; garments, their names;
// images, for each method (levels, g, 28, 28), in grey values of 0 to 255; errors, for each method
// its mean error at each level.
interactive.define("denoise", (box, { sigmas, clean, garments, images, errors }) => {
  const { element, choice, slider, paint } = interactive;
  const SIZE = 28 * 28;
  const greys = (array, i) => {
    const bytes = array.values.subarray(SIZE * i, SIZE * (i + 1));
    return Float32Array.from(bytes, (value) => value / 255);
  };
  const squares = (a, b) => a.reduce((sum, value, j) => sum + (value - b[j]) ** 2, 0) / SIZE;

  const tile = (name) => {
    const canvas = element("canvas", { role: "img", "aria-label": name });
    const numbers = element("span");
    const caption = element("figcaption", {}, element("strong", {}, name), numbers);
    return { canvas, numbers, figure: element("figure", {}, canvas, caption) };
  };
  const methods = Object.keys(images);
  const original = tile("clean");
  const tiles = methods.map(tile);
  const said = element("output", { class: "said" });

  let garment = 0;
  const control = slider(
    "noise",
    { min: 0, max: sigmas.length - 1, step: 1, value: 1, show: (i) => `σ = ${sigmas[i].toFixed(1)}` },
    (level) => {
      const truth = greys(clean, garment);
      paint(original.canvas, truth);
      const means = methods.map((name) => errors[name][level]);
      const least = means.indexOf(Math.min(...means));
      for (const [i, { canvas, numbers, figure }] of tiles.entries()) {
        const values = greys(images[methods[i]], level * garments.length + garment);
        paint(canvas, values);
        const here = squares(values, truth).toFixed(4);
        const mean = `mean ${means[i].toFixed(4)}`;
        numbers.replaceChildren(`here ${here}`, element("br"), mean);
        figure.classList.toggle("least", i === least);
      }
      said.textContent = `least mean error: ${methods[least]}, ${means[least].toFixed(4)}`;
    },
  );
  box.append(
    control.row,
    choice("garment", garments, (i) => {
      garment = i;
      control.change();
    }),
    element("div", { class: "tiles" }, original.figure, ...tiles.map(({ figure }) => figure)),
    element("p", {}, said),
  );
  control.change();
});
