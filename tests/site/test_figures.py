"""The interactive figures, against NumPy and the same data."""

import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image
from scipy.special import erf
from sklearn.datasets import load_sample_image
from test_site import HTML

from lib.pca import PCA
from lib.plots import COLORS

THEOREM, SVD = "chapters/02_pca_theorem", "chapters/03_svd"
SKLEARN = "chapters/04_sklearn_pca"
STACKED, DENOISING = "chapters/08_stacked_autoencoder", "chapters/11_denoising_autoencoder"
VARIATIONAL = "chapters/14_variational_autoencoder"
FIGURES = {
    "fig-pca-theorem-exploring": THEOREM,
    "fig-pca-theorem-error-variance": THEOREM,
    "fig-svd-photo": SVD,
    "fig-sklearn-pca-reconstructions": SKLEARN,
    "fig-stacked-autoencoder-map": STACKED,
    "fig-stacked-autoencoder-grid": STACKED,
    "fig-denoising-autoencoder-mismatch": DENOISING,
    "fig-variational-autoencoder-plane": VARIATIONAL,
}
GREYS = """canvas => Array.from(canvas.getContext("2d")
  .getImageData(0, 0, canvas.width, canvas.height).data).filter((_, i) => i % 4 === 0)"""


def data_of(label):
    """Return the data of a figure as the page's script gets them, arrays as NumPy's."""
    text = (HTML / "_static" / "interactive" / f"{label}.data.js").read_text()

    def arrays(part):
        if "base64" in part:
            raw = base64.b64decode(part["base64"])
            return np.frombuffer(raw, part["dtype"]).reshape(part["shape"])
        if "step" in part:
            column = (-1, *[1] * (part["levels"].ndim - 1))
            return part["low"].reshape(column) + part["step"].reshape(column) * part["levels"]
        return part

    return json.loads(re.search(r",(\{.*\})\);", text)[1], object_hook=arrays)


def opened(page, label):
    """Scroll to a figure and return its box, drawn."""
    # (Playwright's own scrolling misses what is in a section that is not laid out yet.)
    page.locator(f"#{label}").evaluate("picture => picture.scrollIntoView()")
    box = page.locator(f"[data-figure={label}][data-ready]")
    box.wait_for()
    box.scroll_into_view_if_needed()
    return box


def greys_of(canvas, columns=28):
    return np.array(canvas.evaluate(GREYS)).reshape(-1, columns)


def places(points, share=0.0):
    """Return where points lie in the square of 100 × 100, and how to come back."""
    ordered = np.sort(points, axis=0)
    last = round((len(points) - 1) * share)
    low, high = ordered[last], ordered[-1 - last]
    unit = (points - low) / (high - low)
    place = np.column_stack([3 + 94 * unit[:, 0], 97 - 94 * unit[:, 1]])
    return place, lambda x, y: low + (high - low) * [(x - 3) / 94, (97 - y) / 94]


def centre(handle):
    return np.array([float(handle.get_attribute(name)) for name in ("cx", "cy")])


def drag_to(page, area, handle, x, y):
    """Drag a handle with the mouse to a place in the square."""
    square, start = area.bounding_box(), handle.bounding_box()
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(*on_screen(square, x, y), steps=3)
    page.mouse.up()


def drawn(path):
    """Return the corners of a path."""
    return np.reshape(numbers_in(path.get_attribute("d")), (-1, 2))


def spoken(handle):
    """Return what a screen reader says of a handle: where it is, least and most, and in words."""
    assert handle.get_attribute("role") == "slider"
    assert handle.get_attribute("aria-label")
    now, least, most = (
        float(handle.get_attribute(f"aria-value{part}")) for part in ("now", "min", "max")
    )
    assert least <= now <= most
    return now, least, most, handle.get_attribute("aria-valuetext")


def numbers_in(text):
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", text)]


def on_screen(square, x, y):
    side = min(square["width"], square["height"])
    left = square["x"] + (square["width"] - side) / 2
    top = square["y"] + (square["height"] - side) / 2
    return left + x * side / 100, top + y * side / 100


