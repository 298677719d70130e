"""How probable are new images to a variational autoencoder, to probabilistic PCA, to a Gaussian?

All are densities of the same dequantised pixels, so their log-likelihoods, in nats per image, may
be compared. Each also draws images, and a small network is trained to tell these from real ones by
30 principal scores: 0.5 is chance. Whether one variance for all pixels is what costs likelihood is
tested by a variational autoencoder with a variance for each, and nothing else changed.
"""

import functools
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from lib.datasets import load_fashion_mnist
from lib.pca import PCA
from lib.training import predict, train
from lib.variational import (
    dequantise,
    gaussian_loss,
    log_likelihood,
    ppca_log_likelihood,
    variational_autoencoder,
)

N_NEW, N_DRAWS = 500, 200  # validation images, and codes drawn for each
GRID = [
    {"model": model, "codes": k, "rate": 0.0, "epochs": 0}
    for model, k in [("training images", 0), ("separate pixels", 0)]
    + [("PPCA", k) for k in (2, 10, 20, 64, 200, 400)]
    + [("Gaussian", 783)]
]
GRID += [
    {"model": model, "codes": k, "rate": rate, "epochs": epochs}
    for model, k, rate, epochs in (
        ("variational", 20, 0.003, 8),
        ("variational, each pixel", 20, 0.003, 8),
        ("variational", 2, 0.003, 8),
        ("variational", 10, 0.003, 8),
        ("variational", 20, 0.001, 8),
    )
]
SEEDS = range(3)  # of the dequantisation, the 500 images, the weights, and all draws
TOLERANCE = {
    "log_p": 8.0, "mc_error": 0.3, "elbo": 8.0, "train_loss": 8.0,
    "told_apart": 0.04, "told_apart_clean": 0.04,
}  # fmt: skip
CHEAP = ({"model": "PPCA", "codes": 10, "rate": 0.0, "epochs": 0}, 0)
NAN = float("nan")


def run(setting, seed):
    """Return the mean log-likelihood of new images, and how well samples are told from images."""
    X, X_new, _ = data(seed)
    chosen = np.random.default_rng(seed).choice(len(X_new), N_NEW, replace=False)
    model, k = setting["model"], setting["codes"]
    found = dict.fromkeys(TOLERANCE, NAN)
    if model == "training images":
        clean = X[np.random.default_rng(seed + 100).choice(len(X), 5000, replace=False)]
        noise = 0.0
    elif model.startswith("variational"):
        clean, noise, own = variational(setting, X, X_new[chosen], seed)
        found |= own
    else:
        clean, noise, found["log_p"] = gaussian(model, k, X, X_new[chosen], seed)
    rng = np.random.default_rng(seed + 200)
    noisy = clean + np.sqrt(noise) * rng.normal(size=clean.shape)
    found["told_apart"] = told_apart(noisy, seed)
    found["told_apart_clean"] = told_apart(clean, seed)
    return found


def gaussian(model, k, X, X_new, seed):
    """Return 5 000 samples without their noise, its variance, and the log-likelihood."""
    rng = np.random.default_rng(seed)
    if model == "separate pixels":
        mean, variance = X.mean(axis=0), X.var(axis=0)
        log_p = -np.sum(np.log(2 * np.pi * variance) + (X_new - mean) ** 2 / variance, axis=1) / 2
        return np.broadcast_to(mean, (5000, 784)), variance, log_p.mean()
    pca = PCA(k).fit(X)
    variances = pca.explained_variance_
    noise = (variances[0] / pca.explained_variance_ratio_[0] - variances.sum()) / (784 - k)
    Z = rng.normal(size=(5000, k)) * np.sqrt(variances - noise)
    return pca.inverse_transform(Z), noise, ppca_log_likelihood(pca, X_new).mean()


def variational(setting, X, X_new, seed):
    """Train; return 5 000 decoded codes, the variance of the pixels, and the measures."""
    images = X.reshape(-1, 28, 28).astype(np.float32)
    start = 0.05
    if setting["model"].endswith("each pixel"):
        start = np.maximum(images.var(axis=0), 1e-6)
    model = variational_autoencoder(
        (256, setting["codes"]), variance=start, mean=images.mean(axis=0), seed=seed
    )
    history = train(
        model, images, epochs=setting["epochs"], learning_rate=setting["rate"],
        loss=gaussian_loss(model), seed=seed, verbose=False,
    )  # fmt: skip
    found = log_likelihood(model, X_new.reshape(-1, 28, 28).astype(np.float32), N_DRAWS, seed)
    codes = np.random.default_rng(seed).normal(size=(5000, setting["codes"]))
    clean = predict(model.get_layer("decoder"), codes).reshape(-1, 784)
    noise = np.exp(np.array(model.get_layer("noise").log_variance))
    return clean, noise.ravel(), {
        "log_p": found.log_p.mean(), "mc_error": found.error.mean(), "elbo": found.elbo.mean(),
        "train_loss": history.loss[-1],
    }  # fmt: skip


def told_apart(samples, seed):
    """Return the share of 5 000 held-out images and samples that a network sorts rightly."""
    _, X_new, pca = data(seed)
    scores = [pca.transform(A) / np.sqrt(pca.explained_variance_) for A in (X_new, samples)]
    half = len(X_new) // 2
    learn, judge = (np.vstack([Z[:half] for Z in scores]), np.vstack([Z[half:] for Z in scores]))
    y = np.repeat([0, 1], half)
    network = MLPClassifier((64,), batch_size=250, learning_rate_init=0.01, max_iter=30)
    network.set_params(random_state=seed)
    with warnings.catch_warnings():  # it stops after 30 epochs, as it should
        warnings.simplefilter("ignore", ConvergenceWarning)
        return network.fit(learn, y).score(judge, y)


@functools.cache
def data(seed):
    """Return training and validation images as rows, and PCA of the first."""
    images = load_fashion_mnist()
    parts = [
        dequantise(part, s).reshape(-1, 784).astype(float)
        for part, s in ((images.X_train, 2 * seed), (images.X_valid, 2 * seed + 1))
    ]
    return *parts, PCA(30).fit(parts[0])
