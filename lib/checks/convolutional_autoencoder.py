"""Checks of the exercises of chapter 09, convolutional autoencoders."""

import numpy as np

from lib.checks import exercise
from lib.checks.core import networks
from lib.checks.core.draws import not_sorted_by_eig
from lib.checks.core.mistakes import Wrong
from lib.checks.core.results import agree, integer


def side_of(
    N, F, stride, padding, transposed, *,
    same=lambda N, F, s: -(-N // s),
    valid=lambda N, F, s: (N - F) // s + 1,
    same_up=lambda N, F, s: N * s,
    valid_up=lambda N, F, s: (N - 1) * s + F,
):  # fmt: skip
    """Return the side of an output; the options spoil one of the four formulas."""
    formulas = {"same": (same, same_up), "valid": (valid, valid_up)}
    return formulas[padding][bool(transposed)](N, F, stride)


def layers_to_measure(rng):
    """Return sides, kernels and strides, of which few divide one another."""
    cases = [(28, 3, 2, "same", False), (9, 4, 3, "valid", False)]
    for padding in ("same", "valid"):
        for transposed in (False, True):
            cases.append((int(rng.integers(20, 40)), 3, 1, padding, transposed))
            for stride, F in ((2, 4), (3, 3), (3, 5), (4, 6)):
                N = stride * int(rng.integers(4, 9)) + 1
                cases.append((N, F, stride, padding, transposed))
    return cases


@exercise(
    "ex-convolutional-autoencoder-1",
    title="How large is the output?",
    shows='Five "valid" steps leave 2 of 100 pixels: each loses a little more than half.',
    look="See the section 'Output sizes', and draw a row of seven pixels.",
    cases=layers_to_measure,
    mistakes={
        "rounded-down": (
            lambda *args: side_of(*args, same=lambda N, F, s: N // s),
            'With padding "same" a window that begins in the image counts, even if it ends outside.'
        ),
        "rounded-up": (
            lambda *args: side_of(*args, valid=lambda N, F, s: -(-(N - F) // s) + 1),
            'With padding "valid" the last window sometimes reaches out of the image.',
        ),
        "without-the-first": (
            lambda *args: side_of(*args, valid=lambda N, F, s: (N - F) // s),
            'With padding "valid" you count the steps of the window, but not where it begins.',
        ),
        "same-keeps-side": (
            lambda *args: side_of(*args, same=lambda N, F, s: N),
            'Padding "same" keeps the side only if the stride is one.',
        ),
        "stride-ignored": (
            lambda *args: side_of(*args, same=lambda N, F, s: N, valid=lambda N, F, s: N - F + 1),
            "The convolution takes no notice of the stride.",
        ),
        "transposed-ignored": (
            lambda N, F, s, padding, transposed: side_of(N, F, s, padding, False),
            "A transposed convolution enlarges, and here both layers give the same side.",
        ),
        "last-stamp": (
            lambda *args: side_of(*args, valid_up=lambda N, F, s: N * s),
            'A transposed convolution with padding "valid" keeps its last stamp whole.',
        ),
        "one-stride-more": (
            lambda *args: side_of(*args, valid_up=lambda N, F, s: N * s + F),
            "Between N stamps there are fewer than N strides.",
        ),
        "zeros-between": (
            lambda *args: side_of(*args, same_up=lambda N, F, s: (N - 1) * s + 1),
            'With padding "same" a transposed convolution leaves room behind the last pixel too.',
        ),
        "paddings-swapped": (
            lambda N, F, s, padding, transposed: side_of(
                N, F, s, "valid" if padding == "same" else "same", transposed
            ),
            "The two paddings are swapped.",
        ),
        "kinds-swapped": (
            lambda N, F, s, padding, transposed: side_of(N, F, s, padding, not transposed),
            "Convolution and transposed convolution are swapped.",
        ),
    },
)  # fmt: skip
def output_side(result, N, F, stride, padding, transposed):
    """The side that Keras gives."""
    if integer(result) != side_of(N, F, stride, padding, transposed):
        raise Wrong("value")


def count(
    side, filters, n_codes, *, bias=1, code_bias=1, of_maps=True, halve=lambda s: -(-s // 2),
    flat=lambda s, c: s * s * c, biases=lambda c: 1, area=9,
):  # fmt: skip
    """Return the numbers of parameters of convolutions and of the dense layer; options spoil."""
    total, channels = 0, 1
    for b in filters:
        total += (area * (channels if of_maps else 1) + bias * biases(channels)) * b
        channels, side = b, halve(side)
    return total, (flat(side, channels) + code_bias) * n_codes


def encoders(rng):
    """Return sides, filters and numbers of codes."""
    cases = [(28, (16, 32), 30)]
    for side, depth in ((27, 2), (50, 3), (9, 1), (64, 4)):
        filters = tuple(int(b) for b in rng.integers(3, 20, depth))
        cases.append((side + 8 * int(rng.integers(0, 3)), filters, int(rng.integers(3, 40))))
    return cases


@exercise(
    "ex-convolutional-autoencoder-2",
    title="How many parameters?",
    shows="Convolutions cost the same for images of every size; the dense layer grows with them.",
    look="See the section 'Output sizes', and follow side and channels from layer to layer.",
    cases=encoders,
    mistakes={
        "no-biases": (
            lambda *args: sum(count(*args, bias=0, code_bias=0)),
            "These are the weights alone. Biases are parameters too.",
        ),
        "no-bias-of-filters": (
            lambda *args: sum(count(*args, bias=0)),
            "The filters have no biases here.",
        ),
        "no-bias-of-codes": (
            lambda *args: sum(count(*args, code_bias=0)),
            "The units of the dense layer have no biases here.",
        ),
        "bias-for-each-kernel": (
            lambda *args: sum(count(*args, biases=lambda c: c)),
            "There are too many biases. To what is a bias added: before or after the sum over the "
            "channels?",
        ),
        "channels-forgotten": (
            lambda *args: sum(count(*args, of_maps=False)),
            "Every filter is taken to see one channel. What comes out of the layer before?",
        ),
        "rounded-down": (
            lambda *args: sum(count(*args, halve=lambda s: s // 2)),
            'The side is rounded down. What does padding "same" make of an odd side?',
        ),
        "kernel-side": (
            lambda *args: sum(count(*args, area=3)),
            "Each kernel has three weights here. How many pixels has a square of side 3?",
        ),
        "channels-not-flattened": (
            lambda *args: sum(count(*args, flat=lambda s, c: s * s)),
            "The dense layer sees one channel only. How many come out of the last convolution?",
        ),
        "not-halved": (
            lambda *args: sum(count(*args, halve=lambda s: s)),
            "The images keep their size here. What does the stride do?",
        ),
        "valid-padding": (
            lambda *args: sum(count(*args, halve=lambda s: (s - 3) // 2 + 1)),
            'The sides are those of padding "valid".',
        ),
        "not-flattened": (
            lambda *args: sum(count(*args, flat=lambda s, c: c)),
            "The dense layer is connected with one value of each channel. It sees all pixels.",
        ),
        "side-not-squared": (
            lambda *args: sum(count(*args, flat=lambda s, c: s * c)),
            "The dense layer sees one row of pixels only.",
        ),
        "convolutions-only": (
            lambda *args: count(*args)[0],
            "These are the parameters of the convolutions. The dense layer is missing.",
        ),
        "dense-only": (
            lambda *args: count(*args)[1],
            "These are the parameters of the dense layer. The convolutions are missing.",
        ),
    },
)
def encoder_parameters(result, side, filters, n_codes):
    """All weights and biases."""
    if integer(result) != sum(count(side, filters, n_codes)):
        raise Wrong("value")


@exercise(
    "ex-convolutional-autoencoder-3",
    title="The shrunken decoder",
    shows="Sides, range and axes of the output can all be read off before anything is trained.",
    look="Write the shape behind each layer, and the range of the last one.",
    cases=lambda rng: [(5,), (int(rng.integers(6, 9)),)],
    hints={
        "still-24": (
            'The images have a side of 24 pixels. Which step has to lead to an odd side, and which '
            "padding does that?"
        ),
        "channel-axis": "The images still have an axis for channels, which those of the set lack.",
        "other-layers": (
            "The parameters are not those of three transposed convolutions with 32, 16 and 1 "
            "filters of side 3, each with its bias."
        ),
        "dead-pixels": (
            "Some pixels are the same whatever the code is. Is a smaller image surrounded by "
            "something that carries nothing?"
        ),
    },
)  # fmt: skip
def make_decoder(result, channels):
    """A decoder for codes of shape (3, 3, channels)."""
    Z = np.random.default_rng(channels).normal(size=(16, 3, 3, channels))
    images = networks.outputs(result, Z)
    sides = images.shape[1:]
    if sides[:2] == (24, 24):
        raise Wrong("still-24")
    if sides == (28, 28, 1):
        raise Wrong("channel-axis")
    if sides != (28, 28):
        text = f"The model returns images of shape {sides}, and (28, 28) is asked for."
        raise Wrong("model-output", text)
    kernels = [(3, 3, 32, channels), (3, 3, 16, 32), (3, 3, 1, 16)]
    shapes = sorted(tuple(w.shape) for w in result.weights if len(w.shape))
    if shapes != sorted([*kernels, (32,), (16,), (1,)]):
        raise Wrong("other-layers")
    networks.stays_within(result, Z)
    if not reached(result, np.abs(Z)).all():
        raise Wrong("dead-pixels")


def reached(model, Z):
    """Tell which pixels depend on the code, for some weights: those of a new ReLU may be dead."""
    alive = np.zeros((28, 28), dtype=bool)
    with networks.weights_kept(model) as weights:
        for scale in (0.03, 0.1, 0.3, 1.0):
            model.set_weights([scale * np.abs(w) + 0.1 * (w.ndim == 1) for w in weights])
            alive |= np.ptp(networks.outputs(model, Z), axis=0) > 0
    return alive


def cut(images, side):
    """Return the patches of images, (n * (28 / side)^2, side^2)."""
    grid = 28 // side
    patches = images.reshape(-1, grid, side, grid, side).swapaxes(2, 3)
    return patches.reshape(-1, side * side)


def put_together(patches, side):
    """Return the images of patches."""
    grid = 28 // side
    return patches.reshape(-1, grid, grid, side, side).swapaxes(2, 3).reshape(-1, 28, 28)


def projected(P_fit, P, k, *, fit_mean=1, subtract=1, add=1):
    """Return rows P projected on k components of P_fit; the options spoil it."""
    mean = P_fit.mean(axis=0)
    V = np.linalg.svd(P_fit - fit_mean * mean, full_matrices=False)[2][:k]
    return (P - subtract * mean) @ V.T @ V + add * mean


def by_patches(X_fit, X, side, k, **options):
    """Return images rebuilt patch by patch."""
    return put_together(projected(cut(X_fit, side), cut(X, side), k, **options), side)


def own_mean(X_fit, X, side, k):
    """Centre the patches of X by their own mean."""
    P_fit, P = cut(X_fit, side), cut(X, side)
    mean = P.mean(axis=0)
    return put_together(mean + projected(P_fit - P_fit.mean(axis=0), P - mean, k), side)


def in_strips(X_fit, X, side, k):
    """Cut the images into strips: a reshape without a swap of axes."""
    strips = (images.reshape(-1, side * side) for images in (X_fit, X))
    return projected(*strips, k).reshape(X.shape)


def badly_put_together(X_fit, X, side, k):
    """Forget the swap of axes on the way back."""
    return projected(cut(X_fit, side), cut(X, side), k).reshape(X.shape)


def place_by_place(X_fit, X, side, k):
    """Fit a PCA for each place of a patch."""
    P_fit, P = (cut(images, side).reshape(len(images), -1, side * side) for images in (X_fit, X))
    each = [projected(P_fit[:, i], P[:, i], k) for i in range(P.shape[1])]
    return put_together(np.stack(each, axis=1), side)


def whole_images(X_fit, X, side, k):
    """Fit a PCA to whole images."""
    return projected(X_fit.reshape(-1, 784), X.reshape(-1, 784), k).reshape(X.shape)


def images_of_patches(rng):
    """Return images whose patches have falling variances, and sides and numbers of components."""

    def draw(n, m, side, k):
        p = side**2
        turned = np.linalg.qr(rng.normal(size=(p, p)))[0] * 0.8 ** np.arange(p)[:, None]
        patches = rng.normal(size=((n + m) * (28 // side) ** 2, p)) @ turned
        images = put_together(patches + rng.uniform(0.2, 0.8, p), side)
        images = images + rng.normal(0, 0.1, images.shape)
        return images[:n], images[n:] + 0.3 * rng.normal(size=(28, 28)), side, k

    drawn = [draw(9, 3, 4, 5), draw(12, 5, 7, 3)]
    return drawn + not_sorted_by_eig(
        lambda: draw(3, 2, 2, 3), lambda X_fit, X, side, k: np.cov(cut(X_fit, side).T),
        lambda X_fit, X, side, k: k,
    )  # fmt: skip


def in_order_of_eig(X_fit, X, side, k):
    """Project on eigenvectors as `eig` returns them."""
    P_fit, P = cut(X_fit, side), cut(X, side)
    mean, V = P_fit.mean(axis=0), np.linalg.eig(np.cov(P_fit.T))[1].real[:, :k]
    return put_together(mean + (P - mean) @ V @ V.T, side)


@exercise(
    "ex-convolutional-autoencoder-5",
    title="How local should knowledge be?",
    shows="The side of a patch is a prior: it says how far apart pixels know of each other.",
    look="See the section 'Ours: 392 codes', and try one image that holds 0, 1, 2, … 783.",
    cases=images_of_patches,
    mistakes={
        "strips": (
            in_strips,
            "A reshape alone cuts strips, not squares. Which pixels are neighbours in memory?",
        ),
        "badly-put-together": (
            badly_put_together,
            "The patches are right, but they are not put back where they came from.",
        ),
        "place-by-place": (
            place_by_place,
            "Every place has a PCA of its own here. One PCA shall serve all places.",
        ),
        "whole-images": (
            whole_images,
            "This is the PCA of whole images: `side` plays no part.",
        ),
        "learned-from-test": lambda X_fit, X, side, k: by_patches(X, X, side, k),
        "test-data-used": lambda X_fit, X, side, k: by_patches(
            np.concatenate([X_fit, X]), X, side, k
        ),
        "own-mean": own_mean,
        "not-sorted": in_order_of_eig,
        "not-centred": lambda *args: by_patches(*args, fit_mean=0, subtract=0, add=0),
        "uncentred-projection": lambda *args: by_patches(*args, subtract=0),
        "mean-not-added": lambda *args: by_patches(*args, add=0),
        "one-term-less": (
            lambda X_fit, X, side, k: by_patches(X_fit, X, side, k - 1),
            "There is one component less than k.",
        ),
    },
)
def patch_reconstruction(result, X_fit, X, side, k):
    """The images projected patch by patch."""
    agree(result, by_patches(X_fit, X, side, k))
