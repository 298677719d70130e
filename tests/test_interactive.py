import base64
import io
import json

import numpy as np
import pytest
from bs4 import BeautifulSoup
from PIL import Image
from scipy.special import erf

from lib.interactive import InteractiveFigure, dense_layers, eight_bits, picture_sheet
from lib.models import dense_autoencoder
from lib.training import predict


def data_of(figure):
    """Return what the website's script gets to read."""
    return json.loads(BeautifulSoup(figure._repr_html_(), "html.parser").script.string)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64, int])
def test_arrays_arrive_with_shape_and_values(dtype):
    X = np.arange(6).reshape(2, 3).astype(dtype)
    sent = data_of(InteractiveFigure("rank", "fig-svd-photo", "Move.", X=X.T))["X"]
    read = np.frombuffer(base64.b64decode(sent["base64"]), sent["dtype"]).reshape(sent["shape"])
    assert read.dtype == (np.uint8 if dtype == np.uint8 else np.float32)
    np.testing.assert_array_equal(read, X.T)


def test_plain_values_arrive_as_they_are():
    sent = {"text": "</script><b>", "number": 1.5, "nested": [{"a": np.float64(0.25)}]}
    assert data_of(InteractiveFigure("rank", "fig-svd-photo", "Move.", **sent)) == {
        **sent,
        "nested": [{"a": 0.25}],
    }


def test_where_there_is_no_website_a_sentence_is_shown():
    assert "Move." in repr(InteractiveFigure("rank", "fig-svd-photo", "Move."))


@pytest.mark.parametrize("name", ["../rank", "rank.js", "", 'a"b'])
def test_names_that_are_no_names_are_refused(name):
    with pytest.raises(ValueError, match="without an ending"):
        InteractiveFigure(name, "fig-svd-photo", "Move.")
    with pytest.raises(ValueError, match="without an ending"):
        InteractiveFigure("rank", name, "Move.")


def test_values_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match=r"parts\[1\] contains 1 value"):
        InteractiveFigure(
            "rank", "fig-svd-photo", "Move.", parts=[np.ones(2), np.array([1.0, np.nan])]
        )


def test_eight_bits_are_right_to_half_a_step_of_each_row():
    A = np.random.default_rng(0).normal(size=(4, 3, 5)) * [[[1e-3]], [[1]], [[1e3]], [[0]]] + 7
    sent = eight_bits(A)
    low, step = (sent[key].reshape(-1, 1, 1) for key in ("low", "step"))
    assert sent["levels"].dtype == np.uint8 and sent["levels"].shape == A.shape
    assert np.all(np.abs(low + step * sent["levels"] - A) <= step / 2 * (1 + 1e-9))
    ranges = A.max(axis=(1, 2)) - A.min(axis=(1, 2))
    np.testing.assert_allclose(sent["step"][:3], ranges[:3] / 255)


def test_eight_bits_refuse_what_is_not_finite():
    with pytest.raises(ValueError, match="A contains 1 value"):
        eight_bits(np.array([[1.0, np.inf]]))


def test_dense_layers_compute_what_keras_does():
    model = dense_autoencoder((128, 32, 2), mean=np.full((28, 28), 0.3), seed=0)
    decoder = model.get_layer("decoder")
    codes = np.random.default_rng(0).normal(scale=10, size=(50, 2)).astype("float32")
    activations = {
        "gelu": lambda u: u * (1 + erf(u / np.sqrt(2))) / 2,
        "sigmoid": lambda u: 1 / (1 + np.exp(-u)),
    }
    h, layers = codes, dense_layers(decoder)
    for layer in layers:
        W = layer["W"]["low"][:, None] + layer["W"]["step"][:, None] * layer["W"]["levels"]
        h = activations[layer["activation"]](h @ W.T + layer["b"])
    expected = predict(decoder, codes)
    assert np.ptp(expected) > 0.5  # the codes matter
    np.testing.assert_allclose(h.reshape(-1, 28, 28), expected, atol=0.02)
    sent = InteractiveFigure("plane", "fig-plane", "Move.", layers=layers)
    assert len(sent._repr_html_()) < 160_000


def test_a_sheet_holds_every_image_in_its_place():
    images = np.random.default_rng(0).uniform(-0.1, 1.1, size=(5, 28, 20))
    kind, content = picture_sheet(images, columns=3).split(",")
    assert kind == "data:image/png;base64"
    sheet = 1 - np.array(Image.open(io.BytesIO(base64.b64decode(content)))) / 255
    assert sheet.shape == (2 * 28, 3 * 20)
    for i, image in enumerate(np.clip(images, 0, 1)):
        row, column = divmod(i, 3)
        tile = sheet[28 * row : 28 * (row + 1), 20 * column : 20 * (column + 1)]
        assert np.abs(tile - image).max() <= 1 / 30 + 1e-9  # half of one of fifteen steps
    assert np.all(sheet[28:, 40:] == 0)


def test_a_number_that_json_does_not_know_is_refused():
    with pytest.raises(ValueError, match=r"v=nan is not finite.*None"):
        InteractiveFigure("rank", "fig-svd-photo", "Move.", v=float("nan"))
