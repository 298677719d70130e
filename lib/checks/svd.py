"""Checks of the exercises of chapter 03, the singular value decomposition."""

import numpy as np

from lib.checks import Wrong, exercise
from lib.checks.core.draws import not_sorted_by_eig, told_apart
from lib.checks.core.results import agree, array, chosen, close, integer, precision

WORDS = (
    "same values", "twice", "root two", "squared", "inverse", "same vectors", "left", "swapped",
)  # fmt: skip
CHANGES = {
    "a": {"twice", "same vectors"},
    "b": {"same values", "left"},
    "c": {"same values", "same vectors"},
    "d": {"same values", "swapped"},
    "e": {"root two", "same vectors"},
    "f": {"same values", "same vectors"},
    "g": {"squared", "same vectors"},
    "h": {"inverse", "left"},
}


@exercise(
    "ex-svd-1",
    title="What stays, what changes?",
    shows="All eight follow from writing the new matrix as a product of three, as the old one was.",
    look="Put X = UDVᵀ into the new matrix, then try it on a small random one.",
    kind="value",
    hints={
        "svd-a": "(a) is not right. Singular values are never negative: where can the sign go?",
        "svd-b": "(b) is not right. Transpose the product UDVᵀ.",
        "svd-c": "(c) is not right. A swap of rows is an orthogonal matrix on the left.",
        "svd-d": "(d) is not right. A swap of columns is an orthogonal matrix on the right.",
        "svd-e": "(e) is not right. What is XᵀX for the two copies together?",
        "svd-f": "(f) is not right. Is QU orthogonal?",
        "svd-g": "(g) is not right. Multiply VDUᵀ by UDVᵀ.",
        "svd-h": "(h) is not right. Which map undoes UDVᵀ, step by step?",
    },
)
def what_changes(result):
    """The right pair of words for each letter."""
    choice = chosen(result, CHANGES, WORDS)
    for letter, words in CHANGES.items():
        if choice[letter] != words:
            raise Wrong(f"svd-{letter}")


def data(rng, n, p, decay=0.6):
    """Draw a data matrix far from the origin, with falling singular values."""
    left, right = (np.linalg.qr(rng.normal(size=(m, min(n, p))))[0] for m in (n, p))
    offset = rng.uniform(2, 6, p) * rng.choice([-1, 1], p)
    return left * (4.0 * decay ** np.arange(min(n, p))) @ right.T + offset


def reconstructed(X, k, *, subtract=None, add=None, first=0, vectors=None, stretch=True):
    """Return the reconstruction by PCA with k components, or slip on the way."""
    mean = np.mean(X, axis=0)
    subtract, add = (mean if m is None else m for m in (subtract, add))
    U, d, Vt = np.linalg.svd(X - subtract, full_matrices=False)
    d = d if stretch else np.ones_like(d)
    V = Vt[first : first + k] if vectors is None else vectors(Vt)[:k]
    return add + U[:, first : first + k] * d[first : first + k] @ V


def data_and_ranks(rng):
    """Return data and numbers of terms; for the last `eig` does not sort by itself."""
    drawn = [(data(rng, 9, 4), 2), (data(rng, 4, 7), 1), (data(rng, 12, 5), 3)]
    return drawn + not_sorted_by_eig(
        lambda: (data(rng, 10, 4), 3), lambda X, k: np.cov(X, rowvar=False), lambda X, k: k
    )


def in_order_of_eig(X, k):
    """Project on eigenvectors as `eig` returns them."""
    mean = np.mean(X, axis=0)
    V = np.linalg.eig(np.cov(X, rowvar=False))[1].real[:, :k]
    return mean + (X - mean) @ V @ V.T


def taken_for_v(Vt):
    """Return the rows of what NumPy returns as if they were columns."""
    if len(Vt) < Vt.shape[1]:
        raise ValueError("what comes out depends on `full_matrices`")
    return Vt.T


def one_mean(X):
    """Return the mean of all entries."""
    return np.mean(X)


def mean_of_rows(X):
    """Return the mean of each row, as a column."""
    return np.mean(X, axis=1, keepdims=True)


