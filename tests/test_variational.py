"""Variational autoencoders against closed forms: probabilistic PCA and normal integrals."""

import numpy as np
import pytest
import sklearn.decomposition
from scipy.stats import multivariate_normal

from lib.pca import PCA
from lib.training import keras, predict, train
from lib.variational import (
    DrawCode,
    PixelNoise,
    dequantise,
    gaussian_loss,
    log_likelihood,
    ppca_log_likelihood,
    variational_autoencoder,
)

X = np.random.default_rng(0).normal(size=(40, 5)) @ np.diag([3, 2, 1, 0.5, 0.4]) + 1
X32 = X.astype(np.float32)


def linear_model(k=2, variance=0.3, **options):
    model = variational_autoencoder((k,), shape=(5,), variance=variance, seed=3, **options)
    model.get_layer("decoder").layers[0].bias.assign(np.arange(5) / 5)
    return model


def normal_of(model, variance):
    """Return the distribution of x in a linear model, of covariance W Wᵀ + σ² I."""
    W, mean = model.get_layer("decoder").get_weights()
    return multivariate_normal(mean, W.T.astype(float) @ W + np.diag(np.broadcast_to(variance, 5)))


@pytest.mark.parametrize("k", [1, 2, 4])
def test_the_likelihood_of_ppca_is_that_of_its_normal_distribution(k):
    pca = PCA(k).fit(X)
    V, rest = pca.components_, np.trace(np.cov(X.T)) - pca.explained_variance_.sum()
    noise = rest / (5 - k)
    C = V.T @ np.diag(pca.explained_variance_ - noise) @ V + noise * np.eye(5)
    got = ppca_log_likelihood(pca, X)
    assert np.allclose(got, multivariate_normal(X.mean(axis=0), C).logpdf(X))
    assert np.allclose(got, sklearn.decomposition.PCA(k).fit(X).score_samples(X))


def test_ppca_refuses_a_model_without_noise():
    with pytest.raises(ValueError, match="Keep fewer"):
        ppca_log_likelihood(PCA(5).fit(X), X)
    flat = np.c_[X[:, :2], np.zeros((40, 2))]
    with pytest.raises(ValueError, match="dequantise"):
        ppca_log_likelihood(PCA(2).fit(flat), flat)


def test_the_divergence_is_that_of_monte_carlo():
    mean, log_variance = np.array([0.7, -1.2]), np.array([-1.0, 0.4])
    layer = DrawCode(beta=1.0, seed=0)
    layer(np.stack([mean, log_variance])[None].astype("float32"))
    z = np.random.default_rng(0).normal(mean, np.exp(log_variance / 2), (200_000, 2))
    ratio = np.sum((z**2 - (z - mean) ** 2 / np.exp(log_variance) - log_variance) / 2, axis=1)
    error = ratio.std() / np.sqrt(len(ratio))
    assert abs(float(layer.losses[0]) - ratio.mean()) < 4 * error < 0.03


def test_drawn_codes_have_mean_and_variance_and_are_the_mean_outside_training():
    given = np.broadcast_to(np.array([[1.0, -2.0], [0.5, -1.0]], "float32"), (50_000, 2, 2))
    drawn = np.array(DrawCode(seed=0)(given, training=True))
    assert np.allclose(drawn.mean(axis=0), [1, -2], atol=0.03)
    assert np.allclose(drawn.var(axis=0), np.exp([0.5, -1]), rtol=0.03)
    assert np.array_equal(np.array(DrawCode(seed=0)(given)), given[:, 0])


@pytest.mark.parametrize("variance", [0.3, np.array([0.2, 0.3, 0.5, 0.8, 1.3])])
def test_the_loss_is_the_negative_log_density_of_the_pixels(variance):
    model = linear_model(variance=variance)
    x_hat = predict(model, X32)
    got = np.array(gaussian_loss(model)(X32, x_hat))
    spread = np.diag(np.broadcast_to(variance, 5))
    want = [-multivariate_normal(m, spread).logpdf(x) for m, x in zip(x_hat, X)]
    assert np.allclose(got, want, rtol=1e-4)


