"""Train Keras models on arrays in memory, and measure how well they reconstruct.

Import Keras from here, ``from lib.training import keras``: TensorFlow's start-up messages are then
silenced, whatever else the program imports.
"""

import os
import sys
import time
from typing import NamedTuple

import numpy as np

from lib._tensorflow import has_one_input, keras, tf
from lib._validation import (
    check_finite,
    check_int,
    check_numbers,
    check_positive,
    check_real,
    check_seed,
)

__all__ = ["Evaluation", "History", "evaluate", "keras", "predict", "train"]

PREDICT_BATCH = 1000
EPSILON = 1e-7  # keeps the cross-entropy's logarithms finite, as in Keras


class History(NamedTuple):
    """What `train` saw: one number an epoch, and the time it took.

    `loss` is the mean over the epoch's batches, while the weights still change, with the penalties
    that layers add (`kernel_regularizer`); `val_loss` is of the weights at the end of the epoch,
    without penalties, and empty without validation data; `seconds` is the wall time from the first
    step's compilation to the last epoch's validation.
    """

    loss: list[float]
    val_loss: list[float]
    seconds: float


class Evaluation(NamedTuple):
    """How well a model reconstructs, and how large it is.

    `mse` is the mean squared error per pixel; `bce` the binary cross-entropy per pixel in nats;
    `bce_excess` what it exceeds the least possible value by, which is the targets' own entropy.
    Both are NaN if the targets or the reconstructions are not in [0, 1]. `n_codes` counts the
    numbers that the decoder makes one sample from (None if no part is named "decoder"),
    `n_parameters` all weights.
    """

    mse: float
    bce: float
    bce_excess: float
    n_codes: int | None
    n_parameters: int