@exercise(
    "ex-svd-2",
    title="Runs without a warning",
    shows="The mean goes out before the SVD and comes back after it; the rows of Vᵀ do the rest.",
    look="See the sections 'Shapes' and 'Forgetting to centre'.",
    cases=data_and_ranks,
    mistakes={
        "not-centred": lambda X, k: reconstructed(X, k, subtract=0, add=0),
        "mean-not-added": lambda X, k: reconstructed(X, k, add=0),
        "mean-added-only": (
            lambda X, k: reconstructed(X, k, subtract=0),
            "The mean is added at the end, but the SVD still saw the data with their mean in.",
        ),
        "v-for-vt": lambda X, k: reconstructed(X, k, vectors=taken_for_v),
        "both-mistakes": (
            lambda X, k: reconstructed(X, k, subtract=0, add=0, vectors=taken_for_v),
            "Both mistakes of the program are still there: one in what is decomposed, one in what "
            "`svd` returns.",
        ),
        "one-mean": lambda X, k: reconstructed(X, k, subtract=one_mean(X), add=one_mean(X)),
        "mean-of-rows": lambda X, k: reconstructed(
            X, k, subtract=mean_of_rows(X), add=mean_of_rows(X)
        ),
        "ascending": lambda X, k: X - reconstructed(X, min(X.shape) - k) + np.mean(X, axis=0),
        "not-sorted": in_order_of_eig,
        "no-stretch": (
            lambda X, k: reconstructed(X, k, stretch=False),
            "The singular values are missing from the product.",
        ),
        "one-term-more": (
            lambda X, k: reconstructed(X, k + 1),
            "There is one term more than k.",
        ),
        "one-term-less": (
            lambda X, k: reconstructed(X, k - 1),
            "There is one term less than k.",
        ),
        "second-first": (
            lambda X, k: reconstructed(X, k, first=1),
            "The sum begins with the second term. Python counts from zero.",
        ),
        "all-terms": (
            lambda X, k: X,
            "This is X itself: nothing was left out.",
        ),
    },
)
def pca_reconstruct(result, X, k):
    """The best reconstruction about the mean."""
    agree(result, reconstructed(X, k))


def matrices_and_tolerances(rng):
    """Return matrices, and tolerances half-way between the errors of two neighbouring ranks."""
    shapes_and_ranks = ((30, 20, 3), (18, 25, 6), (30, 20, 10), (30, 20, 15))
    matrices = [(data(rng, n, p, decay=0.85), k) for n, p, k in shapes_and_ranks]
    matrices.append((rng.normal(size=(20, 22)), 8))
    matrices = [(3 * A / np.linalg.norm(A), k) for A, k in matrices]
    rests = [relative_tails(A) for A, _ in matrices]
    cases = [(A, float(np.sqrt(r[k] * r[k - 1]))) for (A, k), r in zip(matrices, rests)]
    cases += [(data(rng, 6, 4), 1e-6), (data(rng, 6, 4), 1.25)]
    # Tolerances that need every digit come last: other mistakes have shown by then.
    left, right = (np.linalg.qr(rng.normal(size=(m, 13)))[0] for m in (16, 13))
    steep = left * 10.0 ** -np.arange(13) @ right.T
    rests = relative_tails(steep)
    return [*cases, (steep, float(np.sqrt(rests[11] * rests[10]))), (data(rng, 8, 5), 0.0)]


def relative_tails(A):
    """Return |A - A_k| / |A| for all k, in the Frobenius norm."""
    d = np.linalg.svd(A, compute_uv=False)
    tails = np.append(np.cumsum(d[::-1] ** 2)[::-1], 0.0)
    return np.sqrt(tails / tails[0])


def first_below(errors, tolerance):
    """Return the first index with an error of at most the tolerance."""
    return int(np.argmax(np.asarray(errors) <= tolerance))


def ordinary(tolerance):
    """Return a tolerance for which all programs that make a mistake agree.

    Without one term, and for tiny tails, a share of what is kept differs from one of what is lost.
    """
    if not 1e-5 < tolerance < 1:
        raise ValueError("what becomes of it depends on the program")
    return tolerance


