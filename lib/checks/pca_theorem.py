"""Checks of the exercises of chapter 02, the PCA theorem."""

import numpy as np

from lib.checks import Wrong, exercise
from lib.checks.core.draws import not_sorted_by_eig
from lib.checks.core.results import (
    agree,
    agree_up_to_signs,
    align,
    alike,
    array,
    chosen,
    close,
    number,
    parts,
    precision,
)  # fmt: skip

# What changes: nothing, or some of these. A unit vector that only gets an entry 0 has not changed.
WORDS = ("eigenvalues", "components", "shares")
CHANGES = {
    "a": set(),
    "b": {"eigenvalues"},
    "c": {"components"},
    "d": {"components"},
    "e": set(),
    "f": set(),
    "g": {"eigenvalues", "components", "shares"},
    "h": {"eigenvalues", "components", "shares"},
    "i": set(),
}


@exercise(
    "ex-pca-theorem-1",
    title="What stays, what changes?",
    shows=(
        "PCA ignores where the cloud is and follows every rotation, but it listens to units and "
        "counts a copied feature twice."
    ),
    look="Try it on a small random matrix.",
    kind="value",
    hints={
        "stays-nothing": "Where nothing changes, write an empty set, `set()`, and not None.",
        "stays-a": "(a) is not right. What does centring do to the shift?",
        "stays-b": "(b) is not right. What does doubling do to a variance, and to a ratio of two?",
        "stays-c": "(c) is not right. Which entry of a component belongs to which column?",
        "stays-d": (
            "(d) is not right. Turn a cloud on paper: what happens to its axes, and to their "
            "lengths?"
        ),
        "stays-e": "(e) is not right. A mean over samples that all come twice: what is new?",
        "stays-f": (
            "(f) is not right. The new column has no variance. Only eigenvalues that are not zero "
            "count here, and a component that only gets an entry 0 counts as unchanged."
        ),
        "stays-g": "(g) is not right. How much variance has the feature that now comes twice?",
        "stays-h": (
            "(h) is not right. One variance grows a hundredfold. Which way does the first axis "
            "turn?"
        ),
        "stays-i": "(i) is not right. What is left of the unit after each column has variance one?",
    },
)
def what_changes(result):
    """The right words for each letter."""
    if isinstance(result, dict):
        if any(words is None for words in result.values()):
            raise Wrong("stays-nothing")
        # `{}` is an empty dictionary, and meant as an empty set.
        result = {letter: set() if words == {} else words for letter, words in result.items()}
    choice = chosen(result, CHANGES, WORDS)
    for letter, words in CHANGES.items():
        if choice[letter] != words:
            raise Wrong(f"stays-{letter}")


def cloud(rng, n, p):
    """Draw n samples of p features, far from the origin, with well separated axes."""
    S = np.linalg.qr(rng.normal(size=(p, p)))[0]
    Z = rng.normal(size=(n, p)) * 3.0 * 0.6 ** np.arange(p)
    return Z @ S.T + rng.uniform(4, 9, p) * rng.choice([-1, 1], p)


def four_results(
    X,
    k,
    *,
    ddof=0,
    descending=True,
    columns=True,
    centre=True,
    scale=False,
    back=True,
    error=None,
    mean=None,
):
    """Return components, scores, approximation and error of PCA, or slip on the way."""
    mean = np.mean(X, axis=0) if mean is None else mean
    Xc = X - mean
    if scale:
        Xc = Xc / np.std(Xc, axis=0)
    eigenvalues, S = np.linalg.eigh(Xc.T @ Xc / (len(X) - ddof))
    if descending:
        eigenvalues, S = eigenvalues[::-1], S[:, ::-1]
    V = S[:, :k].T if columns else S[:k]
    Z = (Xc if centre else X) @ V.T
    X_hat = Z @ V + (mean if back else 0)
    distances = np.sum((X - X_hat) ** 2, axis=1)
    return V, Z, X_hat, np.mean(distances) if error is None else error(distances, eigenvalues[k:])


def wrong_results(**slip):
    """Return a program for the four tasks with one slip."""
    return lambda X, k: four_results(X, k, **slip)


