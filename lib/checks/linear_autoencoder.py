"""Checks of the exercises of chapter 07, linear autoencoders."""

import numpy as np

from lib.checks import exercise
from lib.checks.core import networks
from lib.checks.core.draws import told_apart
from lib.checks.core.mistakes import Wrong
from lib.checks.core.results import agree, agree_up_to_signs, alike_up_to_signs, parts


def off_centre(rng, n, p):
    """Draw n samples of p features with falling variances and a mean of their size."""
    turned = np.linalg.qr(rng.normal(size=(p, p)))[0]
    return rng.normal(size=(n, p)) * 3 * 0.6 ** np.arange(p) @ turned + rng.uniform(1, 3, p)


def moments(X, *, centre=False):
    """Return the eigenvalues of XᵀX/n in falling order."""
    d = np.linalg.svd(X - centre * X.mean(axis=0), compute_uv=False)
    return d**2 / len(X)


def data_for_rates(rng):
    """Return data; for the last `eigvals` returns the largest neither first nor last."""
    drawn = [(off_centre(rng, n, p),) for n, p in ((30, 5), (12, 3), (16, 9))]
    return drawn + told_apart(
        lambda: (off_centre(rng, 14, 3),),
        lambda X: moments(X)[:1].round(9),
        [lambda X, i=i: np.linalg.eigvals(X.T @ X / len(X))[[i]].round(9) for i in (0, -1)],
    )


def rate(X, eigenvalue=None):
    """Return p / (2 λ), with the largest eigenvalue of XᵀX/n unless another is given."""
    return X.shape[1] / (2 * (moments(X)[0] if eigenvalue is None else eigenvalue))


@exercise(
    "ex-linear-autoencoder-1",
    title="How large a step?",
    shows="The largest second moment sets the limit, and the size of the code plays no part.",
    look="See the section 'How large may a step be?'.",
    cases=data_for_rates,
    mistakes={
        "centred": (
            lambda X: rate(X, moments(X, centre=True)[0]),
            "The mean is subtracted, but without biases the network has to rebuild the rows as "
            "they are.",
        ),
        "numpys-covariance": (
            lambda X: rate(X, moments(X, centre=True)[0] * len(X) / (len(X) - 1)),
            "This is the largest eigenvalue of np.cov, which subtracts the mean and divides by "
            "n − 1. The loss does neither.",
        ),
        "loss-not-divided": (
            lambda X: rate(X) / X.shape[1],
            "This is the limit for J. Keras's loss is smaller, and how does that change the steps?",
        ),
        "divided-the-wrong-way": (
            lambda X: rate(X) / X.shape[1] ** 2,
            "Keras's loss is smaller than J. Does that make the largest rate smaller or larger?",
        ),
        "inverse-curvature": (
            lambda X: rate(X) / 2,
            "At this rate a step along the steepest direction ends exactly in the minimum. It may "
            "be larger than that.",
        ),
        "factor-two": (
            lambda X: 2 * rate(X),
            "This is too large by a factor of two. Which factors does the second derivative of a "
            "square have?",
        ),
        "curvature": (
            lambda X: 2 / rate(X),
            "This is the largest curvature. The rate belongs to its reciprocal.",
        ),
        "smallest-eigenvalue": (
            lambda X: rate(X, moments(X)[-1]),
            "The smallest eigenvalue was taken. Which direction is the first that becomes "
            "unstable?",
        ),
        "all-eigenvalues": (
            lambda X: rate(X, moments(X).sum()),
            "The trace counts all directions. One of them is enough to become unstable.",
        ),
        "singular-for-eigen": lambda X: rate(X, np.sqrt(moments(X)[0] * len(X))),
        "not-divided": lambda X: rate(X) / len(X),
        "divided-by-one-less": (
            lambda X: rate(X) * (1 - 1 / len(X)),
            "A little too small: the loss is a mean over all n samples.",
        ),
    },
)
def largest_rate(result, X):
    """The rate above which no minimum holds."""
    agree(result, rate(X))


def derivatives(X, W_e, b_e, W_d, b_d, *, code=1, output=1, input_of_decoder=1, down=None):
    """Return the four derivatives of J; the options spoil them."""
    Z = X @ W_e.T + code * b_e
    at_output = -2 / len(X) * (X - Z @ W_d.T - output * b_d)
    at_code = at_output @ (W_d if down is None else down)
    of_decoder = at_output.T @ (Z if input_of_decoder else X @ W_e.T)
    return at_code.T @ X, at_code.sum(axis=0), of_decoder, at_output.sum(axis=0)


def scaled(factor, which=(True,) * 4):
    """Spoil the derivatives by a factor that may depend on the data."""
    return lambda X, *rest: tuple(
        part * factor(X) if chosen else part for part, chosen in zip(derivatives(X, *rest), which)
    )