def decoded(layers, h):
    activations = {
        "linear": lambda u: u,
        "gelu": lambda u: u * (1 + erf(u / np.sqrt(2))) / 2,
        "sigmoid": lambda u: 1 / (1 + np.exp(-u)),
    }
    for layer in layers:
        h = activations[layer["activation"]](layer["W"] @ h + layer["b"])
    return np.clip(h, 0, 1).reshape(28, 28)


def test_the_line_tells_the_variance_along_it_and_the_error(visit):
    label = "fig-pca-theorem-error-variance"
    C = data_of(label)["C"]

    def agrees(box, angle, end=1):
        assert box.locator(".slider output").text_content() == f"{angle}°"
        handle = box.locator(".handle")
        assert spoken(handle) == (angle, 0, 180, f"{angle}°")
        x, y = end * centre(handle)
        np.testing.assert_allclose(np.degrees(np.arctan2(y, x)), angle, atol=1e-6)
        w = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
        variance, error, total = numbers_in(box.locator("output.said").text_content())
        expected = [w @ C @ w, np.trace(C) - w @ C @ w, np.trace(C)]
        np.testing.assert_allclose([variance, error, total], expected, atol=0.0051)

    for touch in (False, True):
        with visit(f"{THEOREM}.html", has_touch=touch, width=500 if touch else 1280) as page:
            box = opened(page, label)
            agrees(box, 100)
            knob = box.locator("input")
            if touch:
                knob.scroll_into_view_if_needed()
                rail = knob.bounding_box()
                page.touchscreen.tap(rail["x"] + 1, rail["y"] + rail["height"] / 2)
                agrees(box, 0)
            else:  # the viewBox has its origin in the middle, at 50 of 100
                handle, area = box.locator(".handle"), box.locator("svg").first
                drag_to(page, area, handle, 80, 20)
                agrees(box, 45)
                drag_to(page, area, handle, 80, 80)  # below, it holds the line's other end
                agrees(box, 135, end=-1)
                drag_to(page, area, handle, 80, 20)
            knob.focus()
            page.keyboard.press("Home")
            page.keyboard.press("ArrowRight")
            agrees(box, 1)
            box.locator(".handle").focus()
            keys = ("ArrowUp", 2), ("Shift+ArrowRight", 7), ("PageUp", 12), ("PageDown", 7)
            for key, angle in (*keys, ("End", 180), ("ArrowUp", 180), ("Home", 0)):
                page.keyboard.press(key)
                agrees(box, angle)


def test_the_axes_are_those_of_the_cloud(visit):
    label = "fig-pca-theorem-exploring"
    noise = data_of(label)["noise"]
    pulled = np.argmax(noise[:, 0])

    def agrees(box):
        dots = box.locator(".dot").evaluate_all(
            "all => all.map(e => [Number(e.getAttribute('cx')), Number(e.getAttribute('cy'))])"
        )
        pca = PCA(n_components=2).fit(np.array(dots))
        C = np.cov(np.array(dots), rowvar=False)
        texts = box.locator("p output").all_text_contents()
        matrix, eigenvalues, axis = map(numbers_in, texts)
        np.testing.assert_allclose(np.reshape(matrix, (2, 2)), C, atol=0.0051)
        np.testing.assert_allclose(eigenvalues, pca.explained_variance_, atol=0.0051)
        np.testing.assert_allclose(axis[-1], 100 * pca.explained_variance_ratio_[0], atol=0.051)
        large, small = pca.explained_variance_
        circle = box.locator(".around")
        if np.isclose(large, small, rtol=1e-4):
            assert "any direction" in texts[2] and "°" not in texts[2]
            assert not box.locator("line.first").is_visible()
            np.testing.assert_allclose(float(circle.get_attribute("r")), 2 * np.sqrt(large), 1e-4)
        else:
            assert "any direction" not in texts[2] and not circle.is_visible()
            first = pca.components_[0]
            turn = np.degrees(np.arctan2(first[1], first[0])) - axis[0]
            assert abs((turn + 90) % 180 - 90) < 0.51
        now, _, most, words = spoken(box.locator(".handle"))
        np.testing.assert_allclose(now, dots[pulled][0], atol=0.0051)
        np.testing.assert_allclose(numbers_in(words), dots[pulled], atol=0.0051)
        assert most == 6.8
        return C, np.array(dots)

    for touch in (False, True):
        with visit(f"{THEOREM}.html", has_touch=touch, width=500 if touch else 1280) as page:
            box = opened(page, label)
            C, at_first = agrees(box)
            np.testing.assert_allclose(C, [[4, 1.4 * 2**0.5], [1.4 * 2**0.5, 2]], atol=1e-4)
            box.get_by_label("correlation").focus()
            page.keyboard.press("Home")
            C, _ = agrees(box)
            np.testing.assert_allclose(C[0, 1] / np.sqrt(C[0, 0] * C[1, 1]), -0.95, atol=1e-4)
            handle, area = box.locator(".handle"), box.locator("svg").first
            if touch:
                handle.focus()
                for _ in range(4):
                    page.keyboard.press("Shift+ArrowUp")
            else:
                drag_to(page, area, handle, 95, 5)
            _, dots = agrees(box)
            assert dots[pulled, 1] > 6
            box.get_by_text("Put the point back").click()
            box.get_by_label("correlation").focus()
            for _ in range(33):  # from -0.95 to 0.7
                page.keyboard.press("ArrowRight")
            np.testing.assert_allclose(agrees(box)[1], at_first, atol=1e-9)
            handle.focus()
            x, y = at_first[pulled]
            keys = ("ArrowLeft", x - 0.5, y), ("PageUp", x - 0.5, min(6.8, y + 2.5))
            for key, *place in (*keys, ("Home", -6.8, keys[1][2]), ("End", 6.8, keys[1][2])):
                page.keyboard.press(key)
                np.testing.assert_allclose(agrees(box)[1][pulled], place, atol=1e-6)
            box.get_by_text("Put the point back").click()
            for label_, value in (("variance of y", 4), ("correlation", 0)):
                box.get_by_label(label_).fill(str(value))
            agrees(box)
            assert "any direction" in box.locator("p output").last.text_content()
            box.get_by_label("variance of x").press("ArrowLeft")
            agrees(box)


