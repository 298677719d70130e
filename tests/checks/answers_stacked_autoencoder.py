"""Right and wrong answers to the exercises of chapter 08."""

import numpy as np
from answers import right, wrong
from scipy.special import entr, xlogy
from sklearn.decomposition import PCA
from sklearn.metrics import mean_squared_error

from lib.metrics import reconstruction_mse
from lib.training import evaluate, predict

E1, E2, E3, E4 = (f"ex-stacked-autoencoder-{i}" for i in (1, 2, 3, 4))


@right(E1)
def by_median(X, X_new):
    return 1 - np.mean(np.abs((X_new > 0.5) * 1.0 - (np.median(X > 0.5, axis=0) > 0.5)))


@right(E1)
def by_counting(X, X_new):
    hits = 0
    for i, j in np.ndindex(X.shape[1:]):
        bright = np.sum(X[:, i, j] > 0.5) > len(X) / 2
        hits += np.sum((X_new[:, i, j] > 0.5) == bright)
    return hits / X_new.size


right(E1, lambda X, X_new: np.float32(by_median(X, X_new)))


@wrong(E1, "half-is-enough")
def at_least_half(X, X_new):
    return np.mean((X_new > 0.5) == (2 * np.sum(X > 0.5, axis=0) >= len(X)))


@wrong(E1, "mean-image")
def rounded_mean(X, X_new):
    return np.mean(np.round(X.mean(axis=0)) == np.round(X_new))


@wrong(E1, "median-of-grey")
def median_before_rounding(X, X_new):
    return np.mean((X_new > 0.5) == (np.median(X, axis=0) > 0.5))


@wrong(E1, "own-images")
def in_training(X, X_new):
    return by_median(X, X)


@wrong(E1, "learned-from-test")
def in_validation(X, X_new):
    return by_median(X_new, X_new)


@wrong(E1, "one-answer")
def without_axis(X, X_new):
    return np.mean((X_new > 0.5) == (np.mean(X > 0.5) > 0.5))


@wrong(E1, "not-one-number")
def each_image(X, X_new):
    return np.mean((X_new > 0.5) == (np.median(X, axis=0) > 0.5), axis=(1, 2))


wrong(E1, "value", lambda X, X_new: 0.7)


@right(E2)
def by_xlogy(X):
    return -np.mean(xlogy(X, X) + xlogy(1 - X, 1 - X))


@right(E2)
def clipped_as_in_keras(X):
    x = np.clip(X, 1e-7, 1 - 1e-7)
    return np.float32(-np.mean(X * np.log(x) + (1 - X) * np.log(1 - x)))


@right(E2)
def entry_by_entry(X):
    return sum(float(entr(x) + entr(1 - x)) for x in np.ravel(X).tolist()) / np.size(X)


right(E2, lambda X: np.nan_to_num(-X * np.log(X) - (1 - X) * np.log(1 - X)).mean())


@wrong(E2, "nan")
def without_care(X):
    return -np.mean(X * np.log(X) + (1 - X) * np.log(1 - X))


@wrong(E2, "grey-entries-only")
def mean_of_grey(X):
    x = X[(X > 0) & (X < 1)]
    return np.mean(entr(x) + entr(1 - x))


@wrong(E2, "one-term-only")
def first_term(X):
    return entr(X).mean()


@wrong(E2, "in-bits")
def with_log2(X):
    x = np.clip(X, 1e-12, 1 - 1e-12)
    return -np.mean(x * np.log2(x) + (1 - x) * np.log2(1 - x))


@wrong(E2, "not-one-number")
def of_each_entry(X):
    return entr(X) + entr(1 - X)


wrong(E2, "value", lambda X: np.log(2), lambda X: 0.0)


@right(E3)
def by_scikit_learn(model, X, X_valid):
    flat, flat_valid = X.reshape(len(X), -1), X_valid.reshape(len(X_valid), -1)
    pca = PCA(predict(model.get_layer("encoder"), X[:1]).shape[1]).fit(flat)
    of_pca = mean_squared_error(flat_valid, pca.inverse_transform(pca.transform(flat_valid)))
    return reconstruction_mse(X_valid, predict(model, X_valid)) / of_pca


