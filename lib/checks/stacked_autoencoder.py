"""Checks of the exercises of chapter 08, stacked autoencoders."""

from functools import cache

import numpy as np

from lib.checks import exercise
from lib.checks.core.mistakes import Wrong
from lib.checks.core.results import alike, array, close, number, precision


def garments(rng):
    """Return pairs of small sets of grey images, most pixels dark in one and bright in the other.

    The pixels are often 0, 1 or exactly 0.5, and the sets differ.
    """
    cases = []
    for n, m, share in ((11, 6, 0.4), (8, 4, 0.6)):
        level = rng.beta(2 * share, 2 - 2 * share, (28, 28))
        sets = []
        for count, shift in ((n, 0), (m, 0.1)):
            bright = rng.random((count, 28, 28)) < 0.9 * level + shift
            grey = np.where(bright, rng.uniform(0.51, 0.7, bright.shape), 0.0)
            grey[bright & (rng.random(bright.shape) < 0.3)] = 1.0
            grey[~bright & (rng.random(bright.shape) < 0.5)] = 0.4
            grey[~bright & (rng.random(bright.shape) < 0.2)] = 0.5
            sets.append(grey)
        cases.append(tuple(sets))
    return cases


def hits(X_new, answer):
    """Return the share of pixels that are bright where `answer` is True, else dark."""
    return float(np.mean((X_new > 0.5) == answer))


def majority(X):
    """Tell which pixels are bright in more than half of the images."""
    return np.mean(X > 0.5, axis=0) > 0.5


@exercise(
    "ex-stacked-autoencoder-1",
    title="What the trivial answer scores",
    shows="An answer that never looks at the image already gets most pixels right.",
    look="Work it out on paper for three images of two pixels.",
    cases=garments,
    mistakes={
        "mean-image": (
            lambda X, new: hits(new, X.mean(axis=0) > 0.5),
            "This is what the mean image scores. Which comes first, rounding or averaging?",
        ),
        "learned-from-test": lambda X, new: hits(new, majority(new)),
        "own-images": (
            lambda X, new: hits(X, majority(X)),
            "The answer is judged on the images that it was taken from.",
        ),
        "always-dark": (
            lambda X, new: hits(new, False),
            "This is the share of dark pixels. Some pixels are bright in most images.",
        ),
        "one-answer": (
            lambda X, new: hits(new, np.mean(X > 0.5) > 0.5),
            "One answer is given for all pixels, but each has its own. What does `axis` do?",
        ),
        "misses": (
            lambda X, new: 1 - hits(new, majority(X)),
            "This is the share of wrong answers.",
        ),
        "number-of-hits": (
            lambda X, new: hits(new, majority(X)) * new.size,
            "This is a number of pixels, and their share is asked for.",
        ),
        "hits-per-image": (
            lambda X, new: hits(new, majority(X)) * new[0].size,
            "This is the number of hits in an image, and the share of pixels is asked for.",
        ),
        "new-images-grey": (
            lambda X, new: float(np.mean(new == majority(X))),
            "The pixels of X_new are still grey. When does a grey one count as bright?",
        ),
        "half-is-enough": (
            lambda X, new: hits(new, np.mean(X > 0.5, axis=0) >= 0.5),
            "Where exactly half of the images are bright, the answer is dark: half is not more "
            "than half.",
        ),
        "median-of-grey": (
            lambda X, new: hits(new, np.median(X, axis=0) > 0.5),
            "The median of an even number of grey values lies between the two in the middle. "
            "Which comes first, rounding or the median?",
        ),
        "half-counts-as-bright": (
            lambda X, new: float(np.mean((new >= 0.5) == (np.mean(X >= 0.5, axis=0) > 0.5))),
            "A pixel of exactly 0.5 is not above 0.5.",
        ),
    },
)
def trivial_accuracy(result, X, X_new):
    """The share of hits of the majority."""
    if not close(number(result), hits(X_new, majority(X)), min(precision(result), 1e-5)):
        raise Wrong("value")


def entropies(X):
    """Return -x ln x - (1 - x) ln(1 - x) for each entry."""
    return one_term(X) + one_term(1 - X)


def one_term(X):
    """Return -x ln x for each entry, 0 where x is 0."""
    return -X * np.log(np.where(X > 0, X, 1))


def targets(rng):
    """Return targets of several shapes, many of them 0 or 1."""
    cases = []
    for shape in ((12, 5), (6, 3, 4), (40,)):
        X = rng.beta(1.2, 2, shape)
        X[rng.random(shape) < 0.3] = 0
        X[rng.random(shape) < 0.15] = 1
        X.flat[:4] = 0, 1, 0.2, 0.9
        cases.append((X,))
    return [*cases, (np.array([[0.0, 1.0, 1.0], [1.0, 0.0, 0.0]]),)]


def near(a, b):
    """Tell whether two entropies are the same; who clips at 1e-7, as Keras does, is right too."""
    return alike(a, b) or abs(number(a) - b) <= max(1e-5, 0.1 * precision(a))


