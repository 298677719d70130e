"""Right and wrong answers to the exercises of chapter 04."""

import numpy as np
import pandas as pd
from answers import right, wrong
from sklearn.decomposition import PCA

E1, E2, E3, E4, E5 = (f"ex-sklearn-pca-{i}" for i in (1, 2, 3, 4, 5))


@right(E1)
def one_fit_for_each_k(X, X_new, largest_error):
    if np.mean((X_new - X.mean(axis=0)) ** 2) <= largest_error:
        return 0
    for k in range(1, min(X.shape) + 1):
        model = PCA(k).fit(X)
        rebuilt = model.inverse_transform(model.transform(X_new))
        if np.mean((X_new - rebuilt) ** 2) <= largest_error:
            return k
    return None


@right(E1)
def by_eigenvectors(X, X_new, largest_error):
    S = np.linalg.eigh(np.cov(np.transpose(X)))[1][:, ::-1]
    Z2 = np.mean(((X_new - X.mean(0)) @ S) ** 2, axis=0)
    left = np.append(np.cumsum(Z2[::-1])[::-1], 0) / X.shape[1]
    return np.flatnonzero(left <= largest_error)[0]


right(E1, lambda X, X_new, e: float(by_eigenvectors(X, X_new, e)))


@wrong(E1, "own-mean")
def centred_by_itself(X, X_new, largest_error):
    Vt, Z = PCA().fit(X).components_, X_new - X_new.mean(axis=0)
    errors = [np.mean((Z - Z @ Vt[:k].T @ Vt[:k]) ** 2) for k in range(len(Vt) + 1)]
    return int(np.argmax(np.array(errors) <= largest_error))


@wrong(E1, "training-error")
def on_the_fit(X, X_new, largest_error):
    return by_eigenvectors(X, X, largest_error)


@wrong(E1, "discarded-eigenvalues")
def by_what_is_not_explained(X, X_new, largest_error):
    left = PCA().fit(X).explained_variance_[::-1].cumsum()[::-1] / X.shape[1]
    return int(np.argmax(np.append(left, 0) <= largest_error))


@wrong(E1, "mean-not-added")
def without_the_mean(X, X_new, largest_error):
    mean, S = X.mean(axis=0), PCA().fit(X).components_
    for k in range(len(S) + 1):
        rebuilt = (X_new - mean) @ S[:k].T @ S[:k]
        if np.mean((X_new - rebuilt) ** 2) <= largest_error:
            return k
    return 0


@wrong(E1, "one-less")
def index_for_number(X, X_new, largest_error):
    return max(by_eigenvectors(X, X_new, largest_error) - 1, 0)


@wrong(E1, "never-zero")
def from_one(X, X_new, largest_error):
    return max(by_eigenvectors(X, X_new, largest_error), 1)


@wrong(E1, "sum-for-mean")
def summed_over_features(X, X_new, largest_error):
    return by_eigenvectors(X, X_new, largest_error / X.shape[1])


@wrong(E1, "value")
def always_two(X, X_new, largest_error):
    return 2


right(E2, lambda model, X: (X - model.mean_) @ model.components_[:10].T @ model.components_[:10]
      + model.mean_)  # fmt: skip


@right(E2)
def term_by_term(model, X):
    result = np.tile(model.mean_, (len(X), 1))
    for s in model.components_[:10]:
        result += np.outer((X - model.mean_) @ s, s)
    return result.tolist()


@right(E2)
def by_what_is_left_out(model, X):
    rest = model.components_[10:]
    return pd.DataFrame(X - (X - model.mean_) @ rest.T @ rest)


@wrong(E2, "rows-and-mean")
def as_in_the_statement(model, X):
    S = model.components_[:, :10]
    return X @ S @ S.T + model.mean_


@wrong(E2, "uncentred-projection")
def half_mended(model, X):
    S = model.components_[:10].T
    return X @ S @ S.T + model.mean_


@wrong(E2, "transposed-components")
def other_half_mended(model, X):
    S = model.components_[:, :10]
    return (X - model.mean_) @ S @ S.T + model.mean_


@wrong(E2, "all-components")
def by_inverse_transform(model, X):
    return model.inverse_transform(model.transform(X))


@wrong(E2, "shape")
def first_image(model, X):
    return term_by_term(model, X)[0]


@wrong(E2, "error")
def too_many(model, X):
    return X @ model.components_[:10]


@wrong(E3, "error")
def all_at_once(batches):
    X = np.vstack(list(batches))
    return np.mean(X, axis=0), np.cov(X.T)


@wrong(E3, "digits-lost")
def by_two_sums(batches):
    n, s, S = 0, 0.0, 0.0
    for batch in batches:
        n, s, S = n + len(batch), s + batch.sum(axis=0), S + batch.T @ batch
    return [s / n, (S - np.outer(s, s) / n) / (n - 1)]


