"""Right and wrong answers to the exercises of chapter 07."""

import numpy as np
import pandas as pd
from answers import right, wrong
from sklearn.decomposition import PCA

from lib.models import join, linear_autoencoder
from lib.training import keras

E1, E2, E3, E4 = (f"ex-linear-autoencoder-{i}" for i in (1, 2, 3, 4))
Dense, Input, Sequential = keras.layers.Dense, keras.Input, keras.Sequential


@right(E1)
def by_norm(X):
    return X.size / (2 * np.linalg.norm(X, 2) ** 2)


@right(E1)
def by_powers(X):
    M, v = X.T @ X / len(X), np.ones(X.shape[1])
    for _ in range(2000):
        v = M @ v / np.linalg.norm(M @ v)
    return 2 / (4 * v @ M @ v / len(v))


@right(E1)
def by_products_of_rows(X):
    return np.float32(X.shape[1] / (2 * np.linalg.eigvalsh(X @ X.T / len(X)).max()))


@wrong(E1, "centred")
def by_covariance(X):
    return X.shape[1] / (2 * np.linalg.eigvalsh(np.cov(X.T, bias=True))[-1])


@wrong(E1, "numpys-covariance")
def by_cov(X):
    return X.shape[1] / (2 * np.linalg.eigvalsh(np.cov(X.T))[-1])


@wrong(E1, "loss-not-divided")
def of_the_sum(X):
    return 1 / (2 * np.linalg.eigvalsh(X.T @ X / len(X))[-1])


@wrong(E1, "smallest-eigenvalue")
def first_of_eigvalsh(X):
    return X.shape[1] / (2 * np.linalg.eigvalsh(X.T @ X / len(X))[0])


@wrong(E1, "not-divided")
def without_n(X):
    return X.shape[1] / (2 * np.linalg.norm(X, 2) ** 2)


@wrong(E1, "singular-for-eigen")
def of_singular_values(X):
    return X.shape[1] / (2 * np.linalg.svd(X)[1][0])


@wrong(E1, "not-one-number")
def of_each_direction(X):
    return X.shape[1] / (2 * np.linalg.eigvalsh(X.T @ X / len(X)))


wrong(E1, "value", lambda X: 1.5)


def loss(X, W_e, b_e, W_d, b_d):
    return np.sum((X - (X @ W_e.T + b_e) @ W_d.T - b_d) ** 2) / len(X)


@right(E2)
def by_differences(X, *weights):
    gradients = []
    for i, W in enumerate(weights):
        G = np.zeros(W.shape)
        for index in np.ndindex(W.shape):
            step = np.zeros(W.shape)
            step[index] = 1e-3
            values = [
                loss(X, *weights[:i], W + m * step, *weights[i + 1 :]) for m in (-2, -1, 1, 2)
            ]
            G[index] = np.dot(values, [1, -8, 8, -1]) / 12e-3
        gradients.append(G)
    return tuple(gradients)


@right(E2)
def sample_by_sample(X, W_e, b_e, W_d, b_d):
    parts = [0, 0, 0, 0]
    for x in X:
        z = W_e @ x + b_e
        e = -2 * (x - W_d @ z - b_d) / len(X)
        new = np.outer(W_d.T @ e, x), W_d.T @ e, np.outer(e, z), e
        parts = [a + b for a, b in zip(parts, new)]
    return parts


@right(E2)
def by_tape(X, *weights):
    from lib._tensorflow import tf

    variables = [tf.Variable(W) for W in weights]
    with tf.GradientTape() as tape:
        W_e, b_e, W_d, b_d = variables
        X_hat = (X @ tf.transpose(W_e) + b_e) @ tf.transpose(W_d) + b_d
        J = tf.reduce_sum((X - X_hat) ** 2) / len(X)
    return tape.gradient(J, variables)


right(E2, lambda *args: tuple(part.astype(np.float32) for part in sample_by_sample(*args)))
right(E2, lambda *args: tuple(part.tolist() for part in sample_by_sample(*args)))


@wrong(E2, "no-biases")
def by_the_old_formula(X, W_e, b_e, W_d, b_d):
    E = X - X @ W_e.T @ W_d.T
    at_code = -2 / len(X) * E @ W_d
    return at_code.T @ X, at_code.sum(0), -2 / len(X) * E.T @ X @ W_e.T, -2 * E.mean(0)


@wrong(E2, "centred-first")
def centred(X, *weights):
    return sample_by_sample(X - X.mean(axis=0), *weights)


@wrong(E2, "mean-over-features")
def of_keras(X, *weights):
    return tuple(part / X.shape[1] for part in sample_by_sample(X, *weights))


@wrong(E2, "mean-for-biases")
def averaged(X, *weights):
    a, b, c, d = sample_by_sample(X, *weights)
    return a, b / len(X), c, d / len(X)


@wrong(E2, "transposed")
def as_keras_stores_them(X, *weights):
    return tuple(part.T for part in sample_by_sample(X, *weights))


@wrong(E2, "parts-order")
def in_another_order(X, *weights):
    a, b, c, d = sample_by_sample(X, *weights)
    return a, c, b, d


