"""Right and wrong answers to the exercises of chapter NEWNUMBER."""

import numpy as np
from answers import right, wrong
from scipy.spatial.distance import pdist

# --- ex-NEWWORD-1: the width of a cloud


@right("ex-NEWWORD-1")
def by_variances(X):
    return np.sqrt(X.var(axis=0).sum())


@right("ex-NEWWORD-1")
def by_trace(X):
    return np.trace(np.cov(X, rowvar=False, ddof=0)) ** 0.5


@right("ex-NEWWORD-1")
def by_pairs(X):
    return np.sqrt(np.sum(pdist(X) ** 2)) / len(X)


@wrong("ex-NEWWORD-1", "not-centred")
def forgot_the_mean(X):
    return np.linalg.norm(X) / np.sqrt(len(X))


@wrong("ex-NEWWORD-1", "ddof-1")
def by_the_default_of_cov(X):
    return np.sqrt(np.trace(np.cov(X, rowvar=False)))


@wrong("ex-NEWWORD-1", "no-root")
def total_variance(X):
    return X.var(axis=0).sum()