@right(E3)
def from_the_first_row(batches):
    n, origin, s, S = 0, None, 0.0, 0.0
    for batch in batches:
        origin = batch[0] if origin is None else origin
        for row in batch - origin:
            n, s, S = n + 1, s + row, S + np.outer(row, row)
    return [origin + s / n, (S - np.outer(s, s) / n) / (n - 1)]


@right(E3)
def by_merging(batches):
    n, mean, S = 0, 0.0, 0.0
    for batch in batches:
        m, mean_of_batch = len(batch), batch.mean(axis=0)
        shift = mean_of_batch - mean
        S = S + (batch - mean_of_batch).T @ (batch - mean_of_batch)
        S = S + np.outer(shift, shift) * n * m / (n + m)
        n, mean = n + m, mean + shift * m / (n + m)
    return mean, S / (n - 1)


right(E3, lambda batches: [part.astype(np.float32) for part in by_merging(batches)])


@wrong(E3, "error")
def keeps_copies(batches):
    X = np.concatenate([batch.copy() for batch in batches])
    return np.mean(X, axis=0), np.cov(X.T)


@wrong(E3, "error")
def grows(batches):
    rows = []
    for batch in batches:
        rows.extend(batch.tolist())
    return np.mean(rows, axis=0), np.cov(np.transpose(rows))


def sums(batches):
    n, s, S = 0, 0.0, 0.0
    for batch in batches:
        n, s, S = n + len(batch), s + batch.sum(axis=0), S + batch.T @ batch
    return n, s / n, S


@wrong(E3, "means-weigh-one")
def mean_of_products(batches):
    n, mean, S = sums(batches)
    return mean, S / (n - 1) - np.outer(mean, mean)


@wrong(E3, "n-forgotten")
def products_less_product(batches):
    _, mean, S = sums(batches)
    return mean, S - np.outer(mean, mean)


@wrong(E3, "error")
def in_two_passes(batches):
    n, total = 0, 0.0
    for batch in batches:
        n, total = n + len(batch), total + batch.sum(axis=0)
    scatter = sum((batch - total / n).T @ (batch - total / n) for batch in batches)
    return total / n, scatter / (n - 1)


@wrong(E3, "parts-order")
def covariance_before_mean(batches):
    return by_merging(batches)[::-1]


@wrong(E3, "ddof-0")
def divided_by_n(batches):
    n, mean, S = sums(batches)
    return mean, S / n - np.outer(mean, mean)


@wrong(E3, "batches-alike")
def averaged(batches):
    results = [(batch.mean(axis=0), np.cov(batch.T)) for batch in batches]
    return tuple(sum(part) / len(results) for part in zip(*results))


@wrong(E3, "last-batch")
def overwritten(batches):
    for batch in batches:
        result = batch.mean(axis=0), np.cov(batch.T)
    return result


@wrong(E3, "parts")
def covariance_only(batches):
    return by_merging(batches)[1]


@wrong(E3, "error")
def indexed(batches):
    return batches[0].mean(axis=0), np.cov(batches[0].T)


right(
    E4,
    lambda eigenvalues, sigma: np.count_nonzero(np.sqrt(eigenvalues) > sigma),
    lambda eigenvalues, sigma: int(np.argmin(np.append(0, np.cumsum(sigma**2 - eigenvalues)))),
    lambda eigenvalues, sigma: float(sum(value > sigma * sigma for value in eigenvalues)),
)
wrong(E4, "deviation-for-variance", lambda eigenvalues, sigma: np.sum(eigenvalues > sigma))
wrong(E4, "twice-the-noise", lambda eigenvalues, sigma: np.sum(eigenvalues > 2 * sigma**2))
wrong(E4, "one-less", lambda e, sigma: max(int(np.sum(e > sigma**2)) - 1, 0))
wrong(E4, "value", lambda eigenvalues, sigma: len(eigenvalues))
wrong(E4, "not-whole", lambda eigenvalues, sigma: sigma**2)


@right(E5)
def by_one_projection(model, X, X_changed):
    return np.mean(np.sum(((X_changed - X) @ model.components_.T) ** 2, axis=1))


@right(E5)
def by_norms(model, X, X_changed):
    A, B = model.transform(X_changed), model.transform(X)
    return sum(np.linalg.norm(a - b) ** 2 for a, b in zip(A, B)) / len(X)


right(E5, lambda model, X, X_changed: np.float32(by_norms(model, X, X_changed)))


@wrong(E5, "pixels-for-scores")
def in_pixels(model, X, X_changed):
    return np.mean(np.sum((X - X_changed) ** 2, axis=1))


@wrong(E5, "mean-over-all")
def mean_of_all(model, X, X_changed):
    return np.mean((model.transform(X) - model.transform(X_changed)) ** 2)


@wrong(E5, "distance-not-squared")
def without_square(model, X, X_changed):
    return np.linalg.norm(model.transform(X) - model.transform(X_changed), axis=1).mean()


@wrong(E5, "not-one-number")
def each_row(model, X, X_changed):
    return np.sum((model.transform(X) - model.transform(X_changed)) ** 2, axis=1)


@wrong(E5, "value")
def zero(model, X, X_changed):
    return 0.0
