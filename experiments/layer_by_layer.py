"""Is training layer by layer as good as training all at once, in the same time? And tied weights?

The lecture's layers, 784-100-30-100-784 with SELU. Layer by layer: the outer two layers first, then
the inner two on what the outer encoder gives, then all together. `cpu_seconds` tells which runs
took the same time. Tied weights are tried with all images and with 500, where a constraint might
help; there `epochs` runs through several values, so that each is judged where it is best.
"""

import time

from lib.datasets import load_fashion_mnist
from lib.metrics import reconstruction_mse
from lib.models import dense_autoencoder, join
from lib.pca import PCA
from lib.training import evaluate, keras, predict, train

layers, ops = keras.layers, keras.ops
ALL = 55_000
GRID = [
    {"method": "at once", "images": ALL, "outer": 0, "inner": 0, "epochs": epochs}
    for epochs in (2, 3, 4, 6, 8, 12, 16)
]
GRID += [
    {"method": "layer by layer", "images": ALL, "outer": outer, "inner": inner, "epochs": epochs}
    for outer, inner, epochs in [(1, 1, 1), (1, 2, 2), (2, 4, 4), (4, 8, 8), (1, 2, 10), (4, 8, 2)]
]
GRID += [
    {"method": "tied", "images": ALL, "outer": 0, "inner": 0, "epochs": epochs}
    for epochs in (4, 8, 16)
]
GRID += [
    {"method": method, "images": 500, "outer": 0, "inner": 0, "epochs": epochs}
    for method in ("at once", "tied")
    for epochs in (20, 40, 80, 160)
]
GRID += [
    {"method": method, "images": images, "outer": 0, "inner": 0, "epochs": 0}
    for images in (ALL, 500)
    for method in ("mean image", "PCA")
]
SEEDS = range(5)
TOLERANCE = {"mse": 0.0006, "before": 0.0015, "cpu_seconds": float("inf")}
CHEAP = ({"method": "layer by layer", "images": ALL, "outer": 1, "inner": 1, "epochs": 1}, 0)
BCE = dict(loss="binary_crossentropy", verbose=False)


class TiedDense(layers.Layer):
    """A dense layer with the kernel of another one, transposed."""

    def __init__(self, other, activation, bias="zeros"):
        super().__init__()
        self.other, self.activation = other, keras.activations.get(activation)
        self.bias = self.add_weight(shape=(other.kernel.shape[0],), initializer=bias)

    def call(self, h):
        """Return the activation of ``h Wᵀ + b``."""
        return self.activation(ops.matmul(h, ops.transpose(self.other.kernel)) + self.bias)


def run(setting, seed):
    """Return the error on the validation images, and before the layers were trained together."""
    data = load_fashion_mnist()
    X, X_valid = data.X_train[: setting["images"]], data.X_valid
    start, before = time.process_time(), float("nan")
    if setting["method"] in ("mean image", "PCA"):
        X_hat = 0 * X_valid + X.mean(axis=0)
        if setting["method"] == "PCA":
            pca = PCA(30).fit(X.reshape(-1, 784))
            X_hat = pca.inverse_transform(pca.transform(X_valid.reshape(-1, 784)))
        seconds = time.process_time() - start
        mse = reconstruction_mse(X_valid, X_hat.reshape(X_valid.shape))
        return {"mse": mse, "before": before, "cpu_seconds": seconds}
    model = dense_autoencoder(
        (100, 30), activation="selu", code_activation="selu", initializer="lecun_normal",
        mean=X.mean(axis=0), seed=seed,
    )  # fmt: skip
    if setting["method"] == "tied":
        model = tie(model)
    if setting["method"] == "layer by layer":
        train_apart(model, X, setting["outer"], setting["inner"], seed)
        spent = time.process_time()
        before = evaluate(model, X_valid).mse
        start += time.process_time() - spent  # measuring is not training
    few = dict(batch_size=100, learning_rate=0.003) if setting["images"] < ALL else {}
    train(model, X, epochs=setting["epochs"], seed=seed, **BCE, **few)
    seconds = time.process_time() - start
    return {"mse": evaluate(model, X_valid).mse, "before": before, "cpu_seconds": seconds}


def train_apart(model, X, outer_epochs, inner_epochs, seed):
    """Train the outer two layers of a model in place, then the inner two."""
    (flatten, in_1, in_2), (out_2, out_1, shape) = (part.layers for part in model.layers[1:])
    outer = keras.Sequential([keras.Input((28, 28)), flatten, in_1, out_1, shape])
    inner = keras.Sequential([keras.Input((100,)), in_2, out_2])
    train(outer, X, epochs=outer_epochs, seed=seed, **BCE)
    hidden = predict(keras.Sequential([keras.Input((28, 28)), flatten, in_1]), X)
    train(inner, hidden, epochs=inner_epochs, seed=seed, data_range=None, verbose=False)


def tie(model):
    """Return a model with the encoder of `model`, whose decoder uses the same weights."""
    encoder, untied = model.get_layer("encoder"), model.get_layer("decoder")
    parts = [TiedDense(encoder.layers[2], "selu"), TiedDense(encoder.layers[1], "sigmoid")]
    parts[1].bias.assign(untied.layers[1].bias)  # the mean image
    decoder = [keras.Input((30,)), *parts, layers.Reshape((28, 28))]
    return join(encoder, keras.Sequential(decoder, name="decoder"))
