"""`lib.models`: shapes, parameters by formula, one batch learnt by heart, saving and loading."""

import numpy as np
import pytest

from lib.metrics import principal_angles
from lib.models import (
    MaskPixels,
    convolutional_autoencoder,
    dense_autoencoder,
    join,
    linear_autoencoder,
    recurrent_autoencoder,
)
from lib.pca import PCA
from lib.training import evaluate, keras, predict, train

MODELS = {
    "linear": lambda: linear_autoencoder(12, 4),
    "dense": lambda: dense_autoencoder((40, 16)),
    "dense, deep, SELU": lambda: dense_autoencoder(
        (40, 30, 16), activation="selu", initializer="lecun_normal", mean=np.full((28, 28), 0.2)
    ),
    "convolutional, spatial code": lambda: convolutional_autoencoder(filters=(8, 8)),
    "convolutional, 16 codes": lambda: convolutional_autoencoder(16, filters=(4, 8)),
    "recurrent": lambda: recurrent_autoencoder(16, units=40),
}
CODES = {
    "linear": (4,), "dense": (16,), "dense, deep, SELU": (16,),
    "convolutional, spatial code": (7, 7, 8), "convolutional, 16 codes": (16,), "recurrent": (16,),
}  # fmt: skip
RATES = {"linear": 0.05}
SAVING = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras


@pytest.fixture(params=MODELS)
def name(request):
    """Return the name of an architecture."""
    return request.param


def some_samples(model, n=8, seed=0):
    """Return smooth images in [0, 1], or vectors, that a model of the book takes."""
    rng = np.random.default_rng(seed)
    shape = model.input_shape[1:]
    if len(shape) == 1:
        return rng.random((n, *shape), dtype=np.float32)
    y, x = np.mgrid[0:1:28j, 0:1:28j]
    a, b = rng.random((2, n, 1, 1))
    return (0.5 + 0.4 * np.sin(9 * (a * x + b * y + a - b))).astype(np.float32)


def test_parts_and_shapes(name):
    model = MODELS[name]()
    X = some_samples(model)
    encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
    codes = predict(encoder, X)
    assert codes.shape == (8, *CODES[name])
    X_hat = predict(model, X)
    assert X_hat.shape == X.shape
    np.testing.assert_array_equal(X_hat, predict(decoder, codes))


def dense(a, b):
    """Count the parameters of a dense layer from a to b units."""
    return (a + 1) * b


def conv(a, b, size=3):
    """Count the parameters of a convolution from a to b channels."""
    return (size**2 * a + 1) * b


def gru(a, u):
    """Count the parameters of a GRU of u units on a inputs: three gates, two biases each."""
    return 3 * u * (a + u + 2)


@pytest.mark.parametrize(
    "model, n_parameters",
    [
        (lambda: linear_autoencoder(12, 4), dense(12, 4) + dense(4, 12)),
        (lambda: linear_autoencoder(12, 4, use_bias=False), 2 * 12 * 4),
        (
            lambda: dense_autoencoder((100, 30)),
            dense(784, 100) + dense(100, 30) + dense(30, 100) + dense(100, 784),
        ),
        (
            lambda: convolutional_autoencoder(),
            conv(1, 16) + conv(16, 32) + conv(32, 8, 1)
            + conv(8, 32, 1) + conv(32, 16) + conv(16, 1),
        ),
        (
            lambda: convolutional_autoencoder(30),
            conv(1, 16) + conv(16, 32) + dense(1568, 30)
            + dense(30, 1568) + conv(32, 16) + conv(16, 1),
        ),
        (
            lambda: recurrent_autoencoder(30, units=64),
            gru(28, 64) + dense(28 * 64, 30) + dense(30, 28 * 16) + gru(16, 64) + dense(64, 28),
        ),
    ],
)  # fmt: skip
def test_number_of_parameters(model, n_parameters):
    assert model().count_params() == n_parameters


def test_every_architecture_learns_one_batch_by_heart(name):
    model = MODELS[name]()
    X = some_samples(model)
    if name == "linear":  # samples that 4 codes can hold
        X = np.tile(np.eye(4, 12, dtype=np.float32), (2, 1))
    history = train(model, X, epochs=300, batch_size=8, learning_rate=RATES.get(name, 0.01))
    assert history.loss[-1] < 0.02 * X.var()


@SAVING
def test_save_and_load(name, tmp_path):
    model = MODELS[name]()
    X = some_samples(model)
    train(model, X, epochs=1)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(predict(loaded, X), predict(model, X))
    np.testing.assert_array_equal(
        predict(loaded.get_layer("encoder"), X), predict(model.get_layer("encoder"), X)
    )


