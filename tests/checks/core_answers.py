"""An exercise made up to try the core of the checks, with an answer for each of its rejections."""

import functools
from contextlib import contextmanager

import numpy as np
import pandas as pd

from lib.checks import exercise
from lib.checks.core import networks
from lib.checks.core.registry import _exercises
from lib.checks.core.results import (
    agree,
    agree_up_to_signs,
    alike_up_to_signs,
    chosen,
    integer,
    number,
    parts,
    truth,
)  # fmt: skip
from lib.covariance import covariance

MADE_UP = "ex-made-up-1"


@contextmanager
def made_up():
    """Register the exercises below, and forget them and all others that are new at the end."""
    before = dict(_exercises)
    try:
        _register()
        yield
    finally:
        _exercises.clear()
        _exercises.update(before)


def centred(X, k):
    return X - X.mean(axis=0)


def by_svd(X, k):
    return np.linalg.svd(X)[2][:k]


def _register():
    frame = dict(title="Title", shows="It shows.", look="Look there.")

    @exercise(
        MADE_UP, **frame, without=("cov", "for"),
        cases=lambda rng: [(rng.normal(5, 1, (9, 3)), 2), (rng.normal(-3, 1, (4, 6)), 1)] * 2,
        mistakes={
            "not-centred": lambda X, k: X,
            "one-mean": lambda X, k: X - X.mean(),
            "fails": (lambda X, k: 1 / 0, "Can't be made."),
        },
    )  # fmt: skip
    def verify(result, X, k):
        agree(result, centred(X, k))

    @exercise("ex-made-up-2", **frame, kind="value")
    def verify_value(result):
        agree(result, [0.0, 1.0, 2.0])

    numbers = {"number": (number, 2.5), "integer": (integer, 3), "truth": (truth, True)}
    for index, (read, right) in enumerate(numbers.values(), start=10):

        @exercise(f"ex-made-up-{index}", **frame, kind="value")
        def verify_number(result, read=read, right=right):
            agree(float(read(result)), right)

    @exercise(
        "ex-made-up-20", **frame, cases=lambda rng: [(rng.normal(size=(5, 4)), 2)],
        mistakes={"ascending": lambda X, k: np.linalg.svd(X)[2][:-3:-1]},
        match=alike_up_to_signs(axis=1),
    )  # fmt: skip
    def verify_rows(result, X, k):
        agree_up_to_signs(result, by_svd(X, k), axis=1)

    @exercise("ex-made-up-21", **frame, kind="value")
    def verify_words(result):
        agree(len(chosen(result, "ab", ("up", "down"))["a"]), 1)

    @exercise(
        "ex-made-up-22", **frame, cases=lambda rng: [(rng.normal(size=3),)],
        mistakes={
            "parts-twice": (lambda x: (x, {"sum": 2 * x.sum()}), "Twice the sum."),
            "parts-nan": (lambda x: (x, {"sum": np.nan}), "No sum."),
        },
    )  # fmt: skip
    def verify_parts(result, x):
        first, second = parts(result, 2)
        agree(first, x)
        agree(second["sum"] if isinstance(second, dict) else second, x.sum())

    @exercise("ex-made-up-30", **frame, cases=lambda rng: [()])
    def verify_model(result):
        networks.reconstructions(result, np.zeros((2, 3)))


def model_that(act):
    """Return a Keras model that does something of its own when it is called."""
    from lib.training import keras

    class Acts(keras.Model):
        def call(self, x):
            return act()

    return Acts()


class Defended:
    """Can be called, but not looked at."""

    def __call__(self, X, k):
        return centred(X, k)

    def __getattr__(self, name):
        raise SystemExit if name == "func" else AttributeError


class Mine:
    """No array can be made of it."""

    def __array__(self, *args, **kwargs):
        raise KeyboardInterrupt


def no_body(X, k):
    pass


def dots(X, k):
    """Say what to return."""
    ...


def not_yet(X, k):
    raise NotImplementedError


def some_dots(X, k):
    return X, ...


def prints(X, k):
    str(X)


def in_place(X, k):
    X -= X.mean(axis=0)
    return X


def leaves(X, k):
    raise SystemExit


def leave():
    raise SystemExit


def endless(X, k):
    i = 0
    if k:
        return endless_helper(i)


def endless_helper(i):
    while i >= 0:
        i += 1


def loops(X, k):
    return X - [sum(x) / len(x) for x in X.T]


def loops_in_a_helper(X, k):
    return loops(X, k)


def calls_cov(X, k):
    np.cov(X)
    return centred(X, k)


def recursive(X, k):
    return recursive(X, k) if k < 0 else centred(X, k)


class Centre:
    def __call__(self, X, k):
        return X - X.mean(axis=0)


class Fails:
    def __call__(self, X, k):
        return X.nothing


def cov(X, k):
    return centred(X, k)


def own_helper_called_cov(X, k):
    return cov(X, k)


