"""Right and wrong answers to the exercises of chapter 01."""

import numpy as np
import pandas as pd
from answers import right, wrong

# --- ex-covariance-1: new units


@right("ex-covariance-1")
def factors_as_lists(a, b):
    p = range(len(a))
    return [[a[j] * a[m] for m in p] for j in p], [[a[j] * a[m] > 0 or -1 for m in p] for j in p]


@right("ex-covariance-1")
def factors_as_frames(a, b):
    C = pd.DataFrame(np.outer(a, a))
    return C, C / C.abs()


@right("ex-covariance-1")
def factors_by_experiment(a, b):
    X = np.random.default_rng(7).normal(size=(50, len(a)))
    new = X * a + b
    return (
        np.cov(new, rowvar=False) / np.cov(X, rowvar=False),
        np.corrcoef(new, rowvar=False) / np.corrcoef(X, rowvar=False),
    )


@right("ex-covariance-1")
def factors_in_float32(a, b):
    a = a.astype("float32")
    return a[:, None] * a, np.sign(a)[:, None] * np.sign(a)


@wrong("ex-covariance-1", "sign-lost")
def correlation_never_changes(a, b):
    return a[:, None] * a[None, :], np.ones((len(a), len(a)))


@wrong("ex-covariance-1", "sign-lost-twice")
def sizes_alone(a, b):
    a = np.abs(a)
    return np.outer(a, a), np.ones((len(a), len(a)))


@wrong("ex-covariance-1", "factors-of-rows")
def one_factor(a, b):
    K = np.sign(np.outer(a, a))
    return np.array([[a_j**2] * len(a) for a_j in a]), K


@wrong("ex-covariance-1", "parts")
def forgot_correlation(a, b):
    return np.outer(a, a)


@wrong("ex-covariance-1", "value")
def sizes_only(a, b):
    return np.abs(np.outer(a, a)), np.sign(np.outer(a, a))


@wrong("ex-covariance-1", "value")
def sign_of_diagonal(a, b):
    return np.outer(a, a), -np.sign(np.outer(a, a))


@wrong("ex-covariance-1", "shape")
def factors_of_columns(a, b):
    return a**2, np.sign(a)


@wrong("ex-covariance-1", "none")
def printed(a, b):
    str(np.outer(a, a))


# --- ex-covariance-2: two wrong lines


@right("ex-covariance-2")
def by_cosines(X):
    Xc = X - X.mean(axis=0)
    units = Xc / np.linalg.norm(Xc, axis=0)
    return units.T @ units


@right("ex-covariance-2")
def by_division(X):
    C = (X - X.mean(0)).T @ (X - X.mean(0))
    return C / np.sqrt(np.diag(C)) / np.sqrt(np.diag(C))[:, None]


@right("ex-covariance-2")
def with_einsum(X):
    Z = (X - X.mean(axis=0)) / X.std(axis=0, ddof=1)
    return np.einsum("ij,il->jl", Z, Z) / (len(X) - 1)


@right("ex-covariance-2")
def in_float32(X):
    Z = ((X - X.mean(axis=0)) / X.std(axis=0)).astype("float32")
    return Z.T @ Z / len(X)


@right("ex-covariance-2")
def as_frame(X):
    return pd.DataFrame(by_cosines(X))


@right("ex-covariance-2")
def as_lists(X):
    return by_cosines(X).tolist()


@right("ex-covariance-2")
def by_svd(X):
    _, d, Vt = np.linalg.svd((X - X.mean(axis=0)) / X.std(axis=0), full_matrices=False)
    return (Vt.T * d**2) @ Vt / len(X)


@wrong("ex-covariance-2", "both-lines")
def as_printed(X):
    Xc = X - np.mean(X)
    C = Xc.T @ Xc / len(X)
    squares = np.mean(Xc**2, axis=0)
    return C / np.outer(squares, squares)


@wrong("ex-covariance-2", "one-mean")
def only_deviations(X):
    Xc = X - np.mean(X)
    return Xc.T @ Xc / len(X) / np.outer(np.std(Xc, axis=0), np.std(Xc, axis=0))


@wrong("ex-covariance-2", "one-mean-throughout")
def only_root(X):
    Xc = X - np.mean(X)
    C = Xc.T @ Xc / len(X)
    sigma = np.sqrt(np.diag(C))
    return C / np.outer(sigma, sigma)


