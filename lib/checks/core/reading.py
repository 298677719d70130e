"""Make plain data of what an answer returned, while the student's time limit still runs.

What comes back may be anything: a range of billions, an array that is large but takes no memory, an
object whose own methods never end. After `plain` it is NumPy arrays, numbers, words, tuples, lists
and dictionaries, of bounded size, and no method of the student's is called any more. Keras models
stay what they are.
"""

import sys
from numbers import Number

import numpy as np

from lib.checks.core.mistakes import Wrong

ENTRIES = 1_000_000  # more than any exercise asks for
DEPTH = 20
WORDS = (str, bytes, bytearray)


class Foreign:
    """Stands for what is neither numbers nor words."""

    def __repr__(self):
        return "<something else>"


def plain(result):
    """Return a result as plain data.

    Parameters
    ----------
    result : object

    Returns
    -------
    data : object
        A model as it is; lists, tuples, dictionaries and sets of such data; words; numbers; arrays;
        and `Foreign` for everything that cannot be read.

    Raises
    ------
    Wrong
        "too-large" if there are more than a million entries.
    """
    return _Reader().read(result, 0)


def is_model(result):
    """Tell whether a result is a Keras model, without asking itself; Keras is not loaded for it."""
    model = getattr(sys.modules.get("keras"), "Model", None)
    return model is not None and issubclass(type(result), model)


class _Reader:
    """Reads one result; counts its entries."""

    def __init__(self):
        self.left = ENTRIES

    def take(self, count):
        """Note so many entries more."""
        self.left -= count
        if self.left < 0:
            raise Wrong("too-large")

    def read(self, value, depth):
        """Return plain data for a value, whatever its type pretends to be."""
        kind = type(value)
        self.take(1)
        if value is None or value is ... or kind in (bool, int, float, complex) or is_model(value):
            return value
        if kind.__module__ == "numpy" and issubclass(kind, np.generic):
            return value
        if depth > DEPTH:
            return Foreign()
        for word in WORDS:
            if issubclass(kind, word):
                self.take(word.__len__(value))
                return word(value) if kind is word else word.__getitem__(value, slice(None))
        for group in (tuple, list):
            if issubclass(kind, group):
                self.take(group.__len__(value))
                return group(self.read(part, depth + 1) for part in group.__iter__(value))
        for group in (set, frozenset):
            if issubclass(kind, group):
                self.take(group.__len__(value))
                return frozenset(self.key(part) for part in group.__iter__(value))
        if issubclass(kind, dict):
            self.take(dict.__len__(value))
            return {self.key(k): self.read(v, depth + 1) for k, v in dict.items(value)}
        return self.numbers(value)

    def key(self, value):
        """Return a word or number that may be an entry of a set, or `Foreign`."""
        if issubclass(type(value), str):
            return str.__getitem__(value, slice(None))
        return value if type(value) in (bool, int, float, type(None)) else Foreign()

    def numbers(self, value):
        """Return an array for what can be one."""
        if not issubclass(type(value), np.ndarray):
            self.take(_length(value))
            if hasattr(value, "to_numpy"):  # of pandas
                value = value.to_numpy()
        if type(value) is range:
            return np.arange(value.start, value.stop, value.step)
        try:
            values = np.asarray(value)
            if type(values) is not np.ndarray:
                return Foreign()
            self.take(max(values.size, values.nbytes // 16 if values.dtype.kind in "USV" else 0))
            if values.dtype == object:
                values = values.astype(float)
        except Wrong:
            raise
        except (Exception, SystemExit, GeneratorExit):
            return Foreign()
        return values


def _length(value):
    """Return how many entries a value says that it has, before anything is made of it."""
    shape = getattr(value, "shape", None)
    try:
        if isinstance(shape, tuple) or hasattr(shape, "as_list"):
            return int(np.prod([int(side) for side in shape], dtype=float))
        return 1 if issubclass(type(value), Number) else len(value)
    except OverflowError:  # as `range(10**30)` does
        return ENTRIES + 1
    except (Exception, SystemExit, GeneratorExit):
        return 1