def on_the_curve(box, k, shares, least):
    """Compare the curve of the shares left out, for each k, and the mark and the words for one.

    The axis ends at `least`, and so does the frame.
    """
    frame, curve = box.locator(".curve path").all()
    (left, top), *_ = drawn(frame)  # "M left,top V bottom H right": two numbers and two more
    bottom, right = numbers_in(frame.get_attribute("d"))[2:]
    x = left + (right - left) * np.arange(len(shares)) / (len(shares) - 1)
    y = top + (bottom - top) * np.log(shares) / np.log(least)
    np.testing.assert_allclose(drawn(curve), np.column_stack([x, y]), atol=0.01)
    np.testing.assert_allclose(centre(box.locator(".curve circle")), [x[k], y[k]], atol=0.01)
    caption = numbers_in(box.locator(".curve figcaption").text_content())
    np.testing.assert_allclose(caption, [100 * shares[k]], rtol=0.006)
    lowest = [text for text in box.locator(".curve text").all_text_contents() if "%" in text][-1]
    assert lowest == f"{100 * least:g} %"


def test_a_photograph_is_rebuilt_from_k_terms(visit):
    label = "fig-svd-photo"
    data = data_of(label)
    photo = load_sample_image("china.jpg").mean(axis=2) / 255
    U, d, Vt = np.linalg.svd(photo, full_matrices=False)
    with visit(f"{SVD}.html") as page:
        box = opened(page, label)
        knob = box.get_by_label("terms k")
        for k in (2, 100):
            if k == 100:
                knob.focus()
                page.keyboard.press("End")
            rebuilt = U[:, :k] * d[:k] @ Vt[:k]
            shown = greys_of(box.locator("canvas"), columns=640) / 255
            assert np.abs(shown - np.clip(rebuilt, 0, 1)).mean() < 0.01
            error = 100 * np.linalg.norm(photo - rebuilt) / np.linalg.norm(photo)
            said = numbers_in(box.locator("output.said").text_content())
            storage = 100 * k * (sum(photo.shape) + 1) / photo.size
            np.testing.assert_allclose(said, [error, storage], atol=0.051)
            on_the_curve(box, k, np.append(1, 1 - np.cumsum(d**2) / np.sum(d**2))[:101], 1e-3)
    assert len(data["left"]) == len(data["right"]) == 100


