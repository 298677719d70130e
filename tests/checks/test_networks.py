"""What the checks say about Keras models, tried on small ones."""

import numpy as np
import pytest
from networks_answers import NETWORK_HINTS

from lib.checks import Wrong
from lib.checks.core import networks as n
from lib.training import keras

layers = keras.layers
P, K = 6, 2
X = np.random.default_rng(0).random((8, P)).astype("float32")


@pytest.fixture(autouse=True)
def rng():
    """Seed the initial weights, and return a generator."""
    keras.utils.set_random_seed(1)
    return np.random.default_rng(1)


def stack(*sizes, activation="tanh", last="sigmoid"):
    """Return a stack of dense layers with P outputs."""
    hidden = [layers.Dense(size, activation=activation) for size in sizes]
    return keras.Sequential([keras.Input((P,)), *hidden, layers.Dense(P, activation=last)])


def with_skip():
    """Return a model that leads a connection around its code."""
    inputs = keras.Input((P,))
    code = layers.Dense(K)(layers.Dense(5, activation="relu")(inputs))
    outputs = layers.Dense(P)(layers.Concatenate()([code, inputs]))
    return keras.Model(inputs, outputs)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.parts = [layers.Dense(K), layers.Dense(P, activation="sigmoid")]

    def call(self, inputs):
        for layer in self.parts:
            inputs = layer(inputs)
        return inputs


def hint(function, *args, **settings):
    """Return the hint of what a function raises."""
    with pytest.raises(Wrong) as caught:
        function(*args, **settings)
    return caught.value.hint


RIGHT = {
    "tanh": lambda: stack(K),
    "relu": lambda: stack(5, K, 5, activation="relu"),
    "gelu": lambda: stack(5, K, 4, activation="gelu"),
    "noise first": lambda: keras.Sequential(
        [keras.Input((P,)), layers.GaussianNoise(0.2), layers.Dense(K), layers.Dense(P, "sigmoid")]
    ),
    "subclassed": Subclassed,
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_models_are_accepted(name, rng):
    model = RIGHT[name]()
    n.has_bottleneck(model, K, X, rng)
    n.stays_within(model, X)
    assert n.reconstructions(model, X).shape == X.shape


def test_many_right_models_have_their_bottleneck(rng):
    """Finite differences rejected some ReLU models, with a kink between two points."""
    for seed in range(10):
        keras.utils.set_random_seed(seed)
        n.has_bottleneck(stack(8, K, 8, activation="relu"), K, X, rng)


def test_a_wide_code_and_a_way_around_it(rng):
    assert hint(n.has_bottleneck, stack(K + 1), K, X, rng) == "bottleneck-wide"
    assert hint(n.has_bottleneck, with_skip(), K, X, rng) == "bottleneck-wide"


def test_a_narrow_code(rng):
    narrow = stack(1)
    n.has_bottleneck(narrow, K, X, rng)
    assert hint(n.has_bottleneck, narrow, K, X, rng, exactly=True) == "bottleneck-narrow"
    n.has_bottleneck(stack(K), K, X, rng, exactly=True)


def test_the_rows_of_the_jacobian_are_exact(rng):
    model = stack(4, last="linear")
    (A, a), (B, _) = (layer.get_weights() for layer in model.layers)
    exact = (A * (1 - np.tanh(X[0] @ A + a) ** 2)) @ B  # (P, P), input by output
    rows = n.jacobian_rows(model, X[0], 9, np.random.default_rng(3))
    mixing = np.random.default_rng(3).normal(size=(9, P))
    assert np.allclose(rows, mixing @ exact.T, atol=1e-5)


def test_a_missing_output_activation_and_the_weights_come_back():
    model = stack(K, last="linear")
    before = model.get_weights()
    assert hint(n.stays_within, model, X) == "output-activation"
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights()))
    assert hint(n.stays_within, stack(K, last="relu"), X) == "output-activation"
    n.stays_within(Subclassed(), X)


def test_linear_or_not():
    n.is_affine(stack(K, activation="linear", last="linear"), X)
    model = stack(5, last="linear")
    model.set_weights([3 * w for w in model.get_weights()])
    assert hint(n.is_affine, model, X) == "not-linear"


def test_shapes():
    assert hint(n.outputs, stack(K), X[:, :3]) == "model-input"
    classifier = keras.Sequential([keras.Input((P,)), layers.Dense(3)])
    assert hint(n.reconstructions, classifier, X) == "model-output"
    for nonsense in (None, 3, "text", lambda x: x, layers.Dense(3)):
        assert hint(n.outputs, nonsense, X) == "not-a-model"
    assert hint(n.part, stack(K), "encoder") == "no-part"
    named = keras.Sequential([keras.Input((P,)), layers.Dense(K, name="encoder")])
    assert n.part(named, "encoder") is named.layers[0]


def test_not_finite():
    model = stack(K)
    model.set_weights([w * np.nan for w in model.get_weights()])
    assert hint(n.outputs, model, X) == "nan"


def identity():
    """Return a model that copies its input."""
    model = keras.Sequential([keras.Input((P,)), layers.Dense(P, use_bias=False)])
    model.set_weights([np.eye(P)])
    return model


def test_trained_or_not():
    n.is_trained(identity(), X)
    assert hint(n.is_trained, stack(K), X) == "untrained"
    dead = identity()
    dead.set_weights([np.zeros((P, P))])
    assert hint(n.is_trained, dead, X) == "same-for-all"
    assert hint(n.is_trained, identity(), X, X[::-1]) == "untrained"


def test_noise_is_removed_or_copied(rng):
    clean = np.tile(X[:, :1], (1, P))
    noisy = clean + rng.normal(0, 0.3, clean.shape)
    averages = identity()
    averages.set_weights([np.full((P, P), 1 / P)])
    n.removes_noise(averages, noisy, clean)
    assert hint(n.removes_noise, identity(), noisy, clean) == "trained-on-noisy"


def test_the_hints_of_networks_are_those_tried_here():
    from pathlib import Path

    here = Path(__file__).read_text(encoding="utf-8")
    assert all(f'== "{name}"' in here for name in NETWORK_HINTS)