@exercise(
    "ex-stacked-autoencoder-2",
    title="The floor",
    shows="Even a perfect reconstruction of grey targets has a cross-entropy above zero.",
    look="Which reconstruction is best for one target x, and what does it cost?",
    cases=targets,
    match=near,
    mistakes={
        "one-term-only": (
            lambda X: one_term(X).mean(),
            "The term with 1 − x is missing. Is a dark pixel not to be rebuilt?",
        ),
        "in-bits": (
            lambda X: entropies(X).mean() / np.log(2),
            "This is in bits. Which logarithm belongs to nats?",
        ),
        "sum-for-mean": lambda X: entropies(X).sum(),
        "grey-entries-only": (
            lambda X: entropies(X).sum() / np.sum((X > 0) & (X < 1)),
            "The mean is over the grey entries only. Those that are 0 or 1 count too.",
        ),
        "negative": (
            lambda X: -entropies(X).mean(),
            "The sign is wrong: a cross-entropy is never negative.",
        ),
        "entropy-of-mean": (
            lambda X: entropies(X.mean()),
            "This is the entropy of the mean entry. It is the mean of the entropies that counts.",
        ),
        "entropy-of-mean-sample": (
            lambda X: entropies(X.mean(axis=0)).mean(),
            "This is the floor of answers that ignore their input, such as the mean sample.",
        ),
        "squared-error": (
            lambda X: np.mean(X * (1 - X)),
            "This is no entropy: where are the logarithms?",
        ),
    },
)
def entropy_floor(result, X):
    """The mean of the entries' entropies."""
    if not near(result, entropies(X).mean()):
        raise Wrong("value")


def shared(model):
    """Let all copies of a case have the same model: copying takes long, and Keras warns of it."""
    model.__deepcopy__ = lambda memo: model
    return model


@cache
def untrained(k, size):
    """Return an autoencoder of square images; its errors do as well as those of a trained one."""
    from lib.models import dense_autoencoder

    return shared(dense_autoencoder((12, k), shape=(size, size), seed=k))


def models_and_sets(rng):
    """Return autoencoders with training and validation images, enough for 30 components."""
    cases = []
    for k, size, n, m in ((2, 6, 50, 40), (5, 7, 45, 33)):
        V = np.linalg.qr(rng.normal(size=(size**2, size**2)))[0] * 0.9 ** np.arange(size**2)
        X, X_valid = (
            np.clip(0.45 + 0.3 * rng.normal(size=(count, size**2)) @ V.T, 0, 1) for count in (n, m)
        )
        shape = (-1, size, size)
        X_valid = np.clip(0.9 * X_valid + 0.04, 0, 1)
        cases.append((untrained(k, size), X.reshape(shape), X_valid.reshape(shape)))
    return cases


def network_mse(model, X):
    """Return a model's mean squared error per entry."""
    from lib.training import predict

    return np.mean((X - predict(model, X)) ** 2)


def pca_mse(X_fit, X, k):
    """Return the mean squared error per entry of PCA with k components."""
    X_fit, X = X_fit.reshape(len(X_fit), -1), X.reshape(len(X), -1)
    Vt = np.linalg.svd(X_fit - X_fit.mean(axis=0), full_matrices=False)[2][:k]
    D = X - X_fit.mean(axis=0)
    return np.mean((D - D @ Vt.T @ Vt) ** 2)


def ratio(*, fit=1, judged=1, components=1, of_pca=1):
    """Return a function for the ratio; each option that is 0 spoils it."""

    def unfair(model, X, X_valid):
        k = model.get_layer("encoder").output_shape[-1]
        of_network = network_mse(model, X_valid if judged else X)
        opponent = X_valid if of_pca else X
        return of_network / pca_mse(X if fit else X_valid, opponent, k if components else 30)

    return unfair


@exercise(
    "ex-stacked-autoencoder-3",
    title="A fair comparison",
    shows="Both are fitted to the same samples, have as many codes, and are judged on new samples.",
    look="Ask of each of the two: fitted to what, judged on what, with how many numbers?",
    cases=models_and_sets,
    mistakes={
        "all-three-mistakes": (
            ratio(fit=0, judged=0, components=0),
            "All three mistakes are still there.",
        ),
        "fit-and-number": (
            ratio(fit=0, components=0),
            "Two mistakes are still there, and both are about PCA.",
        ),
        "network-and-number": (
            ratio(judged=0, components=0),
            "Two mistakes are still there: one is about the network, one about PCA.",
        ),
        "fit-and-network": (
            ratio(fit=0, judged=0),
            "The number of components is right now, but two mistakes are still there.",
        ),
        "number-of-components": (
            ratio(components=0),
            "The two have not the same number of codes.",
        ),
        "fitted-to-validation": (
            ratio(fit=0),
            "PCA is judged on the samples to which it was fitted.",
        ),
        "network-on-training": (
            ratio(judged=0),
            "The network is judged on the samples on which it was trained.",
        ),
        "both-on-training": (
            ratio(judged=0, of_pca=0),
            "Both are judged on the samples from which they learned. New ones count.",
        ),
        "test-data-used": lambda model, X, new: (
            network_mse(model, new)
            / pca_mse(np.concatenate([X, new]), new, model.get_layer("encoder").output_shape[-1])
        ),
        "pca-on-training": (
            ratio(of_pca=0),
            "PCA is judged on other samples than the network.",
        ),
        "upside-down": (
            lambda *args: 1 / ratio()(*args),
            "The ratio is upside down: the network's error is the one to be divided.",
        ),
        "ratio-of-roots": (
            lambda *args: ratio()(*args) ** 0.5,
            "This is a ratio of roots, and one of mean squared errors is asked for.",
        ),
    },
)
def fair_ratio(result, model, X, X_valid):
    """The ratio of the errors on new samples."""
    if not close(number(result), ratio()(model, X, X_valid), 1e-3):
        raise Wrong("value")


