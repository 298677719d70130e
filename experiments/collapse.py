"""Which codes of a variational autoencoder are in use: those with λ above σ², and no others?

In the linear one with a fixed variance σ², theory says: unit j lives if the eigenvalue λ_j of the
covariance is above σ², and then carries ½ ln(λ_j/σ²) nats. Seen on data of a known spectrum and on
principal scores of garments. And a network that bends, whose squared errors are summed over the
pixels or averaged: with the mean, all codes should be dead, unless the other term is divided too.
"""

import numpy as np

from lib.datasets import load_fashion_mnist
from lib.pca import PCA
from lib.training import predict, train
from lib.variational import gaussian_loss, variational_autoencoder

GRID = [
    {"data": data, "loss": "sum", "variance": variance}
    for data, variances in (("spectrum", (0.25, 1.0, 4.0)), ("garments", (0.3, 1.0, 3.0, 30.0)))
    for variance in variances
]
GRID += [
    {"data": "images", "loss": loss, "variance": 0.02} for loss in ("sum", "mean", "mean, divided")
]
SEEDS = range(3)  # of the data or their choice, of the weights, and of the draws
TOLERANCE = {
    "predicted": 0, "alive": 1, "worst_kl": 0.05, "kl": 0.5, "gap": 0.1, "mse": 0.002,
}  # fmt: skip
CHEAP = ({"data": "spectrum", "loss": "sum", "variance": 4.0}, 0)
ALIVE = 0.01  # nats, on average


def run(setting, seed):
    """Train; return how many codes are alive, and how far the nats are from the theorem's."""
    variance = setting["variance"]
    if setting["data"] == "images":
        return images(setting["loss"], variance, seed)
    X, k = rows(setting["data"], seed)
    p = X.shape[1]
    model = variational_autoencoder(
        (k,), shape=(p,), variance=variance, learned=False, mean=X.mean(axis=0), seed=seed
    )
    train(
        model, X, epochs=400, batch_size=200, learning_rate=0.03, loss=gaussian_loss(model),
        seed=seed, data_range=None, verbose=False,
    )  # fmt: skip
    kl = divergences(model, X)
    eigenvalues = np.linalg.eigvalsh(np.cov(X.T.astype(float), ddof=0))[::-1]
    expected = np.log(np.maximum(eigenvalues[:k] / variance, 1)) / 2
    in_model = np.r_[np.maximum(eigenvalues[:k], variance), np.full(p - k, variance)]
    best = -np.sum(np.log(2 * np.pi * in_model) + eigenvalues / in_model) / 2
    return {
        "predicted": int(np.sum(eigenvalues[:k] > variance)),
        "alive": int(np.sum(kl > ALIVE)),
        "worst_kl": np.abs(kl - expected).max(),
        "kl": kl.sum(),
        "gap": best - bound(model, X, variance),
        "mse": np.mean((X - predict(model, X)) ** 2),
    }


def images(loss, variance, seed):
    """Return the same for a dense model of 10 000 images and 10 codes, without a theorem."""
    X = load_fashion_mnist().X_train
    X = X[np.random.default_rng(seed).choice(len(X), 10_000, replace=False)]
    beta = 2 * variance / 784 if loss == "mean, divided" else 1.0
    model = variational_autoencoder(
        (256, 10), variance=variance, learned=False, beta=beta, mean=X.mean(axis=0), seed=seed
    )
    # The gradient of a loss that is smaller by a factor is no matter to Adam.
    of_pixels = gaussian_loss(model) if loss == "sum" else "mse"
    train(
        model, X, epochs=15, learning_rate=0.003, loss=of_pixels, seed=seed, verbose=False
    )  # fmt: skip
    kl = divergences(model, X)
    nan = float("nan")
    return {
        "predicted": nan, "alive": int(np.sum(kl > ALIVE)), "worst_kl": nan, "kl": kl.sum(),
        "gap": nan, "mse": np.mean((X - predict(model, X)) ** 2),
    }  # fmt: skip


def rows(data, seed):
    """Return samples in float32, and the number of codes."""
    rng = np.random.default_rng(seed)
    if data == "spectrum":
        turned = np.linalg.qr(rng.normal(size=(16, 16)))[0]
        X = rng.normal(size=(4000, 16)) * np.sqrt(8 * 0.7 ** np.arange(16)) @ turned + 1
        return X.astype(np.float32), 10
    images = load_fashion_mnist().X_train
    images = images[rng.choice(len(images), 4000, replace=False)].reshape(4000, 784)
    return PCA(30).fit_transform(images).astype(np.float32), 20


def divergences(model, X):
    """Return the mean Kullback-Leibler term of each code, from the largest to the smallest."""
    m, s = predict(model.get_layer("encoder"), X).astype(float).swapaxes(0, 1)
    return np.sort(np.mean(m**2 + np.exp(s) - 1 - s, axis=0) / 2)[::-1]


def bound(model, X, variance):
    """Return the evidence lower bound of the linear model in closed form, in nats per sample."""
    m, s = predict(model.get_layer("encoder"), X).astype(float).swapaxes(0, 1)
    W = np.array(model.get_layer("decoder").get_weights()[0], dtype=float)  # (k, p)
    miss = np.sum((X - predict(model, X).astype(float)) ** 2, axis=1)
    miss = miss + np.exp(s) @ np.sum(W**2, axis=1)
    kl = np.sum(m**2 + np.exp(s) - 1 - s, axis=1) / 2
    return np.mean(-(miss / variance + X.shape[1] * np.log(2 * np.pi * variance)) / 2 - kl)
