"""Right and wrong answers to the exercises of chapter 02."""

import numpy as np
import pandas as pd
from answers import right, wrong
from sklearn.decomposition import PCA as SklearnPCA

from lib.datasets import make_mass_spring_chain
from lib.pca import PCA

# --- ex-pca-theorem-1: what stays, what changes

E, C, S = "eigenvalues", "components", "shares"
CHANGES = {"a": set(), "b": {E}, "c": {C}, "d": {C}, "e": set(), "f": set()}
CHANGES |= {letter: {E, C, S} for letter in "gh"} | {"i": set()}
right(
    "ex-pca-theorem-1",
    {letter: list(words) for letter, words in CHANGES.items()},
    {letter: tuple(sorted(words)) for letter, words in reversed(CHANGES.items())},
    CHANGES | {"b": E, "c": C, "d": (C,)},
    CHANGES | {"a": {}, "i": {}},
)
for letter, words in {
    "a": {C}, "b": {E, S}, "c": {E, C}, "d": set(), "e": {E}, "f": {S}, "g": {E}, "h": set(),
    "i": {E, C, S},
}.items():  # fmt: skip
    wrong("ex-pca-theorem-1", f"stays-{letter}", CHANGES | {letter: words})
wrong("ex-pca-theorem-1", "unknown-word", CHANGES | {"b": "eigenvectors"})
wrong("ex-pca-theorem-1", "not-by-letter", [set(), {E}], {"a": set()}, CHANGES | {"a": {E: C}})
wrong("ex-pca-theorem-1", "stays-nothing", CHANGES | {"a": None})
wrong("ex-pca-theorem-1", "todo", CHANGES | {"i": ...})
wrong("ex-pca-theorem-1", "not-a-value", lambda: CHANGES)

# --- ex-pca-theorem-2: four tasks


def finish(X, V, mean):
    """Return what follows from components and mean."""
    Z = (X - mean) @ V.T
    X_hat = Z @ V + mean
    return V, Z, X_hat, ((X - X_hat) ** 2).sum() / len(X)


@right("ex-pca-theorem-2")
def by_sklearn(X, k):
    pca = SklearnPCA(k).fit(X)
    return finish(X, pca.components_, pca.mean_)


@right("ex-pca-theorem-2")
def by_svd(X, k):
    mean = X.mean(axis=0)
    U, d, Vt = np.linalg.svd(X - mean, full_matrices=False)
    X_hat = mean + U[:, :k] * d[:k] @ Vt[:k]
    return Vt[:k], U[:, :k] * d[:k], X_hat, np.sum(d[k:] ** 2) / len(X)


@right("ex-pca-theorem-2")
def with_other_signs(X, k):
    pca = PCA(k).fit(X)
    return list(finish(X, -pca.components_, pca.mean_))


@right("ex-pca-theorem-2")
def as_frames(X, k):
    frame = pd.DataFrame(X)
    eigenvalues, vectors = np.linalg.eigh(frame.cov())
    V = pd.DataFrame(vectors[:, np.argsort(-eigenvalues)[:k]].T)
    Xc = frame - frame.mean()
    Z = Xc @ V.T
    X_hat = Z @ V + frame.mean()
    return V, Z, X_hat, ((frame - X_hat) ** 2).sum(axis=1).mean()


@right("ex-pca-theorem-2")
def in_float32(X, k):
    pca = SklearnPCA(k).fit(X.astype("float32"))
    return finish(X.astype("float32"), pca.components_, pca.mean_)


def from_eigh(X, pick, *, centre=True, back=True):
    mean = X.mean(axis=0)
    V = pick(np.linalg.eigh(np.cov(X, rowvar=False))[1])
    Z = (X - mean if centre else X) @ V.T
    X_hat = Z @ V + (mean if back else 0)
    return V, Z, X_hat, np.mean(np.sum((X - X_hat) ** 2, axis=1))


@wrong("ex-pca-theorem-2", "all-three")
def as_printed(X, k):
    return from_eigh(X, lambda S: S[:k], centre=False, back=False)


@wrong("ex-pca-theorem-2", "ascending")
def not_sorted(X, k):
    return from_eigh(X, lambda S: S[:, :k].T)


@wrong("ex-pca-theorem-2", "rows-for-columns")
def rows(X, k):
    return from_eigh(X, lambda S: S[:, ::-1][:k])


