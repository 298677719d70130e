"""Right and wrong answers to the exercises of chapter 03."""

import numpy as np
import pandas as pd
from answers import right, wrong
from scipy.linalg import polar
from sklearn.decomposition import PCA as SklearnPCA

from lib.pca import PCA

# --- ex-svd-1: what stays, what changes

SAME = ("same values", "same vectors")
CHANGES = {"a": ("twice", "same vectors"), "b": ("same values", "left"), "c": SAME}
CHANGES |= {"d": ("same values", "swapped"), "e": ("root two", "same vectors"), "f": SAME}
CHANGES |= {"g": ("squared", "same vectors"), "h": ("inverse", "left")}
right(
    "ex-svd-1",
    {letter: set(words) for letter, words in CHANGES.items()},
    {letter: list(words[::-1]) for letter, words in CHANGES.items()},
    dict(reversed(CHANGES.items())),
)
for letter, words in {
    "a": ("twice", "swapped"), "b": SAME, "c": ("same values", "swapped"), "d": SAME,
    "e": ("twice", "same vectors"), "f": ("same values", "left"), "g": ("squared", "left"),
    "h": ("inverse", "same vectors"),
}.items():  # fmt: skip
    wrong("ex-svd-1", f"svd-{letter}", CHANGES | {letter: words})
wrong("ex-svd-1", "unknown-word", CHANGES | {"a": "minus two"})
wrong("ex-svd-1", "not-by-letter", list(CHANGES.values()))
wrong("ex-svd-1", "todo", dict.fromkeys(CHANGES, ...))

# --- ex-svd-2: reconstruction by PCA


@right("ex-svd-2")
def by_sklearn(X, k):
    pca = SklearnPCA(k).fit(X)
    return pca.inverse_transform(pca.transform(X))


@right("ex-svd-2")
def by_projection(X, k):
    mean = X.mean(axis=0)
    V = np.linalg.eigh(np.cov(X, rowvar=False))[1][:, ::-1][:, :k]
    return (mean + (X - mean) @ V @ V.T).tolist()


@right("ex-svd-2")
def as_frame(X, k):
    pca = PCA(k).fit(X)
    return pd.DataFrame(pca.inverse_transform(pca.transform(X)))


@right("ex-svd-2")
def in_float32(X, k):
    X = X.astype("float32")
    U, d, Vt = np.linalg.svd(X - X.mean(axis=0))
    return X.mean(axis=0) + U[:, :k] @ np.diag(d[:k]) @ Vt[:k]


@right("ex-svd-2")
def by_rank_one_terms(X, k):
    mean = X.mean(axis=0)
    U, d, Vt = np.linalg.svd(X - mean)
    return mean + sum(d[j] * np.outer(U[:, j], Vt[j]) for j in range(k))


@wrong("ex-svd-2", "both-mistakes")
def as_printed(X, k):
    U, d, V = np.linalg.svd(X)
    return U[:, :k] @ np.diag(d[:k]) @ V[:, :k].T


@wrong("ex-svd-2", "not-centred")
def uncentred(X, k):
    U, d, Vt = np.linalg.svd(X, full_matrices=False)
    return U[:, :k] * d[:k] @ Vt[:k]


@wrong("ex-svd-2", "mean-not-added")
def at_the_origin(X, k):
    return uncentred(X - X.mean(axis=0), k)


@wrong("ex-svd-2", "mean-added-only")
def mean_twice(X, k):
    return uncentred(X, k) + X.mean(axis=0)


@wrong("ex-svd-2", "one-mean")
def one_number(X, k):
    return X.mean() + uncentred(X - X.mean(), k)


@wrong("ex-svd-2", "one-term-more")
def counted_from_one(X, k):
    return by_rank_one_terms(X, k + 1)


@wrong("ex-svd-2", "all-terms")
def copies(X, k):
    return X.copy()


@wrong("ex-svd-2", "ascending")
def last_terms(X, k):
    mean = X.mean(axis=0)
    U, d, Vt = np.linalg.svd(X - mean, full_matrices=False)
    return mean + U[:, -k:] * d[-k:] @ Vt[-k:]


@wrong("ex-svd-2", "shape")
def scores(X, k):
    return SklearnPCA(k).fit_transform(X)


