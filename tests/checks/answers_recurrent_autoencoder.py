"""Right and wrong answers to the exercises of chapter 10."""

import numpy as np
import pandas as pd
from answers import right, wrong
from scipy.ndimage import uniform_filter1d
from scipy.special import expit
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lib.training import keras

E1, E2, E3, E5 = (f"ex-recurrent-autoencoder-{i}" for i in (1, 2, 3, 5))


@right(E1)
def by_slices(x, h, Wx, Wh, b):
    u = h.shape[1]
    A, B = x @ Wx + b[0], h @ Wh + b[1]
    z, r = expit(A[:, :u] + B[:, :u]), expit(A[:, u : 2 * u] + B[:, u : 2 * u])
    return h + (1 - z) * (np.tanh(A[:, 2 * u :] + r * B[:, 2 * u :]) - h)


@right(E1)
def by_layer(x, h, Wx, Wh, b):
    cell = keras.layers.GRUCell(h.shape[1], dtype="float32")
    cell.build((None, x.shape[1]))
    cell.set_weights([Wx, Wh, b])
    return keras.ops.convert_to_numpy(cell(x.astype(np.float32), h.astype(np.float32))[0])


@right(E1)
def sample_by_sample(x, h, Wx, Wh, b):
    return [by_slices(x[i : i + 1], h[i : i + 1], Wx, Wh, b)[0].tolist() for i in range(len(x))]


@wrong(E1, "keep-and-new-swapped")
def other_convention(x, h, Wx, Wh, b):
    A, B = np.split(x @ Wx + b[0], 3, 1), np.split(h @ Wh + b[1], 3, 1)
    z, r = expit(A[0] + B[0]), expit(A[1] + B[1])
    return (1 - z) * h + z * np.tanh(A[2] + r * B[2])


@wrong(E1, "gates-in-other-order")
def reset_first(x, h, Wx, Wh, b):
    A, B = np.split(x @ Wx + b[0], 3, 1), np.split(h @ Wh + b[1], 3, 1)
    r, z = expit(A[0] + B[0]), expit(A[1] + B[1])
    return z * h + (1 - z) * np.tanh(A[2] + r * B[2])


@wrong(E1, "no-reset")
def forgot_to_reset(x, h, Wx, Wh, b):
    A, B = np.split(x @ Wx + b[0], 3, 1), np.split(h @ Wh + b[1], 3, 1)
    z = expit(A[0] + B[0])
    return z * h + (1 - z) * np.tanh(A[2] + B[2])


@wrong(E1, "reset-before-weights")
def as_first_published(x, h, Wx, Wh, b):
    u = h.shape[1]
    z, r = np.split(expit((x @ Wx + b[0] + h @ Wh + b[1])[:, : 2 * u]), 2, axis=1)
    last = slice(2 * u, 3 * u)
    new = np.tanh(x @ Wx[:, last] + b[0, last] + (r * h) @ Wh[:, last] + b[1, last])
    return z * h + (1 - z) * new


@wrong(E1, "shape")
def all_three(x, h, Wx, Wh, b):
    return x @ Wx + b[0] + h @ Wh + b[1]


@wrong(E1, "error")
def transposed_weights(x, h, Wx, Wh, b):
    return x @ Wx.T + h @ Wh.T


@right(E2)
def by_partition(scores, rate):
    place = len(scores) - 1 - round(rate * len(scores))
    return np.partition(scores, place)[place]


@right(E2)
def by_trying(scores, rate):
    allowed = round(rate * len(scores))
    return min(t for t in scores if np.sum(scores > t) <= allowed)


right(E2, lambda scores, rate: pd.Series(scores).nlargest(round(rate * len(scores)) + 1).iloc[-1])


@wrong(E2, "interpolated")
def by_quantile(scores, rate):
    return np.quantile(scores, 1 - rate)


@wrong(E2, "rounded-down")
def by_int(scores, rate):
    return np.sort(scores)[::-1][int(rate * len(scores))]


@wrong(E2, "value")
def without_ties(scores, rate):
    falling = np.unique(scores)[::-1]
    return falling[min(round(rate * len(scores)), len(falling) - 1)]


@wrong(E2, "one-sample-more")
def off_by_one(scores, rate):
    return np.sort(scores)[::-1][round(rate * len(scores)) + 1]


@wrong(E2, "from-below")
def ascending(scores, rate):
    return sorted(scores)[round(rate * len(scores))]


@wrong(E2, "largest-score")
def no_alarm(scores, rate):
    return max(scores)


wrong(E2, "value", lambda scores, rate: 0.0)
wrong(E2, "not-one-number", lambda scores, rate: np.sort(scores))