@right(E3)
def by_sums(model, X, X_valid):
    k = model.get_layer("encoder").output_shape[1]
    mean = X.reshape(len(X), -1).mean(axis=0)
    S = np.linalg.eigh(np.cov(X.reshape(len(X), -1).T))[1][:, :-k]
    lost = (X_valid.reshape(len(X_valid), -1) - mean) @ S
    return np.sum((model(X_valid).numpy() - X_valid) ** 2) / np.sum(lost**2)


@right(E3)
def by_evaluate(model, X, X_valid):
    flat, flat_valid = (A.reshape(len(A), -1).astype(np.float32) for A in (X, X_valid))
    pca = PCA(model.get_layer("encoder").output_shape[-1]).fit(flat)
    X_hat = pca.inverse_transform(pca.transform(flat_valid))
    return evaluate(model, X_valid).mse / np.mean((flat_valid - X_hat) ** 2)


@wrong(E3, "all-three-mistakes")
def as_in_the_statement(model, X, X_valid):
    flat_valid = X_valid.reshape(len(X_valid), -1)
    pca = PCA(30).fit(flat_valid)
    X_hat = pca.inverse_transform(pca.transform(flat_valid))
    return reconstruction_mse(X, predict(model, X)) / reconstruction_mse(flat_valid, X_hat)


@wrong(E3, "number-of-components")
def with_thirty(model, X, X_valid):
    flat, flat_valid = X.reshape(len(X), -1), X_valid.reshape(len(X_valid), -1)
    pca = PCA(30).fit(flat)
    X_hat = pca.inverse_transform(pca.transform(flat_valid))
    return reconstruction_mse(X_valid, predict(model, X_valid)) / np.mean((flat_valid - X_hat) ** 2)


@wrong(E3, "fitted-to-validation")
def fitted_anew(model, X, X_valid):
    return by_sums(model, X_valid, X_valid)


@wrong(E3, "both-on-training")
def in_the_training(model, X, X_valid):
    return by_scikit_learn(model, X, X)


@wrong(E3, "not-one-number")
def both_errors(model, X, X_valid):
    return by_evaluate(model, X, X_valid), 1.0


wrong(E3, "value", lambda model, X, X_valid: 0.6)


@right(E4)
def by_counting_nonzero(model, X):
    return np.count_nonzero(predict(model.get_layer("encoder"), X), axis=0) == 0


@right(E4)
def by_largest(model, X):
    Z = model.get_layer("encoder")(X).numpy()
    return np.abs(Z).max(axis=0) == 0


@right(E4)
def unit_by_unit(model, X):
    Z = predict(model.get_layer("encoder"), X)
    return [not any(z) for z in Z.T]


right(E4, lambda model, X: by_largest(model, X).astype(int))


@wrong(E4, "never-positive")
def by_maximum(model, X):
    return predict(model.get_layer("encoder"), X).max(axis=0) <= 0


@wrong(E4, "constant-units")
def by_deviation(model, X):
    return predict(model.get_layer("encoder"), X).std(axis=0) == 0


@wrong(E4, "samples-for-units")
def along_rows(model, X):
    return np.all(predict(model.get_layer("encoder"), X) == 0, axis=1)


@wrong(E4, "how-many")
def counted(model, X):
    return int(by_largest(model, X).sum())


@wrong(E4, "nearly-zero")
def below_a_threshold(model, X):
    return np.abs(predict(model.get_layer("encoder"), X)).mean(axis=0) < 1e-6


@wrong(E4, "shape")
def of_the_output(model, X):
    return np.all(predict(model, X) == 0, axis=0)


@wrong(E4, "value")
def none(model, X):
    return np.zeros(model.get_layer("encoder").output_shape[1], dtype=bool)
