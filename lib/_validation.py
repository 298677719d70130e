"""Checks of input data that the other modules share."""

import math
from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_array


def check_matrix(X, *, name="X", min_samples=1, validate=check_array):
    """Return `X` as a finite floating-point array of shape (n_samples, n_features).

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Float32 stays float32; every other type of real numbers becomes float64.
    name : str
        What the error messages call it.
    min_samples : int
        The least number of rows that makes sense.
    validate : callable
        scikit-learn's `check_array`, or `validate_data` bound to an estimator, whose messages are
        then left as users of scikit-learn know them.

    Raises
    ------
    ValueError
        If `X` is not two-dimensional, not of real numbers, has too few rows or no columns,
        or holds NaN or infinity. The message names the remedy.
    """
    _refuse_masks_and_dates(X, name)
    try:
        with np.errstate(over="ignore"):  # what float64 cannot hold is found below
            X = validate(
                X, dtype=[np.float64, np.float32], ensure_all_finite=False, ensure_min_samples=0
            )
    except (ValueError, TypeError) as error:
        text = str(error)
        if "could not convert" in text or "Timestamp" in text or "datetime" in text.lower():
            raise ValueError(
                f"{name} must hold numbers only ({error}). Encode or drop its other columns."
            ) from None
        if validate is not check_array:
            raise
        raise ValueError(
            f"{name} is no matrix of real numbers. {error} Pass an array of shape (n_samples, "
            "n_features)."
        ) from None
    if len(X) < min_samples:
        raise ValueError(
            f"{name} has {len(X)} sample(s) (shape={X.shape}), but at least {min_samples} are "
            f"needed. Rows are samples: with n_samples = {len(X)}, check whether you meant "
            f"{name}.T, or collect more data."
        )
    check_finite(X, name)
    return X


def check_numbers(X, name, *, ndim=None):
    """Return `X` as an array of finite real numbers, of any shape that is not empty.

    Floating-point and integer types stay what they are, up to float64.

    Raises
    ------
    ValueError
        If `X` is something else, or has not `ndim` dimensions. The message names the remedy.
    """
    _refuse_masks_and_dates(X, name)
    try:
        X = np.asarray(X)
        if X.dtype.kind == "O":
            X = X.astype(np.float64)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"{name} must hold real numbers only ({error}). Pass an array, or a list of rows of "
            "the same length."
        ) from None
    if X.dtype.kind not in "biuf":
        raise ValueError(
            f"{name} has dtype {X.dtype}, and real numbers are needed. Convert it, for example "
            f"with {name}.real or {name}.astype(float)."
        )
    if X.dtype.itemsize > 8:
        with np.errstate(over="ignore", under="ignore"):
            X = X.astype(np.float64)
    if X.size == 0:
        raise ValueError(f"{name} is empty (shape={X.shape}). Pass at least one sample.")
    if ndim is not None and X.ndim != ndim:
        raise ValueError(f"{name} has shape {X.shape}. Reshape it to {ndim} dimension(s).")
    check_finite(X, name)
    return X


def check_finite(X, name):
    """Raise ValueError if the array `X` holds NaN or infinity.

    The message counts them, says where the first one is, and names the remedy.
    """
    with np.errstate(over="ignore", invalid="ignore"):
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


def _refuse_masks_and_dates(X, name):
    dtypes = list(X.dtypes) if hasattr(X, "columns") else [getattr(X, "dtype", None)]
    if any(getattr(dtype, "kind", None) in ("m", "M") for dtype in dtypes):
        raise ValueError(
            f"{name} must hold numbers only, and it holds dates or times. Encode or drop its other "
            "columns, for example as seconds."
        )
    if np.ma.is_masked(X):
        raise ValueError(
            f"{name} has masked entries, which would be used like the others. Drop these samples "
            f"or fill them in, for example with {name}.filled(0)."
        )


def check_int(value, name, *, least=1):
    """Raise ValueError unless `value` is an int of at least `least`."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name}={value!r} must be an int of at least {least}.")


def check_real(value, name, fits, remedy):
    """Raise ValueError unless `value` is a finite number for which `fits` is true."""
    number = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    if not (number and fits(value)):
        raise ValueError(f"{name}={value!r} {remedy}")


def check_seed(seed):
    """Raise ValueError unless `seed` is an int that NumPy and Keras take as a seed."""
    if not isinstance(seed, Integral) or isinstance(seed, bool) or not 0 <= seed < 2**32:
        raise ValueError(f"seed={seed!r} must be an int from 0 to 2**32 - 1.")


def check_positive(value, name, example=1.0):
    """Raise ValueError unless `value` is a finite number above zero."""
    check_real(value, name, lambda x: x > 0, f"must be positive, for example {example}.")


def check_names(value, name, least, remedy):
    """Return a sequence of at least `least` names as a list, or raise ValueError."""
    try:
        names = None if isinstance(value, dict) else list(value)
    except TypeError:
        names = None
    if names is None or len(names) < least:
        raise ValueError(f"{name} must be a sequence of at least {least} name(s). {remedy}")
    return names


def power_of_two(X, axis=None):
    """Return what to multiply `X` with so that its largest entry is about one.

    Products of such numbers neither overflow nor vanish, and a power of two rounds nothing.
    """
    largest = np.maximum(X.max(axis=axis), -X.min(axis=axis)).astype(np.float64)
    limit = np.finfo(X.dtype).maxexp - 2
    return np.ldexp(1.0, -np.clip(np.frexp(largest)[1], -limit, limit))
