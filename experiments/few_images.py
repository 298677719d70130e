"""From 100 images, does a convolutional network learn more than PCA, if it is trained to the end?

Chapter 09 stops after 30 epochs. Here the networks go on, and the training error stands beside the
error on new images: both high is too short a training, a low one beside a high one is over-fitting.
PCA comes whole, and of patches of 4×4 pixels; the trivial model is the mean of the 100 images.
"""

import numpy as np

from lib.datasets import load_fashion_mnist
from lib.metrics import reconstruction_mse
from lib.models import convolutional_autoencoder, dense_autoencoder
from lib.pca import PCA
from lib.training import predict, train

N_IMAGES = 100
GRID = [
    {"model": model, "codes": codes, "epochs": 0}
    for model, codes in [("mean", 0), ("PCA", 30), ("PCA", 99), ("PCA of patches", 392)]
]
GRID += [
    {"model": model, "codes": codes, "epochs": epochs}
    for model in ("convolutional", "dense")
    for codes in (392, 30)
    for epochs in (30, 100, 300)
]
SEEDS = range(5)  # of the choice of the images, of the weights, and of the order of the batches
TOLERANCE = {"train": 0.001, "test": 0.001, "test_clipped": 0.001}
CHEAP = ({"model": "convolutional", "codes": 392, "epochs": 30}, 0)


def run(setting, seed):
    """Fit to 100 training images; return the errors on them and on 1 000 validation images."""
    data = load_fashion_mnist()
    chosen = np.random.default_rng(seed).choice(len(data.X_train), N_IMAGES, replace=False)
    X, X_new = data.X_train[chosen], data.X_valid[:1000]
    reconstruct = fit(X, setting["model"], setting["codes"], setting["epochs"], seed)
    X_hat = reconstruct(X_new)
    return {
        "train": reconstruction_mse(X, reconstruct(X)),
        "test": reconstruction_mse(X_new, X_hat),
        "test_clipped": reconstruction_mse(X_new, np.clip(X_hat, 0, 1)),
    }


def fit(X, model, codes, epochs, seed):
    """Return a function that rebuilds images."""
    mean = X.mean(axis=0)
    if model == "mean":
        return lambda A: np.broadcast_to(mean, A.shape)
    if model.startswith("PCA"):
        cut, join = patches if model == "PCA of patches" else whole
        pca = PCA(codes // 49 if model == "PCA of patches" else codes).fit(cut(X))
        return lambda A: join(pca.inverse_transform(pca.transform(cut(A))))
    if model == "convolutional":
        network = convolutional_autoencoder(None if codes == 392 else codes, seed=seed)
    else:
        sizes = (392,) if codes == 392 else (256, codes)
        network = dense_autoencoder(sizes, mean=mean, seed=seed)
    train(network, X, epochs=epochs, batch_size=10, seed=seed, verbose=False)
    return lambda A: predict(network, A)


# How images become rows for PCA, and rows images.
whole = (lambda A: A.reshape(len(A), 784), lambda rows: rows.reshape(-1, 28, 28))
patches = (
    lambda A: A.reshape(-1, 7, 4, 7, 4).swapaxes(2, 3).reshape(-1, 16),
    lambda rows: rows.reshape(-1, 7, 7, 4, 4).swapaxes(2, 3).reshape(-1, 28, 28),
)
