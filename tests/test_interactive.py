import base64
import json

import numpy as np
import pytest
from bs4 import BeautifulSoup

from lib.interactive import InteractiveFigure


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