@right(E3)
def by_pipeline(X_train, X_valid, is_anomaly, X_test):
    scaler = StandardScaler().fit(X_train)
    pca = PCA(12).fit(scaler.transform(X_train))

    def errors(X):
        Z = scaler.transform(X)
        return np.mean((Z - pca.inverse_transform(pca.transform(Z))) ** 2, axis=1)

    return errors(X_test) > np.quantile(errors(X_valid[np.logical_not(is_anomaly)]), 0.95)


@right(E3)
def by_correlation_matrix(X_train, X_valid, is_anomaly, X_test):
    mean, std = X_train.mean(0), X_train.std(0)
    rest = np.linalg.eigh(np.corrcoef(X_train.T))[1][:, :-12]
    errors = [np.sum(((X - mean) / std @ rest) ** 2, axis=1) for X in (X_valid, X_test)]
    return list(errors[1] > np.quantile(errors[0][is_anomaly == 0], 0.95))


right(E3, lambda *args: by_pipeline(*args).astype(int))


@wrong(E3, "all-three-mistakes")
def as_in_the_statement(X_train, X_valid, is_anomaly, X_test):
    everything = np.concatenate([X_train, X_valid, X_test])
    mean, std = everything.mean(axis=0), everything.std(axis=0)
    parts = [(X - mean) / std for X in (X_train, X_valid, X_test)]
    pca = PCA(n_components=12).fit(np.concatenate(parts))
    errors = [np.mean((X - pca.inverse_transform(pca.transform(X))) ** 2, axis=1) for X in parts]
    return errors[2] > np.quantile(errors[1], 0.95)


@wrong(E3, "anomalies-in-threshold")
def two_mended(X_train, X_valid, is_anomaly, X_test):
    return by_pipeline(X_train, X_valid, np.zeros(len(X_valid), bool), X_test)


@wrong(E3, "scaled-with-all")
def scaled_together(X_train, X_valid, is_anomaly, X_test):
    scaler = StandardScaler().fit(np.concatenate([X_train, X_valid, X_test]))
    pca = PCA(12).fit(scaler.transform(X_train))
    model = make_pipeline(scaler, pca)

    def errors(X):
        rebuilt = pca.inverse_transform(model.transform(X))
        return np.mean((scaler.transform(X) - rebuilt) ** 2, axis=1)

    return errors(X_test) > np.quantile(errors(X_valid[~is_anomaly]), 0.95)


@wrong(E3, "not-truth")
def excess(X_train, X_valid, is_anomaly, X_test):
    return X_test[:, 0] - np.quantile(X_valid[:, 0], 0.95)


@wrong(E3, "threshold-from-training")
def from_the_fit(X_train, X_valid, is_anomaly, X_test):
    return by_pipeline(X_train, X_train, np.zeros(len(X_train), bool), X_test)


@wrong(E3, "alarms-reversed")
def quiet_ones(X_train, X_valid, is_anomaly, X_test):
    return ~by_pipeline(X_train, X_valid, is_anomaly, X_test)


@wrong(E3, "shape")
def of_validation(X_train, X_valid, is_anomaly, X_test):
    return by_pipeline(X_train, X_valid, is_anomaly, X_valid)


@wrong(E3, "value")
def always(X_train, X_valid, is_anomaly, X_test):
    return np.ones(len(X_test), bool)


@right(E5)
def by_loops(residuals, w):
    n_windows = residuals.shape[1] - w + 1
    return [max(np.mean(row[i : i + w] ** 2) for i in range(n_windows)) for row in residuals]


@right(E5)
def by_convolution(residuals, w):
    kernel = np.ones(w) / w
    return np.array([np.convolve(row**2, kernel, "valid").max() for row in residuals])


@right(E5)
def by_rolling(residuals, w):
    return pd.DataFrame(residuals.T**2).rolling(w).mean().max().astype(np.float32)


@wrong(E5, "not-squared")
def without_squares(residuals, w):
    return by_convolution(np.sqrt(np.abs(residuals)) * np.sqrt(np.sign(residuals) + 0j), w).real


@wrong(E5, "sum-for-mean")
def summed(residuals, w):
    return w * by_convolution(residuals, w)


@wrong(E5, "mean-of-windows")
def averaged(residuals, w):
    return [np.convolve(row**2, np.ones(w) / w, "valid").mean() for row in residuals]


@wrong(E5, "blocks-for-windows")
def in_blocks(residuals, w):
    whole = residuals.shape[1] // w * w
    return (residuals[:, :whole] ** 2).reshape(len(residuals), -1, w).mean(axis=2).max(axis=1)


@wrong(E5, "shape")
def one_for_all(residuals, w):
    return uniform_filter1d(residuals**2, w).max(axis=0)
