"""Every public function of `lib` gets twenty kinds of bad input, and answers in its own words."""

import functools
import traceback
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import scipy.sparse

import lib
from lib import datasets, evidence, interactive, metrics, models, plots
from lib.comparison import Comparison, to_frame
from lib.covariance import correlation, covariance
from lib.pca import PCA
from lib.training import History, evaluate, predict, train

LIB = Path(lib.__file__).parent
X = np.random.default_rng(0).random((12, 4)).astype(np.float32)
IMAGES = X.reshape(12, 2, 2)
RUNS = pd.DataFrame({"model": ["a", "b"] * 3, "seed": [0, 0, 1, 1, 2, 2], "mse": np.arange(6.0)})

BAD = {
    "none": None,
    "text": "magic",
    "number": -3.5,
    "not a number": float("nan"),
    "infinity": float("inf"),
    "truth": True,
    "object": object(),
    "function": len,
    "empty list": [],
    "empty tuple": (),
    "dict": {"a": object()},
    "ragged": [[1.0, 2.0], [3.0]],
    "no samples": np.empty((0, 4)),
    "no features": np.empty((4, 0)),
    "NaN inside": np.where(np.arange(48).reshape(12, 4) == 5, np.nan, X),
    "complex": X + 1j,
    "dates": np.full((12, 4), "2020-01-01", dtype="datetime64[D]"),
    "words": np.full((12, 4), "red"),
    "date column": pd.DataFrame({"a": pd.date_range("2020", periods=12), "b": range(12)}),
    "sparse": scipy.sparse.csr_array(X),
    "masked": np.ma.masked_less(X, 0.5),
    "five dimensions": np.ones((2, 2, 2, 2, 2)),
}


@functools.cache
def model():
    return models.linear_autoencoder(4, 2)


@functools.cache
def parts():
    return [model().get_layer(name) for name in ("encoder", "decoder")]


@functools.cache
def pca():
    return PCA(2).fit(X)


def small_train(**options):
    fresh = models.linear_autoencoder(4, 2)
    return train(**{"model": fresh, "X": X, "epochs": 1, "verbose": False} | options)


