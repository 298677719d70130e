"""Covariance and correlation matrices that keep their digits."""

import numpy as np
import pandas as pd
from sklearn.utils import gen_batches

from lib._validation import check_int, check_matrix, power_of_two

BLOCK = 2048  # rows worked on at a time, so that no centred copy of all the data is ever made
LOSS = 10  # how much larger than a variance the squared mean may be: costs about a digit


def mean_and_scatter(X, scale=1.0):
    """Compute the mean of the samples and the sum of the outer products of their deviations.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
        Finite floats.
    scale : float or ndarray of shape (n_features,)
        Powers of two that `X` is multiplied with, block by block. Mean and scatter are those of
        the product, which `power_of_two` keeps from overflow.

    Returns
    -------
    mean : ndarray of shape (n_features,), float64
        In the units of ``scale * X``.
    scatter : ndarray of shape (n_features, n_features), float64
        ``(scale * X - mean).T @ (scale * X - mean)``, in these units squared.

    Notes
    -----
    The corrected two-pass algorithm, in float64 whatever the type of `X`. The first pass sums
    about zero, which is exact in exact arithmetic but cancels digits in every column whose mean
    outweighs its spread. Only if there is such a column, a second pass sums about the mean that
    the first one found.

    References
    ----------
    T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for computing the sample variance:
    analysis and recommendations", The American Statistician 37 (1983), 242-247, eq. (1.7).

    Examples
    --------
    >>> import numpy as np
    >>> mean_and_scatter(np.array([[1e8], [1e8 + 2.0]]))
    (array([1.00000001e+08]), array([[2.]]))
    """
    mean, scatter = _sum_about(np.zeros(X.shape[1]), X, scale)
    variance = np.diag(scatter) / len(X)
    if np.any(mean**2 > LOSS * variance):
        mean, scatter = _sum_about(mean, X, scale)
    return mean, scatter


def _sum_about(origin, X, scale):
    """Sum in blocks about `origin`, then move the result to the mean."""
    n_samples, n_features = X.shape
    total = np.zeros(n_features)
    scatter = np.zeros((n_features, n_features))
    for rows in gen_batches(n_samples, BLOCK):
        block = np.multiply(X[rows], scale, dtype=np.float64)
        block -= origin
        total += np.ones(len(block)) @ block
        scatter += block.T @ block
    return origin + total / n_samples, scatter - np.outer(total, total) / n_samples


def covariance(X, *, ddof=1):
    """Compute the covariance matrix of the columns of `X`.

    Parameters
    ----------
    X : array-like or DataFrame of shape (n_samples, n_features)
        Rows are samples. In any units.
    ddof : int, default 1
        The sum is divided by ``n_samples - ddof``: 1 estimates the covariance of the population
        without bias, 0 gives that of the sample itself.

    Returns
    -------
    C : ndarray or DataFrame of shape (n_features, n_features)
        ``C[i, j]`` in units of column i times units of column j; a DataFrame with the columns'
        names if `X` is one.

    Raises
    ------
    ValueError
        If `X` is not a finite numeric matrix, or has no more than `ddof` rows, or `ddof` is not an
        int of at least 0.

    Examples
    --------
    >>> covariance([[0.0, 0.0], [2.0, 6.0]])
    array([[ 2.,  6.],
           [ 6., 18.]])
    """
    check_int(ddof, "ddof", least=0)
    values = check_matrix(X, min_samples=ddof + 1)
    scale = power_of_two(values, axis=0)
    _, scatter = mean_and_scatter(values, scale)
    return _like(X, scatter / (len(values) - ddof) / scale / scale[:, None])


def correlation(X):
    """Compute Pearson's correlation matrix of the columns of `X`.

    Parameters
    ----------
    X : array-like or DataFrame of shape (n_samples, n_features)
        Rows are samples. In any units.

    Returns
    -------
    K : ndarray or DataFrame of shape (n_features, n_features)
        Dimensionless, in [-1, 1], with ones on the diagonal; a DataFrame if `X` is one.

    Raises
    ------
    ValueError
        If `X` is not a finite numeric matrix of at least two rows, or if a column is constant:
        its correlation is 0/0.

    Examples
    --------
    >>> correlation([[0.0, 0.0], [1.0, -2.0], [2.0, -4.0]])
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    values = check_matrix(X, min_samples=2)
    constant = np.flatnonzero(values.max(axis=0) == values.min(axis=0))
    if constant.size:
        names = [X.columns[j] for j in constant] if _is_frame(X) else constant.tolist()
        raise ValueError(f"column(s) {names} are constant, so their correlation is 0/0. Drop them.")
    _, scatter = mean_and_scatter(values, power_of_two(values, axis=0))
    size = np.sqrt(np.diag(scatter))
    K = np.clip(scatter / np.outer(size, size), -1, 1)
    np.fill_diagonal(K, 1)
    return _like(X, K)


def _is_frame(X):
    return isinstance(X, pd.DataFrame)


def _like(X, matrix):
    """Give `matrix` the column names of `X`, if it has any."""
    return pd.DataFrame(matrix, index=X.columns, columns=X.columns) if _is_frame(X) else matrix
