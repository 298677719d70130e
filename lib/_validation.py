"""Checks of input data that the other modules share."""

import numpy as np
from sklearn.utils import check_array


def check_matrix(X, *, name="X", min_samples=1, validate=check_array):
    """Return `X` as a finite floating-point array of shape (n_samples, n_features).

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Float32 stays float32; everything else numeric becomes float64.
    name : str
        What the error messages call it.
    min_samples : int
        The least number of rows that makes sense.
    validate : callable
        scikit-learn's `check_array`, or `validate_data` bound to an estimator.

    Raises
    ------
    ValueError
        If `X` is not two-dimensional, not numeric, has too few rows or no columns,
        or holds NaN or infinity. The message names the remedy.
    """
    try:
        X = validate(
            X, dtype=[np.float64, np.float32], ensure_all_finite=False, ensure_min_samples=0
        )
    except ValueError as error:
        if "could not convert" not in str(error):
            raise
        raise ValueError(
            f"{name} must hold numbers only ({error}). Encode or drop its other columns."
        ) from None
    if len(X) < min_samples:
        raise ValueError(
            f"{name} has {len(X)} sample(s) (shape={X.shape}), but at least {min_samples} are "
            f"needed. Rows are samples: with n_samples = {len(X)}, check whether you meant "
            f"{name}.T, or collect more data."
        )
    check_finite(X, name)
    return X


def check_finite(X, name):
    """Raise ValueError if the array `X` holds NaN or infinity.

    The message counts them, says where the first one is, and names the remedy.
    """
    if np.isfinite(X.sum()):  # one pass without a temporary array, right almost always
        return
    finite = np.isfinite(X)
    if not finite.all():
        first = tuple(int(i) for i in np.argwhere(~finite)[0])
        raise ValueError(
            f"{name} contains {np.count_nonzero(~finite)} value(s) that are NaN or infinity, the "
            f"first at index {first}. Drop these samples or fill them in, for example with "
            "sklearn.impute.SimpleImputer."
        )