def test_garments_are_rebuilt_from_k_components(visit):
    label = "fig-sklearn-pca-reconstructions"
    data = data_of(label)

    def agrees(box, garment, k):
        rebuilt = data["offset"] + data["left"][:k, garment] @ data["right"][:k]
        shown, original = box.locator("canvas").all()
        expected = 255 * (1 - np.clip(rebuilt, 0, 1)).reshape(28, 28)
        assert np.abs(greys_of(shown) - expected).max() <= 1
        truth = data["original"][garment].reshape(28, 28)
        np.testing.assert_array_equal(greys_of(original), 255 - truth)
        error, numbers = numbers_in(box.locator("output.said").text_content())
        mse = np.mean((rebuilt - truth.ravel() / 255) ** 2)
        np.testing.assert_allclose(error, mse, atol=2e-4)  # the page's is that of the exact terms
        assert numbers == k
        share = data["errors"][garment] / data["errors"][garment, 0]
        np.testing.assert_allclose(share[k] * data["errors"][garment, 0], mse, atol=2e-4)
        on_the_curve(box, k, share, 1e-2)

    for touch in (False, True):
        with visit(f"{SKLEARN}.html", has_touch=touch, width=500 if touch else 1280) as page:
            box = opened(page, label)
            agrees(box, 0, 2)
            knob = box.get_by_label("terms k")
            knob.scroll_into_view_if_needed()
            rail = knob.bounding_box()
            end = rail["x"] + rail["width"] - 2, rail["y"] + rail["height"] / 2
            (page.touchscreen.tap if touch else page.mouse.click)(*end)
            agrees(box, 0, 100)
            knob.focus()
            page.keyboard.press("ArrowLeft")
            agrees(box, 0, 99)
            box.get_by_label("picture").select_option(index=8)
            agrees(box, 8, 99)


@pytest.mark.parametrize(
    "label, names",
    [
        ("fig-stacked-autoencoder-grid", ("autoencoder", "PCA")),
        ("fig-variational-autoencoder-plane", ("variational",)),
    ],
)
def test_the_plane_shows_what_the_decoder_makes_of_the_place(visit, label, names):
    data = data_of(label)

    def agrees(panel, name):
        """Compare the picture and the words with the place of the knob; return the place."""
        place, back = places(data["planes"][name]["codes"], share=0.01)
        here = centre(panel.locator("[role=slider]"))
        code = back(*here)
        expected = 255 * (1 - decoded(data["planes"][name]["layers"], code))
        assert np.abs(greys_of(panel.locator("canvas")) - expected).max() <= 1
        numbers, word = re.match(
            r"codes \((.*)\); nearest image: (.*)", panel.locator("output").text_content()
        ).groups()
        said = [float(number) for number in numbers.replace("−", "-").split(", ")]
        np.testing.assert_allclose(said, code, atol=0.006)
        nearest = np.argmin(np.linalg.norm(place - here, axis=1))
        assert word == data["names"][data["labels"][nearest]]
        now, _, _, words = spoken(panel.locator("[role=slider]"))
        assert now == round(here[0]) and words == f"codes {numbers}"
        return here

    for touch in (False, True):
        with visit(f"{FIGURES[label]}.html", has_touch=touch, width=700 if touch else 1280) as page:
            panels = opened(page, label).locator(".panels > div")
            for i, name in enumerate(names):
                panel = panels.nth(i)
                area, knob = panel.locator("svg.scatter"), panel.locator("[role=slider]")
                area.scroll_into_view_if_needed()
                np.testing.assert_allclose(agrees(panel, name), [50, 50])
                if touch:
                    page.touchscreen.tap(*on_screen(area.bounding_box(), 20, 70))
                else:
                    drag_to(page, area, knob, 20, 70)
                np.testing.assert_allclose(agrees(panel, name), [20, 70], atol=0.5)
                before = centre(knob)
                knob.focus()
                page.keyboard.press("ArrowRight")
                page.keyboard.press("Shift+ArrowDown")
                np.testing.assert_allclose(agrees(panel, name), before + np.array([2, 10]))
                for _ in range(20):
                    page.keyboard.press("Shift+ArrowUp")
                assert agrees(panel, name)[1] == 3  # and no further
                page.keyboard.press("PageDown")
                page.keyboard.press("Home")
                np.testing.assert_allclose(agrees(panel, name), [3, 13])
                page.keyboard.press("End")
                np.testing.assert_allclose(agrees(panel, name), [97, 13])