def one_less(k):
    """Return k - 1; what becomes of zero depends on the program."""
    if k == 0:
        raise ValueError("no less than zero")
    return k - 1


def by_singular_values(measure):
    """Return a program that counts terms until ``measure(d)``, one number a rank, is small."""
    return lambda A, t: first_below(measure(np.linalg.svd(A, compute_uv=False)), t)


@exercise(
    "ex-svd-3",
    title="How many terms?",
    shows="The discarded singular values alone tell the error, without building any A_k.",
    look="See the section 'Cutting off is optimal': which norm of A − A_k is which sum?",
    cases=matrices_and_tolerances,
    mistakes={
        "squares-compared": (
            lambda A, t: first_below(relative_tails(A) ** 2, ordinary(t)),
            "You compare squared lengths with a tolerance for lengths.",
        ),
        "sum-of-values": (
            by_singular_values(lambda d: np.append(np.cumsum(d[::-1])[::-1], 0) / sum(d[::-1])),
            "You add up singular values. The square of the Frobenius norm is the sum of their "
            "squares.",
        ),
        "two-norm": (
            by_singular_values(lambda d: np.append(d, 0) / d[0]),
            "You compare single values with the largest one. That is the error in the 2-norm.",
        ),
        "one-term-too-many": (
            lambda A, t: first_below(relative_tails(A), t) + 1,
            "It is one more than needed. After k terms the first value left out is d_k, since the "
            "count starts at d₀.",
        ),
        "one-term-too-few": (
            lambda A, t: one_less(first_below(relative_tails(A), t)),
            "It is one less than needed.",
        ),
        "from-one": (
            lambda A, t: max(first_below(relative_tails(A), t), 1),
            "The count begins at one. For a large tolerance no term at all is needed.",
        ),
        "centred": (
            lambda A, t: first_below(relative_tails(A - np.mean(A, axis=0)), t),
            "You centred the matrix first, and the statement says not to.",
        ),
        "kept-share": (
            lambda A, t: first_below(1 - np.sqrt(1 - relative_tails(A) ** 2), t),
            "You compare the length of A_k with that of A. The error is the length of their "
            "difference.",
        ),
        "absolute": (
            lambda A, t: first_below(relative_tails(A) * np.linalg.norm(A), t),
            "The tolerance is relative: it is to be multiplied by the norm of A.",
        ),
    },
    hints={
        "digits-lost": (
            "It is right unless the tolerance is very small, or zero. What is left of a small tail "
            "if you compute it as the difference of two large numbers?"
        ),
    },
)
def terms_needed(result, A, tolerance):
    """The smallest rank within the tolerance."""
    expected = first_below(relative_tails(A), tolerance)
    if integer(result) != expected:
        if expected == 0 and integer(result) == 1:
            raise Wrong("from-one")
        if tolerance < 1e-8:
            raise Wrong("digits-lost")
        raise Wrong("value")


def attitudes(rng):
    """Return noisy orthogonal matrices: rotations, and one with a reflection."""

    def draw(p, sign):
        Q = np.linalg.qr(rng.normal(size=(p, p)))[0]
        Q[:, 0] *= sign * np.sign(np.linalg.det(Q))
        A = Q @ (np.eye(p) + 0.3 * rng.uniform(-1, 1, (p, p)))
        if A[0, 0] < 0:  # then the first column of LAPACK's Q in A = QR points the other way
            A[:2] *= -1
        return (A,)

    # Whether LAPACK's U or V reflects says nothing about A.
    drawn = [draw(3, 1), draw(3, -1), draw(4, 1)]
    return drawn + told_apart(
        lambda: draw(3, rng.choice([-1, 1])),
        lambda A: np.sign(np.linalg.det(A)),
        [lambda A, part=part: np.sign(np.linalg.det(np.linalg.svd(A)[part])) for part in (0, 2)],
    )


def nearest(A, last=1.0):
    """Return the product of both turns of A; `last` multiplies the last left vector."""
    U, _, Vt = np.linalg.svd(A)
    U[:, -1] *= last
    return U @ Vt