def weights(rng):
    """Return data and the four parameters of small autoencoders."""
    cases = []
    for n, p, k in ((7, 4, 2), (9, 5, 3)):
        X = rng.normal(size=(n, p)) + rng.uniform(1, 2, p)
        cases.append((X, *(rng.normal(size=shape) for shape in ((k, p), (k,), (p, k), (p,)))))
    return cases


@exercise(
    "ex-linear-autoencoder-2",
    title="The gradient, with biases",
    shows="A product with the layer's input for the weights, a sum over the samples for biases.",
    look="See the section 'The gradient', and change one entry at a time by a small step.",
    cases=weights,
    mistakes={
        "uphill-and-downhill": (
            scaled(lambda X: -1),
            "All signs are reversed: this is the direction of a step, not the derivative.",
        ),
        "mean-over-features": (
            scaled(lambda X: 1 / X.shape[1]),
            "This is the gradient of Keras's loss. J is a sum over the features.",
        ),
        "not-divided": scaled(len),
        "two-missing": (
            scaled(lambda X: 0.5),
            "All four are too small by the same factor. What is the derivative of a square?",
        ),
        "mean-for-biases": (
            scaled(lambda X: 1 / len(X), (False, True, False, True)),
            "The derivatives of the biases are divided by n twice.",
        ),
        "no-biases": (
            lambda *args: derivatives(*args, code=0, output=0),
            "The biases take no part in the reconstruction.",
        ),
        "no-output-bias": (
            lambda *args: derivatives(*args, output=0),
            "The decoder's bias takes no part in the reconstruction.",
        ),
        "no-code-bias": (
            lambda *args: derivatives(*args, code=0),
            "The encoder's bias takes no part in the code.",
        ),
        "input-of-decoder": (
            lambda *args: derivatives(*args, input_of_decoder=0),
            "For W_d a product with the decoder's input is needed. Is all of it there?",
        ),
        "centred-first": (
            lambda X, *rest: derivatives(X - X.mean(axis=0), *rest),
            "The mean of the data is subtracted first. The biases can learn it, but then the "
            "gradient has to see the data as they are.",
        ),
        "through-the-encoder": (
            lambda X, W_e, b_e, W_d, b_d: derivatives(X, W_e, b_e, W_d, b_d, down=W_e.T),
            "The derivative reaches the code through the wrong matrix.",
        ),
    },
)
def gradients_with_biases(result, *args):
    """All four derivatives."""
    for part, expected in zip(parts(result, 4), derivatives(*args)):
        agree(part, expected)


def through(part, X):
    """Return what a part of a model, itself a model or a layer, makes of X."""
    from lib.training import keras

    y = keras.ops.convert_to_numpy(part(np.asarray(X, dtype=np.float32), training=False))
    return np.asarray(y, dtype=float)


def is_straight(part, X):
    """Tell whether a part of a model maps the midpoints of samples to midpoints."""
    ends, middles = through(part, X), through(part, (X + X[::-1]) / 2)
    return np.allclose(middles, (ends + ends[::-1]) / 2, atol=1e-4 * np.abs(ends).max())


def sheet_avoids_origin(model, p, k):
    """Tell whether the reconstructions of an affine model with k codes lie off the origin."""
    offset = networks.outputs(model, np.zeros((1, p)))[0]
    directions = np.linalg.svd(networks.outputs(model, np.eye(p)) - offset)[2][:k]
    rest = offset - directions.T @ (directions @ offset)
    return np.linalg.norm(rest) > 1e-4 * np.linalg.norm(offset)


@exercise(
    "ex-linear-autoencoder-3",
    title="What Keras does not complain about",
    shows="Two layers without activation, and a bias at the output, are all that PCA needs.",
    look="Ask of each layer: which codes or reconstructions of PCA can it not produce?",
    cases=lambda rng: [(7, 3), (5, 1)],
    hints={
        "code-size": "The part named encoder does not return k numbers for each sample.",
        "decoder-input": "The part named decoder does not take codes of k numbers.",
        "code-bends": "The codes are not a linear function of the data: look at the encoder.",
        "output-bends": "The output is not a linear function of the codes: look at the decoder.",
        "no-output-bias": (
            "Whatever the weights are, the reconstructions lie on a sheet through the origin. "
            "Data off centre need another."
        ),
    },
)
def build(result, p, k):
    """Parts that are linear, k numbers between them, and a free offset."""
    rng = np.random.default_rng(p + k)
    X = rng.normal(0, 3, (40, p))
    networks.reconstructions(result, X)
    encoder, decoder = (networks.part(result, name) for name in ("encoder", "decoder"))
    with networks.weights_kept(result):
        for weight in result.trainable_variables:
            weight.assign(rng.normal(size=weight.shape))
        try:
            wide = through(encoder, X).shape != (len(X), k)
        except Exception:
            wide = True
        if wide:
            raise Wrong("code-size")
        try:
            through(decoder, X[:, :k])
        except Exception:
            raise Wrong("decoder-input") from None
        if not is_straight(encoder, X):
            raise Wrong("code-bends")
        if not is_straight(decoder, X[:, :k]):
            raise Wrong("output-bends")
        networks.has_bottleneck(result, k, X[:2], rng, exactly=True)
        if not sheet_avoids_origin(result, p, k):
            raise Wrong("no-output-bias")


