"""`lib.training`: reproducible, stops when it must, quiet where nobody watches, clear errors."""

import gc
import subprocess
import sys

import numpy as np
import pytest

from lib.models import dense_autoencoder, linear_autoencoder
from lib.training import evaluate, is_watched, keras, predict, train


@pytest.fixture(scope="module")
def X():
    """Return images of blurred spots."""
    a, b = np.random.default_rng(0).random((2, 64, 1, 1))
    y, x = np.mgrid[0:1:28j, 0:1:28j]
    return np.exp(-20 * ((x - a) ** 2 + (y - b) ** 2)).astype(np.float32)


def small(**options):
    return dense_autoencoder((20, 5), **options)


def test_same_seed_same_weights(X):
    def weights(seed):
        model = small(noise=keras.layers.Dropout(0.5))
        history = train(model, X, X_valid=X, epochs=3, batch_size=10, seed=seed)
        return history, model.get_weights()

    (history, first), (again, second), (_, other) = (weights(seed) for seed in (0, 0, 1))
    assert history[:2] == again[:2]
    for a, b in zip(first, second):
        np.testing.assert_array_equal(a, b)
    assert not np.allclose(first[0], other[0])


def test_history(X):
    model = small()
    history = train(model, X[:50], X_valid=X[50:], epochs=4, batch_size=16)
    assert len(history.loss) == len(history.val_loss) == 4
    assert history.val_loss[-1] == pytest.approx(evaluate(model, X[50:]).mse, rel=1e-5)
    assert history.seconds > 0
    assert train(model, X, epochs=1).val_loss == []


def test_loss_is_the_mean_over_samples_and_includes_a_short_last_batch(X):
    model = small()
    before = evaluate(model, X).mse
    history = train(model, X, epochs=1, batch_size=60, optimizer=keras.optimizers.SGD(0.0))
    assert history.loss[0] == pytest.approx(before, rel=1e-5)


def test_one_step_of_gradient_descent_by_hand():
    rng = np.random.default_rng(0)
    X = rng.random((10, 4), dtype=np.float32)
    model = linear_autoencoder(4, 2, use_bias=False)
    W_e, W_d = model.get_weights()  # (4, 2), (2, 4)
    train(model, X, epochs=1, batch_size=10, optimizer=keras.optimizers.SGD(0.5))
    residual = X @ W_e @ W_d - X
    gradient = 2 * (X @ W_e).T @ residual / X.size
    np.testing.assert_allclose(model.get_weights()[1], W_d - 0.5 * gradient, atol=1e-6)


def test_lets_go_of_the_data(X):
    train(small(), X, X_valid=X, epochs=1)
    gc.collect()
    tensors = [o for o in gc.get_objects() if type(o).__name__ == "EagerTensor"]
    assert tensors
    assert not [tensor for tensor in tensors if tensor.shape == X.shape]


def test_penalties_count(X):
    inputs = keras.Input((784,))
    outputs = keras.layers.Dense(784, activity_regularizer=lambda z: 0 * z[0, 0] + 100.0)(inputs)
    flat = X.reshape(len(X), -1)
    history = train(keras.Model(inputs, outputs), flat, epochs=1)
    assert history.loss[0] > 100 / len(X)  # Keras divides these penalties by the batch's size


@pytest.mark.parametrize("schedule, warmup", [("cosine", 0.1), ("cosine", 0.0), ("constant", 0.1)])
def test_schedules_learn(X, schedule, warmup):
    history = train(small(), X, epochs=30, batch_size=16, schedule=schedule, warmup=warmup)
    assert history.loss[-1] < 0.5 * history.loss[0]


def test_target_other_than_the_input(X):
    noisy = X + np.float32(0.2) * np.random.default_rng(1).standard_normal(X.shape, np.float32)
    model = small()
    history = train(model, noisy, X, X_valid=noisy, target_valid=X, epochs=40, batch_size=16)
    result = evaluate(model, noisy, X)
    assert result.mse == pytest.approx(np.mean((predict(model, noisy) - X) ** 2), rel=1e-4)
    assert result.mse < history.val_loss[0]


def test_evaluate_against_keras(X):
    model = small()
    result = evaluate(model, X)
    X_hat = predict(model, X)
    assert result.mse == pytest.approx(np.mean((X - X_hat) ** 2), rel=1e-5)
    bce = float(keras.ops.mean(keras.losses.binary_crossentropy(X, X_hat)))
    assert result.bce == pytest.approx(bce, rel=1e-4)
    inner = X[(X > 0) & (X < 1)].astype(np.float64)
    entropy = -np.sum(inner * np.log(inner) + (1 - inner) * np.log(1 - inner)) / X.size
    assert result.bce - result.bce_excess == pytest.approx(entropy, rel=1e-3)
    assert (result.n_codes, result.n_parameters) == (5, model.count_params())


def test_evaluate_without_decoder_or_range():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    result = evaluate(model, np.full((2, 3), -7.0))
    assert result.n_codes is None
    assert np.isnan(result.bce)


def test_evaluate_gives_no_cross_entropy_of_outputs_out_of_range(X):
    flat = X.reshape(len(X), -1)
    model = linear_autoencoder(flat.shape[1], 5)
    assert predict(model, flat).min() < 0
    result = evaluate(model, flat)
    assert np.isnan(result.bce) and np.isnan(result.bce_excess)
    assert result.mse == pytest.approx(np.mean((flat - predict(model, flat)) ** 2), rel=1e-5)


