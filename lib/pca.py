"""Principal component analysis, short enough to read."""

from functools import partial
from numbers import Integral, Real

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import gen_batches
from sklearn.utils.validation import check_is_fitted, validate_data

from lib._validation import check_matrix, power_of_two
from lib.covariance import BLOCK, mean_and_scatter


class PCA(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Project data on the orthogonal directions of largest variance.

    Parameters
    ----------
    n_components : int, float or None, default None
        How many components to keep: all ``min(n_samples, n_features)`` if None; that many if an
        int; if a float in (0, 1), as many as it takes to explain more than this share of the
        variance.
    svd_solver : {"auto", "full", "covariance_eigh"}, default "auto"
        "full" takes the singular value decomposition of the centred data, which keeps the most
        digits. "covariance_eigh" diagonalises the covariance matrix, which is much faster when
        there are many more samples than features. "auto" chooses "covariance_eigh" if
        ``n_features <= 1000`` and ``n_samples >= 10 * n_features``.

    Attributes
    ----------
    components_ : ndarray of shape (n_components_, n_features)
        One principal component a row: orthonormal, by falling variance. The entry of largest
        magnitude of each row is positive.
    explained_variance_ : ndarray of shape (n_components_,)
        Variance of the data along each component, with ``n_samples - 1`` in the denominator, in
        the units of the data squared. If float32 data are so large or so small that their squares
        leave the range of float32, this is float64.
    explained_variance_ratio_ : ndarray of shape (n_components_,)
        The same as a share of the total variance, dimensionless.
    singular_values_ : ndarray of shape (n_components_,)
        Singular values of the centred data, in the units of the data.
    mean_ : ndarray of shape (n_features,)
        The mean of the training data, in their units.
    n_components_ : int
        How many components were kept.
    n_features_in_ : int
        How many features the training data had.

    Raises
    ------
    ValueError
        From `fit`, if the data are not a finite numeric matrix of at least two rows, or if
        `n_components` does not fit them. A fit that fails leaves the object as it was.

    References
    ----------
    I. T. Jolliffe, J. Cadima, "Principal component analysis: a review and recent developments",
    Phil. Trans. R. Soc. A 374 (2016), 20150202.

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[1.0, 1.0], [2.0, 3.0], [3.0, 5.0], [4.0, 7.0]])
    >>> pca = PCA(n_components=1).fit(X)
    >>> pca.explained_variance_ratio_.round(6)
    array([1.])
    >>> bool(np.allclose(pca.inverse_transform(pca.transform(X)), X))
    True
    """

    def __init__(self, n_components=None, *, svd_solver="auto"):
        self.n_components = n_components
        self.svd_solver = svd_solver

    def fit(self, X, y=None):
        """Find the principal components of `X`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
        y : ignored

        Returns
        -------
        self : PCA
        """
        before = vars(self).copy()
        try:
            return self._fit(X)
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise

    def _fit(self, X):
        X = check_matrix(X, min_samples=2, validate=partial(validate_data, self))
        n_samples, n_features = X.shape
        self._check_n_components(min(n_samples, n_features))

        scale = float(power_of_two(X))
        if self._choose_solver(n_samples, n_features) == "covariance_eigh":
            mean, scatter = mean_and_scatter(X, scale)
            variances, directions = np.linalg.eigh(scatter / (n_samples - 1))
            variances = variances[::-1].clip(min=0)  # rounding can leave a zero just below zero
            components = directions.T[::-1]
        else:
            Xc = X * scale
            mean = Xc.mean(axis=0, dtype=np.float64)
            Xc -= mean.astype(X.dtype)
            residual = Xc.mean(axis=0, dtype=np.float64)  # what rounding left of the mean
            Xc -= residual.astype(X.dtype)
            mean = mean.astype(X.dtype) + residual
            _, d, components = np.linalg.svd(Xc, full_matrices=False)
            variances = d.astype(np.float64) ** 2 / (n_samples - 1)

        total = variances.sum()
        ratios = variances / total if total > 0 else np.zeros_like(variances)
        k = self._count_components(ratios[: min(n_samples, n_features)])

        self.n_components_ = k
        self.mean_ = (mean / scale).astype(X.dtype)
        self.components_ = _fix_signs(components[:k]).astype(X.dtype)
        self.explained_variance_ = _in_range(variances[:k] / scale / scale, X.dtype)
        self.explained_variance_ratio_ = ratios[:k].astype(X.dtype)
        self.singular_values_ = _in_range(np.sqrt(variances[:k] * (n_samples - 1)) / scale, X.dtype)
        return self

    def transform(self, X):
        """Compute the scores of `X`: its coordinates along the components.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)

        Returns
        -------
        Z : ndarray of shape (n_samples, n_components_)
            ``(X - mean_) @ components_.T``, in the units of the data.
        """
        check_is_fitted(self)
        X = check_matrix(X, validate=partial(validate_data, self, reset=False))
        Z = np.empty((len(X), self.n_components_), np.result_type(X, self.components_))
        for rows in gen_batches(len(X), BLOCK):  # so that X needs no centred copy
            np.matmul(X[rows] - self.mean_, self.components_.T, out=Z[rows])
        return Z

    def inverse_transform(self, Z):
        """Map scores back to the space of the data.

        Parameters
        ----------
        Z : array-like of shape (n_samples, n_components_)

        Returns
        -------
        X_hat : ndarray of shape (n_samples, n_features)
            ``mean_ + Z @ components_``, in the units of the data.

        Raises
        ------
        ValueError
            If `Z` has not one column a component.
        """
        check_is_fitted(self)
        Z = check_matrix(Z, name="Z")
        if Z.shape[1] != self.n_components_:
            raise ValueError(
                f"Z has {Z.shape[1]} columns, but this PCA keeps {self.n_components_} components. "
                "Pass scores that its transform() returned."
            )
        return Z @ self.components_ + self.mean_

    def _check_n_components(self, largest):
        k = self.n_components
        if k is None or (isinstance(k, Integral) and not isinstance(k, bool) and 1 <= k <= largest):
            return
        if isinstance(k, Real) and not isinstance(k, Integral) and 0 < k < 1:
            return
        raise ValueError(
            f"n_components={k!r} does not fit. Use an int from 1 to {largest}, which is "
            "min(n_samples, n_features), a float between 0 and 1 (both excluded) for a share of "
            "the variance, or None for all components."
        )

    def _choose_solver(self, n_samples, n_features):
        solvers = ("auto", "full", "covariance_eigh")
        if not (isinstance(self.svd_solver, str) and self.svd_solver in solvers):
            raise ValueError(
                f"svd_solver={self.svd_solver!r} is unknown. Use 'auto', 'full' or "
                "'covariance_eigh'."
            )
        if self.svd_solver == "auto":
            tall = n_features <= 1000 and n_samples >= 10 * n_features
            return "covariance_eigh" if tall else "full"
        return self.svd_solver

    def _count_components(self, ratios):
        if self.n_components is None:
            return len(ratios)
        if isinstance(self.n_components, Integral):
            return int(self.n_components)
        enough = np.searchsorted(np.cumsum(ratios), self.n_components, side="right") + 1
        return int(min(enough, len(ratios)))

    @property
    def _n_features_out(self):
        return self.n_components_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def _in_range(values, dtype):
    """Return falling `values` as `dtype`, unless the largest leaves its range."""
    limits = np.finfo(dtype)
    fits = values[0] == 0 or limits.tiny <= values[0] <= limits.max
    return values.astype(dtype) if fits else values


def _fix_signs(components):
    """Flip rows so that the entry of largest magnitude is positive.

    Of entries that tie up to rounding, as in (1, -1)/√2, the first decides, so that the sign does
    not hang on the last digit.
    """
    size = np.abs(components)
    nearly_largest = size >= size.max(axis=1, keepdims=True) * (1 - 1e-4)
    first = nearly_largest.argmax(axis=1)
    signs = np.sign(np.take_along_axis(components, first[:, None], axis=1))
    return components * signs
