"""Checks of the exercises of chapter 14, variational autoencoders."""

import numpy as np
from scipy.special import logsumexp

from lib.checks import exercise
from lib.checks.core.results import agree


def log_weights(rng):
    """Return logarithms of weights: moderate ones, and some far out of the range of floats."""
    moderate = rng.normal(0, 2, size=(5, 7))
    return [(moderate,), (moderate[:4, :6] + rng.choice([-900, 900], size=(4, 1)),)]


@exercise(
    "ex-variational-autoencoder-1",
    title="A mean of very small numbers",
    shows="Taken relative to the largest one, weights of any size have a mean.",
    look="See the section 'On real data'.",
    cases=log_weights,
    mistakes={
        "mean-of-logs": (
            lambda log_w: log_w.mean(axis=1),
            "This is the mean of the logarithms, a lower bound. The logarithm of the mean is "
            "asked for.",
        ),
        "sum-of-weights": (
            lambda log_w: logsumexp(log_w, axis=1),
            "The weights are summed. With twice as many draws the result would grow by ln 2.",
        ),
        "largest-alone": (
            lambda log_w: log_w.max(axis=1),
            "Only the largest weight counts here. The others have their share in the mean.",
        ),
        "largest-lost": (
            lambda log_w: (
                logsumexp(log_w - log_w.max(axis=1, keepdims=True), axis=1) - np.log(log_w.shape[1])
            ),
            "What was taken out before the exponential does not come back in the end.",
        ),
        "over-images": (
            lambda log_w: logsumexp(log_w, axis=0) - np.log(len(log_w)),
            "The mean runs over the images. Each image has draws of its own, along a row.",
        ),
    },
)
def log_mean_weight(result, log_w):
    """The logarithm of the mean weight of each row."""
    agree(result, logsumexp(log_w, axis=1) - np.log(log_w.shape[1]))


def nats(X, k, variance, *, centre=1, ddof=0, least=1.0, log=np.log, power=1, half=2):
    """Return the divergences of the best linear model; options spoil them."""
    Xc = X - centre * X.mean(axis=0)
    eigenvalues = np.linalg.eigvalsh(Xc.T @ Xc / (len(X) - ddof))[::-1][:k]
    return log(np.maximum(eigenvalues / variance**power, least)) / half


def data_and_noise(rng):
    """Return data far from the origin, of which some codes live and some do not."""
    cases = []
    for n, p, k, variance in ((14, 5, 4, 1.7), (11, 6, 6, 0.6)):
        turn = np.linalg.qr(rng.normal(size=(p, p)))[0]
        scores = rng.normal(size=(n, p))
        scores = np.linalg.qr(scores - scores.mean(axis=0))[0] * np.sqrt(n)
        cases.append((scores * 3 * 0.55 ** np.arange(p) @ turn + 2, k, variance))
    return cases


@exercise(
    "ex-variational-autoencoder-2",
    title="How many nats fit into the code",
    shows="Before any training, the spectrum says which codes will live and what they carry.",
    look="See the theorem 'Which codes live'.",
    cases=data_and_noise,
    mistakes={
        "not-centred": lambda *args: nats(*args, centre=0),
        "divided-by-n-1": (
            lambda *args: nats(*args, ddof=1),
            "The eigenvalues are those with n − 1, and the theorem's have n.",
        ),
        "negative-nats": (
            lambda *args: nats(*args, least=1e-300),
            "Dead codes carry a negative number of nats. Can a divergence be negative?",
        ),
        "bits": (
            lambda *args: nats(*args, log=np.log2),
            "These are bits. A nat goes with the natural logarithm.",
        ),
        "not-halved": (
            lambda *args: nats(*args, half=1),
            "Every number is twice too large. A variance is the square of a deviation.",
        ),
        "variance-squared": (
            lambda *args: nats(*args, power=2),
            "The variance of the noise is squared. It is a variance already.",
        ),
    },
)
def nats_in_code(result, X, k, variance):
    """The mean divergence of each code, from the largest to the smallest."""
    agree(result, nats(X, k, variance))