RIGHT = [
    (MADE_UP, centred),
    (MADE_UP, recursive),
    (MADE_UP, own_helper_called_cov),
    (MADE_UP, Centre()),
    (MADE_UP, functools.partial(centred)),
    (MADE_UP, lambda X, k: centred(X, k).tolist()),
    (MADE_UP, lambda X, k: pd.DataFrame(centred(X, k))),
    (MADE_UP, lambda X, k: centred(X, k).astype("float32")),
    (MADE_UP, lambda X, k: centred(X, k).astype("float16")),
    (MADE_UP, lambda X, k: centred(X, k) + 0j),
    (MADE_UP, lambda X, k: centred(X, k).astype(object)),
    (MADE_UP, lambda X, k: centred(X, k) * (1 + 1e-8)),
    ("ex-made-up-2", [0, 1, 2]),
    ("ex-made-up-2", np.arange(3)),
    ("ex-made-up-2", pd.Series([0.0, 1.0, 2.0])),
    ("ex-made-up-10", 2.5),
    ("ex-made-up-10", np.float32(2.5)),
    ("ex-made-up-10", [[2.5]]),
    ("ex-made-up-11", 3),
    ("ex-made-up-11", np.array([3.0])),
    ("ex-made-up-12", True),
    ("ex-made-up-12", np.True_),
    ("ex-made-up-20", by_svd),
    ("ex-made-up-20", lambda X, k: -by_svd(X, k)),
    ("ex-made-up-20", lambda X, k: np.float32(by_svd(X, k)) * [[1], [-1]]),
    ("ex-made-up-21", {"a": "up", "b": {"up", "down"}}),
    ("ex-made-up-21", {"b": [], "a": ("down",)}),
    ("ex-made-up-22", lambda x: (x, x.sum())),
    ("ex-made-up-22", lambda x: [list(x), np.array([x.sum()])]),
]
WRONG = [
    (MADE_UP, "todo", ...),
    (MADE_UP, "todo", no_body),
    (MADE_UP, "todo", dots),
    (MADE_UP, "todo", not_yet),
    (MADE_UP, "todo", some_dots),
    (MADE_UP, "todo", lambda X, k: ...),
    ("ex-made-up-2", "todo", [0, 1, ...]),
    ("ex-made-up-21", "todo", {"a": ..., "b": "up"}),
    ("ex-made-up-2", "none", None),
    (MADE_UP, "none", prints),
    (MADE_UP, "changed-input", in_place),
    (MADE_UP, "error", leaves),
    (MADE_UP, "error", lambda: 1),
    (MADE_UP, "error", Fails()),
    (MADE_UP, "error", Defended()),
    ("ex-made-up-30", "error", lambda: model_that(leave)),
    (MADE_UP, "not-numbers", lambda X, k: Mine()),
    (MADE_UP, "too-large", lambda X, k: range(10**9)),
    ("ex-made-up-20", "timeout", endless),
    (MADE_UP, "loop", loops),
    (MADE_UP, "loop", loops_in_a_helper),
    (MADE_UP, "borrowed", calls_cov),
    (MADE_UP, "borrowed", covariance),
    (MADE_UP, "borrowed", functools.partial(covariance, ddof=0)),
    (MADE_UP, "not-a-function", 3),
    (MADE_UP, "not-a-function", None),
    ("ex-made-up-2", "not-a-value", centred),
    ("ex-made-up-2", "not-a-value", int),
    (MADE_UP, "not-centred", lambda X, k: X + 0),
    (MADE_UP, "one-mean", lambda X, k: X - np.mean(X)),
    (MADE_UP, "value", lambda X, k: 1.01 * centred(X, k)),
    (MADE_UP, "value", lambda X, k: centred(X, k) + 0.01 * (X == X.max())),
    (MADE_UP, "shape", lambda X, k: centred(X, k)[1:]),
    (MADE_UP, "shape", lambda X, k: 7.0),
    (MADE_UP, "transposed", lambda X, k: centred(X, k).T),
    (MADE_UP, "nan", lambda X, k: centred(X, k) * np.nan),
    (MADE_UP, "complex", lambda X, k: centred(X, k) * (1 + 0.1j)),
    (MADE_UP, "not-numbers", lambda X, k: "text"),
    (MADE_UP, "not-numbers", lambda X, k: [[1], [2, 3]]),
    (MADE_UP, "not-numbers", lambda X, k: X.astype(str)),
    ("ex-made-up-10", "not-one-number", [1, 2]),
    ("ex-made-up-10", "nan", np.inf),
    ("ex-made-up-10", "complex", 2.5 + 1j),
    ("ex-made-up-10", "value", 2.51),
    ("ex-made-up-11", "not-whole", 3.2),
    ("ex-made-up-12", "not-truth", 1),
    ("ex-made-up-20", "ascending", lambda X, k: np.linalg.svd(X)[2][::-1][:k]),
    ("ex-made-up-20", "value", lambda X, k: 0 * by_svd(X, k)),
    ("ex-made-up-20", "transposed", lambda X, k: by_svd(X, k).T),
    ("ex-made-up-21", "not-by-letter", ["up", "down"]),
    ("ex-made-up-21", "not-by-letter", {"a": "up"}),
    ("ex-made-up-21", "not-by-letter", {"a": 3, "b": "up"}),
    ("ex-made-up-21", "unknown-word", {"a": "left", "b": "up"}),
    ("ex-made-up-22", "parts", lambda x: x),
    ("ex-made-up-22", "parts", lambda x: (x, 1, 2)),
    ("ex-made-up-22", "parts-twice", lambda x: (x, {"sum": 2 * sum(x)})),
    ("ex-made-up-22", "parts-nan", lambda x: [list(x), {"sum": np.float64("nan")}]),
    ("ex-made-up-22", "value", lambda x: (x, {"sum": 3 * sum(x)})),
]
