"""`lib.datasets`: the files as they came, samples with the statistics they promise."""

import gzip
import shutil
import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose

from lib.datasets import (
    FASHION_MNIST,
    SHA256,
    load_fashion_mnist,
    make_gaussian_cloud,
    make_mass_spring_chain,
)


@pytest.fixture(scope="module")
def data():
    return load_fashion_mnist()


def test_fashion_mnist_has_the_split_of_the_lecture(data):
    for part, n in {"train": 55_000, "valid": 5_000, "test": 10_000}.items():
        X, y = getattr(data, f"X_{part}"), getattr(data, f"y_{part}")
        assert X.shape == (n, 28, 28) and X.dtype == np.float32
        assert y.shape == (n,) and y.dtype == np.uint8
        assert X.min() == 0 and X.max() == 1
    train = np.bincount(np.concatenate([data.y_train, data.y_valid]))
    assert np.array_equal(train, np.full(10, 6000))  # as its authors say, and so for the test set
    assert np.array_equal(np.bincount(data.y_test), np.full(10, 1000))
    assert len(data.class_names) == 10


def test_fashion_mnist_images_are_the_bytes_of_the_files(data):
    raw = gzip.decompress((FASHION_MNIST / "train-images-idx3-ubyte.gz").read_bytes())
    assert [int.from_bytes(raw[i : i + 4], "big") for i in (4, 8, 12)] == [60_000, 28, 28]
    for index in (0, 54_999, 55_000, 59_999):
        image = data.X_train[index] if index < 55_000 else data.X_valid[index - 55_000]
        pixels = np.frombuffer(raw, np.uint8, count=784, offset=16 + 784 * index)
        assert np.array_equal(np.rint(image.ravel() * 255).astype(np.uint8), pixels)


def test_fashion_mnist_needs_one_float_copy_of_the_images():
    tracemalloc.start()
    try:
        data = load_fashion_mnist()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    one_copy = 70_000 * 784 * 4
    assert data.X_train.base is data.X_valid.base
    # Beside it, at the most, the files and their decompressed bytes, a quarter of a float copy.
    assert peak < 1.5 * one_copy


@pytest.fixture
def folder(tmp_path):
    """Return a copy of the data folder that a test may spoil."""
    for name in SHA256:
        shutil.copy(FASHION_MNIST / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", SHA256)
def test_a_missing_file(folder, name):
    (folder / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"{name} is missing.*git checkout"):
        load_fashion_mnist(folder)


@pytest.mark.parametrize("name", SHA256)
def test_a_truncated_file(folder, name):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match=f"{name}.*truncated or altered.*git checkout"):
        load_fashion_mnist(folder)


def test_an_altered_file(folder):
    path = folder / "t10k-labels-idx1-ubyte.gz"
    labels = bytearray(gzip.decompress(path.read_bytes()))
    labels[8] ^= 1  # one wrong label, in a file that decompresses as it should
    path.write_bytes(gzip.compress(bytes(labels)))
    with pytest.raises(ValueError, match="truncated or altered"):
        load_fashion_mnist(folder)


def test_gaussian_cloud_has_its_mean_and_covariance():
    n, mean, cov = 200_000, np.array([-1.0, 2.0]), np.array([[4.0, 2.0], [2.0, 2.0]])
    X = make_gaussian_cloud(n)
    assert_allclose(X.mean(axis=0), mean, atol=5 * np.sqrt(4 / n))  # five standard errors
    assert_allclose(np.cov(X.T), cov, atol=5 * np.sqrt(2 * 4**2 / n))


def test_gaussian_cloud_may_be_flat():
    X = make_gaussian_cloud(100, mean=(0, 0), cov=((1, 1), (1, 1)))
    assert_allclose(X[:, 0], X[:, 1], atol=1e-7)


def test_same_seed_same_samples():
    assert np.array_equal(make_gaussian_cloud(9), make_gaussian_cloud(9))
    assert not np.array_equal(make_gaussian_cloud(9), make_gaussian_cloud(9, random_state=1))


@pytest.mark.parametrize("cov", [((4, 3), (3, 2)), ((1, 0.5), (0, 1)), ((-1, 0), (0, -1))])
def test_impossible_covariance(cov):
    with pytest.raises(ValueError, match=r"positive semi-definite.*sqrt"):
        make_gaussian_cloud(10, cov=cov)


def test_mean_and_covariance_that_do_not_fit():
    with pytest.raises(ValueError, match="p×p"):
        make_gaussian_cloud(10, mean=(0, 0, 0))


@pytest.mark.parametrize("stiffness, mass", [(1.0, 1.0), (3.0, 0.5)])
def test_modes_and_frequencies_solve_the_equation_of_motion(stiffness, mass):
    n = 7
    _, frequencies, modes = make_mass_spring_chain(n, 1, stiffness=stiffness, mass=mass)
    assert_allclose(modes @ modes.T, np.eye(n), atol=1e-12)
    padded = np.pad(modes, [(0, 0), (1, 1)])  # the walls stand still
    force = stiffness * (padded[:, 2:] - 2 * modes + padded[:, :-2])
    assert_allclose(-force, mass * frequencies[:, None] ** 2 * modes, atol=1e-12)
    assert np.all(np.diff(frequencies) > 0)


def test_thermal_chain_obeys_equipartition():
    n, samples, temperature, stiffness = 6, 100_000, 2.0, 3.0
    X, *_ = make_mass_spring_chain(n, samples, temperature=temperature, stiffness=stiffness)
    springs = np.diff(np.pad(X, [(0, 0), (1, 1)]), axis=1)
    energy = stiffness / 2 * np.sum(springs**2, axis=1).mean()
    # k_B T / 2 for each of n quadratic degrees of freedom; its scatter is k_B T √(n/2/samples).
    assert_allclose(energy, n * temperature / 2, atol=5 * temperature * np.sqrt(n / 2 / samples))


@pytest.mark.parametrize("name", ["n_masses", "n_samples", "temperature", "stiffness", "mass"])
def test_chain_needs_positive_numbers(name):
    with pytest.raises(ValueError, match=f"{name}=0 must be positive"):
        make_mass_spring_chain(**{name: 0})
