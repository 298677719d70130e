"""Checks of the exercises of chapter 11, denoising autoencoders."""

import copy
from functools import cache

import numpy as np
from scipy.special import ive

from lib.checks import exercise
from lib.checks.core import networks
from lib.checks.core.mistakes import Wrong
from lib.checks.core.results import agree, close, number


def wiener(
    Y, X, sigma, *, learn=None, ddof=0, power=2, subtract=1, add=1, weigh=lambda c, s: c / (c + s)
):
    """Return rows Y restored by weights in the eigenvectors of the covariance; options spoil it."""
    learn = X if learn is None else learn
    mean = learn.mean(axis=0)
    eigenvalues, V = np.linalg.eigh(np.cov(learn, rowvar=False, ddof=ddof))
    weights = weigh(eigenvalues, sigma**power)
    return (Y - subtract * mean) @ (V * weights) @ V.T + add * mean


def not_centred(Y, X, sigma):
    """Take products of the data as they are for covariances."""
    C = X.T @ X / len(X)
    return Y @ np.linalg.solve(C + sigma**2 * np.eye(len(C)), C)


def clean_and_noisy(rng):
    """Return noisy samples, clean ones far from the origin, and the noise's deviation."""
    cases = []
    for n, m, p, sigma in ((9, 6, 4, 0.6), (12, 5, 7, 1.7)):
        turned = np.linalg.qr(rng.normal(size=(p, p)))[0]
        offset = rng.uniform(1, 4, p) * rng.choice([-1, 1], p)
        X = rng.normal(size=(n + m, p)) * 3 * 0.6 ** np.arange(p) @ turned + offset
        cases.append((X[:m] + rng.normal(0, sigma, (m, p)), X[m:], sigma))
    return cases


@exercise(
    "ex-denoising-autoencoder-1",
    title="The filter to beat",
    shows="One covariance and one number make the baseline that every denoiser has to beat.",
    look="See the section 'Why it works: noise shrinks what it drowns'.",
    cases=clean_and_noisy,
    mistakes={
        "deviation-for-variance": (
            lambda *args: wiener(*args, power=1),
            "A standard deviation is added to variances. Which units has each?",
        ),
        "divided-by-n-1": (
            lambda *args: wiener(*args, ddof=1),
            "The covariance is the one with ddof 1, and ddof 0 is asked for.",
        ),
        "learned-from-noisy": (
            lambda Y, X, sigma: wiener(Y, X, sigma, learn=Y),
            "Mean and covariance come from the noisy samples. The clean ones have no noise.",
        ),
        "not-centred": not_centred,
        "mean-not-subtracted": (
            lambda *args: wiener(*args, subtract=0),
            "The map is applied to samples from which the mean was not subtracted.",
        ),
        "mean-not-added": lambda *args: wiener(*args, add=0),
        "noise-kept": (
            lambda *args: wiener(*args, weigh=lambda c, s: s / (c + s)),
            "The noise is kept and the signal removed. What should a very large variance do?",
        ),
        "inverted": (
            lambda *args: wiener(*args, weigh=lambda c, s: (c + s) / c),
            "The map makes the samples larger. It is the inverse of the one that is wanted.",
        ),
        "all-or-nothing": (
            lambda *args: wiener(*args, weigh=lambda c, s: 1.0 * (c > s)),
            "Each component is kept or dropped as a whole. The best weights lie between.",
        ),
        "clipped": (
            lambda *args: wiener(*args).clip(0, 1),
            "The result is clipped, and that is no linear map.",
        ),
    },
)
def best_linear_denoiser(result, X_noisy, X, sigma):
    """The noisy rows, restored."""
    agree(result, wiener(X_noisy, X, sigma))


def masked(X, rate, rng, *, draw=lambda rng, shape: rng.random(shape), kept=1.0, filled=0.0):
    """Return a masked copy; the options spoil it. The generator stays as it is."""
    drawn = draw(copy.deepcopy(rng), X.shape)
    return np.where(drawn < rate, filled, kept * X)


def arrays_to_mask(rng):
    """Return arrays without zeros, rates and generators."""
    shapes = (((6, 5, 4), 0.3), ((9, 8), 0.8), ((40,), 0.55))
    return [(rng.uniform(0.2, 1, shape), rate, rng.spawn(1)[0]) for shape, rate in shapes]