def clouds(rng):
    """Return clouds and numbers of components, some of which `eig` does not sort by itself."""
    drawn = [(cloud(rng, 20, 4), 2), (cloud(rng, 35, 3), 1), (cloud(rng, 30, 5), 3)]
    return drawn + not_sorted_by_eig(
        lambda: (cloud(rng, 25, 4), 3), lambda X, k: np.cov(X, rowvar=False), lambda X, k: k
    )


def not_sorted(X, k):
    """Take the eigenvectors in the order of `eig`."""
    V = np.linalg.eig(np.cov(X, rowvar=False))[1][:, :k].T
    Z = (X - np.mean(X, axis=0)) @ V.T
    X_hat = Z @ V + np.mean(X, axis=0)
    return V, Z, X_hat, np.mean(np.sum((X - X_hat) ** 2, axis=1))


def alike_but_for_signs(a, b):
    """Compare the results of the four tasks; each component has a free sign."""
    V, Z, X_hat, error = a
    V_b, Z_b, X_hat_b, error_b = b
    V, Z = align(array(V, V_b.shape), V_b, 1), align(array(Z, Z_b.shape), Z_b, 0)
    return alike((V, Z, X_hat, error), (V_b, Z_b, X_hat_b, error_b))


MEANS = {
    "one-mean": lambda X: np.mean(X),
    "mean-of-rows": lambda X: np.mean(X, axis=1, keepdims=True),
}


def slip_of_components(X, V, tolerance):
    """Return the hint of the matrix whose eigenvectors were taken, or None."""
    matrices = {
        "scaled": np.corrcoef(X, rowvar=False),
        "not-centred": X.T @ X,
        **{hint: (X - mean(X)).T @ (X - mean(X)) for hint, mean in MEANS.items()},
    }
    for hint, C in matrices.items():
        first = np.linalg.eigh(C)[1][:, ::-1][:, : len(V)].T
        if close(align(V, first, 1), first, tolerance):
            return hint
    return None


def slip_of_mean(X, program, result, tolerance):
    """Return the hint of the mean that was subtracted or added, or None."""
    for hint, mean in MEANS.items():
        if close(result, program(mean(X)), tolerance):
            return hint
    return None


