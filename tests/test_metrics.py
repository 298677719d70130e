"""`lib.metrics` against scikit-learn and closed forms."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import ortho_group
from sklearn.metrics import mean_squared_error

from lib.metrics import principal_angles, psnr, reconstruction_mse, trustworthiness


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
def test_mse_is_that_of_scikit_learn(dtype):
    rng = np.random.default_rng(0)
    X, X_hat = (rng.uniform(0, 9, (2, 30, 7))).astype(dtype)
    expected = mean_squared_error(X.astype(float), X_hat.astype(float))
    assert_allclose(reconstruction_mse(X, X_hat), expected, rtol=1e-6)


def test_mse_of_images_is_that_of_their_pixels():
    rng = np.random.default_rng(1)
    X, X_hat = rng.uniform(size=(2, 5, 28, 28)).astype(np.float32)
    flat = reconstruction_mse(X.reshape(5, -1), X_hat.reshape(5, -1))
    assert_allclose(reconstruction_mse(X, X_hat), flat)


def test_mse_counts_integers_without_wrapping_around():
    assert reconstruction_mse(np.array([[0]], np.uint8), np.array([[255]], np.uint8)) == 255**2


def test_psnr_of_a_known_error():
    X = np.zeros((4, 10))
    assert_allclose(psnr(X, X + 0.1), 20)
    assert_allclose(psnr(X, X + 0.01), 40)
    assert_allclose(psnr(255 * X, 255 * (X + 0.1), data_range=255), 20)
    assert psnr(X, X) == np.inf


@pytest.mark.parametrize("metric", [reconstruction_mse, psnr])
def test_pairs_that_cannot_be_compared(metric):
    with pytest.raises(ValueError, match="same shape"):
        metric(np.zeros((2, 784)), np.zeros((2, 28, 28)))
    with pytest.raises(ValueError, match="is empty"):
        metric(np.zeros((0, 3)), np.zeros((0, 3)))
    with pytest.raises(ValueError, match=r"X_hat contains 1 value"):
        metric(np.zeros((2, 2)), np.array([[0, 0], [0, np.nan]]))
    with pytest.raises(ValueError, match="data_range"):
        psnr(np.zeros((1, 1)), np.ones((1, 1)), data_range=0)


@pytest.mark.parametrize("angle", [0, 1e-9, 1e-4, 0.5, np.pi / 2])
def test_angle_between_two_lines(angle):
    line = [[1.0, 0, 0]], [[np.cos(angle), np.sin(angle), 0]]
    assert_allclose(principal_angles(*line), [angle], rtol=1e-6, atol=1e-15)


def test_angles_between_planes_ascend():
    A = [[1.0, 0, 0, 0], [0, 1, 0, 0]]
    B = [[0, np.cos(0.7), 0, np.sin(0.7)], [np.cos(0.2), 0, np.sin(0.2), 0]]
    assert_allclose(principal_angles(A, B), [0.2, 0.7])


def test_angles_do_not_depend_on_the_basis():
    rng = np.random.default_rng(2)
    A, B, mix = rng.normal(size=(3, 6)), rng.normal(size=(2, 6)), rng.normal(size=(3, 3))
    Q = ortho_group.rvs(6, random_state=0)
    assert_allclose(principal_angles(mix @ A, B), principal_angles(A, B))
    assert_allclose(principal_angles(A @ Q, B @ Q), principal_angles(A, B))
    assert_allclose(principal_angles(A, A[:2]), 0, atol=1e-7)


def test_subspaces_that_cannot_be_compared():
    with pytest.raises(ValueError, match="transpose"):
        principal_angles(np.eye(3), np.eye(4))
    with pytest.raises(ValueError, match="B contains 1 value"):
        principal_angles(np.eye(1), [[np.nan]])


def test_trustworthiness_is_one_for_the_data_themselves():
    X = np.random.default_rng(3).normal(size=(40, 2))
    assert trustworthiness(X, X) == 1
    assert trustworthiness(X, X[::-1]) < 0.8


def test_dependent_rows_span_less_than_they_say():
    with pytest.raises(ValueError, match=r"rows of A are linearly dependent.*rank is 1"):
        principal_angles([[1.0, 0, 0], [2, 0, 0]], np.eye(3)[:2])
