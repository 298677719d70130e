// Hover over the map of the codes: the garment at a point, and those whose codes are nearest.
// data: points, (n, 2), places on the map; labels, (n,), classes; names of the classes; sheet, the
// address of a picture that holds all garments; neighbours, (n, m), which codes are nearest.
interactive.define("code_map", (box, { points, labels, names, sheet, neighbours }) => {
  const { element, svg, set, at, drag, scatter } = interactive;
  const SIDE = 28;
  const [n, m] = neighbours.shape;
  const map = scatter(points, labels, names);
  const places = Array.from({ length: n }, (_, i) => map.place(i));
  const nameOf = (i) => names[labels.values[i]];

  // Which garments are found where t-SNE did not put them? Lines say it.
  const ways = Array.from({ length: m }, () => svg("line", { class: "way" }));
  const ends = ways.map(() => svg("circle", { class: "ring", r: 1.8 }));
  const ring = svg("circle", { class: "ring", r: 4 });
  const handle = svg("circle", {
    class: "handle", r: 4, "aria-label": "Place on the map; arrow keys go to the next garment",
    "aria-roledescription": "2-D slider", "aria-valuemin": 0, "aria-valuemax": n - 1,
  });
  map.area.append(...ways, ...ends, ring, handle);

  const said = element("output", { class: "said" });
  const garment = (size) => {
    const canvas = element("canvas", { width: SIDE, height: SIDE, class: size, role: "img" });
    const caption = element("figcaption");
    return { canvas, caption, figure: element("figure", {}, canvas, caption) };
  };
  const chosen = garment("large");
  const near = ways.map(() => garment(""));
  const pictures = element("img", { src: sheet, alt: "" }); // not on the page, only copied from
  const show = ({ canvas, caption }, i) => {
    const columns = pictures.naturalWidth / SIDE;
    const [x, y] = [SIDE * (i % columns), SIDE * Math.floor(i / columns)];
    canvas.getContext("2d").drawImage(pictures, x, y, SIDE, SIDE, 0, 0, SIDE, SIDE);
    canvas.setAttribute("aria-label", nameOf(i));
    caption.textContent = nameOf(i);
  };

  let current;
  const choose = (i) => {
    if (i === current) return;
    current = i;
    const nearest = neighbours.values.subarray(m * i, m * (i + 1));
    const [x, y] = places[i];
    for (const one of [ring, handle]) set(one, { cx: x, cy: y });
    show(chosen, i);
    for (const [j, other] of nearest.entries()) {
      const [x2, y2] = places[other];
      set(ways[j], { x1: x, y1: y, x2, y2 });
      set(ends[j], { cx: x2, cy: y2 });
      show(near[j], other);
    }
    const same = nearest.filter((other) => labels.values[other] === labels.values[i]).length;
    said.textContent = `image ${i}, ${nameOf(i)}: ${same} of the ${m} nearest codes have its class`;
    set(handle, { "aria-valuenow": i, "aria-valuetext": `image ${i}, ${nameOf(i)}` });
  };

  // The least of a measure over all garments; those of infinite measure are out of the question.
  const least = (measure) => {
    const values = places.map(measure);
    const best = values.reduce((a, value, i) => (value < values[a] ? i : a), 0);
    return values[best] < Infinity ? best : current;
  };
  const move = (x, y) => choose(least(([px, py]) => Math.hypot(px - x, py - y)));
  // One step goes to the next garment, five a good way further, and infinitely many to the edge.
  const nudge = (dx, dy) => {
    const [x, y] = places[current];
    const steps = Math.abs(dx + dy);
    const far = steps > 1 ? 3 * steps : 0;
    const measure = ([px, py], i) => {
      const [across, up] = [px - x, y - py];
      const along = Math.sign(dx) * across + Math.sign(dy) * up;
      if (steps === Infinity) return -along;
      const aside = Math.abs(dx ? up : across);
      return i === current || along <= Math.max(aside, far) ? Infinity : Math.hypot(across, up);
    };
    choose(least(measure));
  };
  drag(map.area, handle, move, nudge);
  for (const kind of ["pointermove", "click"]) {
    map.area.addEventListener(kind, (event) => {
      // A finger that moves scrolls the page; it chooses by a tap.
      if (kind === "click" || event.pointerType === "mouse") move(...at(map.area, event));
    });
  }

  box.append(
    element(
      "div",
      { class: "panels" },
      element("div", {}, map.area, map.legend),
      element(
        "div",
        {},
        element("div", { class: "tiles" }, chosen.figure),
        element("p", {}, "The nearest codes:"),
        element("div", { class: "tiles small" }, ...near.map(({ figure }) => figure)),
        element("p", {}, said),
      ),
    ),
  );
  return pictures.decode().then(() => choose(0));
});