@cache
def encoder_with_dead_units(activation):
    """Return an autoencoder whose code units die in all sorts of ways, or not.

    They are 0 for all; below 1e-8 but not 0; alive; alive for bright images only; 0 for dark images
    only; 0 for all; without activation never positive, the same for all, 0 for all; and the last
    is 0 where the first pixel is 1.
    """
    from lib.models import join
    from lib.training import keras

    dense, shape, linear = keras.layers.Dense, (3, 4), activation == "linear"
    k = 10 if linear else 7
    encoder = [keras.Input(shape), keras.layers.Flatten(), dense(k, activation)]
    decoder = [keras.Input((k,)), dense(12), keras.layers.Reshape(shape)]
    model = join(
        keras.Sequential(encoder, name="encoder"), keras.Sequential(decoder, name="decoder")
    )
    kernel, bias = np.ones((12, k)), np.zeros(k)
    kernel[:, 1] = 1e-12
    kernel[1:, -1], kernel[0, -1], bias[-1] = 0, -1, 1
    bias[1] = 1e-10
    bias[2], bias[3] = 0.5, -10
    if linear:
        kernel[:, [0, 5, 7, 8]] = 0
        kernel[:, 6], bias[7] = -1, 0.5
    else:
        kernel[:, 5], bias[0] = -1, -1000
    model.get_layer("encoder").set_weights([kernel, bias])
    return shared(model)


def images_for_units(rng):
    """Return models, and images of which some are black or white all over."""
    cases = []
    for n, activation in ((14, "relu"), (11, "linear")):
        X = rng.uniform(0.1, 0.6, (n, 3, 4))
        X[0], X[n // 3] = 0, 1
        cases.append((encoder_with_dead_units(activation), X))
    return cases


def codes(model, X):
    """Return the codes."""
    from lib.training import predict

    return predict(model.get_layer("encoder"), X)


@exercise(
    "ex-stacked-autoencoder-4",
    title="A code that dies",
    shows="A dead unit says nothing about any sample, and no gradient reaches it.",
    look="The codes have shape (n, k): one row for each sample, one column for each unit.",
    cases=images_for_units,
    mistakes={
        "zero-for-some": (
            lambda model, X: np.any(codes(model, X) == 0, axis=0),
            "This counts units that are 0 for some sample. A dead one is 0 for every sample.",
        ),
        "alive-units": (
            lambda model, X: np.any(codes(model, X) != 0, axis=0),
            "It is the other way round: True means dead.",
        ),
        "samples-for-units": (
            lambda model, X: np.all(codes(model, X) == 0, axis=1),
            "This has one entry for each sample, and one for each unit is asked for.",
        ),
        "nearly-zero": (
            lambda model, X: np.all(np.isclose(codes(model, X), 0), axis=0),
            "Units that are nearly 0 count as dead here. They still carry information.",
        ),
        "constant-units": (
            lambda model, X: np.ptp(codes(model, X), axis=0) == 0,
            "A unit that is the same for all samples need not be 0.",
        ),
        "never-positive": (
            lambda model, X: np.all(codes(model, X) <= 0, axis=0),
            "Negative codes count as 0 here. Not every code is made by a ReLU.",
        ),
        "first-sample": (
            lambda model, X: codes(model, X)[0] == 0,
            "Only one sample is looked at.",
        ),
        "mostly-zero": (
            lambda model, X: np.median(codes(model, X), axis=0) == 0,
            "A unit that is 0 for most samples may wake up for the others.",
        ),
        "how-many": (
            lambda model, X: np.sum(np.all(codes(model, X) == 0, axis=0)),
            "This is the number of dead units. Which of them are dead is asked for.",
        ),
    },
)
def dead_units(result, model, X):
    """Which units are 0 for all samples."""
    Z = codes(model, X)
    if not np.array_equal(array(result, (Z.shape[1],)), np.all(Z == 0, axis=0)):
        raise Wrong("value")