@wrong("ex-pca-theorem-2", "uncentred-projection")
def uncentred(X, k):
    return from_eigh(X, lambda S: S[:, ::-1][:, :k].T, centre=False, back=False)


@wrong("ex-pca-theorem-2", "mean-twice")
def mean_added_only(X, k):
    return from_eigh(X, lambda S: S[:, ::-1][:, :k].T, centre=False)


@wrong("ex-pca-theorem-2", "mean-not-added")
def at_the_origin(X, k):
    return from_eigh(X, lambda S: S[:, ::-1][:, :k].T, back=False)


@wrong("ex-pca-theorem-2", "error-per-entry")
def mean_of_all_entries(X, k):
    V, Z, X_hat, _ = by_sklearn(X, k)
    return V, Z, X_hat, np.mean((X - X_hat) ** 2)


@wrong("ex-pca-theorem-2", "error-ddof")
def sklearn_variances(X, k):
    return *by_sklearn(X, k)[:3], SklearnPCA().fit(X).explained_variance_[k:].sum()


@wrong("ex-pca-theorem-2", "error-with-root")
def distances(X, k):
    V, Z, X_hat, _ = by_sklearn(X, k)
    return V, Z, X_hat, np.linalg.norm(X - X_hat, axis=1).mean()


@wrong("ex-pca-theorem-2", "error-summed")
def frobenius(X, k):
    V, Z, X_hat, _ = by_sklearn(X, k)
    return V, Z, X_hat, np.linalg.norm(X - X_hat) ** 2


@wrong("ex-pca-theorem-2", "transposed")
def columns(X, k):
    V, *others = by_sklearn(X, k)
    return V.T, *others


@wrong("ex-pca-theorem-2", "shape")
def all_components(X, k):
    _, *others = by_sklearn(X, k)
    return SklearnPCA().fit(X).components_, *others


@wrong("ex-pca-theorem-2", "not-unit")
def stretched(X, k):
    V, *others = by_sklearn(X, k)
    return 2 * V, *others


@wrong("ex-pca-theorem-2", "not-centred")
def of_uncentred_svd(X, k):
    return finish(X, np.linalg.svd(X)[2][:k], X.mean(axis=0))


@wrong("ex-pca-theorem-2", "order")
def second_first(X, k):
    return finish(X, SklearnPCA().fit(X).components_[1 : k + 1], X.mean(axis=0))


@wrong("ex-pca-theorem-2", "scores")
def whitened(X, k):
    V, Z, X_hat, error = by_sklearn(X, k)
    return V, Z / Z.std(axis=0), X_hat, error


@wrong("ex-pca-theorem-2", "approximation")
def rounded(X, k):
    V, Z, X_hat, error = by_sklearn(X, k)
    return V, Z, X_hat.round(), error


@wrong("ex-pca-theorem-2", "error-value")
def kept_for_left_out(X, k):
    return *by_sklearn(X, k)[:3], SklearnPCA().fit(X).explained_variance_[:k].sum()


@wrong("ex-pca-theorem-2", "scaled")
def standardised(X, k):
    Xs = (X - X.mean(axis=0)) / X.std(axis=0)
    V = SklearnPCA(k).fit(Xs).components_
    X_hat = Xs @ V.T @ V + X.mean(axis=0)
    return V, Xs @ V.T, X_hat, np.mean(np.sum((X - X_hat) ** 2, axis=1))


def iterate(X, k, change):
    """Find one component after the other by multiplication, until `change` says that it is done."""
    mean, C, V = X.mean(axis=0), np.cov(X, rowvar=False), []
    for _ in range(k):
        w, before = np.ones(X.shape[1]), 0.0
        while True:
            w = C @ w / np.linalg.norm(C @ w)
            value = w @ C @ w
            if change(value, before):
                break
            before = value
        V.append(w)
        C = C - value * np.outer(w, w)
    return finish(X, np.array(V), mean)


@right("ex-pca-theorem-2")
def by_iteration_to_nine_digits(X, k):
    return iterate(X, k, lambda value, before: abs(value - before) < 1e-9)


@right("ex-pca-theorem-2")
def by_unsorted_eig_and_argsort(X, k):
    values, vectors = np.linalg.eig(np.cov(X, rowvar=False))
    return finish(X, vectors[:, np.argsort(values)[::-1][:k]].T, X.mean(axis=0))