@wrong(E2, "parts")
def of_the_matrices(X, *weights):
    return sample_by_sample(X, *weights)[::2]


@wrong(E2, "value")
def zeros(X, *weights):
    return tuple(np.zeros(W.shape) for W in weights)


def autoencoder(p, k, *, code=None, output=None, bias=True, k_inside=None):
    inside = k if k_inside is None else k_inside
    return join(
        Sequential([Input((p,)), Dense(inside, code), Dense(k)][: 2 + (inside != k)],
                   name="encoder"),
        Sequential([Input((k,)), Dense(p, output, use_bias=bias)], name="decoder"),
    )  # fmt: skip


right(E3, lambda p, k: linear_autoencoder(p, k))
right(E3, lambda p, k: autoencoder(p, k, code="linear", k_inside=k + 2))


@right(E3)
def without_the_needless_bias(p, k):
    layers = [Dense(k, use_bias=False, name="encoder"), Dense(p, name="decoder")]
    return Sequential([Input((p,)), *layers])


@right(E3)
def scaled_before_and_after(p, k):
    x = Input((p,))
    centred = keras.layers.BatchNormalization(center=False)(x)
    encoder = keras.Model(x, Dense(k)(centred), name="encoder")
    z = Input((k,))
    decoder = keras.Model(z, Dense(p, bias_initializer="ones")(z), name="decoder")
    return keras.Model(x, decoder(encoder(x)))


@wrong(E3, "code-bends")
def as_in_the_statement(p, k):
    return autoencoder(p, k, code="relu", output="sigmoid", bias=False)


wrong(
    E3, "code-bends",
    lambda p, k: autoencoder(p, k, code="relu"),
    lambda p, k: autoencoder(p, k, code="tanh"),
    lambda p, k: autoencoder(p, k, code="gelu", k_inside=20),
)  # fmt: skip
wrong(
    E3, "output-bends",
    lambda p, k: autoencoder(p, k, output="sigmoid"),
    lambda p, k: autoencoder(p, k, output="relu"),
)  # fmt: skip
wrong(
    E3, "no-output-bias",
    lambda p, k: autoencoder(p, k, bias=False),
    lambda p, k: linear_autoencoder(p, k, use_bias=False),
)  # fmt: skip
wrong(E3, "bottleneck-narrow", lambda p, k: autoencoder(p, k, k_inside=max(k - 1, 1)))
wrong(E3, "code-size", lambda p, k: autoencoder(p, p))
wrong(E3, "no-part", lambda p, k: Sequential([Input((p,)), Dense(k), Dense(p)]))
wrong(E3, "model-output", lambda p, k: linear_autoencoder(p, k).get_layer("encoder"))
wrong(E3, "not-a-model", lambda p, k: [Dense(k), Dense(p)])


@wrong(E3, "bottleneck-wide")
def around_the_code(p, k):
    x = Input((p,))
    z = Dense(k, name="encoder")(x)
    return keras.Model(x, Dense(p, name="decoder")(z) + x)


@wrong(E3, "decoder-input")
def names_swapped_for_more(p, k):
    x = Input((p,))
    z = Dense(k, name="encoder")(x)
    return keras.Model(x, Dense(p, name="decoder")(Dense(k + 1)(z)))


@right(E4)
def by_cholesky(Z, kernel):
    L = np.linalg.cholesky(np.cov(Z.T))
    return np.linalg.svd(kernel.T @ L, full_matrices=False)[0].T


@right(E4)
def by_pca(Z, kernel):
    return pd.DataFrame(PCA(len(kernel)).fit(Z @ kernel + 5).components_)


@right(E4)
def by_covariance_of_reconstructions(Z, kernel):
    S = np.linalg.eigh(kernel.T @ np.cov(Z.T) @ kernel)[1]
    return -S[:, ::-1][:, : Z.shape[1]].T.astype(np.float32)


@right(E4)
def by_two_rotations(Z, kernel):
    Q = np.linalg.qr(kernel.T)[0]
    Vt = np.linalg.svd((Z - Z.mean(0)) @ (kernel @ Q), full_matrices=False)[2]
    return (Vt @ Q.T).tolist()


@wrong(E4, "not-centred")
def as_they_come(Z, kernel):
    return np.linalg.svd(Z @ kernel, full_matrices=False)[2][: Z.shape[1]]


@wrong(E4, "kernel-alone")
def without_the_codes(Z, kernel):
    return np.linalg.svd(kernel.T, full_matrices=False)[0].T


@wrong(E4, "ascending")
def from_small_to_large(Z, kernel):
    S = np.linalg.eigh(kernel.T @ np.cov(Z.T) @ kernel)[1]
    return S[:, -Z.shape[1] :].T


@wrong(E4, "kernel-rows")
def normalised(Z, kernel):
    return [row / np.linalg.norm(row) for row in kernel]


@wrong(E4, "transposed")
def as_columns(Z, kernel):
    return np.transpose(by_two_rotations(Z, kernel))


@wrong(E4, "shape")
def of_the_codes(Z, kernel):
    return PCA().fit(Z).components_


@wrong(E4, "value")
def unit_vectors(Z, kernel):
    return np.eye(*kernel.shape)