@exercise(
    "ex-svd-4",
    title="The nearest orthogonal matrix",
    shows="Keep both turns and leave out the stretch: no orthogonal matrix is nearer.",
    look="See the section 'Rotate, stretch, rotate'.",
    cases=attitudes,
    mistakes={
        "v-for-vt": lambda A: np.linalg.svd(A)[0] @ np.linalg.svd(A)[2].T,
        "transposed-rotation": (
            lambda A: nearest(A).T,
            "This turns the other way: it is the transpose of what is asked for.",
        ),
        "qr": (
            lambda A: (lambda Q, R: Q * np.sign(np.diag(R)))(*np.linalg.qr(A)),
            "Orthogonalising column after column favours the first one. The result is orthogonal, "
            "but not the nearest.",
        ),
        "qr-with-signs": (
            lambda A: np.linalg.qr(A)[0],
            "This is the Q of `qr` as NumPy returns it. Some of its columns point the wrong way, "
            "and with their signs mended it is still not the nearest.",
        ),
        "stretched": (
            lambda A: A / np.linalg.norm(A, axis=0),
            "The columns have length one now, but they are not perpendicular.",
        ),
        "always-rotation": (
            lambda A: nearest(A, np.sign(np.linalg.det(A))),
            "The determinant was forced to be +1. Among all orthogonal matrices, reflections "
            "included, there is a nearer one.",
        ),
    },
    hints={
        "not-orthogonal": "The result is not orthogonal. What is QᵀQ?",
        "not-nearest": "The result is orthogonal, but there is a nearer one.",
    },
)
def nearest_orthogonal(result, A):
    """Orthogonal, and as near as the trace of the stretch allows."""
    Q = array(result, A.shape)
    if not close(Q.T @ Q, np.eye(len(A)), precision(result)):
        raise Wrong("not-orthogonal")
    if not close(Q, nearest(A), precision(result)):
        raise Wrong("not-nearest")


def signals(rng):
    """Return signals of rank 3 with less and more noise, such that the best rank is clear."""
    cases = []
    for n, p, sigma in ((30, 12, 0.01), (12, 20, 1.2), (30, 12, 4.0), (25, 10, 40.0), (20, 9, 0.5)):
        left, right = (rng.normal(size=(m, 3)) for m in (n, p))
        left[:, 0] = 1  # so centring costs a term
        left, right = (np.linalg.qr(A)[0] for A in (left, right))
        signal = left * [100, 30, 10] @ right.T
        cases.append((signal, signal + sigma * rng.normal(size=(n, p))))
    full = data(rng, 14, 6)
    cases.append((full, full + 1e-3 * rng.normal(size=full.shape)))
    return [*cases, barely_clear(rng), *told_apart_by_norms(rng)]


def barely_clear(rng):
    """Return a signal whose second term rises above the noise and is not worth keeping."""
    while True:
        left, right = (np.linalg.qr(rng.normal(size=(m, 2)))[0] for m in (40, 10))
        signal = left * [100, 7] @ right.T
        noisy = signal + rng.normal(size=signal.shape)
        without, with_it = errors_of_ranks(noisy, signal)[1:3]
        if without < 0.99 * with_it and clear_of_noise(signal, noisy) == 2:
            return signal, noisy


MEASURES = {
    "2-norm": lambda D: np.linalg.norm(D, 2),
    "largest column": lambda D: np.linalg.norm(D, 1),
    "largest row": lambda D: np.linalg.norm(D, np.inf),
    "sum of singular values": lambda D: np.linalg.norm(D, "nuc"),
    "largest entry": lambda D: np.abs(D).max(),
    "mean size": lambda D: np.abs(D).mean(),
    "median size": lambda D: np.median(np.abs(D)),
    "sum": lambda D: abs(D.sum()),
}


def told_apart_by_norms(rng):
    """Return signals for which each other way to measure a distance would choose another rank."""

    def draw():
        low, high = (np.linalg.qr(rng.normal(size=(m, 6)))[0] for m in (24, 9))
        signal = low * (60 * 0.55 ** np.arange(6)) @ high.T
        noisy = signal + rng.uniform(0.3, 2) * rng.normal(size=signal.shape)
        first, second = np.sort(errors_of_ranks(noisy, signal))[:2]
        return (signal, noisy) if first < 0.995 * second else None

    def by(measure):
        return lambda signal, noisy: np.argmin(errors_of_ranks(noisy, signal, measure))

    others = {name: by(measure) for name, measure in MEASURES.items()}
    return [
        *told_apart(draw, by(np.linalg.norm), [*others.values(), gains_of_three]),
        *told_apart(draw, others["2-norm"], [others["mean size"]]),  # two hints
    ]