@wrong("ex-covariance-2", "variance-for-deviation")
def only_centred(X):
    Xc = X - np.mean(X, axis=0)
    C = Xc.T @ Xc / len(X)
    return C / np.outer(np.diag(C), np.diag(C))


@wrong("ex-covariance-2", "rows-and-columns")
def samples_with_samples(X):
    return by_cosines(X.T)


@wrong("ex-covariance-2", "not-scaled")
def covariance_only(X):
    Xc = X - X.mean(axis=0)
    return Xc.T @ Xc / (len(X) - 1)


@wrong("ex-covariance-2", "mixed-ddof")
def mixed(X):
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    return Z.T @ Z / (len(X) - 1)


@wrong("ex-covariance-2", "mixed-ddof-back")
def mixed_back(X):
    Z = (X - X.mean(axis=0)) / X.std(axis=0, ddof=1)
    return Z.T @ Z / len(X)


@wrong("ex-covariance-2", "not-centred")
def uncentred(X):
    units = X / np.linalg.norm(X, axis=0)
    return units.T @ units


@wrong("ex-covariance-2", "mean-of-rows")
def wrong_axis(X):
    Xc = X - X.mean(axis=1, keepdims=True)
    units = Xc / np.linalg.norm(Xc, axis=0)
    return units.T @ units


@wrong("ex-covariance-2", "borrowed")
def borrowed(X):
    return np.corrcoef(X, rowvar=False)


def helper(X):
    return np.cov(X.T)


@wrong("ex-covariance-2", "borrowed")
def borrowed_by_a_helper(X):
    C = helper(X)
    return C / np.sqrt(np.outer(np.diag(C), np.diag(C)))


@wrong("ex-covariance-2", "loop")
def with_loops(X):
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    return np.array([[np.mean(Z[:, j] * z) for z in Z.T] for j in range(Z.shape[1])])


@wrong("ex-covariance-2", "changed-input")
def in_place(X):
    X -= X.mean(axis=0)
    X /= X.std(axis=0)
    return X.T @ X / len(X)


@wrong("ex-covariance-2", "error")
def wrong_product(X):
    return X @ X


# --- ex-covariance-3: standard errors


@right("ex-covariance-3")
def errors_by_covariance(X):
    return np.sqrt(np.diag(np.cov(X, rowvar=False)) / len(X))


@right("ex-covariance-3")
def errors_by_pandas(X):
    return pd.DataFrame(X).sem()


@right("ex-covariance-3")
def errors_in_a_loop(X):
    n = len(X)
    return [(sum((x - sum(x) / n) ** 2) / (n - 1) / n) ** 0.5 for x in X.T]


@right("ex-covariance-3")
def errors_in_float32(X):
    return (X.std(axis=0, ddof=1) / np.sqrt(len(X))).astype("float32")


@wrong("ex-covariance-3", "spread-for-error")
def deviations(X):
    return pd.DataFrame(X).std()


@wrong("ex-covariance-3", "no-root")
def variances_of_means(X):
    return np.diag(np.cov(X.T)) / X.shape[0]


@wrong("ex-covariance-3", "n-for-root-n")
def too_fast(X):
    return X.std(axis=0, ddof=1) / X.shape[0]


@wrong("ex-covariance-3", "ddof-0")
def biased(X):
    return X.std(axis=0) / len(X) ** 0.5


@wrong("ex-covariance-3", "rows-and-columns")
def of_rows(X):
    return errors_by_covariance(X.T)


@wrong("ex-covariance-3", "shape")
def whole_matrix(X):
    return np.sqrt(np.abs(np.cov(X, rowvar=False)) / len(X))


@wrong("ex-covariance-3", "value")
def by_columns(X):
    return X.std(axis=0, ddof=1) / np.sqrt(X.shape[1])


# --- ex-covariance-4: the largest correlation


@right("ex-covariance-4")
def largest_in_a_loop(X):
    p = X.shape[1]
    return max(
        abs(np.corrcoef(X[:, j], X[:, m])[0, 1]) for j in range(p) for m in range(p) if j != m
    )


@right("ex-covariance-4")
def largest_by_pandas(X):
    K = pd.DataFrame(X).corr().abs().to_numpy().copy()
    np.fill_diagonal(K, 0)
    return K.max()


@right("ex-covariance-4")
def second_largest(X):
    K = np.abs(np.corrcoef(X.astype("float32"), rowvar=False, dtype="float32"))
    return np.sort(K, axis=None)[-X.shape[1] - 1]


@right("ex-covariance-4")
def largest_as_an_array(X):
    return np.array([largest_in_a_loop(X)])


