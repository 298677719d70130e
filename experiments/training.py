"""How much less time than the lecture's recipes do ours need, for the same loss?

The lecture's five recipes run whole: batches of 32, plain gradient descent with a constant rate,
`keras.Model.fit`. Ours run with several numbers of epochs; the smallest that reaches the lecture's
final cross-entropy tells the time to it. `cpu_seconds` is the time of training on one core. For
noise the error is that of clean images, as in the lecture, and `mse_noisy` that of noisy ones.
PCA with as many codes and the mean image are beside them.
"""

import time

import numpy as np

from lib.datasets import load_fashion_mnist
from lib.metrics import reconstruction_mse
from lib.models import (
    convolutional_autoencoder,
    dense_autoencoder,
    join,
    recurrent_autoencoder,
)
from lib.pca import PCA
from lib.training import evaluate, keras, train

layers = keras.layers
NOISE = {"gaussian": lambda: layers.GaussianNoise(0.2), "dropout": lambda: layers.Dropout(0.5)}
CODES = {"stacked": 30, "convolutional": 576, "recurrent": 30, "gaussian": 30, "dropout": 30}
LECTURE = {  # learning rate and epochs
    "stacked": (1.5, 20), "convolutional": (1.0, 5), "recurrent": (0.1, 10),
    "gaussian": (1.0, 10), "dropout": (1.0, 10),
}  # fmt: skip
BOOK = {  # batch size, and the numbers of epochs that are tried
    "stacked": (256, (1, 2, 3, 4, 6, 10)), "convolutional": (128, (1, 2, 3)),
    "recurrent": (256, (1, 2, 3)), "gaussian": (256, (1, 2, 3, 4, 6)),
    "dropout": (256, (1, 2, 3, 4, 6)),
}  # fmt: skip
GRID = [
    {"recipe": recipe, "by": "lecture", "epochs": epochs} for recipe, (_, epochs) in LECTURE.items()
]
GRID += [
    {"recipe": recipe, "by": "book", "epochs": epochs}
    for recipe, (_, several) in BOOK.items()
    for epochs in several
]
GRID += [
    {"recipe": recipe, "by": by, "epochs": 0} for recipe in LECTURE for by in ("PCA", "mean image")
]
SEEDS = range(3)
TOLERANCE = {"mse": 0.0015, "mse_noisy": 0.0015, "bce": 0.006, "cpu_seconds": float("inf")}
CHEAP = ({"recipe": "stacked", "by": "book", "epochs": 1}, 0)


def run(setting, seed):
    """Train by a recipe; return the errors on the validation images and the seconds."""
    data, recipe = load_fashion_mnist(), setting["recipe"]
    X, X_valid = data.X_train, data.X_valid
    noisy = X_valid
    if recipe in NOISE:
        keras.utils.set_random_seed(12345)  # the same noise for every run
        noisy = keras.ops.convert_to_numpy(NOISE[recipe]()(X_valid, training=True))
    start = time.process_time()
    if not setting["epochs"]:
        rebuild = linear(setting["by"], X, CODES[recipe])
        seconds = time.process_time() - start
        errors = [reconstruction_mse(X_valid, rebuild(A)) for A in (X_valid, noisy)]
        return {
            "mse": errors[0], "mse_noisy": errors[1], "bce": float("nan"), "cpu_seconds": seconds,
        }  # fmt: skip
    if setting["by"] == "lecture":
        model = fit_as_the_lecture(recipe, X, setting["epochs"], seed)
    else:
        model = of_the_book(recipe, X.mean(axis=0), seed)
        train(
            model, X, epochs=setting["epochs"], batch_size=BOOK[recipe][0],
            loss="binary_crossentropy", seed=seed, verbose=False,
        )  # fmt: skip
    seconds = time.process_time() - start
    result = evaluate(model, X_valid)
    mse_noisy = evaluate(model, noisy, X_valid).mse
    return {
        "mse": result.mse, "mse_noisy": mse_noisy, "bce": result.bce, "cpu_seconds": seconds,
    }  # fmt: skip


def linear(kind, X, k):
    """Return a function that rebuilds images by PCA, clipped, or by the mean image."""
    if kind == "mean image":
        return lambda A: 0 * A + X.mean(axis=0)
    pca = PCA(k).fit(X.reshape(-1, 784))

    def rebuild(A):
        Z = pca.transform(A.reshape(-1, 784))
        return np.clip(pca.inverse_transform(Z).reshape(A.shape), 0, 1)

    return rebuild


def fit_as_the_lecture(recipe, X, epochs, seed):
    """Build and fit the lecture's network."""
    keras.utils.set_random_seed(seed)
    noise = NOISE[recipe]() if recipe in NOISE else None
    if recipe == "convolutional":
        model = convolutional_of_lecture()
    elif recipe == "recurrent":
        model = recurrent_of_lecture()
    else:
        model = dense_autoencoder(
            (100, 30), activation="selu", code_activation="selu", noise=noise, seed=seed
        )
    optimizer = keras.optimizers.SGD(LECTURE[recipe][0])
    model.compile(optimizer, loss="binary_crossentropy")
    model.fit(X, X, batch_size=32, epochs=epochs, verbose=0)
    return model


def of_the_book(recipe, mean, seed):
    """Build our network: for "stacked" with the lecture's layers."""
    if recipe == "stacked":
        return dense_autoencoder(
            (100, 30), activation="selu", code_activation="selu", initializer="lecun_normal",
            mean=mean, seed=seed,
        )  # fmt: skip
    if recipe == "convolutional":
        return convolutional_autoencoder(seed=seed)  # 392 codes
    if recipe == "recurrent":
        return recurrent_autoencoder(30, seed=seed)
    return dense_autoencoder(mean=mean, noise=NOISE[recipe](), seed=seed)


def convolutional_of_lecture():
    """Build three convolutions with pooling and three transposed ones: 576 codes."""
    selu = dict(kernel_size=3, activation="selu")
    encoder = [keras.Input((28, 28)), layers.Reshape((28, 28, 1))]
    for filters in (16, 32, 64):
        encoder += [layers.Conv2D(filters, padding="same", **selu), layers.MaxPooling2D(2)]
    decoder = [
        keras.Input((3, 3, 64)),
        layers.Conv2DTranspose(32, strides=2, padding="valid", **selu),  # 3 -> 7
        layers.Conv2DTranspose(16, strides=2, padding="same", **selu),
        layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="sigmoid"),
        layers.Reshape((28, 28)),
    ]
    return join(
        keras.Sequential(encoder, name="encoder"), keras.Sequential(decoder, name="decoder")
    )


def recurrent_of_lecture():
    """Build LSTMs of 100 and 30 units, and of 100 on the repeated code."""
    encoder = [
        keras.Input((28, 28)),
        layers.LSTM(100, return_sequences=True),
        layers.LSTM(30),
    ]
    decoder = [
        keras.Input((30,)),
        layers.RepeatVector(28),
        layers.LSTM(100, return_sequences=True),
        layers.Dense(28, activation="sigmoid"),
    ]
    return join(
        keras.Sequential(encoder, name="encoder"), keras.Sequential(decoder, name="decoder")
    )