def train(
    model, X, target=None, *, X_valid=None, target_valid=None, epochs=10, batch_size=256,
    learning_rate=0.01, optimizer="adam", schedule="cosine", warmup=0.1, loss="mse", seed=0,
    data_range=(0.0, 1.0), jit_compile=False, verbose=None,
):  # fmt: skip
    """Train a model to reproduce `target` from `X`.

    The whole epoch runs inside TensorFlow, on a copy of the data that stays there: on small
    models and two cores that takes half the time of `keras.Model.fit`, which comes back to Python
    for every batch. The same seed gives the same weights, on one machine, for a model that was
    built after `keras.utils.set_random_seed`.

    Parameters
    ----------
    model : keras.Model
        Functional or Sequential. Trained in place; it need not be compiled.
    X : ndarray of shape (n_samples, ...)
        Float32 or float64; images in [0, 1].
    target : ndarray of shape (n_samples, ...), optional
        What the output is compared with, for instance the clean images if `X` is noisy. Default:
        `X` itself.
    X_valid, target_valid : ndarray, optional
        The same for the validation data.
    epochs, batch_size : int
        How often every sample is used, and how many share one step.
    learning_rate : float, default 0.01
        The largest one of the schedule. Ignored for an optimizer that is an object.
    optimizer : str or keras.optimizers.Optimizer, default "adam"
    schedule : {"cosine", "constant"}, default "cosine"
        Cosine: rise linearly for the share `warmup` of all steps, then fall along half a cosine
        to zero.
    warmup : float, default 0.1
        In [0, 1).
    loss : str or callable, default "mse"
        As in `keras.losses.get`. Penalties that layers add count too.
    seed : int, default 0
        Of the batches' order and of the noise that layers draw. `keras.utils.set_random_seed` is
        called too, for layers that draw from TensorFlow.
    data_range : tuple of two floats or None
        What `X` and `target` must lie in; None for data that are not images. `X` is free if
        `target` is given, because noise may leave the range.
    jit_compile : bool, default False
        Compile each step with XLA. That takes seconds, and on two cores gains nothing for the
        book's models.
    verbose : bool or None
        Show one line that counts the epochs. None: to a person at a terminal or in JupyterLab,
        but not in a build (see `is_watched`).

    Returns
    -------
    history : History

    Raises
    ------
    FloatingPointError
        If the loss becomes NaN or infinite.
    ValueError
        If the data are empty, not finite, not floating-point, out of range, or of a shape that
        does not fit the model; if `target_valid` comes without `X_valid`; if `model` is no Keras
        model that knows its shapes; or if a parameter makes no sense.
    """
    if data_range is not None:
        _check_range(data_range)
    target = _check_data(model, X, target, data_range, "X", "target")
    if X_valid is not None:
        target_valid = _check_data(
            model, X_valid, target_valid, data_range, "X_valid", "target_valid"
        )
    elif target_valid is not None:
        raise ValueError("target_valid has no input that belongs to it. Pass X_valid, too.")
    for name, value in {"epochs": epochs, "batch_size": batch_size}.items():
        check_int(value, name)
    check_seed(seed)
    loss_of = _find_loss(loss)
    if "crossentropy" in getattr(loss_of, "__name__", str(loss)) and not _within(target, 0, 1):
        raise ValueError(
            "the binary cross-entropy needs targets in [0, 1], and these are not. Divide pixels "
            "by 255, or use loss='mse'."
        )

    keras.utils.set_random_seed(seed)
    _seed_noise(model, seed)
    rng = np.random.default_rng(seed)
    n_steps = epochs * -(-len(X) // batch_size)
    if isinstance(optimizer, keras.optimizers.Optimizer):
        rate = float(optimizer.learning_rate)
    else:
        rate = learning_rate
        optimizer = _make_optimizer(optimizer, learning_rate, schedule, warmup, n_steps)
    optimizer.build(model.trainable_variables)
    inputs = tf.constant(X, tf.float32)
    targets = inputs if target is X else tf.constant(target, tf.float32)
    start = time.perf_counter()
    run_epoch = _make_epoch(model, optimizer, loss_of, inputs, targets, batch_size, jit_compile)
    validate = _make_validation(model, loss_of, X_valid, target_valid)

    verbose = is_watched() if verbose is None else verbose
    losses, val_losses = [], []
    for epoch in range(epochs):
        order = tf.constant(rng.permutation(len(X)), tf.int32)
        losses.append(float(run_epoch(order, inputs, targets)))
        if not np.isfinite(losses[-1]):
            raise FloatingPointError(
                f"the loss became {losses[-1]} in epoch {epoch + 1}: the steps are too long. "
                "Build the model anew and train with a smaller learning_rate (a tenth: "
                f"{rate / 10:g}), a longer warmup, or optimizer='adam'; check that the data are "
                "scaled."
            )
        val_losses += validate()
        if verbose:
            text = f"epoch {epoch + 1}/{epochs}  loss {losses[-1]:.5f}"
            text += f"  val_loss {val_losses[-1]:.5f}" if val_losses else ""
            text += f"  {time.perf_counter() - start:.0f} s"
            print(f"\r{text}", end="", flush=True)
    if verbose:
        print()
    return History(losses, val_losses, time.perf_counter() - start)


def evaluate(model, X, target=None):
    """Measure a model's reconstructions: errors, size of the code, number of parameters.

    Parameters
    ----------
    model : keras.Model
        Its part named "decoder", if there is one, tells the size of the code.
    X : ndarray of shape (n_samples, ...)
    target : ndarray of shape (n_samples, ...), optional
        What the output should be; default `X`.

    Returns
    -------
    evaluation : Evaluation

    Raises
    ------
    ValueError
        As `train`, except for the range.
    """
    target = _check_data(model, X, target, None, "X", "target")
    x = np.asarray(target, dtype=np.float64)
    x_hat = predict(model, X).astype(np.float64)
    bce = floor = float("nan")
    if _within(target, 0, 1) and _within(x_hat, 0, 1):
        bce, floor = (_cross_entropy(x, y) for y in (x_hat, x))
    names = [layer.name for layer in model.layers]
    code = model.get_layer("decoder").input_shape[1:] if "decoder" in names else None
    return Evaluation(
        mse=float(np.mean((x - x_hat) ** 2)),
        bce=bce,
        bce_excess=bce - floor,
        n_codes=None if code is None else int(np.prod(code)),
        n_parameters=model.count_params(),
    )


def predict(model, X):
    """Apply a model, or its encoder or decoder, batch by batch; noise layers are off.

    Parameters
    ----------
    model : keras.Model
    X : ndarray of shape (n_samples, ...)

    Returns
    -------
    output : ndarray of shape (n_samples, ...)
        Float32.

    Raises
    ------
    ValueError
        If `model` is no Keras model that knows its shapes, or `X` is empty, not of finite numbers
        or of a shape that does not fit the model.
    """
    _check_is_model(model)
    if not isinstance(X, (np.ndarray, tf.Tensor)):
        raise ValueError(f"X is a {type(X).__name__}. Pass a NumPy array: np.asarray(X).")
    check_numbers(X, "X")
    if has_one_input(model):
        _check_shape(X, model.input_shape, "X", "takes")
    batches = (X[i : i + PREDICT_BATCH] for i in range(0, len(X), PREDICT_BATCH))
    return np.concatenate([keras.ops.convert_to_numpy(model(x, training=False)) for x in batches])


def is_watched():
    """Tell whether a person sees the output as it comes: at a terminal, or in JupyterLab.

    A notebook server sets JPY_SESSION_NAME for the kernels it starts (and Google Colab
    COLAB_RELEASE_TAG), while Jupyter Book and nbval start theirs without one. The environment
    variable BOOK_PROGRESS decides if it is set: 1 shows, 0 hides.
    """
    wish = os.environ.get("BOOK_PROGRESS")
    if wish is not None:
        return wish != "0"
    notebook = "JPY_SESSION_NAME" in os.environ or "COLAB_RELEASE_TAG" in os.environ
    return ("ipykernel" in sys.modules and notebook) or sys.stdout.isatty()


def _seed_noise(model, seed):
    """Start the generators of all noise layers anew, whenever these layers were made."""
    states = [v for v in model.variables if v.path.endswith("seed_generator_state")]
    for number, state in enumerate(states):
        state.assign([seed, number])


def _make_optimizer(optimizer, learning_rate, schedule, warmup, n_steps):
    check_positive(learning_rate, "learning_rate", 0.01)
    remedy = "is a share of the steps: 0 <= warmup < 1."
    check_real(warmup, "warmup", lambda x: 0 <= x < 1, remedy)
    learning_rate = float(learning_rate)  # Keras refuses an int
    if isinstance(schedule, str) and schedule == "cosine":
        n_warmup = int(warmup * n_steps)
        rate = keras.optimizers.schedules.CosineDecay(
            0.0 if n_warmup else learning_rate, n_steps - n_warmup,
            warmup_target=learning_rate if n_warmup else None, warmup_steps=n_warmup,
        )  # fmt: skip
    elif isinstance(schedule, str) and schedule == "constant":
        rate = learning_rate
    else:
        raise ValueError(f"schedule={schedule!r} is unknown. Use 'cosine' or 'constant'.")
    try:
        return keras.optimizers.get({"class_name": optimizer, "config": {"learning_rate": rate}})
    except Exception:  # Keras raises what comes, by the type of what it gets
        raise ValueError(
            f"optimizer={optimizer!r} is unknown. Use 'adam', 'sgd', another name of Keras, or an "
            "object of keras.optimizers."
        ) from None


def _find_loss(loss):
    try:
        loss_of = keras.losses.get(loss)
    except Exception:  # Keras raises what comes, by the type of what it gets
        loss_of = None
    if not callable(loss_of):
        raise ValueError(
            f"loss={loss!r} is unknown. Use 'mse', 'binary_crossentropy', another name of "
            "keras.losses, or a function of target and output."
        )
    return loss_of


def _make_epoch(model, optimizer, loss_of, inputs, targets, batch_size, jit_compile):
    """Return a function of the samples' order and of the data, which returns the mean loss."""
    n_samples, autoencodes = len(inputs), targets is inputs
    weights = model.trainable_variables

    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(loss_of(y, model(x, training=True)))
            for penalty in model.losses:
                loss += penalty
        optimizer.apply(tape.gradient(loss, weights), weights)
        return loss

    if jit_compile:
        step = tf.function(step, autograph=False, jit_compile=True)

    # The data are arguments: TensorFlow never frees what a function has captured.
    def run_epoch(order, inputs, targets):
        def run_batch(first, total):
            batch = order[first : first + batch_size]  # the last one may be shorter
            x = tf.gather(inputs, batch)
            y = x if autoencodes else tf.gather(targets, batch)
            return first + batch_size, total + step(x, y) * tf.cast(tf.size(batch), tf.float32)

        _, total = tf.while_loop(lambda first, _: first < n_samples, run_batch, (0, 0.0))
        return total / n_samples

    run_epoch = tf.function(run_epoch, autograph=False)
    # Traced here and once: a call would count as one more tracing, of which TensorFlow warns.
    shapes = (tf.TensorSpec(data.shape, tf.float32) for data in (inputs, targets))
    return run_epoch.get_concrete_function(tf.TensorSpec([n_samples], tf.int32), *shapes)


def _make_validation(model, loss_of, X, target):
    """Return a function that returns the validation loss in a list, which may be empty."""
    if X is None:
        return list
    X = tf.constant(X, tf.float32)
    target = tf.constant(target, tf.float32)

    def batch_loss(x, y):
        return tf.reduce_mean(loss_of(y, model(x, training=False)))

    any_number = [tf.TensorSpec([None, *A.shape[1:]], tf.float32) for A in (X, target)]
    batch_loss = tf.function(batch_loss, autograph=False).get_concrete_function(*any_number)
    starts = range(0, len(X), PREDICT_BATCH)
    sizes = [min(PREDICT_BATCH, len(X) - i) for i in starts]

    def validate():
        losses = [
            float(batch_loss(X[i : i + PREDICT_BATCH], target[i : i + PREDICT_BATCH]))
            for i in starts
        ]
        return [float(np.average(losses, weights=sizes))]

    return validate


def _cross_entropy(target, output):
    y = np.clip(output, EPSILON, 1 - EPSILON)
    return float(-np.mean(target * np.log(y) + (1 - target) * np.log1p(-y)))


def _within(X, low, high):
    return bool(X.min() >= low and X.max() <= high)


def _check_is_model(model):
    if not isinstance(model, keras.Model):
        raise ValueError(f"model is a {type(model).__name__}. Pass a keras.Model.")


def _check_model(model):
    _check_is_model(model)
    if not has_one_input(model):
        raise ValueError(
            "model must have one input of a known shape. Let it begin with keras.Input(...)."
        )


def _check_range(data_range):
    numbers = check_numbers(data_range, "data_range")
    if numbers.shape != (2,) or not numbers[0] < numbers[1]:
        raise ValueError(
            f"data_range={data_range!r} must be (lowest, highest), such as (0.0, 1.0), or None for "
            "data that are not images."
        )


def _check_data(model, X, target, data_range, name, target_name):
    """Check input and target against the model and each other; return the target."""
    _check_model(model)
    free = target is not None
    target = X if target is None else target
    _check_array(X, name, None if free else data_range)
    _check_shape(X, model.input_shape, name, "takes")
    if free:
        _check_array(target, target_name, data_range)
        if len(target) != len(X):
            raise ValueError(
                f"{name} has {len(X)} samples and {target_name} {len(target)}. Pass one target a "
                "sample, in the same order."
            )
    else:
        target_name = f"{name}, which is its own target,"
    _check_shape(target, model.output_shape, target_name, "returns")
    return target


def _check_array(X, name, data_range):
    if not isinstance(X, np.ndarray):
        raise ValueError(f"{name} is a {type(X).__name__}. Pass a NumPy array: np.asarray({name}).")
    if X.ndim == 0 or X.size == 0:
        raise ValueError(f"{name} is empty (shape={X.shape}). Pass at least one sample.")
    if X.dtype not in (np.float32, np.float64):
        raise ValueError(
            f"{name} has dtype {X.dtype}, and training needs float32 or float64. Convert it "
            f"with {name}.astype('float32'), and divide grey values of 0 to 255 by 255."
        )
    check_finite(X, name)
    if data_range is not None and not _within(X, *data_range):
        low, high = data_range
        raise ValueError(
            f"{name} lies in [{X.min():.3g}, {X.max():.3g}] and not in [{low:g}, {high:g}]. "
            "Divide grey values of 0 to 255 by 255; pass data_range=None for data that are not "
            "images."
        )


def _check_shape(X, expected, name, verb):
    if len(expected) == X.ndim and all(b in (None, a) for a, b in zip(X.shape, expected)):
        return
    one = tuple("any" if n is None else n for n in expected[1:])
    raise ValueError(
        f"{name} has samples of shape {X.shape[1:]}, but the model {verb} samples of shape "
        f"{one}. Reshape the array, X.reshape(len(X), -1) for flattened images and X[..., None] "
        "for a channel axis, or let the model begin with keras.layers.Flatten or Reshape and end "
        "with the inverse keras.layers.Reshape."
    )