@wrong("ex-pca-theorem-2", "not-sorted")
def as_eig_returns_them(X, k):
    return finish(X, np.linalg.eig(np.cov(X.T))[1][:, :k].T, X.mean(axis=0))


@wrong("ex-pca-theorem-2", "scaled")
def scaled_and_back(X, k):
    mean, std = X.mean(axis=0), X.std(axis=0)
    V = SklearnPCA(k).fit((X - mean) / std).components_
    Z = (X - mean) / std @ V.T
    X_hat = Z @ V * std + mean
    return V, Z, X_hat, np.mean(np.sum((X - X_hat) ** 2, axis=1))


@wrong("ex-pca-theorem-2", "scaled")
def scaled_throughout(X, k):
    Xs = (X - X.mean(axis=0)) / X.std(axis=0, ddof=1)
    return finish(Xs, SklearnPCA(k).fit(Xs).components_, 0)


@wrong("ex-pca-theorem-2", "scaled")
def of_correlations(X, k):
    return finish(X, np.linalg.eigh(np.corrcoef(X.T))[1][:, ::-1][:, :k].T, X.mean(axis=0))


@wrong("ex-pca-theorem-2", "one-mean")
def one_mean_for_all(X, k):
    return finish(X, np.linalg.svd(X - X.mean())[2][:k], X.mean())


@wrong("ex-pca-theorem-2", "one-mean")
def one_mean_before_projection(X, k):
    return finish(X, SklearnPCA(k).fit(X).components_, X.mean())


@wrong("ex-pca-theorem-2", "one-mean")
def one_mean_at_the_end(X, k):
    V, Z, _, error = by_sklearn(X, k)
    return V, Z, Z @ V + X.mean(), error


@wrong("ex-pca-theorem-2", "mean-of-rows")
def mean_of_each_row(X, k):
    mean = X.mean(axis=1, keepdims=True)
    return finish(X, np.linalg.svd(X - mean)[2][:k], mean)


@wrong("ex-pca-theorem-2", "mean-of-rows")
def mean_of_each_row_before_projection(X, k):
    return finish(X, SklearnPCA(k).fit(X).components_, X.mean(axis=1, keepdims=True))


@wrong("ex-pca-theorem-2", "root")
def root_of_the_mean(X, k):
    *others, error = by_sklearn(X, k)
    return *others, error**0.5


@wrong("ex-pca-theorem-2", "not-centred")
def products_for_covariances(X, k):
    return finish(X, np.linalg.eigh(X.T @ X)[1][:, ::-1][:, :k].T, X.mean(axis=0))


@wrong("ex-pca-theorem-2", "not-eigen")
def turned(X, k):
    V = SklearnPCA().fit(X).components_
    V = (V[:k] + V[1 : k + 1]) / 2**0.5 if k == 1 else np.roll(V, 1, axis=1)[:k]
    return finish(X, V, X.mean(axis=0))


@wrong("ex-pca-theorem-2", "parts")
def scores_only(X, k):
    return by_sklearn(X, k)[1]


# --- ex-pca-theorem-3: the angle in closed form


@right("ex-pca-theorem-3")
def eigenvalues_in_one_array(C):
    eigenvalues, S = np.linalg.eigh(C)
    return eigenvalues[::-1], np.degrees(np.arctan2(S[1, 1], S[0, 1]))


@wrong("ex-pca-theorem-3", "parts-order")
def angle_first(C):
    return eigenvalues_in_one_array(C)[::-1]


@right("ex-pca-theorem-3")
def by_eigh(C):
    eigenvalues, S = np.linalg.eigh(C)
    return eigenvalues[1], eigenvalues[0], np.degrees(np.arctan(S[1, 1] / S[0, 1]))


@right("ex-pca-theorem-3")
def by_the_quadratic(C):
    half, det = np.trace(C) / 2, np.linalg.det(C)
    large = half + np.sqrt(half**2 - det)
    return large, det / large, np.degrees(np.arctan2(large - C[0, 0], C[0, 1]))


@right("ex-pca-theorem-3")
def half_a_turn_more(C):
    large, small, angle = by_eigh(C)
    return np.float32(large), np.float32(small), np.array([angle + 180])


@right("ex-pca-theorem-3")
def by_search(C):
    theta = np.linspace(0, np.pi, 50_001)
    w = np.array([np.cos(theta), np.sin(theta)])
    variances = np.sum(w * (C @ w), axis=0)
    return variances.max(), variances.min(), np.degrees(theta[variances.argmax()])