def decoded(rng):
    """Return codes and decoder kernels of linear autoencoders at their minimum."""

    def draw(n, p, k):
        scores = rng.normal(size=(n, k))
        scores = np.linalg.qr(scores - scores.mean(axis=0))[0] * 6 * 0.6 ** np.arange(k)
        S = np.linalg.qr(rng.normal(size=(p, k)))[0]
        B, D = (np.linalg.qr(rng.normal(size=(k, k)))[0] for _ in range(2))
        A = B * rng.permutation(np.linspace(0.5, 2, k)) @ D
        return np.linalg.solve(A, scores.T).T + rng.uniform(1, 3, k), (S @ A).T

    def order(Z, kernel, step=1):
        values = np.linalg.eigvals(np.cov((Z @ kernel).T)).real[::step]
        values = values[values > 1e-9 * values.max()]
        return np.argsort(np.argsort(-values))

    drawn = [draw(n, p, k) for n, p, k in ((30, 6, 3), (25, 9, 4), (12, 20, 2))]
    return drawn + told_apart(
        lambda: draw(20, 5, 3),
        lambda Z, kernel: np.arange(3),
        [order, lambda Z, kernel: order(Z, kernel, -1)],
    )


def in_order_of_eig(Z, kernel):
    """Take eigenvectors that belong to some variance, as `eig` returns them."""
    values, S = np.linalg.eig(np.cov((Z @ kernel).T))
    return S.real[:, values.real > 1e-9 * values.real.max()].T


def axes(X, k):
    """Return the first k right singular vectors of X as rows."""
    return np.linalg.svd(X, full_matrices=False)[2][:k]


def variances_first(Z, kernel):
    """Return the centred reconstructions' singular values, as a column, and right vectors."""
    d, Vt = np.linalg.svd((Z - Z.mean(axis=0)) @ kernel, full_matrices=False)[1:]
    return d[: len(kernel), None], Vt[: len(kernel)]


def unit(rows):
    """Return rows of length 1."""
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@exercise(
    "ex-linear-autoencoder-4",
    title="The colleague's decoder",
    shows="Codes and decoder together give away subspace, axes and variances.",
    look="See the section 'The components, recovered'.",
    cases=decoded,
    match=alike_up_to_signs(axis=1),
    mistakes={
        "not-centred": lambda Z, kernel: axes(Z @ kernel, len(kernel)),
        "ascending": lambda Z, kernel: variances_first(Z, kernel)[1][::-1],
        "not-sorted": in_order_of_eig,
        "kernel-alone": (
            lambda Z, kernel: axes(kernel, len(kernel)),
            "These are the axes of the decoder's matrix. Along which axes do the data vary?",
        ),
        "any-basis": (
            lambda Z, kernel: np.linalg.qr(kernel.T)[0].T,
            "The rows are orthonormal and span the right subspace, but the data did not choose "
            "the axes in it.",
        ),
        "kernel-rows": (
            lambda Z, kernel: unit(kernel),
            "The rows of the kernel span the subspace, and that is all that is known of them.",
        ),
        "kernel-itself": (
            lambda Z, kernel: kernel,
            "This is the kernel as it came. Its rows are neither orthonormal nor in order.",
        ),
        "axes-of-codes": (
            lambda Z, kernel: unit(axes(Z - Z.mean(axis=0), len(kernel)) @ kernel),
            "The axes of the codes were decoded. Perpendicular codes need not stay perpendicular.",
        ),
        "axes-of-codes-in-basis": (
            lambda Z, kernel: axes(Z - Z.mean(axis=0), len(kernel)) @ axes(kernel, len(kernel)),
            "The codes do not belong to the orthonormal basis. What is a sample in that basis?",
        ),
        "not-unit-rows": (
            lambda Z, kernel: np.multiply(*variances_first(Z, kernel)),
            "The rows have the right directions, but not length 1.",
        ),
    },
)
def components_from_codes(result, Z, kernel):
    """The axes of the reconstructions."""
    agree_up_to_signs(result, variances_first(Z, kernel)[1], axis=1)
