"""How does the gain over PCA depend on the number of codes, and is it the network's width or time?

784-width-k-width-784 with GELU and a linear code, at two widths and two budgets. PCA comes as it is
and with its reconstructions clipped to [0, 1], which the networks' sigmoid does for them. The mean
image is PCA with no component.
"""

import time

import numpy as np

from lib.datasets import load_fashion_mnist
from lib.metrics import reconstruction_mse
from lib.models import dense_autoencoder
from lib.pca import PCA
from lib.training import predict, train

SIZES = (2, 4, 8, 16, 32, 64)
GRID = [
    {"model": "dense", "codes": k, "width": width, "epochs": epochs}
    for width in (128, 512)
    for epochs in (4, 16)
    for k in SIZES
]
GRID += [
    {"model": model, "codes": k, "width": 0, "epochs": 0}
    for model in ("PCA", "PCA, clipped")
    for k in (0, *SIZES)
]
SEEDS = range(5)  # PCA does not depend on it
TOLERANCE = {"mse": 0.001, "cpu_seconds": float("inf")}
CHEAP = ({"model": "dense", "codes": 8, "width": 128, "epochs": 4}, 0)


def run(setting, seed):
    """Fit to all training images; return the error on the validation images."""
    data = load_fashion_mnist()
    X, X_valid, k = data.X_train, data.X_valid, setting["codes"]
    start = time.process_time()
    if setting["model"] == "dense":
        mean = X.mean(axis=0)
        model = dense_autoencoder((setting["width"], k), mean=mean, seed=seed)
        train(model, X, epochs=setting["epochs"], seed=seed, verbose=False)
        seconds, X_hat = time.process_time() - start, predict(model, X_valid)
    else:
        pca = PCA(max(k, 1)).fit(X.reshape(-1, 784))
        Z = pca.transform(X_valid.reshape(-1, 784))
        Z[:, k:] = 0
        seconds = time.process_time() - start
        X_hat = pca.inverse_transform(Z).reshape(X_valid.shape)
        if setting["model"] == "PCA, clipped":
            X_hat = np.clip(X_hat, 0, 1)
    return {"mse": reconstruction_mse(X_valid, X_hat), "cpu_seconds": seconds}
