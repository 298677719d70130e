"""How far a reconstruction, or a subspace, is from what it should be."""

import numpy as np
from scipy.linalg import subspace_angles
from sklearn.manifold import trustworthiness

from lib._validation import check_finite, check_matrix

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
        If the shapes differ, or the arrays are empty or hold NaN or infinity.

    Examples
    --------
    >>> reconstruction_mse([[0.0, 0.0]], [[0.0, 2.0]])
    2.0
    """
    X, X_hat = _check_pair(X, X_hat)
    # Sample by sample, so that a set of images needs no second copy in float64.
    return float(
        np.mean([np.mean((x - x_hat) ** 2, dtype=np.float64) for x, x_hat in zip(X, X_hat)])
    )


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
    if not data_range > 0:
        raise ValueError(f"data_range={data_range!r} must be positive: 1.0 for images in [0, 1].")
    mse = reconstruction_mse(X, X_hat)
    return float("inf") if mse == 0 else float(10 * np.log10(data_range**2 / mse))


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
        If `A` or `B` is not a finite matrix, or they have different numbers of features.

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
    return subspace_angles(A.T, B.T)[::-1]


def _check_pair(X, X_hat):
    X, X_hat = np.asarray(X), np.asarray(X_hat)
    if X.shape != X_hat.shape:
        raise ValueError(
            f"X has shape {X.shape} and X_hat {X_hat.shape}. Compare arrays of the same shape: "
            "reshape images and flattened images alike."
        )
    if X.size == 0:
        raise ValueError(f"X is empty (shape={X.shape}). Pass at least one sample.")
    X, X_hat = (A if A.dtype.kind == "f" else A.astype(np.float64) for A in (X, X_hat))
    check_finite(X, "X")
    check_finite(X_hat, "X_hat")
    return X, X_hat
