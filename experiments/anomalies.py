"""Does a network find anomalies better than PCA, if the size of both codes is chosen with care?

Every model is fitted to the same normal recordings. The number of codes is chosen for each by its
mean area under the curve (AUC) on recordings that are used for nothing else (`auc_tuning`), and
judged on others. Beside them the trivial detector, the distance from the mean recording, which is
PCA with no component.
"""

import numpy as np
from sklearn.metrics import roc_auc_score

from lib.datasets import make_damped_oscillators
from lib.models import join, recurrent_autoencoder
from lib.pca import PCA
from lib.training import keras, predict, train

layers = keras.layers
KINDS = ("kick", "frequency", "dropout", "stuck")
GRID = [{"model": "PCA", "codes": k} for k in (0, *range(2, 25), 28, 32)]
GRID += [
    {"model": model, "codes": k}
    for model in ("dense", "recurrent")
    for k in (3, 4, 5, 6, 8, 10, 12)
]
SEEDS = range(5)
TOLERANCE = {"mse": 0.001, "false_alarms": 0.02, "auc_tuning": 0.02}
TOLERANCE |= {f"auc_{kind}": 0.03 for kind in KINDS}
CHEAP = ({"model": "dense", "codes": 6}, 0)


def run(setting, seed):
    """Fit to 1 000 recordings drawn from the seed; return error, false alarms and AUCs."""
    X = make_damped_oscillators(1000, random_state=10 + seed).X
    reconstruct = fit(setting["model"], setting["codes"], X, seed)

    def scores(X_new):
        return np.mean((X_new - reconstruct(X_new)) ** 2, axis=1)

    def auc(normal, kind, random_state):
        bad = scores(make_damped_oscillators(500, anomaly=kind, random_state=random_state).X)
        return roc_auc_score(np.repeat([0, 1], [len(normal), len(bad)]), [*normal, *bad])

    valid, tuning, test = (
        scores(make_damped_oscillators(1000, random_state=r).X) for r in (1, 4, 2)
    )
    return {
        "mse": valid.mean(),
        "false_alarms": np.mean(test > np.quantile(valid, 0.95)),
        "auc_tuning": np.mean([auc(tuning, kind, 5) for kind in KINDS]),
        **{f"auc_{kind}": auc(test, kind, 3) for kind in KINDS},
    }


def fit(model, codes, X, seed):
    """Return a function that rebuilds recordings."""
    if codes == 0:
        mean = X.mean(axis=0)
        return lambda Y: mean
    if model == "PCA":
        pca = PCA(codes).fit(X)
        return lambda Y: pca.inverse_transform(pca.transform(Y))
    keras.utils.set_random_seed(seed)
    if model == "dense":
        network, settings = dense_model(codes), dict(epochs=200, learning_rate=0.01)
    else:
        network = recurrent_autoencoder(
            codes, units=48, step_codes=8, shape=(16, 4), output="linear", seed=seed
        )
        settings = dict(epochs=25, learning_rate=0.02)
    scale = X.std()
    steps = (X / scale).reshape(-1, 16, 4)
    train(network, steps, batch_size=64, data_range=None, seed=seed, verbose=False, **settings)
    return lambda Y: scale * predict(network, (Y / scale).reshape(-1, 16, 4)).reshape(Y.shape)


def dense_model(codes):
    """Build 64-256-codes-256-64 with tanh."""
    encoder = [keras.Input((16, 4)), layers.Flatten(), layers.Dense(256, "tanh")]
    decoder = [keras.Input((codes,)), layers.Dense(256, "tanh"), layers.Dense(64)]
    return join(
        keras.Sequential([*encoder, layers.Dense(codes)], name="encoder"),
        keras.Sequential([*decoder, layers.Reshape((16, 4))], name="decoder"),
    )
