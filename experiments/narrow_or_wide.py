"""Which autoencoder beats PCA on clean and on noisy images: a narrow one, a wide one, one from PCA?

The networks see 15 000 or all training images, with the number of epochs set so that all take about
the same time on one core, `cpu_seconds`. The last one starts from a linear map, PCA with as many
codes or for noise the Wiener filter, and learns three small convolutions that correct its images:
before training it is the linear map. All outputs are clipped to [0, 1]. A few networks see 500
images only, with fresh noise in every epoch, and `train_mse` tells whether they over-fit.
"""

import time

import numpy as np

from lib.datasets import load_fashion_mnist
from lib.metrics import reconstruction_mse
from lib.models import convolutional_autoencoder, dense_autoencoder
from lib.pca import PCA
from lib.training import keras, predict, train

layers = keras.layers
SIGMA, ALL = 0.2, 55_000
NETWORKS = {  # (model, codes): epochs, batch size
    ("dense", 30): (17, 256), ("dense", 784): (8, 256),
    ("convolutional", 30): (4, 128), ("convolutional", 392): (4, 128),
    ("convolutional", 784): (2, 64), ("corrected", 30): (1, 64), ("corrected", 392): (1, 64),
}  # fmt: skip
LINEAR = [("mean image", 0), ("PCA", 30), ("PCA", 130), ("PCA", 392), ("Wiener filter", 784)]
GRID = [
    {"images": images, "noise": noise, "model": model, "codes": codes, "epochs": epochs}
    for images in (15_000, ALL)
    for noise in (False, True)
    for (model, codes), (epochs, _) in NETWORKS.items()
]
GRID += [
    {"images": images, "noise": True, "model": "corrected Wiener filter", "codes": 784, "epochs": 1}
    for images in (15_000, ALL)
]
GRID += [
    {"images": 500, "noise": True, "model": "dense, 256 inside", "codes": 784, "epochs": epochs}
    for epochs in (30, 60, 120, 240)
]
GRID += [
    {"images": images, "noise": noise, "model": model, "codes": codes, "epochs": 0}
    for images in (15_000, ALL)
    for noise in (False, True)
    for model, codes in LINEAR
    if noise or model != "Wiener filter"
]
SEEDS = range(3)
TOLERANCE = {"mse": 0.0008, "train_mse": 0.0012, "cpu_seconds": float("inf")}
CHEAP = ({"images": 15_000, "noise": False, "model": "corrected", "codes": 392, "epochs": 1}, 0)


def run(setting, seed):
    """Train; return the errors on validation and on 500 training images, and the seconds."""
    data = load_fashion_mnist()
    X, X_valid = data.X_train[: setting["images"]], data.X_valid
    rng = np.random.default_rng(seed)
    spoil = spoil_with(rng) if setting["noise"] else (lambda A: A)
    X_in, seen_in = spoil(X_valid), spoil(X[:500])  # drawn before anything else is
    start = time.process_time()
    rebuild = fit(setting, X, spoil, seed)
    seconds = time.process_time() - start
    mse, train_mse = (
        reconstruction_mse(target, np.clip(rebuild(A), 0, 1))
        for target, A in ((X_valid, X_in), (X[:500], seen_in))
    )
    return {"mse": mse, "train_mse": train_mse, "cpu_seconds": seconds}


def spoil_with(rng):
    """Return a function that adds white noise to images."""
    return lambda A: A + np.float32(SIGMA) * rng.standard_normal(A.shape, dtype=np.float32)


def fit(setting, X, spoil, seed):
    """Return a function that rebuilds images."""
    model, codes = setting["model"], setting["codes"]
    if not setting["epochs"]:
        return linear_map(model, codes, X)
    _, batch = NETWORKS.get((model, codes), (0, 64))
    options = dict(epochs=setting["epochs"], batch_size=batch, seed=seed, verbose=False)
    if model.startswith("corrected"):
        start = linear_map("PCA" if model == "corrected" else "Wiener filter", codes, X)
        network = correction(seed)
        train(network, start(spoil(X)), X, data_range=None, **options)
        return lambda A: predict(network, start(A))
    noise = layers.GaussianNoise(SIGMA) if setting["noise"] else None
    if model == "convolutional":
        size = {30: (30, (16, 32), 8), 392: (None, (16, 32), 8), 784: (None, (32, 32), 16)}[codes]
        network = convolutional_autoencoder(
            size[0], filters=size[1], code_filters=size[2], noise=noise, seed=seed
        )
    else:
        sizes = {30: (256, 30), 784: (784,)}[codes]
        if model == "dense, 256 inside":
            sizes = (784, 256, 784)
            options |= dict(schedule="constant", learning_rate=0.001)
        network = dense_autoencoder(sizes, mean=X.mean(axis=0), noise=noise, seed=seed)
    train(network, X, **options)
    return lambda A: predict(network, A)


def linear_map(model, codes, X):
    """Return PCA, the Wiener filter or the mean image as a function of images."""
    pca = PCA().fit(X.reshape(-1, 784))
    weights = (np.arange(784) < codes).astype(np.float32)
    if model == "Wiener filter":
        weights = pca.explained_variance_ / (pca.explained_variance_ + np.float32(SIGMA**2))

    def rebuild(A):
        Z = pca.transform(A.reshape(-1, 784)) * weights
        return pca.inverse_transform(Z).reshape(A.shape)

    return rebuild


def correction(seed):
    """Build three convolutions that are added to an image, and add nothing at first."""
    keras.utils.set_random_seed(seed)
    image = keras.Input((28, 28))
    h = layers.Reshape((28, 28, 1))(image)
    for _ in range(2):
        h = layers.Conv2D(16, 3, padding="same", activation="gelu")(h)
    h = layers.Conv2D(1, 3, padding="same", kernel_initializer="zeros")(h)
    return keras.Model(image, layers.Add()([image, layers.Reshape((28, 28))(h)]))
