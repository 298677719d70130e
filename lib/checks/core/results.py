"""Read what an answer returned, whatever its form, and compare it.

Each function raises `Wrong` with the hint of what is the matter: lists, DataFrames, float32 and
tensors count as arrays, a size-one array as a number. Tolerances scale with the numbers and follow
their precision.
"""

from numbers import Number

import numpy as np

from lib.checks.core.mistakes import Wrong

NUMERIC = "biufc"


def array(result, shape=None):
    """Return a result as a real float64 array.

    Parameters
    ----------
    result : object
    shape : tuple of int, optional
        That it must have.

    Raises
    ------
    Wrong
        "not-numbers", "complex", "nan", "transposed" (where the shape is the reverse of what it
        must be) or "shape".
    """
    values = _numbers(result)
    if values.dtype.kind == "c":
        if not np.allclose(values.imag, 0, atol=1e-6 * max(1.0, _size(values))):
            raise Wrong("complex")
        values = values.real
    values = values.astype(float)
    if shape is not None and values.shape != shape:
        if values.shape == shape[::-1]:
            raise Wrong("transposed")
        raise Wrong("shape", f"The result has shape {values.shape}, and {shape} is asked for.")
    if not np.all(np.isfinite(values)):
        raise Wrong("nan")
    return values


def number(result):
    """Return a result as a float. Raises Wrong as `array`, or "not-one-number"."""
    values = _numbers(result)
    if values.size != 1:
        raise Wrong("not-one-number")
    return float(array(values.reshape(())))


def integer(result):
    """Return a result as an int. Raises Wrong as `number`, or "not-whole"."""
    value = number(result)
    if value != round(value):
        raise Wrong("not-whole")
    return int(value)


def truth(result):
    """Return a result as a bool. Raises Wrong "not-truth"."""
    if not isinstance(result, (bool, np.bool_)):
        raise Wrong("not-truth")
    return bool(result)


def parts(result, count):
    """Return a result as a tuple of `count` parts. Raises Wrong "parts"."""
    if not isinstance(result, (tuple, list)) or len(result) != count:
        raise Wrong("parts", f"The function must return {count} things: `return a, b, …`.")
    return tuple(result)


def chosen(result, letters, words):
    """Return what was chosen for each letter of a question: a dict of frozensets of words.

    Parameters
    ----------
    result : object
        What the student wrote: a dict; its values are words, or sets, lists or tuples of words.
    letters : iterable of str
        The keys that it must have.
    words : collection of str
        To choose from.

    Raises
    ------
    Wrong
        "not-by-letter" or "unknown-word".
    """
    if not isinstance(result, dict) or {k for k in result if isinstance(k, str)} != set(letters):
        raise Wrong("not-by-letter")
    choice = {}
    for letter in letters:
        value = result[letter]
        if not isinstance(value, (str, set, frozenset, list, tuple)):
            raise Wrong("not-by-letter")
        choice[letter] = frozenset([value] if isinstance(value, str) else value)
        if not choice[letter] <= set(words):
            raise Wrong("unknown-word", f"In ({letter}) choose from: {', '.join(words)}.")
    return choice


def agree(result, expected, *, tolerance=None):
    """Raise Wrong unless a result has the shape and the numbers of `expected`.

    Parameters
    ----------
    result : object
    expected : array-like or number
    tolerance : float, optional
        Relative. Default: `precision` of the result.

    Raises
    ------
    Wrong
        As `array` or `number`, or "value".
    """
    expected = np.asarray(expected, dtype=float)
    if expected.ndim == 0:
        values = number(result)
    else:
        values = array(result, expected.shape)
    if not close(values, expected, precision(result) if tolerance is None else tolerance):
        raise Wrong("value")


def agree_up_to_signs(result, expected, *, axis, tolerance=None):
    """Raise Wrong unless a matrix agrees but for the signs of its columns or rows.

    Parameters
    ----------
    result : object
    expected : ndarray of shape (m, k)
    axis : int
        0 if each column has a free sign, 1 if each row.
    tolerance : float, optional

    Raises
    ------
    Wrong
        As `agree`.
    """
    values = array(result, np.shape(expected))
    agree(align(values, expected, axis), expected, tolerance=tolerance or precision(result))


def align(values, expected, axis):
    """Return `values` with the signs of its columns (axis 0) or rows (1) nearest to `expected`."""
    signs = np.sign(np.sum(values * expected, axis=axis, keepdims=True))
    return values * np.where(signs == 0, 1, signs)


def close(values, expected, tolerance):
    """Tell whether numbers agree: each by its own size, and a little by that of the largest."""
    expected = np.asarray(expected, dtype=float)
    allowed = tolerance * (np.abs(expected) + 0.1 * _size(expected))
    return bool(np.all(np.abs(np.asarray(values) - expected) <= allowed))


def precision(result):
    """Return the tolerance for a result: 1e-6, 2e-3 for float32, 2e-2 for float16.

    The digits of an answer in which something was float32 are those of float32.
    """
    try:
        kinds = [str(np.asarray(part).dtype) for part in _leaves(result)]
    except Exception:
        return 1e-6
    if "float16" in kinds:
        return 2e-2
    return 2e-3 if {"float32", "complex64"} & set(kinds) else 1e-6


def alike(a, b):
    """Tell whether two results are the same: numbers, arrays, or tuples of them."""
    if isinstance(a, (tuple, list)) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(b, dict):
        return isinstance(a, dict) and a.keys() == b.keys() and all(alike(a[k], b[k]) for k in b)
    x, y = (np.asarray(_numbers(part)) for part in (a, b))
    if x.size == y.size == 1:
        x, y = x.reshape(()), y.reshape(())
    if x.shape != y.shape or not np.array_equal(np.isnan(x), np.isnan(y)):
        return False
    x, y = (np.nan_to_num(part) for part in (x, y))
    return close(x.real, y.real, precision(a)) and close(x.imag, y.imag, precision(a))


def alike_up_to_signs(axis):
    """Return a function as `alike`, where columns (axis 0) or rows (axis 1) have free signs."""

    def match(a, b):
        a_values, b = array(a), array(b)
        return a_values.shape == b.shape and close(align(a_values, b, axis), b, precision(a))

    return match


def _numbers(result):
    """Return a numeric array of any dtype, or raise Wrong."""
    try:
        if hasattr(result, "to_numpy"):  # of pandas
            result = result.to_numpy()
        values = np.asarray(result)
        if values.dtype == object:  # of Python's own ints or Fractions, or ragged
            values = values.astype(float)
    except Exception:
        raise Wrong("not-numbers") from None
    if values.dtype.kind not in NUMERIC:
        raise Wrong("not-numbers")
    return values


def _leaves(result):
    if isinstance(result, (tuple, list)) and not all(isinstance(x, Number) for x in result):
        for part in result:
            yield from _leaves(part)
    else:
        yield result


def _size(values):
    return float(np.max(np.abs(values), initial=0.0))