@wrong("ex-covariance-4", "neighbours-only")
def side_by_side(X):
    K = np.corrcoef(X, rowvar=False)
    return max(abs(K[j, j + 1]) for j in range(len(K) - 1))


@wrong("ex-covariance-4", "diagonal")
def with_diagonal(X):
    return np.abs(np.corrcoef(X, rowvar=False)).max()


@wrong("ex-covariance-4", "sign-counts")
def without_abs(X):
    K = np.corrcoef(X, rowvar=False) - 2 * np.eye(X.shape[1])
    return K.max()


@wrong("ex-covariance-4", "rows-and-columns")
def of_samples(X):
    K = np.abs(np.corrcoef(X)) - np.eye(len(X))
    return K.max()


@wrong("ex-covariance-4", "not-scaled")
def largest_covariance(X):
    C = np.abs(np.cov(X, rowvar=False))
    np.fill_diagonal(C, 0)
    return C.max()


@wrong("ex-covariance-4", "not-one-number")
def all_of_them(X):
    return np.abs(np.corrcoef(X, rowvar=False) - np.eye(X.shape[1])).max(axis=0)


@wrong("ex-covariance-4", "value")
def upper_row(X):
    return np.abs(np.corrcoef(X, rowvar=False)[0, -1])


# --- ex-covariance-5: two batches


@right("ex-covariance-5")
def merge_about_the_mean(n_a, mean_a, C_a, n_b, mean_b, C_b):
    n = n_a + n_b
    mean = (n_a * mean_a + n_b * mean_b) / n
    gap = mean_b - mean_a
    to_a, to_b = -n_b / n * gap, n_a / n * gap
    C = n_a * (C_a + np.outer(to_a, to_a)) + n_b * (C_b + np.outer(to_b, to_b))
    return n, mean, C / n


@right("ex-covariance-5")
def merge_by_weights(n_a, mean_a, C_a, n_b, mean_b, C_b):
    w = n_b / (n_a + n_b)
    gap = (mean_b - mean_a)[:, None]
    C = (1 - w) * C_a + w * C_b + w * (1 - w) * gap @ gap.T
    return [np.int64(n_a + n_b), mean_a + w * (mean_b - mean_a), C.tolist()]


@right("ex-covariance-5")
def merge_one_by_one(n_a, mean_a, C_a, n_b, mean_b, C_b):
    """Shift the origin to the mean of a, where no digits are lost."""
    n, shift = n_a + n_b, mean_b - mean_a
    mean = n_b * shift / n
    products = n_a * C_a + n_b * (C_b + np.outer(shift, shift))
    return float(n), mean_a + mean, products / n - np.outer(mean, mean)


@wrong("ex-covariance-5", "without-weights")
def equal_batches(n_a, mean_a, C_a, n_b, mean_b, C_b):
    half = (mean_b - mean_a) / 2
    return n_a + n_b, (mean_a + mean_b) / 2, (C_a + C_b) / 2 + np.outer(half, half)


@wrong("ex-covariance-5", "mean-of-means")
def mean_of_both_means(n_a, mean_a, C_a, n_b, mean_b, C_b):
    n, _, C = merge_about_the_mean(n_a, mean_a, C_a, n_b, mean_b, C_b)
    return n, (mean_a + mean_b) / 2, C


@wrong("ex-covariance-5", "mean-of-means")
def measured_from_half_way(n_a, mean_a, C_a, n_b, mean_b, C_b):
    n, mean = n_a + n_b, np.mean([mean_a, mean_b], axis=0)
    to_a, to_b = mean_a - mean, mean_b - mean
    C = n_a * (C_a + np.outer(to_a, to_a)) + n_b * (C_b + np.outer(to_b, to_b))
    return n, mean, C / n


@wrong("ex-covariance-5", "gap-forgotten")
def no_gap(n_a, mean_a, C_a, n_b, mean_b, C_b):
    n = n_a + n_b
    return n, (n_a * mean_a + n_b * mean_b) / n, (n_a * C_a + n_b * C_b) / n


@wrong("ex-covariance-5", "digits-lost")
def one_pass(n_a, mean_a, C_a, n_b, mean_b, C_b):
    n = n_a + n_b
    mean = (n_a * mean_a + n_b * mean_b) / n
    second = n_a * (C_a + np.outer(mean_a, mean_a)) + n_b * (C_b + np.outer(mean_b, mean_b))
    return n, mean, second / n - np.outer(mean, mean)


