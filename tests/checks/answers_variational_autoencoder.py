"""Right and wrong answers to the exercises of chapter 14."""

import numpy as np
from answers import right, wrong
from scipy.special import logsumexp

E1, E2 = (f"ex-variational-autoencoder-{i}" for i in (1, 2))


@right(E1)
def by_logsumexp(log_w):
    return logsumexp(log_w, axis=1) - np.log(log_w.shape[1])


@right(E1)
def pair_by_pair(log_w):
    return np.logaddexp.reduce(log_w, axis=1) - np.log(len(log_w[0]))


@right(E1)
def row_by_row(log_w):
    return [max(row) + np.log(np.mean(np.exp(row - max(row)))) for row in log_w]


@wrong(E1, "mean-of-logs")
def the_bound(log_w):
    return np.mean(log_w, axis=1)


@wrong(E1, "sum-of-weights")
def not_divided(log_w):
    return logsumexp(log_w, axis=1)


@wrong(E1, "largest-alone")
def largest(log_w):
    return np.sort(log_w, axis=1)[:, -1]


@wrong(E1, "largest-lost")
def never_added(log_w):
    return np.log(np.mean(np.exp(log_w.T - log_w.max(axis=1)), axis=0))


@wrong(E1, "over-images")
def other_axis(log_w):
    return logsumexp(log_w, axis=0) - np.log(len(log_w))


@wrong(E1, "nan")
def straight(log_w):
    with np.errstate(all="ignore"):
        return np.log(np.exp(log_w).mean(axis=1))


@wrong(E1, "shape")
def one_for_all(log_w):
    return logsumexp(log_w) - np.log(log_w.size)


@right(E2)
def by_svd(X, k, variance):
    d = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)[:k]
    return np.log(np.maximum(d**2 / len(X) / variance, 1)) / 2


@right(E2)
def by_divergence(X, k, variance):
    lam = np.sort(np.linalg.eigvalsh(np.cov(X.T, bias=True)))[::-1][:k]
    v = variance / np.where(lam > variance, lam, variance)
    return ((1 - v) + v - 1 - np.log(v)) / 2


@right(E2)
def one_by_one(X, k, variance):
    lam = np.linalg.eigvalsh(np.cov(X, rowvar=False, ddof=0))[::-1]
    return [0.5 * np.log(a / variance) if a > variance else 0.0 for a in lam[:k]]


@wrong(E2, "not-centred")
def of_second_moments(X, k, variance):
    lam = np.linalg.eigvalsh(X.T @ X / len(X))[::-1][:k]
    return np.log(np.maximum(lam / variance, 1)) / 2


def eigenvalues(X, k, bias=True):
    return np.linalg.eigvalsh(np.cov(X.T, bias=bias))[::-1][:k]


@wrong(E2, "divided-by-n-1")
def by_default(X, k, variance):
    return np.log(np.maximum(eigenvalues(X, k, False) / variance, 1)) / 2


@wrong(E2, "negative-nats")
def all_alive(X, k, variance):
    return np.log(eigenvalues(X, k) / variance) / 2


@wrong(E2, "bits")
def in_bits(X, k, variance):
    return np.log2(np.maximum(eigenvalues(X, k) / variance, 1)) / 2


@wrong(E2, "not-halved")
def whole(X, k, variance):
    return np.log(np.maximum(eigenvalues(X, k) / variance, 1))


@wrong(E2, "variance-squared")
def noise_as_deviation(X, k, variance):
    return np.log(np.maximum(eigenvalues(X, k) / variance**2, 1)) / 2


@wrong(E2, "value")
def rising(X, k, variance):
    return np.log(np.maximum(eigenvalues(X, k)[::-1] / variance, 1)) / 2


@wrong(E2, "shape")
def of_all_features(X, k, variance):
    return sum(np.log(np.maximum(eigenvalues(X, k) / variance, 1)) / 2)
