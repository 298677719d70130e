"""`lib.comparison`: PCA above each model, numbers that agree with scikit-learn, one format."""

import json

import numpy as np
import pytest
import sklearn.decomposition
from IPython.core.formatters import DisplayFormatter

from lib.comparison import MIME, Comparison, Row, to_frame
from lib.models import dense_autoencoder
from lib.training import evaluate, keras


@pytest.fixture(scope="module")
def X():
    return np.random.default_rng(0).random((60, 2, 3)).astype(np.float32)


@pytest.fixture
def comparison(X):
    return Comparison(X[:40], X[40:])


def model(n_codes):
    """Build an autoencoder for samples of shape (2, 3)."""
    return dense_autoencoder((n_codes,), shape=(2, 3))


def test_pca_stands_above_each_code_size(comparison, X):
    for n_codes in (2, 2, 3):
        comparison.add(f"dense {n_codes}", model(n_codes), seconds=1.5)
    names = [row.model for row in comparison.rows]
    assert names == ["PCA", "dense 2", "dense 2", "PCA", "dense 3"]
    assert [row.n_codes for row in comparison.rows] == [2, 2, 2, 3, 3]
    assert comparison.rows[1].mse == evaluate(model(2), X[40:]).mse
    assert comparison.rows[0].bce_excess is None


@pytest.mark.parametrize("n_codes", [1, 4])
def test_pca_row_is_scikit_learns(comparison, X, n_codes):
    pca = sklearn.decomposition.PCA(n_codes).fit(X[:40].reshape(40, -1))
    noisy = X[40:] + np.float32(0.1)
    for X_in in (X[40:], noisy):
        X_hat = pca.inverse_transform(pca.transform(X_in.reshape(20, -1)))
        expected = np.mean((X[40:].reshape(20, -1) - X_hat) ** 2)
        assert comparison.pca_mse(n_codes, X_in) == pytest.approx(expected, rel=1e-4)


def test_other_input_other_baseline(comparison, X):
    comparison.add("a", model(2), 1.0)
    comparison.add("a", model(2), 1.0, X_in=0 * X[40:], note="darkness in")
    names = [row.model for row in comparison.rows]
    assert names == ["PCA", "a", "PCA, darkness in", "a, darkness in"]
    assert comparison.rows[3].mse == evaluate(model(2), 0 * X[40:], X[40:]).mse


def test_needs_an_encoder(comparison):
    inputs = keras.Input((2, 3))
    bare = keras.Model(inputs, keras.layers.Dense(3)(inputs))
    with pytest.raises(ValueError, match=r"lib.models.join"):
        comparison.add("bare", bare, 1.0)
    assert comparison.rows == []


def test_rows_survive_the_way_into_the_page(comparison):
    comparison.add("a", model(2), 1.0)
    data, _ = DisplayFormatter().format(comparison)
    assert [Row(*row) for row in json.loads(data[MIME])] == comparison.rows
    assert "<table" in data["text/html"] and "PCA" in data["text/plain"]


def test_frame_is_rounded():
    frame = to_frame([Row("a", 30, 163_814, 0.0123456, None, 4.26)])
    assert list(frame.loc[0]) == ["a", "30", "163\u202f814", "0.01235", "–", "4.3"]