@exercise(
    "ex-denoising-autoencoder-2",
    title="Dead pixels that do not brighten the rest",
    shows="Masking takes pixels away and leaves the others alone, so there is nothing to undo.",
    look="See the section 'What the network sees', and try X of ones.",
    cases=arrays_to_mask,
    mistakes={
        "brightened": (
            lambda X, rate, rng: masked(X, rate, rng, kept=1 / (1 - rate)),
            "The pixels that are kept become brighter, as with Dropout.",
        ),
        "dimmed": (
            lambda X, rate, rng: masked(X, rate, rng, kept=1 - rate),
            "The pixels that are kept become darker.",
        ),
        "kept-and-dropped": (
            lambda X, rate, rng: X - masked(X, rate, rng),
            "Kept and dropped pixels are swapped. What should a rate of 0 do?",
        ),
        "rate-from-above": (
            lambda X, rate, rng: masked(X, rate, rng, draw=lambda g, shape: 1 - g.random(shape)),
            "The share is right, but the dropped pixels are those with the largest random numbers.",
        ),
        "mask-returned": (
            lambda X, rate, rng: masked(np.ones(X.shape), rate, rng),
            "This is the mask. It has still to be applied to X.",
        ),
        "one-mask-for-all": (
            lambda X, rate, rng: masked(X, rate, rng, draw=lambda g, shape: g.random(shape[1:])),
            "All samples lose the same pixels. Which shape must the random numbers have?",
        ),
        "whole-samples": (
            lambda X, rate, rng: masked(
                X, rate, rng,
                draw=lambda g, shape: g.random(shape[0]).reshape(-1, *[1] * (len(shape) - 1)),
            ),
            "Whole samples are dropped. Which shape must the random numbers have?",
        ),
        "normal-for-uniform": (
            lambda X, rate, rng: masked(X, rate, rng, draw=lambda g, s: g.standard_normal(s)),
            "The random numbers are Gaussian, so the share of dropped pixels is not the rate.",
        ),
        "own-generator": (
            lambda X, rate, rng: masked(X, rate, np.random.default_rng(0)),
            "The random numbers come from a generator that is made anew, not from `rng`.",
        ),
        "ones-for-zeros": (
            lambda X, rate, rng: masked(X, rate, rng, filled=1.0),
            "The dropped pixels are 1. They should be 0.",
        ),
    },
)  # fmt: skip
def mask_pixels(result, X, rate, rng):
    """The same array with some zeros."""
    agree(result, masked(X, rate, rng))


@cache
def bending(shape):
    """Return a model with a layer of noise and one that bends, always the same for a shape."""
    from lib.training import keras

    p = int(np.prod(shape))
    model = keras.Sequential([
        keras.Input(shape),
        keras.layers.Flatten(),
        keras.layers.GaussianNoise(0.3, seed=0),
        keras.layers.Dense(p, activation="tanh", kernel_initializer="zeros"),
        keras.layers.Reshape(shape),
    ])  # fmt: skip
    model.__deepcopy__ = lambda memo: model  # Keras would warn; no answer is to change it anyway
    return model


def models_and_images(rng):
    """Return models with new weights, clean images and noisy ones."""
    cases = []
    for n, shape in ((7, (3, 4)), (5, (6,))):
        p, model = int(np.prod(shape)), bending(shape)
        W = rng.normal(0, 0.7 / p**0.5, (p, p)) + 0.3 * np.eye(p)
        model.set_weights([W, rng.uniform(0.1, 0.3, p)])
        X = rng.uniform(0, 1, (n, *shape)).astype(np.float32)
        cases.append((model, X, X + rng.normal(0, 0.4, X.shape).astype(np.float32)))
    return cases


def off(output, target):
    """Return the mean squared difference."""
    return float(np.mean((output - target) ** 2))


def right_error(model, X, X_noisy):
    """Return the error that is asked for."""
    return off(networks.outputs(model, X_noisy), X)


@exercise(
    "ex-denoising-autoencoder-3",
    title="Too good to be true",
    shows="Noise goes in, and the clean image is what counts.",
    look="Which of the two arrays does the model see in use, and which one do you want back?",
    cases=models_and_images,
    match=lambda a, b: close(number(a), number(b), 1e-4),
    mistakes={
        "both-mistakes": (
            lambda model, X, Y: off(networks.outputs(model, X), Y),
            "Both mistakes of the program are still there.",
        ),
        "clean-input": (
            lambda model, X, Y: off(networks.outputs(model, X), X),
            "The model is given clean images, so it has no noise to remove.",
        ),
        "noisy-target": (
            lambda model, X, Y: off(networks.outputs(model, Y), Y),
            "The output is compared with the noisy images. That rewards a copy of the noise.",
        ),
        "model-unused": (
            lambda model, X, Y: off(Y, X),
            "This is the error of the noisy images as they are. The model takes no part.",
        ),
        "two-outputs": (
            lambda model, X, Y: off(networks.outputs(model, Y), networks.outputs(model, X)),
            "Two outputs of the model are compared. One side should be the clean images.",
        ),
        "root": lambda *args: right_error(*args) ** 0.5,
        "sum-for-mean": lambda model, X, Y: right_error(model, X, Y) * X.size,
        "sum-over-entries": (
            lambda model, X, Y: right_error(model, X, Y) * X[0].size,
            "This is the mean of the sums over the entries. The mean per entry is asked for.",
        ),
        "absolute-for-squared": (
            lambda model, X, Y: float(np.mean(np.abs(networks.outputs(model, Y) - X))),
            "This is the mean of the absolute values, and that of the squares is asked for.",
        ),
    },
)
def denoising_error(result, model, X, X_noisy):
    """What is left of the noise, and what is lost."""
    if not close(number(result), right_error(model, X, X_noisy), 1e-4):
        raise Wrong("value")


