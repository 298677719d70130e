"""Models of a density with a code: variational autoencoders, probabilistic PCA, their likelihoods.

All likelihoods are natural logarithms of densities, in nats per sample, so that they may be
compared: of the same data, in the same units.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp

from lib._tensorflow import has_one_input, keras
from lib._validation import check_int, check_matrix, check_numbers, check_real, check_seed
from lib.training import predict

layers, ops = keras.layers, keras.ops

__all__ = [
    "DrawCode",
    "Likelihood",
    "PixelNoise",
    "dequantise",
    "gaussian_loss",
    "log_likelihood",
    "ppca_log_likelihood",
    "variational_autoencoder",
]

BLOCK = 20_000  # codes that are decoded at once


class Likelihood(NamedTuple):
    """What `log_likelihood` found: three arrays of shape (n_samples,), in nats.

    `log_p` is the importance-sampled log-likelihood and `error` its standard error; `elbo` is the
    evidence lower bound, with the Kullback-Leibler term in closed form.
    """

    log_p: np.ndarray
    error: np.ndarray
    elbo: np.ndarray


@keras.saving.register_keras_serializable(package="lib")
class DrawCode(layers.Layer):
    """Draw a code from a normal distribution in training, and return its mean otherwise.

    Parameters
    ----------
    beta : float, default 1
        Factor of the Kullback-Leibler term, which the layer adds to the loss: the mean over the
        batch of the divergence of the code's distribution from the standard normal one.
    seed : int, optional

    Raises
    ------
    ValueError
        If `beta` is negative or no number, or `seed` is neither None nor an int of at least 0.
    """

    def __init__(self, beta=1.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        check_real(beta, "beta", lambda x: x >= 0, "must not be negative, for example 1.0.")
        if seed is not None:
            check_int(seed, "seed", least=0)
        self.beta, self.seed = float(beta), seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        """Map means and log-variances, `inputs` of shape (n, 2, k), to codes of shape (n, k)."""
        mean, log_variance = inputs[:, 0], inputs[:, 1]
        excess = mean**2 + ops.exp(log_variance) - 1 - log_variance
        self.add_loss(self.beta * ops.mean(ops.sum(excess, axis=1)) / 2)
        if not training:
            return mean
        noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(log_variance / 2) * noise

    def compute_output_shape(self, input_shape):
        """Return (n, k)."""
        return (input_shape[0], input_shape[2])

    def get_config(self):
        """Return what the layer is rebuilt from."""
        return super().get_config() | {"beta": self.beta, "seed": self.seed}


@keras.saving.register_keras_serializable(package="lib")
class PixelNoise(layers.Layer):
    """Hold the logarithm of the pixels' variance; the images pass as they are.

    Parameters
    ----------
    variance : float or array of one sample's shape, default 0.05
        In the units of the pixels squared: one for all, or one for each. With `learned`, the start.
    learned : bool, default True

    Raises
    ------
    ValueError
        If a variance is not positive.
    """

    def __init__(self, variance=0.05, learned=True, **kwargs):
        super().__init__(**kwargs)
        self.variance = np.asarray(check_numbers(variance, "variance"), dtype=float)
        if np.any(self.variance <= 0):
            raise ValueError("variance must be positive, for example 0.05.")
        self.learned = bool(learned)

    def build(self, input_shape):
        """Make the weight."""
        start = np.log(self.variance).astype("float32")
        self.log_variance = self.add_weight(
            shape=start.shape,
            initializer=lambda shape, dtype=None: ops.convert_to_tensor(start, dtype=dtype),
            trainable=self.learned,
            name="log_variance",
        )

    def call(self, inputs):
        """Return `inputs`."""
        return inputs

    def get_config(self):
        """Return what the layer is rebuilt from."""
        own = {"variance": self.variance.tolist(), "learned": self.learned}
        return super().get_config() | own


def variational_autoencoder(
    sizes=(256, 20), *, shape=(28, 28), activation="gelu", variance=0.05, learned=True, beta=1.0,
    mean=None, seed=0,
):  # fmt: skip
    """Build a variational autoencoder whose pixels are normal about the decoder's image.

    Train it with ``train(model, X, loss=gaussian_loss(model))``: that loss and the term which the
    model adds make the negative evidence lower bound, in nats per sample.

    Parameters
    ----------
    sizes : sequence of int
        Units of the encoder's layers; the last one is the code. The decoder mirrors them. With the
        code alone, ``(k,)``, both are linear.
    shape : tuple of int
        Of one sample, with p entries.
    activation : str
        Of the hidden layers. The output is linear.
    variance : float or array of `shape`, default 0.05
        Of the pixels about the decoder's image: one for all, or one for each.
    learned : bool, default True
        Whether training changes `variance`.
    beta : float, default 1
        Factor of the Kullback-Leibler term. Only with 1 the loss is the bound.
    mean : ndarray of `shape`, optional
        The mean sample, where the output's biases start.
    seed : int, default 0

    Returns
    -------
    model : keras.Model
        (n_samples, \\*shape) -> the same. Its "encoder" returns the mean and the log-variance of
        the code, (n_samples, 2, k), and its "decoder" takes a code, (n_samples, k).

    Raises
    ------
    ValueError
        If a size is not a positive int, `variance` is not positive, or `mean` or `variance` does
        not fit.

    References
    ----------
    D. P. Kingma, M. Welling, "Auto-encoding variational Bayes", ICLR 2014.
    """
    for name, value in {"sizes": sizes, "shape": shape}.items():
        if not isinstance(value, (tuple, list)) or len(value) == 0:
            raise ValueError(f"{name}={value!r} must be a sequence of ints, for example (256, 20).")
        for i, size in enumerate(value):
            check_int(size, f"{name}[{i}]")
    check_seed(seed)
    for name, value in {"mean": mean, "variance": variance}.items():
        if value is None or (name == "variance" and np.ndim(value) == 0):
            continue
        if np.shape(check_numbers(value, name)) != tuple(shape):
            raise ValueError(
                f"{name} has shape {np.shape(value)} and a sample {tuple(shape)}. Reshape it."
            )
    keras.utils.set_random_seed(seed)
    *hidden, k = sizes
    p = int(np.prod(shape))
    output = layers.Dense(p)
    encoder = keras.Sequential(
        [keras.Input(shape), layers.Flatten()]
        + [layers.Dense(size, activation=activation) for size in hidden]
        + [layers.Dense(2 * k), layers.Reshape((2, k))],
        name="encoder",
    )
    decoder = keras.Sequential(
        [keras.Input((k,))]
        + [layers.Dense(size, activation=activation) for size in reversed(hidden)]
        + [output, layers.Reshape(shape)],
        name="decoder",
    )
    if mean is not None:
        output.bias.assign(np.ravel(mean))
    inputs = keras.Input(shape)
    code = DrawCode(beta, seed, name="code")(encoder(inputs))
    outputs = PixelNoise(variance, learned, name="noise")(decoder(code))
    return keras.Model(inputs, outputs, name="variational_autoencoder")


def gaussian_loss(model):
    """Return the loss of a model with noise: −ln p(x | z), in nats per sample.

    Parameters
    ----------
    model : keras.Model
        From `variational_autoencoder`; the variance is read from its layer "noise".

    Returns
    -------
    loss : callable
        Of target and output, both of shape (n_samples, ...); returns (n_samples,). Pass it to
        `lib.training.train`.
    """
    log_variance = _check_model(model).get_layer("noise").log_variance
    p = int(np.prod(model.output_shape[1:]))

    def loss(target, output):
        terms = (target - output) ** 2 * ops.exp(-log_variance)
        constant = p * (np.log(2 * np.pi) + ops.mean(log_variance))
        return (ops.sum(ops.reshape(terms, (-1, p)), axis=1) + constant) / 2

    return loss


def log_likelihood(model, X, n_draws=100, seed=0):
    """Estimate ln p(x) of each sample by importance sampling from the encoder's distribution.

    The mean of p(x | z) p(z) / q(z | x) over codes z drawn from q(z | x) has the mean p(x). Its
    logarithm lies below ln p(x) on average, by less the more codes are drawn.

    Parameters
    ----------
    model : keras.Model
        From `variational_autoencoder`.
    X : ndarray of shape (n_samples, ...)
    n_draws : int, default 100
        Codes for each sample, at least 2.
    seed : int, default 0

    Returns
    -------
    likelihood : Likelihood
        The standard error is that of the delta method, the weights' standard deviation over their
        mean and the root of `n_draws`. It is too small if single weights dominate.

    Raises
    ------
    ValueError
        If `model` is none of these, or `X` does not fit it.

    References
    ----------
    Y. Burda, R. Grosse, R. Salakhutdinov, "Importance weighted autoencoders", ICLR 2016.
    """
    _check_model(model)
    check_int(n_draws, "n_draws", least=2)
    check_seed(seed)
    encoder, decoder = (model.get_layer(name) for name in ("encoder", "decoder"))
    mean, log_variance = predict(encoder, X).astype(float).swapaxes(0, 1)
    log_noise = model.get_layer("noise").log_variance.numpy().astype(float)
    noise = np.broadcast_to(log_noise, model.output_shape[1:]).ravel()
    n, k = mean.shape
    rng = np.random.default_rng(seed)
    log_p, error, reconstruction = np.empty((3, n))
    step = max(1, BLOCK // n_draws)
    for rows in (slice(i, min(i + step, n)) for i in range(0, n, step)):
        m, s = mean[rows, None], log_variance[rows, None]
        eps = rng.normal(size=(len(m), n_draws, k))
        z = m + np.exp(s / 2) * eps
        x_hat = predict(decoder, z.reshape(-1, k)).reshape(len(m), n_draws, -1)
        miss = (x_hat - X[rows].reshape(len(m), 1, -1)) ** 2 @ np.exp(-noise)
        log_x = -(miss + np.sum(noise) + len(noise) * np.log(2 * np.pi)) / 2
        log_w = log_x + np.sum(eps**2 + s - z**2, axis=2) / 2  # the constants of p and q cancel
        log_p[rows] = logsumexp(log_w, axis=1) - np.log(n_draws)
        weights = np.exp(log_w - log_p[rows, None])  # of mean 1
        error[rows] = weights.std(axis=1, ddof=1) / np.sqrt(n_draws)
        reconstruction[rows] = log_x.mean(axis=1)
    kl = np.sum(mean**2 + np.exp(log_variance) - 1 - log_variance, axis=1) / 2
    return Likelihood(log_p, error, reconstruction - kl)


def ppca_log_likelihood(pca, X):
    """Compute ln p(x) of each sample under probabilistic PCA, from its scores and its residual.

    Parameters
    ----------
    pca : lib.pca.PCA
        Fitted, with k components of p features, k < p. The noise has the mean of the other p - k
        variances. With k = p - 1 this is the normal distribution of the data's own covariance.
    X : array-like of shape (n_samples, p)

    Returns
    -------
    log_p : ndarray of shape (n_samples,)
        In nats.

    Raises
    ------
    ValueError
        If no component is left for the noise, or its variance is zero.

    References
    ----------
    M. E. Tipping, C. M. Bishop, "Probabilistic principal component analysis", J. R. Stat. Soc. B
    61 (1999), 611-622.
    """
    X = np.asarray(check_matrix(X), dtype=float)
    variances = pca.explained_variance_.astype(float)
    k, p = pca.components_.shape
    if k >= p:
        raise ValueError(f"all {p} components are kept. Keep fewer, so that noise is left.")
    total = variances[0] / float(pca.explained_variance_ratio_[0])
    noise = (total - variances.sum()) / (p - k)
    if noise <= 1e-12 * total:
        raise ValueError(
            "the variance of the noise is zero, and the density infinite. Keep fewer components, "
            "or add the noise that rounding took away (see dequantise)."
        )
    Z = pca.transform(X).astype(float)
    residual = np.sum((X - pca.mean_) ** 2, axis=1) - np.sum(Z**2, axis=1)
    log_det = np.sum(np.log(variances)) + (p - k) * np.log(noise)
    return -(p * np.log(2 * np.pi) + log_det + Z**2 @ (1 / variances) + residual / noise) / 2


def dequantise(X, seed=0):
    """Spread grey values that are multiples of 1/255 evenly over cells of width 1/256.

    A density of pixels needs that: at single grey values it can be made as large as one likes.

    Parameters
    ----------
    X : ndarray
        Grey values in [0, 1], as they come from bytes.
    seed : int, default 0

    Returns
    -------
    spread : ndarray of the same shape and type
        ``(255 X + u) / 256``, u uniform in [0, 1).

    Raises
    ------
    ValueError
        If a value is outside [0, 1].
    """
    X = check_numbers(X, "X")
    check_seed(seed)
    if X.min() < 0 or X.max() > 1:
        raise ValueError("X is not in [0, 1]. Divide grey values of 0 to 255 by 255.")
    u = np.random.default_rng(seed).random(X.shape, dtype=np.float32)
    return ((255 * X + u) / 256).astype(np.result_type(X, np.float32))


def _check_model(model):
    names = [layer.name for layer in model.layers] if isinstance(model, keras.Model) else []
    if not {"encoder", "decoder", "noise"} <= set(names) or not has_one_input(model):
        raise ValueError(
            "model is no variational autoencoder. Build it with variational_autoencoder(...)."
        )
    return model
