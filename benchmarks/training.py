"""Compare the book's recipes with the lecture's: errors and times, side by side in one run.

    python benchmarks/training.py                        # everything; more than an hour
    python benchmarks/training.py --rows stacked --seeds 1
    python benchmarks/training.py --epochs-of-lecture 1  # minutes; the rest is extrapolated
    python benchmarks/training.py --epochs-of-lecture 0  # the book's recipes only

The lecture's recipes are batches of 32, plain gradient descent with a constant rate, and
`keras.Model.fit`. Errors are of the 5 000 validation images; a row shows the median over the
seeds and, in brackets, the smallest and the largest. PCA with as many codes stands above. The
denoising rows come twice, for clean and for noisy validation images; the target is always clean.
"""

import argparse
import time
from typing import NamedTuple

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


class Lecture(NamedTuple):
    """A recipe of the lecture: how to build the model, and how to train it."""

    build: object
    epochs: int
    learning_rate: float


class Ours(NamedTuple):
    """A recipe of the book: how to build the model from a seed and the mean image, and train it."""

    build: object
    settings: dict


def dense_of_lecture(noise=None):
    """Build 784-100-30-100-784 with SELU."""
    return dense_autoencoder(
        (100, 30), activation="selu", code_activation="selu", noise=noise and noise()
    )


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
    encoder = [keras.Input((28, 28)), layers.LSTM(100, return_sequences=True), layers.LSTM(30)]
    decoder = [
        keras.Input((30,)),
        layers.RepeatVector(28),
        layers.LSTM(100, return_sequences=True),
        layers.Dense(28, activation="sigmoid"),
    ]
    return join(
        keras.Sequential(encoder, name="encoder"), keras.Sequential(decoder, name="decoder")
    )


def same_layers(seed, mean):
    """Build the lecture's layers with the initial weights that suit SELU, and the mean image."""
    return dense_autoencoder(
        (100, 30), activation="selu", code_activation="selu", initializer="lecun_normal",
        mean=mean, seed=seed,
    )  # fmt: skip


def dense_of_book(noise=None):
    """Return a function that builds 784-256-30-256-784 with GELU and a linear code."""
    return lambda seed, mean: dense_autoencoder(mean=mean, noise=noise and noise(), seed=seed)


def gaussian():
    """Add noise of standard deviation 0.2 in training."""
    return layers.GaussianNoise(0.2)


def dropout():
    """Drop half of the pixels in training and double the others."""
    return layers.Dropout(0.5)


ROWS = {  # name: (lecture's recipe, the book's, noise of the training images)
    "stacked": (
        Lecture(dense_of_lecture, 20, 1.5),
        Ours(same_layers, dict(epochs=5, loss="binary_crossentropy")), None,
    ),
    "dense": (None, Ours(dense_of_book(), dict(epochs=10)), None),
    "convolutional": (
        Lecture(convolutional_of_lecture, 5, 1.0),
        Ours(lambda seed, mean: convolutional_autoencoder(seed=seed),
             dict(epochs=2, batch_size=128)), None,
    ),
    "convolutional30": (
        None,
        Ours(lambda seed, mean: convolutional_autoencoder(30, seed=seed),
             dict(epochs=4, batch_size=128)), None,
    ),
    "recurrent": (
        Lecture(recurrent_of_lecture, 10, 0.1),
        Ours(lambda seed, mean: recurrent_autoencoder(30, seed=seed), dict(epochs=3)), None,
    ),
    "gaussian": (
        Lecture(lambda: dense_of_lecture(gaussian), 10, 1.0),
        Ours(dense_of_book(gaussian), dict(epochs=6)), gaussian,
    ),
    "dropout": (
        Lecture(lambda: dense_of_lecture(dropout), 10, 1.0),
        Ours(dense_of_book(dropout), dict(epochs=6)), dropout,
    ),
}  # fmt: skip


