"""Which of the two changes helps a recurrent autoencoder: all states in the code, or unfolding it?

The four combinations of one network with GRUs of 32 units and 30 codes, which differ in nothing
else: the code is made of the encoder's last state or of all, and the decoder gets the same code at
every step or a vector of its own. PCA and the mean are fitted to the same 4 000 images. The
lecture's LSTMs, with plain gradient descent at three rates and with Adam, say what else matters.
"""

import numpy as np

from lib.datasets import load_fashion_mnist
from lib.metrics import reconstruction_mse
from lib.models import join
from lib.pca import PCA
from lib.training import keras, predict, train

layers = keras.layers
N_IMAGES = 4_000
GRID = [
    {"states": states, "code": code, "trained_by": "adam", "rate": 0.01, "epochs": epochs}
    for epochs in (2, 8, 24)
    for states in ("last", "all")
    for code in ("repeated", "unfolded")
]
GRID += [
    {
        "states": "lecture",
        "code": "lecture",
        "trained_by": optimizer,
        "rate": rate,
        "epochs": epochs,
    }
    for epochs in (2, 8)
    for optimizer, rate in [("sgd", 0.1), ("sgd", 1.0), ("sgd", 5.0), ("adam", 0.003)]
]
GRID += [
    {"states": name, "code": name, "trained_by": "", "rate": 0.0, "epochs": 0}
    for name in ("mean", "PCA")
]
SEEDS = range(5)
TOLERANCE = {"mse": 0.004, "spread": 0.03}
CHEAP = (
    {"states": "all", "code": "unfolded", "trained_by": "adam", "rate": 0.01, "epochs": 2}, 0
)  # fmt: skip


def run(setting, seed):
    """Return the error on the validation images, and how much its pictures differ, per pixel."""
    data = load_fashion_mnist()
    X, X_new = data.X_train[:N_IMAGES], data.X_valid
    try:
        X_hat = reconstruct(X, X_new, setting, seed)
    except FloatingPointError:  # it diverged
        return {"mse": float("nan"), "spread": float("nan")}
    return {"mse": reconstruction_mse(X_new, X_hat), "spread": float(X_hat.std(axis=0).mean())}


def reconstruct(X, X_new, setting, seed):
    """Fit to X and rebuild X_new."""
    if setting["states"] == "mean":
        return np.broadcast_to(X.mean(axis=0), X_new.shape)
    if setting["states"] == "PCA":
        pca = PCA(30).fit(X.reshape(-1, 784))
        X_hat = pca.inverse_transform(pca.transform(X_new.reshape(-1, 784)))
        return np.clip(X_hat.reshape(X_new.shape), 0, 1)
    keras.utils.set_random_seed(seed)
    lecture = setting["states"] == "lecture"
    model = lecture_model() if lecture else gru_model(setting["states"], setting["code"])
    train(
        model, X, epochs=setting["epochs"], batch_size=32 if lecture else 64,
        optimizer=setting["trained_by"], learning_rate=setting["rate"],
        schedule="constant" if lecture else "cosine",
        loss="binary_crossentropy" if lecture else "mse", seed=seed, verbose=False,
    )  # fmt: skip
    return predict(model, X_new)


def gru_model(states, code, units=32, n_codes=30):
    """Build one of the four networks."""
    every = states == "all"
    encoder = [layers.GRU(units, return_sequences=every), layers.Dense(n_codes)]
    if every:
        encoder.insert(1, layers.Flatten())
    if code == "unfolded":
        decoder = [layers.Dense(28 * 16), layers.Reshape((28, 16))]
    else:
        decoder = [layers.RepeatVector(28)]
    decoder += [layers.GRU(units, return_sequences=True), layers.Dense(28, activation="sigmoid")]
    return assemble(encoder, decoder, n_codes)


def lecture_model():
    """Build the lecture's layers."""
    encoder = [layers.LSTM(100, return_sequences=True), layers.LSTM(30)]
    decoder = [layers.RepeatVector(28), layers.LSTM(100, return_sequences=True)]
    return assemble(encoder, [*decoder, layers.Dense(28, activation="sigmoid")], 30)


def assemble(encoder, decoder, n_codes):
    """Put the layers in line, as two parts."""
    return join(
        keras.Sequential([keras.Input((28, 28)), *encoder], name="encoder"),
        keras.Sequential([keras.Input((n_codes,)), *decoder], name="decoder"),
    )
