"""Data of any real type, and of any scale, give what float64 gives."""

import numpy as np
import pytest
import sklearn.decomposition
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from lib.covariance import correlation, covariance
from lib.metrics import psnr, reconstruction_mse
from lib.pca import PCA

REAL = [np.float16, np.float32, np.float64, np.longdouble, np.int8, np.int64, np.uint16]
SOLVERS = ["full", "covariance_eigh"]


@st.composite
def scaled(draw):
    """Draw data of some type, at some scale that the type can hold, and far from the origin."""
    dtype = draw(st.sampled_from(REAL))
    exponent = draw(st.integers(-30, 30))
    if dtype == np.float16:
        exponent = np.clip(exponent, -3, 3)
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    X = rng.normal(draw(st.sampled_from([0, 3])), 1, (30, 3)) @ rng.normal(size=(3, 3))
    if np.dtype(dtype).kind in "iu":
        return (100 * (X - X.min()) / np.ptp(X)).round().astype(dtype)
    return (X * 10.0**exponent).astype(dtype)


@given(scaled(), scaled())
def test_covariance_correlation_and_errors_are_those_of_float64(X, Y):
    x = X.astype(np.float64)
    expected = np.cov(x, rowvar=False)
    assert_allclose(covariance(X), expected, rtol=1e-10, atol=1e-13 * np.abs(expected).max())
    assert_allclose(correlation(X), np.corrcoef(x, rowvar=False), rtol=1e-10, atol=1e-13)
    mse = np.mean((x - Y.astype(np.float64)) ** 2)
    assume(mse > 0)
    assert_allclose(reconstruction_mse(X, Y), mse, rtol=1e-12)
    assert_allclose(psnr(X, Y, data_range=2.0), 10 * np.log10(4 / mse), rtol=1e-12)


@given(scaled(), st.sampled_from(SOLVERS))
def test_pca_is_that_of_float64(X, solver):
    theirs = sklearn.decomposition.PCA(svd_solver="full").fit(X.astype(np.float64))
    ours = PCA(svd_solver=solver).fit(X)
    tolerance = 1e-4 if X.dtype == np.float32 else 1e-8
    for name in ("explained_variance_", "explained_variance_ratio_", "mean_"):
        a, b = getattr(ours, name), getattr(theirs, name)
        assert_allclose(a, b, rtol=tolerance, atol=tolerance * np.abs(b).max())


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_what_even_squares_in_float64_cannot_hold(scale):
    X = np.random.default_rng(0).normal(size=(40, 3)) @ np.diag([3, 2, 1])
    assert_allclose(correlation(scale * X), np.corrcoef(X, rowvar=False), rtol=1e-12)
    with np.errstate(over="ignore"):  # the variances themselves are beyond float64
        mixed = covariance(X * [scale, 1 / scale, 1])
    assert_allclose(mixed[0, 1], np.cov(X, rowvar=False)[0, 1], rtol=1e-12)
    assert_allclose(psnr(scale * X, 0 * X, data_range=scale), psnr(X, 0 * X), rtol=1e-12)
    for solver in SOLVERS:
        with np.errstate(over="ignore"):
            pca = PCA(svd_solver=solver).fit(scale * X)
        expected = PCA(svd_solver=solver).fit(X)
        assert_allclose(pca.explained_variance_ratio_, expected.explained_variance_ratio_)
        assert_allclose(pca.singular_values_, scale * expected.singular_values_)


@pytest.mark.parametrize("solver", SOLVERS)
def test_float32_far_from_the_origin(solver):
    X = np.random.default_rng(0).normal(1e4, 1, (200_000, 2)).astype(np.float32)
    expected = np.linalg.eigvalsh(np.cov(X.astype(float), rowvar=False))[::-1]
    pca = PCA(svd_solver=solver).fit(X)
    assert_allclose(pca.explained_variance_, expected, rtol=1e-5)
    # Scores are about 1, and half a unit in the last place of 1e4 is 0.0005.
    scores = (X.astype(float) - X.mean(axis=0, dtype=float)) @ pca.components_.T.astype(float)
    assert_allclose(pca.transform(X), scores, atol=1.5e-3)
    assert_allclose(covariance(X), np.cov(X.astype(float), rowvar=False), rtol=1e-10)


def test_a_fit_that_fails_leaves_a_pca_that_works():
    X = np.random.default_rng(0).normal(size=(10, 4))
    pca = PCA().fit(X)
    before = pca.transform(X)
    bad = np.ones((9, 3))
    bad[0, 0] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        pca.fit(bad)
    np.testing.assert_array_equal(pca.transform(X), before)