@wrong("ex-covariance-5", "gap-too-heavy")
def undivided(n_a, mean_a, C_a, n_b, mean_b, C_b):
    n, gap = n_a + n_b, mean_b - mean_a
    return n, mean_a + gap * n_b / n, (n_a * C_a + n_b * C_b + n_a * n_b * np.outer(gap, gap)) / n


@wrong("ex-covariance-5", "size")
def number_of_batches(n_a, mean_a, C_a, n_b, mean_b, C_b):
    return 2, *merge_about_the_mean(n_a, mean_a, C_a, n_b, mean_b, C_b)[1:]


@wrong("ex-covariance-5", "value")
def other_mean(n_a, mean_a, C_a, n_b, mean_b, C_b):
    n, _, C = merge_about_the_mean(n_a, mean_a, C_a, n_b, mean_b, C_b)
    return n, mean_a + (mean_b - mean_a) * n_a / n, C


@wrong("ex-covariance-5", "not-whole")
def mean_size(n_a, mean_a, C_a, n_b, mean_b, C_b):
    return (n_a + n_b) / 2, *merge_about_the_mean(n_a, mean_a, C_a, n_b, mean_b, C_b)[1:]


@wrong("ex-covariance-5", "changed-input")
def accumulate(n_a, mean_a, C_a, n_b, mean_b, C_b):
    gap = mean_b - mean_a
    C_a *= n_a / (n_a + n_b)
    C_a += n_b / (n_a + n_b) * C_b + n_a * n_b / (n_a + n_b) ** 2 * np.outer(gap, gap)
    return n_a + n_b, mean_a + gap * n_b / (n_a + n_b), C_a


# --- ex-covariance-6: impose moments


def root(C):
    """Return the symmetric root."""
    eigenvalues, S = np.linalg.eigh(C)
    return S * np.sqrt(eigenvalues) @ S.T


@right("ex-covariance-6")
def by_symmetric_roots(X, mean, C):
    Xc = X - X.mean(axis=0)
    return mean + Xc @ np.linalg.inv(root(Xc.T @ Xc / len(X))) @ root(C)


@right("ex-covariance-6")
def by_scores(X, mean, C):
    U = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)[0]
    return mean + np.sqrt(len(X)) * U @ np.linalg.cholesky(C).T


@right("ex-covariance-6")
def by_optimal_transport(X, mean, C):
    Xc = X - X.mean(axis=0)
    B = root(Xc.T @ Xc / len(X))
    inverse = np.linalg.inv(B)
    return pd.DataFrame(mean + Xc @ inverse @ root(B @ C @ B) @ inverse)


@right("ex-covariance-6")
def mirrored(X, mean, C):
    return 2 * np.asarray(mean) - by_symmetric_roots(X, mean, C)


@wrong("ex-covariance-6", "own-covariance-kept")
def root_only(X, mean, C):
    return mean + (X - X.mean(axis=0)) @ np.linalg.cholesky(C).T


@wrong("ex-covariance-6", "mean-not-removed")
def shifted(X, mean, C):
    A = np.linalg.inv(np.linalg.cholesky(np.cov(X, rowvar=False, ddof=0))).T
    return mean + X @ A @ np.linalg.cholesky(C).T


@wrong("ex-covariance-6", "mean-not-imposed")
def at_the_origin(X, mean, C):
    return by_symmetric_roots(X, 0, C)


@wrong("ex-covariance-6", "deviations-only")
def each_by_itself(X, mean, C):
    return mean + (X - X.mean(0)) / X.std(0) * np.diag(C) ** 0.5


@wrong("ex-covariance-6", "ddof-in-root")
def numpy_default(X, mean, C):
    Xc = X - X.mean(axis=0)
    return mean + Xc @ np.linalg.inv(root(np.cov(X, rowvar=False))) @ root(C)


@wrong("ex-covariance-6", "not-an-image")
def new_cloud(X, mean, C):
    return by_symmetric_roots(np.random.default_rng(3).normal(size=X.shape), mean, C)


@wrong("ex-covariance-6", "value")
def mean_times_two(X, mean, C):
    return by_symmetric_roots(X, 2 * np.asarray(mean), C)


@wrong("ex-covariance-6", "value")
def root_of_root(X, mean, C):
    return by_symmetric_roots(X, mean, root(C))


@wrong("ex-covariance-6", "transposed")
def columns_are_samples(X, mean, C):
    return by_symmetric_roots(X, mean, C).T