HISTORY = History([1.0, 0.5], [1.0, 0.6], 0.1)
# Each function, and arguments that are good; each one is made bad in turn.
GOOD = {
    "covariance": (covariance, dict(X=X, ddof=1)),
    "correlation": (correlation, dict(X=X)),
    "PCA": (lambda **p: PCA(**p).fit(X), dict(n_components=2, svd_solver="auto")),
    "PCA.fit": (lambda X: PCA().fit(X), dict(X=X)),
    "PCA.transform": (lambda X: pca().transform(X), dict(X=X)),
    "PCA.inverse_transform": (lambda Z: pca().inverse_transform(Z), dict(Z=X[:, :2])),
    "reconstruction_mse": (metrics.reconstruction_mse, dict(X=X, X_hat=X)),
    "psnr": (metrics.psnr, dict(X=X, X_hat=X + 1, data_range=1.0)),
    "principal_angles": (metrics.principal_angles, dict(A=X[:2], B=X[2:4])),
    "load_fashion_mnist": (datasets.load_fashion_mnist, dict(folder=datasets.FASHION_MNIST)),
    "make_gaussian_cloud": (
        datasets.make_gaussian_cloud,
        dict(n_samples=5, mean=(0, 0), cov=np.eye(2), random_state=0),
    ),
    "make_mass_spring_chain": (
        datasets.make_mass_spring_chain,
        dict(n_masses=3, n_samples=4, temperature=1.0, stiffness=1.0, mass=1.0, random_state=0),
    ),
    "make_damped_oscillators": (
        datasets.make_damped_oscillators,
        dict(n_samples=3, n_times=16, duration=8.0, noise=0.1, anomaly="kick", random_state=0),
    ),
    "make_noisy_plane": (
        datasets.make_noisy_plane,
        dict(n_samples=5, semi_axes=(1, 0.5), arc=90.0, tilt=1.0, turn=1.0, noise=0.1,
             centre=(0, 0, 0), random_state=0),
    ),
    "make_travelling_pulses": (
        datasets.make_travelling_pulses,
        dict(n_samples=3, n_points=8, widths=(0.2, 0.4), random_state=0),
    ),
    "join": (
        lambda **given: models.join(
            given.get("encoder", parts()[0]), given.get("decoder", parts()[1]), given["noise"]
        ),
        dict(encoder=None, decoder=None, noise=None),
    ),
    "linear_autoencoder": (models.linear_autoencoder, dict(n_features=4, n_codes=2, seed=0)),
    "dense_autoencoder": (
        models.dense_autoencoder,
        dict(sizes=(3, 2), shape=(2, 2), activation="gelu", code_activation="linear",
             initializer="glorot_uniform", mean=IMAGES[0], noise=None, seed=0),
    ),
    "convolutional_autoencoder": (
        models.convolutional_autoencoder,
        dict(n_codes=3, filters=(2,), code_filters=2, activation="gelu", noise=None, seed=0),
    ),
    "recurrent_autoencoder": (
        models.recurrent_autoencoder,
        dict(n_codes=2, units=3, step_codes=2, shape=(3, 2), output="linear", seed=0),
    ),
    "MaskPixels": (models.MaskPixels, dict(rate=0.5, seed=0)),
    "train": (
        small_train,
        dict(model=None, X=X, target=X, X_valid=X, target_valid=X, epochs=1, batch_size=12,
             learning_rate=0.01, optimizer="adam", schedule="cosine", warmup=0.1, loss="mse",
             seed=0, data_range=(0.0, 1.0)),
    ),
    "evaluate": (
        lambda **given: evaluate(**{"model": model()} | given), dict(model=None, X=X, target=X)
    ),
    "predict": (lambda **given: predict(**{"model": model()} | given), dict(model=None, X=X)),
    "Comparison": (Comparison, dict(X_train=X, X_valid=X)),
    "Comparison.add": (
        lambda **given: Comparison(X, X).add(**{"model": model()} | given),
        dict(name="a", model=None, seconds=1.0, X_in=X, note=""),
    ),
    "Comparison.pca_mse": (Comparison(X, X).pca_mse, dict(n_codes=2, X_in=X)),
    "to_frame": (to_frame, dict(rows=[])),
    "load": (evidence.load, dict(name="splits")),
    "compare": (
        evidence.compare,
        dict(runs=RUNS, measure="mse", a={"model": "a"}, b={"model": "b"}, on=("seed",),
             overlap=0.0, names=("a", "b")),
    ),
    "InteractiveFigure": (
        interactive.InteractiveFigure,
        dict(script="rank", figure="fig-a", invitation="Move.", v=1.0),
    ),
    "eight_bits": (interactive.eight_bits, dict(A=X)),
    "dense_layers": (interactive.dense_layers, dict(model=None)),
    "picture_sheet": (interactive.picture_sheet, dict(images=IMAGES, columns=4)),
    "plot_principal_axes": (
        plots.plot_principal_axes, dict(X=X[:, :2], pca=PCA().fit(X[:, :2]), n_std=2.0, ax=None)
    ),
    "plot_scree": (plots.plot_scree, dict(pca=pca(), threshold=0.9, ax=None)),
    "plot_image_rows": (plots.plot_image_rows, dict(rows={"a": IMAGES}, titles=None, ax=None)),
    "plot_learning_curves": (
        plots.plot_learning_curves, dict(histories={"a": HISTORY}, baselines=None, ax=None)
    ),
    "plot_decoded_grid": (
        plots.plot_decoded_grid, dict(images=np.ones((2, 2, 3, 3)), extent=None, ax=None)
    ),
    "plot_embedding": (
        plots.plot_embedding, dict(Z=X[:, :2], y=[0] * 12, class_names=["a"], images=None, ax=None)
    ),
    "plot_biplot": (
        plots.plot_biplot,
        dict(Z=X[:, :2], components=np.eye(2), feature_names=["a", "b"], y=None, class_names=None,
             n_features=2, ax=None),
    ),
    "plot_runs": (
        plots.plot_runs, dict(runs=RUNS, setting="model", measure="mse", group=None, ax=None)
    ),
    "plot_cloud": (plots.plot_cloud, dict(X=X[:, :2], size=4, alpha=0.3, ax=None)),
}  # fmt: skip
# Where the message does not name the argument, but what the reader knows it as.
OTHER_WORDS = ("no column", "data file", "feature names", "X has", "X is")
# Errors of a function that is the reader's own are left to the reader.
OWN = {("train", "loss", "function")}
CASES = [(name, argument) for name, (_, good) in GOOD.items() for argument in good]


def test_the_list_is_whole():
    """All that the modules offer is tried, but for what takes no data of the reader's."""
    listed = {name.split(".")[0] for name in GOOD} | {"use_style", "trustworthiness"}
    modules = [datasets, evidence, interactive, metrics, models, plots]
    for module in modules:
        for name, thing in vars(module).items():
            own = getattr(thing, "__module__", None) == module.__name__
            if own and callable(thing) and not name.startswith("_"):
                assert name in listed or hasattr(thing, "_fields") or name == "PairedComparison"


@pytest.mark.parametrize("name, argument", CASES, ids=[".".join(case) for case in CASES])
def test_bad_input_meets_our_own_words(name, argument):
    function, good = GOOD[name]
    given = {k: v for k, v in good.items() if v is not None or k == "noise"}
    failures = []
    for kind, bad in BAD.items():
        if (name, argument, kind) in OWN:
            continue
        before = plt.get_fignums()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                function(**given | {argument: bad})
        except (ValueError, TypeError, FileNotFoundError) as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            named = argument in str(error) or any(word in str(error) for word in OTHER_WORDS)
            if not named and not name.startswith("PCA"):
                failures.append(f"{kind}: does not name {argument}: {error!r:.150}")
            ours = Path(frame.filename).is_relative_to(LIB)
            if not (ours or (name.startswith("PCA") and "sklearn" in frame.filename)):
                failures.append(f"{kind}: {frame.filename}:{frame.lineno}: {error!r:.90}")
            if plt.get_fignums() != before:
                failures.append(f"{kind}: a figure is left")
        except Exception as error:
            frame = traceback.extract_tb(error.__traceback__)[-1]
            failures.append(f"{kind}: {frame.filename}:{frame.lineno}: {error!r:.90}")
        else:
            plt.close("all")
    assert not failures, "\n".join(failures)