def run_ours(recipe, data, seed):
    """Build and train by the book's recipe; return the seconds and the model."""
    model = recipe.build(seed, data.X_train.mean(axis=0))
    start = time.perf_counter()
    train(model, data.X_train, seed=seed, verbose=False, **recipe.settings)
    return time.perf_counter() - start, model


def run_lecture(recipe, data, seed, epochs):
    """Build and train by the lecture's recipe; return the seconds, extrapolated, and the model."""
    keras.utils.set_random_seed(seed)
    model = recipe.build()
    model.compile(keras.optimizers.SGD(recipe.learning_rate), loss="binary_crossentropy")
    start = time.perf_counter()
    model.fit(data.X_train[:32], data.X_train[:32], batch_size=32, verbose=0)  # compiles
    compiled = time.perf_counter()
    model.fit(data.X_train, data.X_train, batch_size=32, epochs=epochs, verbose=0)
    seconds = compiled - start + (time.perf_counter() - compiled) * recipe.epochs / epochs
    return seconds, model


def show(label, seconds, evaluations, note=""):
    """Print one line: median over the seeds, smallest and largest."""

    def summary(values, form):
        low, middle, high = (f(values) for f in (np.min, np.median, np.max))
        spread = f" [{low:{form}}, {high:{form}}]" if len(values) > 1 else ""
        return f"{middle:{form}}{spread}"

    first = evaluations[0]
    print(
        f"  {label:<10}{first.n_codes:>5} codes {first.n_parameters:>8} parameters"
        f"  MSE {summary([e.mse for e in evaluations], '.5f')}"
        f"  BCE {summary([e.bce for e in evaluations], '.4f')}"
        f"  above floor {summary([e.bce_excess for e in evaluations], '.4f')}"
        f"  {summary(seconds, '.0f')} s {note}",
        flush=True,
    )


def main():
    """Run the rows that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS))
    parser.add_argument("--seeds", type=int, default=3, help="seeds 0, 1, …")
    parser.add_argument(
        "--epochs-of-lecture", type=int, help="train the lecture's models for so many epochs only"
    )
    options = parser.parse_args()
    data = load_fashion_mnist()
    flat, flat_valid = (X.reshape(len(X), -1) for X in (data.X_train, data.X_valid))
    pca = PCA(svd_solver="covariance_eigh").fit(flat)

    for name in options.rows:
        lecture, ours, noise = ROWS[name]
        inputs = {"": data.X_valid}
        if noise is not None:
            keras.utils.set_random_seed(12345)  # the same noise for every model
            noisy = keras.ops.convert_to_numpy(noise()(data.X_valid, training=True))
            inputs = {", clean images in": data.X_valid, ", noisy images in": noisy}
        theirs, results = [], []
        epochs = 0 if lecture is None else lecture.epochs
        if options.epochs_of_lecture is not None:
            epochs = min(epochs, options.epochs_of_lecture)
        for seed in range(options.seeds):
            if epochs:
                theirs.append(run_lecture(lecture, data, seed, epochs))
            results.append(run_ours(ours, data, seed))

        ratio = np.median([a[0] / b[0] for a, b in zip(theirs, results)]) if theirs else None
        for which, X_in in inputs.items():
            errors = [
                (seconds, [evaluate(model, X_in, data.X_valid) for model in models])
                for seconds, models in (zip(*runs) for runs in (theirs, results) if runs)
            ]
            k = errors[-1][1][0].n_codes
            V = pca.components_[:k]
            X_hat = (X_in.reshape(flat_valid.shape) - pca.mean_) @ V.T @ V + pca.mean_
            mse = reconstruction_mse(flat_valid, X_hat)
            print(f"\n{name}{which}: PCA, {k} codes: MSE {mse:.5f}")
            if theirs:
                cut = epochs < lecture.epochs
                show("lecture", *errors[0], f"(errors after {epochs}, time extrapolated to "
                     f"{lecture.epochs} epochs)" if cut else "")  # fmt: skip
            show("book", *errors[-1], f"(1/{ratio:.1f} of the lecture's time)" if theirs else "")


if __name__ == "__main__":
    main()