@wrong("ex-pca-theorem-3", "ascending")
def small_first(C):
    large, small, angle = by_eigh(C)
    return small, large, angle


@wrong("ex-pca-theorem-3", "quadrant")
def by_the_tangent(C):
    large, small, _ = by_eigh(C)
    return large, small, np.degrees(np.arctan(2 * C[0, 1] / (C[0, 0] - C[1, 1]))) / 2


@wrong("ex-pca-theorem-3", "double-angle")
def doubled(C):
    large, small, _ = by_eigh(C)
    return large, small, np.degrees(np.arctan2(2 * C[0, 1], C[0, 0] - C[1, 1]))


@wrong("ex-pca-theorem-3", "radians")
def in_radians(C):
    large, small, _ = by_eigh(C)
    return large, small, np.arctan2(2 * C[0, 1], C[0, 0] - C[1, 1]) / 2


@wrong("ex-pca-theorem-3", "slope")
def as_slope(C):
    _, S = np.linalg.eigh(C)
    return *by_eigh(C)[:2], S[1, 1] / S[0, 1]


@wrong("ex-pca-theorem-3", "regression")
def fitted_line(C):
    return *by_eigh(C)[:2], np.degrees(np.arctan(C[0, 1] / C[0, 0]))


@wrong("ex-pca-theorem-3", "other-regression")
def steep_line(C):
    return *by_eigh(C)[:2], np.degrees(np.arctan2(C[1, 1], C[0, 1]))


@wrong("ex-pca-theorem-3", "second-axis")
def minor_axis(C):
    _, S = np.linalg.eigh(C)
    return *by_eigh(C)[:2], np.degrees(np.arctan2(S[1, 0], S[0, 0]))


@wrong("ex-pca-theorem-3", "angle")
def slope_one(C):
    return *by_eigh(C)[:2], 45.0


@wrong("ex-pca-theorem-3", "value")
def variances(C):
    return max(C[0, 0], C[1, 1]), min(C[0, 0], C[1, 1]), by_eigh(C)[2]


@wrong("ex-pca-theorem-3", "value")
def trace_and_gap(C):
    large, small, angle = by_eigh(C)
    return large, large - small, angle


@wrong("ex-pca-theorem-3", "value")
def total_variance(C):
    _, small, angle = by_eigh(C)
    return np.trace(C), small, angle


@wrong("ex-pca-theorem-3", "roots")
def deviations(C):
    large, small, angle = by_eigh(C)
    return large**0.5, small**0.5, angle


# --- ex-pca-theorem-4: power iteration


@right("ex-pca-theorem-4")
def by_matrix_power(C, w, n_iter=100):
    w = np.linalg.matrix_power(C, n_iter) @ w
    w /= np.linalg.norm(w)
    return w @ C @ w, w


@right("ex-pca-theorem-4")
def other_sign(C, w, n_iter=100):
    for _ in range(n_iter):
        w = -C @ w / np.sqrt(np.sum((C @ w) ** 2))
    return np.float64(np.sum(w * (C @ w))), w.tolist()


@right("ex-pca-theorem-4")
def by_eigenvectors(C, w, n_iter=100):
    eigenvalues, S = np.linalg.eigh(C)
    w = S @ ((eigenvalues / eigenvalues[-1]) ** n_iter * (S.T @ w))
    w = w / np.linalg.norm(w)
    return w.T @ C @ w, w


@wrong("ex-pca-theorem-4", "one-step-less")
def one_less(C, w, n_iter=100):
    for _ in range(1, n_iter):
        w = C @ w
    w = w / np.linalg.norm(w)
    return w @ C @ w, w


@wrong("ex-pca-theorem-4", "start-ignored")
def exact(C, w, n_iter=100):
    eigenvalues, S = np.linalg.eigh(C)
    return eigenvalues[-1], S[:, -1]


@wrong("ex-pca-theorem-4", "not-normalised")
def never_normalised(C, w, n_iter=100):
    for _ in range(n_iter):
        w = C @ w
    return w @ C @ w / (w @ w), w


@wrong("ex-pca-theorem-4", "never-normalised")
def only_multiplied(C, w, n_iter=100):
    for _ in range(n_iter):
        w = C @ w
    return w @ C @ w, w