@exercise(
    "ex-pca-theorem-2",
    title="Four tasks, three mistakes",
    shows=(
        "The scores are the centred data seen from the axes, and the error is the sum of the "
        "eigenvalues left out."
    ),
    look="See the sections 'Diagonalise' and 'Axes, scores, approximation'.",
    cases=clouds,
    mistakes={
        "all-three": (
            lambda X, k: (
                np.linalg.eigh(np.cov(X, rowvar=False))[1][:k],
                *wrong_results(descending=False, columns=False, centre=False, back=False)(X, k)[1:],
            ),
            "All three mistakes of the program are still there: what does it project, in which "
            "order does `eigh` sort, and are eigenvectors rows or columns?",
        ),
        "ascending": wrong_results(descending=False),
        "not-sorted": not_sorted,
        "rows-for-columns": wrong_results(columns=False),
        "uncentred-projection": wrong_results(centre=False, back=False),
        "mean-twice": (
            wrong_results(centre=False),
            "The mean is added at the end, but it was never subtracted before the projection.",
        ),
        "mean-not-added": wrong_results(back=False),
        "scaled": wrong_results(scale=True),
        "not-centred": wrong_results(mean=0),
        "error-per-entry": (
            lambda X, k: wrong_results(error=lambda d, _: np.mean(d) / X.shape[1])(X, k),
            "The squared errors are averaged over all entries. A squared distance is a sum over "
            "the features, and only its mean over the samples is taken.",
        ),
        "root": wrong_results(error=lambda d, _: np.sqrt(np.mean(d))),
        "error-with-root": (
            wrong_results(error=lambda d, _: np.mean(np.sqrt(d))),
            "This is the mean distance, and the mean of the squared distances is asked for.",
        ),
        "error-summed": (
            wrong_results(error=lambda d, _: np.sum(d)),
            "This is the sum of the squared distances, and not their mean.",
        ),
        "error-ddof": (
            wrong_results(ddof=1, error=lambda _, left_out: np.sum(left_out)),
            "The error is too large by n/(n − 1). Which covariance matrix has the mean squared "
            "distance for the sum of its last eigenvalues, C or C'?",
        ),
    },
    match=alike_but_for_signs,
    hints={
        "not-unit": "The components should be of length one and perpendicular to each other.",
        "not-eigen": (
            "The components are perpendicular, but they are not eigenvectors of the covariance "
            "matrix."
        ),
        "order": "The components are eigenvectors, but not those with the largest variances.",
        "scores": "The scores are not the projections of the centred samples on your components.",
        "approximation": "The approximation is not the mean plus the scores times the components.",
        "error-value": "The first three results are right. The error is not.",
    },
)
def four_tasks(result, X, k):
    """Components as rows, scores, approximation and error belong together and are right."""
    V, Z, X_hat, error = parts(result, 4)
    right_V, _, _, right_error = four_results(X, k)
    tolerance = precision(result)
    V = array(V, (k, X.shape[1]))
    # An iteration that stops when the variance, or the error, has nine digits has half as many of
    # the components.
    loose = max(tolerance, 5e-3)
    if not close(V @ V.T, np.eye(k), loose):
        raise Wrong("not-unit")
    Xc = X - np.mean(X, axis=0)
    C = Xc.T @ Xc / len(X)
    variances = np.sum(V @ C * V, axis=1)
    if not close(V @ C, variances[:, None] * V, loose):
        raise Wrong(slip_of_components(X, V, loose) or "not-eigen")
    if not close(align(V, right_V, 1), right_V, loose):
        raise Wrong("order")
    Z, X_hat = array(Z, (len(X), k)), array(X_hat, X.shape)
    if not close(Z, Xc @ V.T, tolerance):
        raise Wrong(slip_of_mean(X, lambda mean: (X - mean) @ V.T, Z, tolerance) or "scores")
    if not close(X_hat, np.mean(X, axis=0) + Z @ V, tolerance):
        slip = slip_of_mean(X, lambda mean: mean + Z @ V, X_hat, tolerance)
        raise Wrong(slip or "approximation")
    if not close(number(error), right_error, loose):
        raise Wrong("error-value")


def covariances_in_the_plane(rng):
    """Return covariance matrices whose first axis lies in each part of the plane."""
    a, b, c, d = rng.uniform(1, 2, 4)
    small = rng.uniform(0.2, 0.8, 4)
    return [
        (np.array([[a + 2, small[0]], [small[0], a]]),),
        (np.array([[b, small[1]], [small[1], b + 2]]),),  # steeper than 45 degrees
        (np.array([[c, -small[2]], [-small[2], c + 1]]),),  # falling, and steep
        (np.array([[1.0, -small[3]], [-small[3], 1.0]]),),  # a correlation matrix
        (np.array([[40 * d, 2.0], [2.0, 2.0]]),),
    ]


def axis(C):
    """Return both eigenvalues, falling, and the angle of the first axis in degrees."""
    (small, large), S = np.linalg.eigh(C)
    return large, small, np.degrees(np.arctan(S[1, 1] / S[0, 1]))


def three_numbers(result):
    """Return both eigenvalues and the angle, also if the eigenvalues come as one array."""
    if isinstance(result, (tuple, list)) and len(result) == 2:
        return (*array(result[0], (2,)), result[1])
    return parts(result, 3)


def with_angle(angle):
    """Return a program that gets the eigenvalues right, and whose angle is ``angle(C)``."""
    return lambda C: (*axis(C)[:2], angle(C))


def alike_but_for_half_turns(a, b):
    """Compare eigenvalues and angles; an axis turned by 180 degrees is the same axis."""
    large, small, angle = three_numbers(a)
    return alike((large, small), b[:2]) and same_axis(number(angle), b[2])


def same_axis(angle, other):
    """Tell whether two angles in degrees differ by a multiple of 180, but for rounding."""
    return bool(abs((angle - other + 90) % 180 - 90) < 1e-2)


