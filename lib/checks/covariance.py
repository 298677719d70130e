"""Checks of the exercises of chapter 01, covariance and correlation."""

import numpy as np

from lib.checks import exercise
from lib.checks.forms import agree, parts
from lib.checks.mistakes import (
    on_means_of_rows,
    on_one_mean,
    on_transposed,
)  # fmt: skip


def readings(rng, n, p):
    """Draw n correlated readings of p features with means and scales of their own."""
    mixed = rng.normal(size=(n, p)) @ (np.eye(p) + rng.uniform(-0.6, 0.6, (p, p)))
    return mixed * rng.uniform(0.5, 3, p) + rng.uniform(2, 9, p) * rng.choice([-1, 1], p)


def two_readings(rng):
    """Return two data matrices, as cases with one argument each."""
    return [(readings(rng, 12, 4),), (readings(rng, 30, 3),)]


@exercise(
    "ex-covariance-1",
    title="New units",
    shows=(
        "An offset vanishes in the centring; a factor enters once for each of the two columns, and "
        "the correlation keeps only its sign."
    ),
    look="Put a_j x + b_j into the definition of the covariance, section 'By hand'.",
    cases=lambda rng: [
        (rng.uniform(0.3, 4, p) * signs, rng.normal(0, 20, p))
        for p, signs in ((4, [1, 1, 1, -1]), (3, [-1, 1, -1]))
    ],
    mistakes={
        "factor-once": (
            lambda a, b: (np.outer(np.sqrt(np.abs(a)), np.sqrt(np.abs(a))) * np.sign(
                np.outer(a, a)), np.sign(np.outer(a, a))),
            "On the diagonal of C each factor enters only once. Which units does a variance have?",
        ),
        "sign-lost": (
            lambda a, b: (np.outer(a, a), np.ones((len(a), len(a)))),
            "C is right. K does not always stay as it was: what does a factor of −1 do to it?",
        ),
        "factors-of-rows": (
            lambda a, b: (np.tile(np.reshape(a, (-1, 1)) ** 2, (1, len(a))),
                          np.sign(np.outer(a, a))),
            "Each entry of C belongs to two columns, and yours uses the factor of one of them.",
        ),
        "offset-matters": (
            lambda a, b: (np.outer(a + b, a + b), np.sign(np.outer(a + b, a + b))),
            "The offsets b change your factors. What becomes of them when the columns are centred?",
        ),
        "correlation-scales": (
            lambda a, b: (np.outer(a, a), np.outer(a, a)),
            "C is right. But K has no units, so how can new units stretch it?",
        ),
    },
)  # fmt: skip
def new_units(result, a, b):
    """The factors of C are the outer product of `a`, those of K its signs."""
    of_C, of_K = parts(result, 2)
    agree(of_C, np.outer(a, a))
    agree(of_K, np.sign(np.outer(a, a)))


def correlation(X):
    """Return the correlation matrix of the columns of X."""
    return np.corrcoef(X, rowvar=False)


def correlation_about(centred):
    """Return the correlation matrix of data that should be centred, without centring them."""
    C = centred.T @ centred
    return C / np.sqrt(np.outer(np.diag(C), np.diag(C)))


def divided_by_variances(X):
    """Divide the covariances by variances."""
    C = np.cov(X, rowvar=False, ddof=0)
    return C / np.outer(np.diag(C), np.diag(C))


@exercise(
    "ex-covariance-2",
    title="Two wrong lines",
    shows=(
        "Adding a constant to a column, or multiplying it by a positive number, leaves your K as "
        "it is: it is the covariance matrix of standardised columns."
    ),
    look="See the sections 'The units, and how to lose them' and 'All pairs at once'.",
    cases=two_readings,
    mistakes={
        "one-mean": on_one_mean(correlation_about),
        "not-centred": correlation_about,
        "mean-of-rows": on_means_of_rows(correlation_about),
        "rows-and-columns": on_transposed(correlation),
        "variance-for-deviation": divided_by_variances,
        "both-lines": (
            lambda X: on_one_mean(lambda Y: Y.T @ Y / len(Y))(X)
            / np.outer(*2 * [np.diag(on_one_mean(lambda Y: Y.T @ Y / len(Y))(X))]),
            "Both wrong lines are still there: neither is the diagonal one, nor does K stay as it "
            "is if 100 is added to a column.",
        ),
        "not-scaled": lambda X: np.cov(X, rowvar=False),
        "mixed-ddof": (
            lambda X: np.cov(X, rowvar=False, ddof=1)
            / np.outer(*2 * [np.std(X, axis=0)]),
            "The diagonal is n/(n − 1) and not one: covariances and standard deviations are "
            "divided by different numbers. What is the default of `ddof` in each?",
        ),
        "mixed-ddof-back": (
            lambda X: np.cov(X, rowvar=False, ddof=0)
            / np.outer(*2 * [np.std(X, axis=0, ddof=1)]),
            "The diagonal is (n − 1)/n and not one: covariances and standard deviations are "
            "divided by different numbers.",
        ),
    },
    without=("cov", "corrcoef", "corr", "covariance", "correlation", "for"),
)  # fmt: skip
def repaired_correlation(result, X):
    """The result is the correlation matrix."""
    agree(result, correlation(X))