BAD = {
    "grey values up to 255": (
        dict(X=lambda X: 255 * X.round()), r"\[0, 255\] and not in \[0, 1\].*by 255"
    ),
    "negative": (dict(X=lambda X: X - 0.5), "data_range=None"),
    "bytes": (dict(X=lambda X: (X * 255).astype(np.uint8)), r"uint8.*astype\('float32'\).*by 255"),
    "list": (dict(X=lambda X: X.tolist()), r"list.*np.asarray\(X\)"),
    "empty": (dict(X=lambda X: X[:0]), r"empty \(shape=\(0, 28, 28\)\).*at least one sample"),
    "NaN": (dict(X=lambda X: np.where(X > 0.99, np.nan, X)), "NaN or infinity"),
    "flattened": (dict(X=lambda X: X.reshape(64, -1)), r"\(784,\).*takes.*\(28, 28\).*Reshape"),
    "channel axis": (dict(X=lambda X: X[..., None]), r"takes samples of shape \(28, 28\)"),
    "one image": (dict(X=lambda X: X[0]), r"shape \(28,\), but the model takes"),
    "target of other length": (dict(target=lambda X: X[:9]), "64 samples and target 9.*one target"),
    "target out of range": (dict(target=lambda X: 3 * X), r"target lies in \[.*, 3\]"),
    "target of other shape": (
        dict(target=lambda X: X.reshape(64, -1)), r"target has.*\(784,\).*returns.*\(28, 28\)"
    ),
    "validation out of range": (dict(X_valid=lambda X: 9 * X), r"X_valid lies in"),
    "batch size 0": (dict(batch_size=0), "batch_size=0 must be an int of at least 1"),
    "batch size 2.5": (dict(batch_size=2.5), "batch_size=2.5 must be an int"),
    "no epochs": (dict(epochs=0), "epochs=0 must be"),
    "learning rate": (dict(learning_rate=0), "learning_rate=0 must be positive, for example 0.01"),
    "optimizer": (dict(optimizer="speed"), "optimizer='speed' is unknown. Use 'adam', 'sgd'"),
    "warm-up": (dict(warmup=5), "0 <= warmup < 1"),
    "target without input": (dict(target_valid=lambda X: X), "Pass X_valid"),
    "half precision": (dict(X=lambda X: X.astype(np.float16)), "float16.*float32 or float64"),
    "schedule": (dict(schedule="linear"), "'cosine' or 'constant'"),
    "cross-entropy of what is no share": (
        dict(X=lambda X: 2 * X, data_range=None, loss="binary_crossentropy"), r"targets in \[0, 1\]"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_errors_name_the_remedy(X, case):
    options, message = BAD[case]
    arguments = {"X": X} | {k: v(X) if callable(v) else v for k, v in options.items()}
    with pytest.raises(ValueError, match=message):
        train(small(), **arguments)


@pytest.mark.parametrize("schedule", ["cosine", "constant"])
def test_a_learning_rate_may_be_an_int(X, schedule):
    losses = [
        train(small(), X, epochs=2, learning_rate=rate, optimizer="sgd", schedule=schedule).loss
        for rate in (1, 1.0)
    ]
    assert losses[0] == losses[1]


def test_model_whose_output_shape_differs_from_its_input(X):
    model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten()])
    for function in (train, evaluate):
        with pytest.raises(ValueError, match=r"own target.*returns.*\(784,\).*inverse"):
            function(model, X)


def test_stops_when_the_loss_is_not_finite():
    X = 100 * np.random.default_rng(0).standard_normal((64, 5))
    with pytest.raises(FloatingPointError, match=r"epoch \d.*smaller learning_rate.*scaled"):
        train(
            linear_autoencoder(5, 2), X, epochs=50, batch_size=8, learning_rate=5.0,
            optimizer="sgd", data_range=None,
        )  # fmt: skip


def test_progress_only_for_a_person(X, capsys, monkeypatch):
    monkeypatch.delenv("BOOK_PROGRESS", raising=False)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.delenv("COLAB_RELEASE_TAG", raising=False)
    train(small(), X, epochs=1)
    assert capsys.readouterr() == ("", "")
    train(small(), X, epochs=2, verbose=True)
    shown, errors = capsys.readouterr()
    assert "epoch 2/2  loss 0." in shown
    assert not errors
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    assert not is_watched()  # a build: a kernel without a notebook server
    monkeypatch.setenv("JPY_SESSION_NAME", "chapters/08.ipynb")
    assert is_watched()
    monkeypatch.setenv("BOOK_PROGRESS", "0")
    assert not is_watched()


def test_no_output_at_all():
    """TensorFlow's start-up messages, XLA's, and warnings of many trainings in one process."""
    code = """
from lib.models import dense_autoencoder
from lib.training import evaluate, train
import numpy as np
X = np.zeros((8, 28, 28))
for _ in range(6):
    model = dense_autoencoder((3, 2))
    train(model, X, X_valid=X, epochs=1)
    evaluate(model, X)
train(model, X, epochs=1, jit_compile=True)
"""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=120
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