def test_seed_decides_the_weights(name):
    first, second = MODELS[name]().get_weights(), MODELS[name]().get_weights()
    for a, b in zip(first, second):
        np.testing.assert_array_equal(a, b)


def test_other_seed_other_weights():
    a, b = (linear_autoencoder(5, 2, seed=seed).get_weights()[0] for seed in (0, 1))
    assert not np.allclose(a, b)


@pytest.mark.parametrize("use_bias", [True, False])
def test_linear_autoencoder_is_pca(use_bias):
    rng = np.random.default_rng(0)
    axes = np.linalg.qr(rng.standard_normal((6, 6)))[0]
    X = rng.standard_normal((500, 6)) * [3, 2, 1.5, 0.5, 0.3, 0.2] @ axes
    X -= X.mean(axis=0)
    if use_bias:  # the biases learn the mean
        X += 1.0
    model = linear_autoencoder(6, 3, use_bias=use_bias)
    # Long enough for any start: of eight, the slowest is then within 1e-5 of PCA's error.
    train(model, X, epochs=1000, batch_size=100, learning_rate=0.05, data_range=None)
    pca = PCA(svd_solver="full").fit(X)
    discarded = pca.explained_variance_[3:].sum() * (len(X) - 1) / len(X) / 6
    assert evaluate(model, X).mse == pytest.approx(discarded, rel=1e-4)
    W_d = model.get_layer("decoder").get_weights()[0]  # (k, p): rows span the subspace
    assert principal_angles(W_d, pca.components_[:3]).max() < 1e-3


def test_output_starts_at_the_mean_image():
    mean = np.linspace(0.05, 0.95, 784).reshape(28, 28)
    decoder = dense_autoencoder((20, 5), mean=mean).get_layer("decoder")
    X_hat = predict(decoder, np.zeros((1, 5), np.float32))[0]
    np.testing.assert_allclose(X_hat, mean, atol=1e-6)


def test_mask_pixels():
    X = np.full((100, 28, 28), 0.7, dtype=np.float32)
    masked = keras.ops.convert_to_numpy(MaskPixels(0.25, seed=1)(X, training=True))
    assert set(np.unique(masked)) == {np.float32(0), np.float32(0.7)}
    share = np.mean(masked == 0)
    assert abs(share - 0.25) < 5 * np.sqrt(0.25 * 0.75 / X.size)
    np.testing.assert_array_equal(MaskPixels(0.25)(X, training=False), X)


@SAVING
@pytest.mark.parametrize(
    "noise",
    [
        lambda: MaskPixels(0.5),
        lambda: keras.layers.Dropout(0.5),
        lambda: keras.layers.GaussianNoise(0.2),
    ],
)
def test_noise_acts_in_training_only_and_is_saved(noise, tmp_path):
    model = dense_autoencoder((20, 5), noise=noise())
    X = some_samples(model)
    silent = dense_autoencoder((20, 5))
    np.testing.assert_array_equal(predict(model, X), predict(silent, X))
    assert not np.allclose(model(X, training=True), predict(silent, X))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(predict(loaded, X), predict(model, X))


@pytest.mark.parametrize(
    "build, message",
    [
        (lambda: linear_autoencoder(5, 0), r"n_codes=0 must be an int of at least 1"),
        (lambda: dense_autoencoder((100, 3.5)), r"sizes\[1\]=3.5 must be an int"),
        (lambda: convolutional_autoencoder(filters=(4, 4, 4)), "one or two entries: 28 -> 14"),
        (lambda: convolutional_autoencoder(-1), "n_codes=-1 must be"),
        (lambda: recurrent_autoencoder(30, units=0), "units=0 must be"),
        (lambda: MaskPixels(1.5), "0 <= rate < 1, for example 0.5"),
    ],
)
def test_bad_sizes(build, message):
    with pytest.raises(ValueError, match=message):
        build()


def test_join_wants_named_parts_that_fit():
    def part(a, b, name):
        return keras.Sequential([keras.Input((a,)), keras.layers.Dense(b)], name=name)

    with pytest.raises(ValueError, match="name='encoder' and name='decoder'"):
        join(part(4, 2, "front"), part(2, 4, "decoder"))
    with pytest.raises(ValueError, match=r"\(2,\).*\(3,\).*encoder.output_shape"):
        join(part(4, 2, "encoder"), part(3, 4, "decoder"))
