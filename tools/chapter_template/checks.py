"""Checks of the exercises of chapter NEWNUMBER."""

import numpy as np

from lib.checks import exercise
from lib.checks.core.results import agree


def spread_about(X, centre, ddof=0):
    """Return the root mean square distance of the rows of X from a point."""
    return np.sqrt(np.sum((X - centre) ** 2) / (len(X) - ddof))


def clouds(rng):
    """Return small data matrices far from the origin, with more rows than columns or fewer."""
    return [(rng.normal(3.0, 1.0, size=shape),) for shape in ((9, 3), (4, 6))]


@exercise(
    "ex-NEWWORD-1",
    title="How wide is a cloud?",
    shows="The squared spread is the total variance, the sum of the variances of all features.",
    look="See the section 'By hand'.",
    cases=clouds,
    mistakes={
        # The words for these two stand among the hints that all exercises share.
        "not-centred": lambda X: spread_about(X, 0),
        "ddof-1": lambda X: spread_about(X, X.mean(axis=0), ddof=1),
        "no-root": (
            lambda X: spread_about(X, X.mean(axis=0)) ** 2,
            "This is the mean of the squared distances. Which unit does a distance have?",
        ),
    },
)
def spread(result, X):
    """The root mean square distance from the mean."""
    agree(result, spread_about(X, X.mean(axis=0)))