def test_the_map_shows_the_garment_and_its_neighbours(visit):
    label = "fig-stacked-autoencoder-map"
    data = data_of(label)
    place, _ = places(data["points"])
    sheet = np.array(Image.open(io.BytesIO(base64.b64decode(data["sheet"].split(",")[1]))))
    names, labels = data["names"], data["labels"]

    def agrees(box, i):
        np.testing.assert_allclose(centre(box.locator("[role=slider]")), place[i], atol=1e-3)
        near = data["neighbours"][i].astype(int)
        for j, canvas in zip([i, *near], box.locator("canvas").all(), strict=True):
            row, column = divmod(j, sheet.shape[1] // 28)
            tile = sheet[28 * row :, 28 * column :][:28, :28]
            np.testing.assert_array_equal(greys_of(canvas), tile)
            assert canvas.get_attribute("aria-label") == names[labels[j]]
        same = np.sum(labels[near] == labels[i])
        said = f"image {i}, {names[labels[i]]}: {same} of the 4 nearest codes have its class"
        assert box.locator("output").text_content() == said
        words = spoken(box.locator("[role=slider]"))
        assert words == (i, 0, len(place) - 1, f"image {i}, {names[labels[i]]}")

    for touch in (False, True):
        with visit(f"{STACKED}.html", has_touch=touch) as page:
            box = opened(page, label)
            area = box.locator("svg.scatter")
            agrees(box, 0)
            fills = area.locator("path").evaluate_all("all => all.map(e => e.style.fill)")
            rgb = [f"rgb({int(c[1:3], 16)}, {int(c[3:5], 16)}, {int(c[5:], 16)})" for c in COLORS]
            assert fills == rgb
            for x, y in ((30, 40), (70, 60)):
                # Beside a garment that no other is near: the map differs from machine to machine,
                # and a point half-way between two of them would ask for less than a pixel.
                gaps = np.linalg.norm(place[:, None] - place, axis=2) + 100 * np.eye(len(place))
                alone = np.flatnonzero(gaps.min(axis=1) > 2)
                i = alone[np.argmin(np.linalg.norm(place[alone] - [x, y], axis=1))]
                go = page.touchscreen.tap if touch else page.mouse.move
                go(*on_screen(area.bounding_box(), *(place[i] + 0.4).tolist()))
                agrees(box, i)
            box.locator("[role=slider]").focus()
            page.keyboard.press("ArrowLeft")
            left, aside = place[i, 0] - place[:, 0], np.abs(place[:, 1] - place[i, 1])
            distance = np.where(left > aside, np.hypot(left, aside), np.inf)
            i = np.argmin(distance)
            agrees(box, i)
            page.keyboard.press("PageUp")  # a good way: by more than 15 of 100
            up, aside = place[i, 1] - place[:, 1], np.abs(place[:, 0] - place[i, 0])
            distance = np.where(up > np.maximum(aside, 15), np.hypot(up, aside), np.inf)
            agrees(box, np.argmin(distance))
            page.keyboard.press("Home")
            agrees(box, np.argmin(place[:, 0]))
            page.keyboard.press("End")
            agrees(box, np.argmax(place[:, 0]))


def test_the_denoisers_errors_are_those_of_the_pictures(visit):
    label = "fig-denoising-autoencoder-mismatch"
    data = data_of(label)

    def agrees(box, level, garment):
        assert box.locator(".slider output").first.text_content() == f"σ = {level / 10:.1f}"
        clean, *tiles = box.locator("figure").all()
        truth = data["clean"][garment]
        np.testing.assert_array_equal(greys_of(clean.locator("canvas")), 255 - truth)
        for tile, (name, images) in zip(tiles, data["images"].items(), strict=True):
            image = images[level, garment]
            assert tile.locator("strong").text_content() == name
            np.testing.assert_array_equal(greys_of(tile.locator("canvas")), 255 - image)
            here = np.mean((image / 255 - truth / 255) ** 2)
            shown = re.findall(r"\d\.\d+", tile.locator("span").text_content())
            np.testing.assert_allclose(
                [float(number) for number in shown],
                [here, data["errors"][name][level]],
                atol=0.51e-4,
            )
        best = min(data["errors"], key=lambda name: data["errors"][name][level])
        assert box.locator(".least strong").all_text_contents() == [best]
        assert best in box.locator("output.said").text_content()

    for touch in (False, True):
        with visit(f"{DENOISING}.html", has_touch=touch, width=500 if touch else 1280) as page:
            box = opened(page, label)
            knob, choice = box.get_by_label("noise"), box.get_by_label("garment")
            agrees(box, 1, 0)
            knob.scroll_into_view_if_needed()
            rail = knob.bounding_box()
            end = rail["x"] + rail["width"] - 2, rail["y"] + rail["height"] / 2
            if touch:
                page.touchscreen.tap(*end)
            else:
                page.mouse.click(*end)
            agrees(box, 5, 0)
            knob.focus()
            page.keyboard.press("ArrowLeft")
            agrees(box, 4, 0)
            choice.select_option(index=3)
            agrees(box, 4, 3)


@pytest.mark.parametrize("label", FIGURES)
def test_a_screen_reader_hears_the_last_of_many_steps(visit, label):
    with visit(f"{FIGURES[label]}.html") as page:
        box = opened(page, label)
        live = "e => e.getAttribute('aria-live') ?? e.getAttribute('role') ?? 'polite'"
        assert set(box.locator("output").evaluate_all(f"all => all.map({live})")) == {"off"}
        status = box.locator("[role=status]")
        assert status.text_content() == ""
        page.clock.install()
        page.clock.pause_at("2100-01-01")
        box.locator("[role=slider], input").first.focus()
        before = box.locator("output.said").all_text_contents()
        for _ in range(3):
            page.clock.run_for(500)
            page.keyboard.press("ArrowUp")
        page.clock.run_for(500)
        assert status.text_content() == ""
        page.clock.run_for(500)
        after = box.locator("output.said").all_text_contents()
        news = [new for old, new in zip(before, after, strict=True) if new != old]
        assert news
        assert status.text_content() == "; ".join(news)


@pytest.mark.parametrize("label", FIGURES)
def test_fingers_find_what_can_be_moved(visit, label):
    with visit(f"{FIGURES[label]}.html", width=390, has_touch=True, is_mobile=True) as page:
        box = opened(page, label)
        for control in box.locator("input, select, button").all():
            assert control.bounding_box()["height"] >= 44
        for handle in box.locator(".handle").all():
            handle.scroll_into_view_if_needed()
            # What lies 21 pixels above its middle, and the other ways, is the handle still.
            assert handle.evaluate("""handle => {
              const {x, y, width, height} = handle.getBoundingClientRect();
              return [[0, -21], [0, 21], [-21, 0], [21, 0]].every(([dx, dy]) =>
                document.elementFromPoint(x + width / 2 + dx, y + height / 2 + dy) === handle);
            }""")
        # The ring of what has the focus is as thick as it is told to be, however large the drawing.
        for handle in box.locator(".handle").all():
            handle.focus()
            page.keyboard.press("ArrowUp")
            style = handle.evaluate("""handle => {
              const {outlineStyle, stroke, vectorEffect} = getComputedStyle(handle);
              return [outlineStyle, stroke === "rgba(0, 0, 0, 0)", vectorEffect];
            }""")
            assert style == ["none", False, "non-scaling-stroke"]


@pytest.mark.parametrize("label", FIGURES)
def test_a_figure_fits_a_phone_and_is_accessible(visit, axe, sideways, turn, label):
    box = f"[data-figure={label}]"
    with visit(f"{FIGURES[label]}.html") as page:
        opened(page, label)
        assert sideways(page) == []
        assert axe(page, within=box) == []
        turn(page, 360, "dark")
        assert sideways(page) == []
        assert axe(page, within=box) == []


@pytest.mark.parametrize("label", FIGURES)
def test_without_scripts_there_is_the_picture_alone(visit, label):
    with visit(f"{FIGURES[label]}.html", java_script_enabled=False) as page:
        assert page.locator(f"#{label} img").is_visible()
        assert not page.locator(f"[data-figure={label}]").is_visible()


@pytest.mark.parametrize("label", FIGURES)
def test_the_data_of_a_figure_are_small(label):
    file = HTML / "_static" / "interactive" / f"{label}.data.js"
    assert file.stat().st_size < 420_000  # in base64, before compression