@wrong("ex-pca-theorem-4", "one-step-only")
def returns_too_early(C, w, n_iter=100):
    for _ in range(n_iter):
        w = C @ w / np.linalg.norm(C @ w)
        return w @ C @ w, w


@wrong("ex-pca-theorem-4", "length-for-value")
def by_length(C, w, n_iter=100):
    for _ in range(n_iter):
        w = C @ w
        length = np.linalg.norm(w)
        w = w / length
    return length, w


@wrong("ex-pca-theorem-4", "length-after-loop")
def length_after_the_loop(C, w, n_iter=100):
    _, w = by_matrix_power(C, w, n_iter)
    return np.linalg.norm(C @ w), w


@wrong("ex-pca-theorem-4", "value-before")
def too_early(C, w, n_iter=100):
    for _ in range(n_iter):
        w = w / np.linalg.norm(w)
        value = w @ C @ w
        w = C @ w
    return value, w / np.linalg.norm(w)


@wrong("ex-pca-theorem-4", "parts-order")
def vector_first(C, w, n_iter=100):
    return by_matrix_power(C, w, n_iter)[::-1]


@wrong("ex-pca-theorem-4", "value")
def always_100(C, w, n_iter=100):
    w, _ = by_matrix_power(C, np.ones(len(C)), 7)[1], n_iter
    return w @ C @ w, w


@wrong("ex-pca-theorem-4", "value")
def squared_value(C, w, n_iter=100):
    value, w = by_matrix_power(C, w, n_iter)
    return value**2, w


@wrong("ex-pca-theorem-4", "changed-input")
def in_place(C, w, n_iter=100):
    for _ in range(n_iter):
        w[:] = C @ w
        w /= np.linalg.norm(w)
    return w @ C @ w, w


# --- ex-pca-theorem-5: overlaps with the modes


@right("ex-pca-theorem-5")
def overlaps_by_sklearn(n_samples, random_state=0):
    X, _, modes = make_mass_spring_chain(n_samples=n_samples, random_state=random_state)
    V = SklearnPCA(svd_solver="full").fit(X).components_
    return [abs(float(s @ q)) for s, q in zip(V, modes)]


@right("ex-pca-theorem-5")
def overlaps_by_eigh(n_samples, random_state=0):
    X, _, modes = make_mass_spring_chain(n_samples=n_samples, random_state=random_state)
    S = np.linalg.eigh(np.cov(X, rowvar=False))[1][:, ::-1]
    return pd.Series(np.abs(np.diag(S.T @ modes.T)))


@right("ex-pca-theorem-5")
def overlaps_by_svd(n_samples, random_state=0):
    X, _, modes = make_mass_spring_chain(n_samples=n_samples, random_state=random_state)
    Vt = np.linalg.svd(X - X.mean(axis=0))[2]
    return np.abs(np.einsum("ij,ij->i", Vt, modes)).astype("float32")


@wrong("ex-pca-theorem-5", "signs-kept")
def signed(n_samples, random_state=0):
    X, _, modes = make_mass_spring_chain(n_samples=n_samples, random_state=random_state)
    return np.sum(PCA().fit(X).components_ * modes, axis=1)


@wrong("ex-pca-theorem-5", "ascending")
def not_reversed(n_samples, random_state=0):
    X, _, modes = make_mass_spring_chain(n_samples=n_samples, random_state=random_state)
    S = np.linalg.eigh(np.cov(X, rowvar=False))[1]
    return np.abs(np.sum(S.T * modes, axis=1))


@wrong("ex-pca-theorem-5", "transposed-components")
def columns_of_components(n_samples, random_state=0):
    X, _, modes = make_mass_spring_chain(n_samples=n_samples, random_state=random_state)
    return np.abs(np.sum(PCA().fit(X).components_.T * modes, axis=1))


@wrong("ex-pca-theorem-5", "seed-ignored")
def one_sample_for_all(n_samples, random_state=0):
    return overlaps_by_sklearn(n_samples)


@wrong("ex-pca-theorem-5", "shape")
def all_pairs(n_samples, random_state=0):
    X, _, modes = make_mass_spring_chain(n_samples=n_samples, random_state=random_state)
    return np.abs(PCA().fit(X).components_ @ modes.T)


@wrong("ex-pca-theorem-5", "value")
def best_partner(n_samples, random_state=0):
    return all_pairs(n_samples, random_state).max(axis=1)