def moved(points, radius, sigma, *, alpha=None, ratio=lambda a: ive(1, a) / ive(0, a)):
    """Return points moved along their own directions; the options spoil it."""
    r = np.linalg.norm(points, axis=1, keepdims=True)
    alpha = radius * r / sigma**2 if alpha is None else alpha(r, radius, sigma)
    return radius * ratio(alpha) * points / r


def bessel(order, a):
    """Return the modified Bessel function itself, which is infinite for large numbers."""
    return ive(order, a) * np.exp(a)


def rings(rng):
    """Return points about the origin, radii and deviations of the noise."""
    cases = []
    for m, radius, sigma in ((8, 1.6, 0.9), (5, 0.7, 0.6), (6, 2.5, 3.0), (4, 2.0, 0.06)):
        angles, r = rng.uniform(0, 2 * np.pi, m), radius * rng.uniform(0.5, 2, m)
        cases.append((np.column_stack([r * np.cos(angles), r * np.sin(angles)]), radius, sigma))
    return cases


@exercise(
    "ex-denoising-autoencoder-5",
    title="A ring, and how much noise is too much",
    shows="The more noise, the further the mean falls into the ring, where no data are.",
    look="Try one point on the ring with hardly any noise, and with very much.",
    cases=rings,
    mistakes={
        "overflow": (
            lambda *args: moved(*args, ratio=lambda a: bessel(1, a) / bessel(0, a)),
            "With little noise both Bessel functions are infinite, and their ratio is NaN.",
        ),
        "on-the-ring": (
            lambda *args: moved(*args, ratio=np.ones_like),
            "All points are moved onto the ring itself. With noise, the mean lies inside.",
        ),
        "deviation-for-variance": (
            lambda *args: moved(*args, alpha=lambda r, radius, sigma: radius * r / sigma),
            "Is the exponent dimensionless? A standard deviation stands where a variance should.",
        ),
        "twice-the-variance": (
            lambda *args: moved(*args, alpha=lambda r, radius, sigma: radius * r / sigma**2 / 2),
            "The exponent is half as large as it should be. Expand the square in the weights.",
        ),
        "distance-forgotten": (
            lambda *args: moved(*args, alpha=lambda r, radius, sigma: radius**2 / sigma**2 + 0 * r),
            "All points end at the same radius. The distance from the origin matters too.",
        ),
        "orders-swapped": (
            lambda *args: moved(*args, ratio=lambda a: ive(0, a) / ive(1, a)),
            "The points move out of the ring: a ratio is upside down.",
        ),
        "radius-forgotten": (
            lambda points, radius, sigma: moved(points, radius, sigma) / radius,
            "The points end in the unit circle, whatever the radius of the ring is.",
        ),
        "not-a-direction": (
            lambda points, radius, sigma: moved(points, radius, sigma)
            * np.linalg.norm(points, axis=1, keepdims=True),
            "A point was taken for its direction. A direction has length one.",
        ),
        "one-length-for-all": (
            lambda points, radius, sigma: moved(
                points, radius, sigma,
                ratio=lambda a: ive(1, radius * np.linalg.norm(points) / sigma**2)
                / ive(0, radius * np.linalg.norm(points) / sigma**2)
                * np.linalg.norm(points, axis=1, keepdims=True) / np.linalg.norm(points),
            ),
            "One norm of all points together is taken. Each point has its own: see `axis`.",
        ),
        "linear": (
            lambda points, radius, sigma: points * radius**2 / (radius**2 + 2 * sigma**2),
            "This is the best linear map. The ring is bent, so there is a better one.",
        ),
        "radius-only": (
            lambda *args: np.linalg.norm(moved(*args), axis=1),
            "These are the distances from the origin. The points themselves are asked for.",
        ),
    },
)  # fmt: skip
def ring_denoiser(result, points, radius, sigma):
    """The mean of what may lie behind each point."""
    agree(result, moved(points, radius, sigma))