@wrong("ex-svd-2", "transposed")
def other_way(X, k):
    return by_sklearn(X, k).T


@wrong("ex-svd-2", "error")
def full_product(X, k):
    U, d, Vt = np.linalg.svd(X)
    return U @ d @ Vt


# --- ex-svd-3: how many terms


@right("ex-svd-3")
def by_building(A, tolerance):
    U, d, Vt = np.linalg.svd(A, full_matrices=False)
    for k in range(len(d)):
        A_k = U[:, :k] * d[:k] @ Vt[:k]
        if np.linalg.norm(A - A_k) <= tolerance * np.linalg.norm(A):
            return k
    return len(d)


@right("ex-svd-3")
def by_tails(A, tolerance):
    d = np.linalg.svd(A, compute_uv=False)
    tails = [np.linalg.norm(d[k:]) for k in range(len(d) + 1)]
    return np.sum(np.array(tails) > tolerance * tails[0])


@right("ex-svd-3")
def as_a_float(A, tolerance):
    return float(by_tails(A, tolerance))


@wrong("ex-svd-3", "squares-compared")
def energy(A, tolerance):
    d2 = np.linalg.svd(A, compute_uv=False) ** 2
    kept = np.concatenate(([0], np.cumsum(d2))) / d2.sum()
    return int(np.argmax(kept >= 1 - tolerance - 1e-15))


@wrong("ex-svd-3", "squares-compared")
def energy_by_searchsorted(A, tolerance):
    d2 = np.linalg.svd(A, compute_uv=False) ** 2
    return int(np.searchsorted(np.cumsum(d2) / d2.sum(), 1 - tolerance)) + 1


@wrong("ex-svd-3", "from-one")
def kept_by_searchsorted(A, tolerance):
    d2 = np.linalg.svd(A, compute_uv=False) ** 2
    return int(np.searchsorted(np.cumsum(d2) / d2.sum(), 1 - tolerance**2)) + 1


@wrong("ex-svd-3", "sum-of-values")
def by_sums(A, tolerance):
    d = np.linalg.svd(A, compute_uv=False)
    return int(np.argmax([d[k:].sum() <= tolerance * d.sum() for k in range(len(d) + 1)]))


@wrong("ex-svd-3", "two-norm")
def by_threshold(A, tolerance):
    d = np.linalg.svd(A, compute_uv=False)
    return int(np.sum(d > tolerance * d[0]))


@wrong("ex-svd-3", "one-term-too-many")
def counts_from_one(A, tolerance):
    return by_tails(A, tolerance) + 1


@wrong("ex-svd-3", "centred")
def centres(A, tolerance):
    return by_tails(A - A.mean(axis=0), tolerance)


@wrong("ex-svd-3", "value")
def full_rank(A, tolerance):
    return min(A.shape)


@wrong("ex-svd-3", "not-whole")
def share(A, tolerance):
    return by_tails(A, tolerance) / 3.7


@wrong("ex-svd-3", "absolute")
def absolute(A, tolerance):
    d = np.linalg.svd(A, compute_uv=False)
    return next((k for k in range(len(d)) if np.linalg.norm(d[k:]) <= tolerance), len(d))


@wrong("ex-svd-3", "digits-lost")
def by_what_is_kept(A, tolerance):
    d2 = np.linalg.svd(A, compute_uv=False) ** 2
    lost = 1 - np.concatenate(([0], np.cumsum(d2))) / d2.sum()
    return int(np.argmax(lost <= tolerance**2))


@wrong("ex-svd-3", "digits-lost")
def by_difference(A, tolerance):
    d2 = np.linalg.svd(A, compute_uv=False) ** 2
    rest = np.sum(d2) - np.concatenate(([0], np.cumsum(d2)))
    return int(np.argmax(np.sqrt(np.abs(rest)) <= tolerance * np.sqrt(np.sum(d2))))


# --- ex-svd-4: the nearest orthogonal matrix


@right("ex-svd-4")
def by_polar(A):
    return polar(A)[0]


@right("ex-svd-4")
def by_newton(A):
    for _ in range(30):
        A = (A + np.linalg.inv(A).T) / 2
    return A


@right("ex-svd-4")
def by_root(A):
    eigenvalues, S = np.linalg.eigh(A.T @ A)
    return pd.DataFrame(A @ (S / np.sqrt(eigenvalues)) @ S.T)