@pytest.mark.parametrize("variance", [0.3, np.array([0.2, 0.3, 0.5, 0.8, 1.3])])
def test_importance_sampling_finds_the_density_of_a_linear_model(variance):
    model = linear_model(variance=variance)
    found = log_likelihood(model, X32[:8], n_draws=100_000, seed=1)
    off = found.log_p - normal_of(model, variance).logpdf(X[:8])
    sure = found.error < 0.1  # where q lies far from the posterior, few weights count
    assert sure.sum() >= 5 and np.all(np.abs(off)[sure] < 5 * found.error[sure] + 1e-4)
    assert np.all(found.elbo < found.log_p)


def test_with_the_true_posterior_the_bound_is_tight():
    model = linear_model(k=1)
    W, mean = model.get_layer("decoder").get_weights()
    M = float(W[0] @ W[0]) + 0.3
    kernel, bias = np.zeros((5, 2)), np.array([-(W[0] @ mean) / M, np.log(0.3 / M)])
    kernel[:, 0] = W[0] / M
    model.get_layer("encoder").layers[1].set_weights([kernel, bias])
    found = log_likelihood(model, X32, n_draws=20_000)
    exact = normal_of(model, 0.3).logpdf(X)
    assert np.allclose(found.log_p, exact, atol=1e-3)  # all weights are equal
    assert np.allclose(found.elbo, exact, atol=0.2)
    assert np.all(found.error < 1e-4)


def test_training_finds_ppca_and_says_so_in_nats():
    rng = np.random.default_rng(1)
    data = (rng.normal(size=(1000, 5)) * [3, 2, 0.5, 0.5, 0.5]).astype(np.float32)
    model = variational_autoencoder((2,), shape=(5,), variance=1.0, seed=0)
    loss = gaussian_loss(model)
    rules = dict(batch_size=250, learning_rate=0.03, data_range=None, verbose=False)
    history = train(model, data, epochs=300, loss=loss, **rules)
    best = ppca_log_likelihood(PCA(2).fit(data), data).mean()
    assert -history.loss[-1] == pytest.approx(best, abs=0.05)
    eigenvalues = np.linalg.eigvalsh(np.cov(data.T))[::-1]
    noise = float(np.exp(model.get_layer("noise").log_variance))
    assert noise == pytest.approx(eigenvalues[2:].mean(), rel=0.05)
    lengths = np.sum(model.get_layer("decoder").get_weights()[0] ** 2, axis=1)
    assert np.sort(lengths)[::-1] == pytest.approx(eigenvalues[:2] - noise, rel=0.05)


def test_sizes_of_the_parts_and_the_fixed_variance():
    model = variational_autoencoder((7, 3), shape=(2, 4), learned=False)
    assert model.get_layer("encoder").output_shape == (None, 2, 3)
    assert model.get_layer("decoder").input_shape == (None, 3)
    assert model.output_shape == (None, 2, 4)
    images = X32[:, :4].repeat(2, axis=1).reshape(-1, 2, 4)
    rules = dict(data_range=None, verbose=False, epochs=1)
    train(model, images, loss=gaussian_loss(model), **rules)
    assert np.exp(float(model.get_layer("noise").log_variance)) == pytest.approx(0.05)


def test_layers_are_rebuilt_from_their_configuration():
    for layer in (DrawCode(0.5, 3), PixelNoise([0.1, 0.2], False)):
        twin = type(layer).from_config(layer.get_config())
        assert twin.get_config() == layer.get_config()


def test_dequantised_bytes_come_back_and_fill_their_cells():
    grey = np.arange(256).repeat(1000)
    spread = dequantise((grey / 255).astype(np.float32), seed=1)
    place = spread * 256 - grey
    assert place.min() > -1e-4 and place.max() < 1 + 1e-4  # up to float32's rounding
    assert place.mean() == pytest.approx(0.5, abs=0.005)
    assert place.var() == pytest.approx(1 / 12, rel=0.02)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: variational_autoencoder((0,)), "sizes"),
        (lambda: variational_autoencoder((2,), variance=0.0), "positive"),
        (lambda: variational_autoencoder((2,), variance=np.ones(3)), "shape"),
        (lambda: variational_autoencoder((2,), beta=-1.0), "beta"),
        (lambda: log_likelihood(keras.Sequential(), X32), "variational_autoencoder"),
        (lambda: gaussian_loss(None), "variational_autoencoder"),
        (lambda: dequantise(np.array([3.0])), "255"),
    ],
)
def test_bad_input_is_refused_with_the_remedy(call, words):
    with pytest.raises(ValueError, match=words):
        call()
