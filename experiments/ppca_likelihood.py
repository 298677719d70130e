"""Does the likelihood of probabilistic PCA on new samples find the number of components?

On data that the model is true for, and on garments, whose noise it does not describe. To see
whether that is the reason, the garments come once more with white noise added: nothing else
changes. No components at all is the trivial model, a normal distribution that is the same in all
directions.
"""

import functools

import numpy as np

from lib.datasets import load_fashion_mnist
from lib.pca import PCA

N_IMAGES = 20_000
GRID = [{"data": "toy", "components": k} for k in range(13)]
GRID += [
    {"data": data, "components": k}
    for data in ("garments", "garments, noise 0.2")
    for k in (0, 2, 5, 10, 20, 30, 50, 64, 80, 100, 120, 150, 187, 250, 350, 500, 650, 783)
]
SEEDS = range(5)
TOLERANCE = {"fitted": 0.5, "new": 0.5}
CHEAP = ({"data": "toy", "components": 4}, 2)


def run(setting, seed):
    """Return the mean log-likelihood in nats, of the fitted samples and of new ones."""
    variances, energies = spectrum(setting["data"], seed)
    k = setting["components"]
    model = variances.copy()  # of the fitted normal distribution, along each component
    model[k:] = variances[k:].mean()
    return {
        part: -np.sum(np.log(2 * np.pi * model) + energy / model) / 2
        for part, energy in energies.items()
    }


@functools.cache
def spectrum(data, seed):
    """Return the variances along the components, and the mean squared scores of both parts."""
    X, X_new = draw(data, seed)
    pca = PCA().fit(X)
    scores = {"fitted": pca.transform(X), "new": pca.transform(X_new)}
    return pca.explained_variance_, {part: np.mean(Z**2, axis=0) for part, Z in scores.items()}


def draw(data, seed):
    """Return samples for the fit and new ones, in float64."""
    rng = np.random.default_rng(seed)
    if data == "toy":  # four hidden variables and noise, as in chapter 04
        mixing = rng.normal(size=(4, 20))
        hidden, noise = rng.normal(size=(1300, 4)), rng.normal(size=(1300, 20))
        X = hidden @ mixing + 0.5 * noise
        return X[:300], X[300:]
    images = load_fashion_mnist()
    X = images.X_train[rng.choice(len(images.X_train), N_IMAGES, replace=False)]
    parts = [part.reshape(-1, 784).astype(float) for part in (X, images.X_valid)]
    if data != "garments":
        parts = [part + 0.2 * rng.normal(size=part.shape) for part in parts]
    return parts
