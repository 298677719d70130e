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
FIGURES = {
    "fig-pca-theorem-exploring": THEOREM,
    "fig-pca-theorem-error-variance": THEOREM,
    "fig-svd-photo": SVD,
    "fig-sklearn-pca-reconstructions": SKLEARN,
    "fig-stacked-autoencoder-map": STACKED,
    "fig-stacked-autoencoder-grid": STACKED,
    "fig-denoising-autoencoder-mismatch": DENOISING,
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

    def agrees(box, angle):
        assert box.locator(".slider output").text_content() == f"{angle}°"
        w = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
        variance, error, total = numbers_in(box.locator("output.said").text_content())
        expected = [w @ C @ w, np.trace(C) - w @ C @ w, np.trace(C)]
        np.testing.assert_allclose([variance, error, total], expected, atol=0.0051)

    for touch in (False, True):
        with visit(f"{THEOREM}.html", has_touch=touch, width=500 if touch else 1280) as page:
            box = opened(page, label)
            agrees(box, 100)
            if touch:
                box.get_by_role("slider").scroll_into_view_if_needed()
                rail = box.get_by_role("slider").bounding_box()
                page.touchscreen.tap(rail["x"] + 1, rail["y"] + rail["height"] / 2)
                agrees(box, 0)
            else:  # the viewBox has its origin in the middle, at 50 of 100
                handle, area = box.locator(".handle"), box.locator("svg").first
                drag_to(page, area, handle, 80, 20)
                agrees(box, 45)
            box.get_by_role("slider").focus()
            page.keyboard.press("Home")
            page.keyboard.press("ArrowRight")
            agrees(box, 1)


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
        matrix, axes, share = map(numbers_in, box.locator("p output").all_text_contents())
        np.testing.assert_allclose(np.reshape(matrix, (2, 2)), C, atol=0.0051)
        np.testing.assert_allclose(axes[:2], pca.explained_variance_, atol=0.0051)
        first = pca.components_[0]
        turn = np.degrees(np.arctan2(first[1], first[0])) - axes[2]
        assert abs((turn + 90) % 180 - 90) < 0.51
        np.testing.assert_allclose(share, 100 * pca.explained_variance_ratio_[0], atol=0.051)
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


def test_the_plane_shows_what_the_decoder_makes_of_the_place(visit):
    label = "fig-stacked-autoencoder-grid"
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
        return here

    for touch in (False, True):
        with visit(f"{STACKED}.html", has_touch=touch, width=700 if touch else 1280) as page:
            panels = opened(page, label).locator(".panels > div")
            for i, name in enumerate(("autoencoder", "PCA")):
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

    for touch in (False, True):
        with visit(f"{STACKED}.html", has_touch=touch) as page:
            box = opened(page, label)
            area = box.locator("svg.scatter")
            agrees(box, 0)
            fills = area.locator("path").evaluate_all("all => all.map(e => e.style.fill)")
            rgb = [f"rgb({int(c[1:3], 16)}, {int(c[3:5], 16)}, {int(c[5:], 16)})" for c in COLORS]
            assert fills == rgb
            for x, y in ((30, 40), (70, 60)):
                go = page.touchscreen.tap if touch else page.mouse.move
                go(*on_screen(area.bounding_box(), x, y))
                i = np.argmin(np.linalg.norm(place - [x, y], axis=1))
                agrees(box, i)
            box.locator("[role=slider]").focus()
            page.keyboard.press("ArrowLeft")
            left, aside = place[i, 0] - place[:, 0], np.abs(place[:, 1] - place[i, 1])
            distance = np.where(left > aside, np.hypot(left, aside), np.inf)
            agrees(box, np.argmin(distance))


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
def test_a_figure_fits_a_phone_and_is_accessible(visit, axe, sideways, label):
    for width, theme in ((360, "dark"), (1280, "light")):
        with visit(f"{FIGURES[label]}.html", width=width, theme=theme) as page:
            opened(page, label)
            assert sideways(page) == []
            assert axe(page) == []


@pytest.mark.parametrize("label", FIGURES)
def test_without_scripts_there_is_the_picture_alone(visit, label):
    with visit(f"{FIGURES[label]}.html", java_script_enabled=False) as page:
        assert page.locator(f"#{label} img").is_visible()
        assert not page.locator(f"[data-figure={label}]").is_visible()


@pytest.mark.parametrize("label", FIGURES)
def test_the_data_of_a_figure_are_small(label):
    file = HTML / "_static" / "interactive" / f"{label}.data.js"
    assert file.stat().st_size < 420_000  # in base64, before compression