@exercise(
    "ex-pca-theorem-3",
    title="The angle in closed form",
    shows=(
        "Slope one is not to be expected: the chapter's cloud has its first axis at 31.7°, and "
        "only equal variances put it at 45°."
    ),
    look="The variance along (cos θ, sin θ) is a constant plus a sine wave in 2θ.",
    cases=covariances_in_the_plane,
    mistakes={
        "ascending": lambda C: (axis(C)[1], axis(C)[0], axis(C)[2]),
        "second-axis": (
            with_angle(lambda C: axis(C)[2] + 90),
            "This is the angle of the second axis: it is off by 90°.",
        ),
        "double-angle": (
            with_angle(lambda C: 2 * axis(C)[2]),
            "This is 2θ, not θ.",
        ),
        "radians": (
            with_angle(lambda C: np.radians(axis(C)[2])),
            "The angle is in radians, and degrees are asked for.",
        ),
        "quadrant": (
            with_angle(
                lambda C: np.degrees(np.arctan(2 * C[0, 1] / (C[0, 0] - C[1, 1] + 1e-300))) / 2
            ),
            "The angle is right for C₀₀ > C₁₁ only. The arctangent of a ratio forgets the signs "
            "of its two parts; which function of NumPy takes both?",
        ),
        "regression": (
            with_angle(lambda C: np.degrees(np.arctan2(C[0, 1], C[0, 0]))),
            "This is the line of the regression of y on x, which makes vertical distances small.",
        ),
        "other-regression": (
            with_angle(lambda C: np.degrees(np.arctan(C[1, 1] / C[0, 1]))),
            "This is the line of the regression of x on y, which makes horizontal distances small.",
        ),
        "slope": (
            with_angle(lambda C: np.tan(np.radians(axis(C)[2]))),
            "This is the slope of the axis, and its angle in degrees is asked for.",
        ),
        "spreads": (
            with_angle(
                lambda C: np.degrees(np.arctan(np.sqrt(C[1, 1] / C[0, 0]))) * np.sign(C[0, 1])
            ),
            "This line has the ratio of the standard deviations as its slope. It ignores how "
            "closely x and y are related.",
        ),
        "roots": (
            lambda C: (*np.sqrt(axis(C)[:2]), axis(C)[2]),
            "The eigenvalues are variances; these are their roots.",
        ),
    },
    match=alike_but_for_half_turns,
    hints={"angle": "The eigenvalues are right, the angle is not."},
)
def principal_axis(result, C):
    """Both eigenvalues, and the angle up to half turns."""
    large, small, angle = three_numbers(result)
    right_large, right_small, right_angle = axis(C)
    agree(large, right_large)
    agree(small, right_small)
    if not same_axis(number(angle), right_angle):
        raise Wrong("angle")


def starts_of_iteration(rng):
    """Return covariance matrices, starts that are not of length one, and few steps."""
    cases = []
    for p, n_iter in ((4, 3), (6, 5), (3, 2)):
        X = cloud(rng, 30, p)
        cases.append((np.cov(X, rowvar=False), rng.uniform(1, 3, p), n_iter))
    return cases


def iterated(C, w, n_iter):
    """Return the Rayleigh quotient and the unit vector after some steps."""
    for _ in range(n_iter):
        w = C @ w
    w = w / np.linalg.norm(w)
    return w @ C @ w, w


def alike_but_for_sign(a, b):
    """Compare an eigenvalue and a vector that may point the other way."""
    value, w = a
    w = array(w, b[1].shape)
    return alike((value, align(w, b[1], 0)), b)


