"""Judge Keras models by what they do: shapes, bottleneck, range, training.

Each function raises `Wrong` with the hint of what is the matter, and leaves the model as it was.
TensorFlow is imported when the first of them runs.
"""

from contextlib import contextmanager

import numpy as np

from lib.checks.core import reading
from lib.checks.core.mistakes import Wrong

RANK = 1e-4  # singular values of a Jacobian below this share of the largest are rounding
SCALES = (1.0, 10.0, 100.0)  # of the weights, to drive an output out of its range


def is_model(result):
    """Raise Wrong "not-a-model" unless the result is a Keras model."""
    if not reading.is_model(result):
        raise Wrong("not-a-model")


def outputs(model, X):
    """Return what the model makes of some samples, noise layers off.

    Parameters
    ----------
    model : keras.Model
    X : ndarray of shape (n_samples, ...)

    Returns
    -------
    X_hat : ndarray of shape (n_samples, ...), float64

    Raises
    ------
    Wrong
        "not-a-model", "model-input" if the model does not take these samples, "nan".
    """
    from lib.training import keras

    is_model(model)
    try:
        y = model(np.asarray(X, dtype=np.float32), training=False)
        X_hat = np.asarray(keras.ops.convert_to_numpy(y), dtype=float)
    except Exception:
        shape = tuple(np.shape(X)[1:])
        raise Wrong("model-input", f"The model does not take samples of shape {shape}.") from None
    if not np.all(np.isfinite(X_hat)):
        raise Wrong("nan")
    return X_hat


def reconstructions(model, X):
    """Return `outputs`, or raise Wrong "model-output" if they have not the shape of `X`."""
    X_hat = outputs(model, X)
    if X_hat.shape != np.shape(X):
        raise Wrong(
            "model-output",
            f"The model returns samples of shape {X_hat.shape[1:]}, and they should have the "
            f"shape {tuple(np.shape(X)[1:])} of the input.",
        )
    return X_hat


def part(model, name):
    """Return the part of a model with this name, or raise Wrong "no-part"."""
    is_model(model)
    if name not in [layer.name for layer in model.layers]:
        raise Wrong("no-part", f"The model has no part named {name}: `model.get_layer` needs it.")
    return model.get_layer(name)


def jacobian_rows(model, x, n_rows, rng):
    """Return random combinations of the rows of the Jacobian of a model at one sample.

    Parameters
    ----------
    model : keras.Model
    x : ndarray
        One sample, with p entries.
    n_rows : int
    rng : numpy.random.Generator

    Returns
    -------
    rows : ndarray of shape (n_rows, p)
        By automatic differentiation, so exact but for rounding. The rank of `n_rows` random
        combinations is that of the Jacobian, or `n_rows` if that is smaller.
    """
    from lib._tensorflow import tf

    inputs = tf.constant(np.repeat(np.asarray(x, dtype=np.float32)[None], n_rows, axis=0))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        y = model(inputs, training=False)
        mixed = tf.reduce_sum(y * tf.constant(rng.normal(size=y.shape), y.dtype))
    rows = tape.gradient(mixed, inputs, unconnected_gradients="zero")
    return np.reshape(rows.numpy().astype(float), (n_rows, -1))


def has_bottleneck(model, k, X, rng, *, exactly=False):
    """Raise Wrong unless at most k numbers pass the model, whatever way they take.

    A code of k numbers makes the Jacobian's rank at most k at every sample, also if there is a
    wider layer of noise before it; a connection around the code does not.

    Parameters
    ----------
    model : keras.Model
    k : int
    X : ndarray of shape (n_samples, ...)
        Some samples, where the rank is measured.
    rng : numpy.random.Generator
    exactly : bool, default False
        Whether all k must pass somewhere. Of a model with dead units that may be too much.

    Raises
    ------
    Wrong
        "bottleneck-wide" or "bottleneck-narrow"; and as `outputs`.
    """
    outputs(model, X)
    ranks = []
    for x in X:
        d = np.linalg.svd(jacobian_rows(model, x, k + 3, rng), compute_uv=False)
        ranks.append(int(np.sum(d > RANK * d[0])))
    if max(ranks) > k:
        raise Wrong("bottleneck-wide")
    if exactly and max(ranks) < k:
        raise Wrong("bottleneck-narrow")


def is_affine(model, X):
    """Raise Wrong "not-linear" unless the model is a linear map, with or without offset."""
    X = np.asarray(X, dtype=float)
    middle = outputs(model, (X + X[::-1]) / 2)
    ends = outputs(model, X)
    if not np.allclose(middle, (ends + ends[::-1]) / 2, atol=1e-4 * np.abs(ends).max()):
        raise Wrong("not-linear")


def stays_within(model, X, low=0.0, high=1.0):
    """Raise Wrong "output-activation" unless the outputs are in a range for any weights.

    The weights are made larger for the test, since those of a new model are too small to show a
    missing activation, and then put back.
    """
    outputs(model, X)  # a subclassed model has weights only after its first call
    with weights_kept(model) as weights:
        for scale in SCALES:
            model.set_weights([scale * w if w.dtype.kind == "f" else w for w in weights])
            X_hat = outputs(model, X)
            if X_hat.min() < low - 1e-6 or X_hat.max() > high + 1e-6:
                raise Wrong("output-activation")


@contextmanager
def weights_kept(model):
    """Yield the weights of a model, and put them back at the end."""
    is_model(model)
    weights = model.get_weights()
    try:
        yield weights
    finally:
        model.set_weights(weights)


def is_trained(model, X, target=None, *, share=0.9):
    """Raise Wrong unless the model reconstructs better than the mean does.

    Parameters
    ----------
    model : keras.Model
    X : ndarray of shape (n_samples, ...)
    target : ndarray of the same shape, optional
        Default: `X`.
    share : float, default 0.9
        Of the mean's squared error, that the model's must be below.

    Raises
    ------
    Wrong
        "same-for-all" if the output does not depend on the input, "untrained"; and as
        `reconstructions`.
    """
    X_hat = reconstructions(model, X)
    target = np.asarray(X if target is None else target, dtype=float)
    if len(X) > 1 and np.ptp(X_hat, axis=0).max() <= 1e-6 * max(1.0, np.abs(X_hat).max()):
        raise Wrong("same-for-all")
    of_mean = np.mean((target - target.mean(axis=0)) ** 2)
    if np.mean((target - X_hat) ** 2) >= share * of_mean:
        raise Wrong("untrained")


def removes_noise(model, noisy, clean):
    """Raise Wrong "trained-on-noisy" if the outputs are nearer to the noisy samples.

    Parameters
    ----------
    model : keras.Model
    noisy, clean : ndarray of the same shape (n_samples, ...)
    """
    X_hat = reconstructions(model, noisy)
    if np.mean((X_hat - noisy) ** 2) <= np.mean((X_hat - clean) ** 2):
        raise Wrong("trained-on-noisy")
