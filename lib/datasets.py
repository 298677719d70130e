"""The data of the book: Fashion-MNIST from this repository, and samples drawn from a seed."""

import gzip
import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

FASHION_MNIST = Path(__file__).parent / "data" / "fashion_mnist"
SHA256 = {
    "train-images-idx3-ubyte.gz":
        "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",
    "train-labels-idx1-ubyte.gz":
        "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",
    "t10k-images-idx3-ubyte.gz":
        "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
    "t10k-labels-idx1-ubyte.gz":
        "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
}  # fmt: skip
CLASS_NAMES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
N_VALID = 5_000  # the last images of the training file


class FashionMNIST(NamedTuple):
    """Images and labels of Fashion-MNIST, split for training, validation and test.

    Images are float32 arrays of shape (n_samples, 28, 28) with grey values in [0, 1], 0 for the
    background; labels are uint8 arrays of shape (n_samples,), indices into `class_names`.
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_valid: np.ndarray
    y_valid: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...] = CLASS_NAMES


def load_fashion_mnist(folder=FASHION_MNIST):
    """Load Fashion-MNIST: 55 000 images for training, 5 000 for validation, 10 000 for testing.

    Parameters
    ----------
    folder : path, default the copy inside this package
        Where the four gzipped IDX files are.

    Returns
    -------
    data : FashionMNIST
        Train and validation images are views of one array.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    ValueError
        If a file is truncated or altered. Every file is compared with its SHA-256 first.

    References
    ----------
    H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine
    learning algorithms", arXiv:1708.07747 (2017).

    Examples
    --------
    >>> data = load_fashion_mnist()
    >>> data.X_train.shape, data.X_valid.shape, data.X_test.shape
    ((55000, 28, 28), (5000, 28, 28), (10000, 28, 28))
    """
    contents = {name: _read_verified(Path(folder) / name, SHA256[name]) for name in SHA256}
    # The headers' lengths are part of the IDX format: 16 bytes for images, 8 for labels.
    train, test = (
        np.frombuffer(
            gzip.decompress(contents[f"{part}-images-idx3-ubyte.gz"]), np.uint8, offset=16
        )
        for part in ("train", "t10k")
    )
    y_train, y_test = (
        np.frombuffer(gzip.decompress(contents[f"{part}-labels-idx1-ubyte.gz"]), np.uint8, offset=8)
        for part in ("train", "t10k")
    )
    X_train, X_test = (
        np.divide(pixels, np.float32(255), dtype=np.float32).reshape(-1, 28, 28)
        for pixels in (train, test)
    )
    return FashionMNIST(
        X_train[:-N_VALID], y_train[:-N_VALID], X_train[-N_VALID:], y_train[-N_VALID:],
        X_test, y_test,
    )  # fmt: skip


def _read_verified(path, sha256):
    """Return the bytes of a file, or raise one error that names the file and the remedy."""
    remedy = (
        "Restore it with `git checkout -- lib/data/fashion_mnist`, or copy it from another clone "
        "of the repository."
    )
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"the data file {path} is missing. {remedy}") from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(
            f"the data file {path} ({len(content)} bytes) is truncated or altered: its SHA-256 "
            f"is not the expected one. {remedy}"
        )
    return content


def make_gaussian_cloud(
    n_samples=10_000, mean=(-1.0, 2.0), cov=((4.0, 2.0), (2.0, 2.0)), random_state=0
):
    """Draw samples from a multivariate normal distribution.

    Parameters
    ----------
    n_samples : int, default 10 000
    mean : array-like of shape (n_features,)
        In arbitrary units.
    cov : array-like of shape (n_features, n_features)
        Symmetric and positive semi-definite, in these units squared.
    random_state : int or Generator, default 0
        Seed, as for `numpy.random.default_rng`.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features)

    Raises
    ------
    ValueError
        If no random variable has the covariance `cov`, or its shape does not fit `mean`.

    Examples
    --------
    >>> make_gaussian_cloud(3, random_state=1).shape
    (3, 2)
    """
    mean, cov = np.asarray(mean, dtype=float), np.asarray(cov, dtype=float)
    if mean.ndim != 1 or cov.shape != (mean.size, mean.size):
        raise ValueError(
            f"mean has shape {mean.shape} and cov {cov.shape}. With p features, pass p means and "
            "a p×p covariance matrix."
        )
    variances, directions = np.linalg.eigh(cov)
    if not np.allclose(cov, cov.T) or variances[0] < -1e-10 * abs(variances[-1]):
        raise ValueError(
            f"cov is not symmetric and positive semi-definite (smallest eigenvalue "
            f"{variances[0]:.3g}), so nothing has this covariance. Keep cov[i, j] = cov[j, i] and "
            "|cov[i, j]| <= sqrt(cov[i, i] * cov[j, j])."
        )
    # The symmetric square root of cov does not depend on the signs of its eigenvectors, so every
    # machine draws the same samples.
    root = (directions * np.sqrt(variances.clip(min=0))) @ directions.T
    rng = np.random.default_rng(random_state)
    return mean + rng.standard_normal((n_samples, mean.size)) @ root


def make_mass_spring_chain(
    n_masses=20, n_samples=10_000, temperature=1.0, stiffness=1.0, mass=1.0, random_state=0
):
    """Draw thermal snapshots of a chain of masses and springs between two walls.

    The potential energy of the displacements u (one a mass) is ``u @ K @ u / 2``, with the
    stiffness matrix K of ``n_masses + 1`` equal springs. In equilibrium u is Gaussian with the
    covariance k_B T K⁻¹. The samples are drawn by a Cholesky factor of K; the normal modes, which
    are known in closed form, take no part in it.

    Parameters
    ----------
    n_masses, n_samples : int
    temperature : float, default 1.0
        k_B T, an energy.
    stiffness : float, default 1.0
        Of each spring: energy per length squared.
    mass : float, default 1.0
        Of each mass.
    random_state : int or Generator, default 0

    Returns
    -------
    X : ndarray of shape (n_samples, n_masses)
        Displacements, a length.
    frequencies : ndarray of shape (n_masses,)
        Angular frequencies ω of the normal modes, ascending.
    modes : ndarray of shape (n_masses, n_masses)
        Unit vectors, one normal mode a row, in the order of `frequencies`.

    Raises
    ------
    ValueError
        If a number of masses or samples, the temperature, stiffness or mass is not positive.

    References
    ----------
    H. Goldstein, C. Poole, J. Safko, "Classical Mechanics", 3rd ed. (2002), ch. 6.

    Examples
    --------
    >>> X, frequencies, modes = make_mass_spring_chain(n_masses=3, n_samples=5)
    >>> X.shape, (frequencies**2).round(3)
    ((5, 3), array([0.586, 2.   , 3.414]))
    """
    sizes = dict(n_masses=n_masses, n_samples=n_samples, temperature=temperature,
                 stiffness=stiffness, mass=mass)  # fmt: skip
    for name, value in sizes.items():
        if not value > 0:
            raise ValueError(f"{name}={value!r} must be positive.")
    neighbours = np.eye(n_masses, k=1) + np.eye(n_masses, k=-1)
    K = stiffness * (2 * np.eye(n_masses) - neighbours)
    L = np.linalg.cholesky(K)  # K = L Lᵀ, so cov(L⁻ᵀ ξ) = K⁻¹ for white noise ξ
    noise = np.random.default_rng(random_state).standard_normal((n_masses, n_samples))
    X = np.sqrt(temperature) * np.linalg.solve(L.T, noise).T

    angle = np.pi * np.arange(1, n_masses + 1) / (n_masses + 1)
    frequencies = 2 * np.sqrt(stiffness / mass) * np.sin(angle / 2)
    modes = np.sqrt(2 / (n_masses + 1)) * np.sin(np.outer(angle, np.arange(1, n_masses + 1)))
    return X, frequencies, modes