@exercise(
    "ex-pca-theorem-4",
    title="The first component by repeated multiplication",
    shows="Each multiplication shrinks the other components by λ_j/λ₀ relative to the first.",
    look="Follow the statement step by step for a diagonal C of size two.",
    cases=starts_of_iteration,
    mistakes={
        "one-step-less": (
            lambda C, w, n_iter: iterated(C, w, n_iter - 1),
            "One multiplication is missing: count the steps for `n_iter` = 1.",
        ),
        "one-step-more": (
            lambda C, w, n_iter: iterated(C, w, n_iter + 1),
            "There is one multiplication too many: count the steps for `n_iter` = 1.",
        ),
        "start-ignored": (
            lambda C, w, n_iter: (np.linalg.eigvalsh(C)[-1], np.linalg.eigh(C)[1][:, -1]),
            "This is the limit of many steps. The state after `n_iter` steps from `w` is asked "
            "for.",
        ),
        "length-for-value": (
            lambda C, w, n_iter: (
                np.linalg.norm(C @ iterated(C, w, n_iter - 1)[1]),
                iterated(C, w, n_iter)[1],
            ),
            "The vector is right. The length of Cw comes near the eigenvalue, but the estimate "
            "asked for is wᵀCw, with the last w.",
        ),
        "length-after-loop": (
            lambda C, w, n_iter: (
                np.linalg.norm(C @ iterated(C, w, n_iter)[1]),
                iterated(C, w, n_iter)[1],
            ),
            "The vector is right, and the value is the length of Cw for it. That is the root of "
            "wᵀC²w; what is asked for is wᵀCw.",
        ),
        "value-before": (
            lambda C, w, n_iter: (iterated(C, w, n_iter - 1)[0], iterated(C, w, n_iter)[1]),
            "The vector is right. wᵀCw was computed with the vector before the last step.",
        ),
        "not-normalised": (
            lambda C, w, n_iter: (
                iterated(C, w, n_iter)[0],
                np.linalg.matrix_power(C, n_iter) @ w,
            ),
            "The vector has the right direction, but not the length one.",
        ),
        "never-normalised": (
            lambda C, w, n_iter: (lambda v: (v @ C @ v, v))(np.linalg.matrix_power(C, n_iter) @ w),
            "The vector grows with every step: it is never divided by its length.",
        ),
        "one-step-only": (
            lambda C, w, n_iter: iterated(C, w, 1),
            "This is the state after one step, whatever `n_iter` is. Does `return` stand inside "
            "the loop?",
        ),
    },
    match=alike_but_for_sign,
)
def power_iteration(result, C, w, n_iter):
    """The estimate and the vector after exactly `n_iter` steps."""
    value, vector = parts(result, 2)
    right_value, right_vector = iterated(C, w, n_iter)
    agree_up_to_signs(np.reshape(array(vector, w.shape), (1, -1)), right_vector[None, :], axis=1)
    agree(value, right_value)


def overlaps(n_samples, random_state, *, change=None):
    """Return the signed overlaps of components and modes of the default chain."""
    from lib.datasets import make_mass_spring_chain
    from lib.pca import PCA

    X, _, modes = make_mass_spring_chain(n_samples=n_samples, random_state=random_state)
    V = PCA().fit(X).components_
    return np.sum((V if change is None else change(V)) * modes, axis=1)


@exercise(
    "ex-pca-theorem-5",
    title="Which modes can you trust?",
    shows="The stiff modes mix first: their variances are too close for so few snapshots.",
    look="See the section 'A case from physics: normal modes'.",
    cases=lambda rng: [(n, int(rng.integers(1000))) for n in (150, 400)],
    mistakes={
        "signs-kept": (
            overlaps,
            "Overlaps near −1 are as good as those near 1: the sign of a component is free.",
        ),
        "squared": (
            lambda n, seed: overlaps(n, seed) ** 2,
            "These are the squares of the overlaps.",
        ),
        "ascending": lambda n, seed: np.abs(overlaps(n, seed, change=lambda V: V[::-1])),
        "transposed-components": lambda n, seed: np.abs(overlaps(n, seed, change=np.transpose)),
        "seed-ignored": (
            lambda n, seed: np.abs(overlaps(n, 0)),
            "The random state that the function is given has no effect on the result.",
        ),
        "sorted": (
            lambda n, seed: np.sort(np.abs(overlaps(n, seed)))[::-1],
            "Overlap j belongs to mode j. Sorting mixes them up.",
        ),
    },
)
def mode_overlaps(result, n_samples, random_state):
    """The sizes of the overlaps, in the order of the modes."""
    agree(result, np.abs(overlaps(n_samples, random_state)))