def gains_of_three(signal, noisy):
    """Expand the square of the difference with a factor of three in the middle."""
    U, d, Vt = np.linalg.svd(noisy, full_matrices=False)
    gains = d**2 - 3 * d * np.einsum("ij,ik,jk->j", U, signal, Vt)
    return np.argmin(np.concatenate([[0], np.cumsum(gains)]))


def clear_of_noise(signal, noisy):
    """Count the measured singular values that are larger than all of the noise."""
    d = np.linalg.svd(noisy, compute_uv=False)
    return int(np.sum(d > np.linalg.norm(noisy - signal, ord=2)))


def rank_three(signal, noisy):
    """Return the rank of the signal where it is the one of the statement."""
    if (k := int(np.linalg.matrix_rank(signal))) != 3:
        raise ValueError("whether this is 3 depends on the program")
    return k


def errors_of_ranks(noisy, target, measure=np.linalg.norm):
    """Return the distance of each truncation of `noisy` from `target`."""
    U, d, Vt = np.linalg.svd(noisy, full_matrices=False)
    return [measure(target - U[:, :k] * d[:k] @ Vt[:k]) for k in range(len(d) + 1)]


@exercise(
    "ex-svd-5",
    title="Cut off the noise",
    shows=(
        "A term is worth keeping if it stands well clear of the noise, whatever the true rank is. "
        "To rise just above it is not enough."
    ),
    look="Write down which two matrices the error compares, and which ranks are tried.",
    cases=signals,
    mistakes={
        "compares-with-noisy": (
            lambda signal, noisy: int(np.argmin(errors_of_ranks(noisy, noisy))),
            "Your k is the largest possible. Do you measure the distance from the noisy matrix? "
            "It only gets smaller.",
        ),
        "true-rank": (
            rank_three,
            "This is the rank of the signal. Was it the noisy matrix that you truncated? With much "
            "noise fewer terms are better.",
        ),
        "last-rank": (
            lambda signal, noisy: int(np.argmin(errors_of_ranks(noisy, signal)[:-1])),
            "The largest k is never tried: all terms together are the noisy matrix itself.",
        ),
        "other-norm": (
            lambda signal, noisy: int(
                np.argmin(errors_of_ranks(noisy, signal, MEASURES["2-norm"]))
            ),
            "The distance is measured in the 2-norm. What does `ord` do in `np.linalg.norm`?",
        ),
        "mean-size-of-errors": (
            lambda signal, noisy: int(
                np.argmin(errors_of_ranks(noisy, signal, MEASURES["mean size"]))
            ),
            "The sizes of the entries are averaged. The Frobenius norm adds up their squares.",
        ),
        "centred": (
            lambda signal, noisy: int(
                np.argmin(errors_of_ranks(noisy - noisy.mean(axis=0), signal - signal.mean(axis=0)))
            ),
            "The matrices are centred first. Nobody asked for that.",
        ),
        "clear-of-noise": (
            clear_of_noise,
            "You count the terms that rise above the noise. Is one that barely does so nearer to "
            "the signal than to the noise? Compare errors, as the statement says.",
        ),
        "starts-at-one": (
            lambda signal, noisy: int(np.argmin(errors_of_ranks(noisy, signal)[1:])) + 1,
            "k = 0 is allowed too: if everything drowns in noise, the zero matrix is nearest.",
        ),
        "counts-from-one": (
            lambda signal, noisy: int(np.argmin(errors_of_ranks(noisy, signal)[1:])),
            "Your k is too small by one. Which k does the first entry of your list belong to?",
        ),
    },
)
def best_rank(result, signal, noisy):
    """The rank with the least error."""
    if integer(result) != int(np.argmin(errors_of_ranks(noisy, signal))):
        raise Wrong("value")