@right("ex-svd-4")
def nearest_in_float32(A):
    U, _, Vt = np.linalg.svd(A.astype("float32"))
    return U @ Vt


@wrong("ex-svd-4", "v-for-vt")
def two_turns(A):
    U, _, V = np.linalg.svd(A)
    return U @ V.T


@wrong("ex-svd-4", "qr")
def gram_schmidt(A):
    Q = np.empty_like(A)
    for j, a in enumerate(A.T):
        a = a - Q[:, :j] @ (Q[:, :j].T @ a)
        Q[:, j] = a / np.linalg.norm(a)
    return Q


@wrong("ex-svd-4", "qr-with-signs")
def by_numpy(A):
    return np.linalg.qr(A).Q


@wrong("ex-svd-4", "always-rotation")
def rotation(A):
    U, _, Vt = np.linalg.svd(A)
    U[:, -1] *= np.sign(np.linalg.det(U @ Vt))
    return U @ Vt


@wrong("ex-svd-4", "transposed-rotation")
def back(A):
    return by_polar(A).T


@wrong("ex-svd-4", "not-orthogonal")
def unchanged(A):
    return A.copy()


@wrong("ex-svd-4", "not-nearest")
def identity(A):
    return np.eye(len(A))


@wrong("ex-svd-4", "stretched")
def unit_columns(A):
    return A / np.sqrt(np.sum(A**2, axis=0))


@wrong("ex-svd-4", "shape")
def first_columns(A):
    return by_polar(A)[:, :2]


# --- ex-svd-5: cut off the noise


def truncations(A):
    U, d, Vt = np.linalg.svd(A, full_matrices=False)
    return [U[:, :k] @ np.diag(d[:k]) @ Vt[:k] for k in range(len(d) + 1)]


@right("ex-svd-5")
def by_search(signal, noisy):
    best, least = 0, np.inf
    for k, A in enumerate(truncations(noisy)):
        if np.sum((A - signal) ** 2) < least:
            best, least = k, np.sum((A - signal) ** 2)
    return best


@right("ex-svd-5")
def by_sorting(signal, noisy):
    return np.argsort([np.linalg.norm(A - signal) for A in truncations(noisy)])[0]


@right("ex-svd-5")
def by_expanding(signal, noisy):
    """Expand the square: each term has its own gain."""
    U, d, Vt = np.linalg.svd(noisy, full_matrices=False)
    gains = d**2 - 2 * d * np.einsum("ij,ik,jk->j", U, signal, Vt)
    return np.array(np.argmin(np.concatenate(([0], np.cumsum(gains)))))


@wrong("ex-svd-5", "compares-with-noisy")
def to_noisy(signal, noisy):
    return int(np.argmin([np.linalg.norm(noisy - A) for A in truncations(noisy)]))


@wrong("ex-svd-5", "other-norm")
def by_the_two_norm(signal, noisy):
    return int(np.argmin([np.linalg.norm(A - signal, 2) for A in truncations(noisy)]))


@wrong("ex-svd-5", "mean-size-of-errors")
def by_mean_absolute_error(signal, noisy):
    return int(np.argmin([np.abs(A - signal).mean() for A in truncations(noisy)]))


@wrong("ex-svd-5", "true-rank")
def three(signal, noisy):
    return 3


@wrong("ex-svd-5", "clear-of-noise")
def above_the_edge(signal, noisy):
    noise = np.linalg.svd(noisy - signal, compute_uv=False)
    return np.count_nonzero(np.linalg.svd(noisy, compute_uv=False) > noise[0])


@wrong("ex-svd-5", "starts-at-one")
def from_one(signal, noisy):
    errors = [np.linalg.norm(signal - A) for A in truncations(noisy)]
    return 1 + int(np.argmin(errors[1:]))


@wrong("ex-svd-5", "counts-from-one")
def index_for_rank(signal, noisy):
    return int(np.argmin([np.linalg.norm(signal - A) for A in truncations(noisy)[1:]]))


@wrong("ex-svd-5", "value")
def none_at_all(signal, noisy):
    return 0


@wrong("ex-svd-5", "not-one-number")
def all_errors(signal, noisy):
    return [np.linalg.norm(signal - A) for A in truncations(noisy)]
