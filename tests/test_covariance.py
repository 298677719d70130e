"""`lib.covariance` against NumPy, pandas, closed forms, and the naive way that fails."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose

from lib.covariance import BLOCK, correlation, covariance

matrices = arrays(
    np.float64,
    st.tuples(st.integers(3, 12), st.integers(1, 5)),
    elements=st.floats(-1e3, 1e3, width=32),
)


@given(matrices, st.sampled_from([0, 1, 2]))
def test_covariance_agrees_with_numpy(X, ddof):
    expected = np.cov(X, rowvar=False, ddof=ddof).reshape(X.shape[1], X.shape[1])
    assert_allclose(covariance(X, ddof=ddof), expected, rtol=1e-10, atol=1e-7)


@given(matrices)
def test_covariance_is_symmetric_and_positive_semi_definite(X):
    C = covariance(X)
    assert_allclose(C, C.T, rtol=0, atol=0)
    assert np.linalg.eigvalsh(C).min() >= -1e-12 * max(1, np.trace(C))


@pytest.mark.parametrize("n_samples", [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 7])
def test_blocks_join_without_a_seam(n_samples):
    X = np.random.default_rng(0).normal(3, 2, (n_samples, 4))
    assert_allclose(covariance(X), np.cov(X, rowvar=False), rtol=1e-12, atol=1e-12)
    assert_allclose(correlation(X), np.corrcoef(X, rowvar=False), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("dtype, tolerance", [(np.float32, 1e-5), (np.float64, 1e-13)])
def test_precision_of_the_data(dtype, tolerance):
    X = np.random.default_rng(1).normal(1, 1, (1000, 5)).astype(dtype)
    assert_allclose(
        covariance(X), np.cov(X.astype(float), rowvar=False), rtol=tolerance, atol=tolerance
    )


def test_a_frame_gives_a_frame_as_pandas_would():
    frame = pd.DataFrame(
        np.random.default_rng(2).normal(size=(20, 3)), columns=["length", "period", "mass"]
    )
    pd.testing.assert_frame_equal(covariance(frame), frame.cov())
    pd.testing.assert_frame_equal(correlation(frame), frame.corr())


def test_integers_and_lists_are_data_too():
    assert_allclose(covariance([[1, 2], [3, 8]]), [[2, 6], [6, 18]])


def naive_covariance(x, y):
    """The textbook's one-pass formula, E[xy] - E[x] E[y]."""
    return np.mean(x * y) - np.mean(x) * np.mean(y)


def test_trap_one_pass_formula_loses_all_digits_and_ours_keeps_them():
    rng = np.random.default_rng(3)
    x = rng.normal(size=1000)
    y = x + rng.normal(size=1000)
    X = np.column_stack([x, y]) + 1e8
    x, y = (X - 1e8).T  # exact: what the rounding of X left of x and y
    truth = np.cov(x, y, ddof=0)[0, 1]
    assert abs(naive_covariance(*X.T) - truth) > 0.5 * truth
    assert_allclose(covariance(X, ddof=0)[0, 1], truth, rtol=1e-9)
    assert_allclose(correlation(X)[0, 1], np.corrcoef(x, y)[0, 1], rtol=1e-9)


def test_correlation_of_a_line_is_one_and_never_more():
    x = np.linspace(0, 1, 50)
    K = correlation(np.column_stack([x, 3 * x + 1, -0.1 * x]))
    assert_allclose(K, [[1, 1, -1], [1, 1, -1], [-1, -1, 1]], rtol=1e-12)
    assert np.abs(K).max() <= 1


def test_correlation_of_a_constant_names_the_column():
    with pytest.raises(ValueError, match=r"\[1\] are constant.*Drop"):
        correlation([[0.1, 0.1], [0.2, 0.1], [0.3, 0.1]])
    with pytest.raises(ValueError, match=r"\['b'\] are constant"):
        correlation(pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 3.0]}))


def test_ddof_needs_as_many_samples():
    with pytest.raises(ValueError, match="at least 3"):
        covariance(np.eye(2), ddof=2)
    assert_allclose(covariance([[1.0, 2.0]], ddof=0), np.zeros((2, 2)))
