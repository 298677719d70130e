"""How far a reconstruction, or a subspace, is from what it should be."""

import numpy as np
from scipy.linalg import subspace_angles
from sklearn.manifold import trustworthiness
from sklearn.utils import gen_batches

from lib._validation import check_matrix, check_numbers, check_positive, power_of_two

BLOCK = 1024  # samples worked on at a time

__all__ = ["principal_angles", "psnr", "reconstruction_mse", "trustworthiness"]


def reconstruction_mse(X, X_hat):
    """Compute the mean squared error per entry: per pixel of an image, per feature of a sample.

    Parameters
    ----------
    X, X_hat : array-like of the same shape (n_samples, ...)
        Data and their reconstruction.

    Returns
    -------
    mse : float
        In the units of `X` squared.

    Raises
    ------
    ValueError
        If the shapes differ, or the arrays are empty or hold anything but finite real numbers.

    Examples
    --------
    >>> reconstruction_mse([[0.0, 0.0]], [[0.0, 2.0]])
    2.0
    """
    mse, scale = _scaled_mse(X, X_hat)
    return mse / scale / scale


def psnr(X, X_hat, *, data_range=1.0):
    """Compute the peak signal-to-noise ratio of `X_hat`.

    Parameters
    ----------
    X, X_hat : array-like of the same shape (n_samples, ...)
        Clean data and an approximation.
    data_range : float, default 1.0
        Difference between the largest and the smallest value that the data can take.

    Returns
    -------
    psnr : float
        ``10 log10(data_range² / mse)`` in decibels; infinite if nothing differs.

    Raises
    ------
    ValueError
        As `reconstruction_mse`, or if `data_range` is not positive.

    Examples
    --------
    >>> psnr([[0.0, 0.0]], [[0.25, 0.25]], data_range=2.5)
    20.0
    """
    check_positive(data_range, "data_range")
    mse, scale = _scaled_mse(X, X_hat)
    if mse == 0:
        return float("inf")
    return float(20 * (np.log10(float(data_range)) + np.log10(scale) - np.log10(mse) / 2))


def principal_angles(A, B):
    """Compute the principal angles between the subspaces that the rows of `A` and `B` span.

    Parameters
    ----------
    A : array-like of shape (k, n_features)
        Linearly independent rows, as in ``PCA.components_``; they need not be orthonormal.
    B : array-like of shape (m, n_features)

    Returns
    -------
    angles : ndarray of shape (min(k, m),)
        In radians, ascending, in [0, π/2]. All zero if one subspace holds the other.

    Raises
    ------
    ValueError
        If `A` or `B` is not a finite matrix, or has linearly dependent rows, or they have
        different numbers of features.

    References
    ----------
    A. V. Knyazev, M. E. Argentati, "Principal angles between subspaces in an A-based scalar
    product", SIAM J. Sci. Comput. 23 (2002), 2008-2040.

    Examples
    --------
    >>> import numpy as np
    >>> np.degrees(principal_angles([[1.0, 0.0]], [[1.0, 1.0]])).round(6)
    array([45.])
    """
    A, B = check_matrix(A, name="A"), check_matrix(B, name="B")
    if A.shape[1] != B.shape[1]:
        raise ValueError(
            f"A has {A.shape[1]} features and B has {B.shape[1]}. Both need one row a direction "
            "and one column a feature; transpose the one that has not."
        )
    for name, directions in {"A": A, "B": B}.items():
        rank = np.linalg.matrix_rank(directions)
        if rank < len(directions):
            raise ValueError(
                f"the {len(directions)} rows of {name} are linearly dependent: their rank is "
                f"{rank}. Pass independent rows, for example an orthonormal basis, "
                f"scipy.linalg.orth({name}.T).T."
            )
    return subspace_angles(A.T, B.T)[::-1]


def _scaled_mse(X, X_hat):
    """Return the mean squared error of the arrays times a power of two, and this power."""
    X, X_hat = check_numbers(X, "X"), check_numbers(X_hat, "X_hat")
    if X.shape != X_hat.shape:
        raise ValueError(
            f"X has shape {X.shape} and X_hat {X_hat.shape}. Compare arrays of the same shape: "
            "reshape images and flattened images alike."
        )
    X, X_hat = np.atleast_1d(X), np.atleast_1d(X_hat)

    def differences():  # block by block, so that a set of images needs no copy in float64
        for rows in gen_batches(len(X), BLOCK):
            yield np.subtract(X[rows], X_hat[rows], dtype=np.float64)

    largest = max(np.abs(d).max() for d in differences())
    scale = float(power_of_two(np.array([largest])))
    total = sum(float(np.sum((scale * d) ** 2)) for d in differences())
    return total / X.size, scale
