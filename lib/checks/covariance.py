"""Checks of the exercises of chapter 01, covariance and correlation."""

import numpy as np

from lib.checks import Wrong, exercise
from lib.checks.core.mistakes import on_means_of_rows, on_one_mean, on_transposed
from lib.checks.core.results import agree, alike, array, close, integer, parts, precision


def readings(rng, n, p):
    """Draw n correlated readings of p features with means and scales of their own."""
    mixed = rng.normal(size=(n, p)) @ (np.eye(p) + rng.uniform(-0.6, 0.6, (p, p)))
    return mixed * rng.uniform(0.5, 3, p) + rng.uniform(2, 9, p) * rng.choice([-1, 1], p)


def two_readings(rng):
    """Return two data matrices, as cases with one argument each."""
    return [(readings(rng, 12, 4),), (readings(rng, 30, 3),)]


@exercise(
    "ex-covariance-1",
    title="New units",
    shows=(
        "An offset vanishes in the centring; a factor enters once for each of the two columns, and "
        "the correlation keeps only its sign."
    ),
    look="Put a_j x + b_j into the definition of the covariance, section 'By hand'.",
    cases=lambda rng: [
        (rng.uniform(0.3, largest, p) * signs, rng.normal(0, 20, p))
        for p, largest, signs in ((4, 4, [1, 1, 1, -1]), (3, 0.9, [-1, 1, -1]))
    ],
    mistakes={
        "factor-once": (
            lambda a, b: (np.outer(np.sqrt(np.abs(a)), np.sqrt(np.abs(a))) * np.sign(
                np.outer(a, a)), np.sign(np.outer(a, a))),
            "On the diagonal of C each factor enters only once. Which units does a variance have?",
        ),
        "sign-lost": (
            lambda a, b: (np.outer(a, a), np.ones((len(a), len(a)))),
            "C is right. K does not always stay as it was: what does a factor of −1 do to it?",
        ),
        "sign-lost-twice": (
            lambda a, b: (np.abs(np.outer(a, a)), np.ones((len(a), len(a)))),
            "A factor of −1 leaves no trace in either of your matrices. What does it do to the "
            "covariance with another column?",
        ),
        "factors-of-rows": (
            lambda a, b: (np.tile(np.reshape(a, (-1, 1)) ** 2, (1, len(a))),
                          np.sign(np.outer(a, a))),
            "Each entry of C belongs to two columns, and yours uses the factor of one of them.",
        ),
        "offset-matters": (
            lambda a, b: (np.outer(a + b, a + b), np.sign(np.outer(a + b, a + b))),
            "The offsets b change your factors. What becomes of them when the columns are centred?",
        ),
        "correlation-scales": (
            lambda a, b: (np.outer(a, a), np.outer(a, a)),
            "C is right. But K has no units, so how can new units stretch it?",
        ),
    },
)  # fmt: skip
def new_units(result, a, b):
    """The factors of C are the outer product of `a`, those of K its signs."""
    of_C, of_K = parts(result, 2)
    agree(of_C, np.outer(a, a))
    agree(of_K, np.sign(np.outer(a, a)))


def correlation(X):
    """Return the correlation matrix of the columns of X."""
    return np.corrcoef(X, rowvar=False)


def correlation_about(centred):
    """Return the correlation matrix of data that should be centred, without centring them."""
    C = centred.T @ centred
    return C / np.sqrt(np.outer(np.diag(C), np.diag(C)))


def about_one_mean(X):
    """Return the mean products of what is left if one mean of all entries is subtracted."""
    return on_one_mean(lambda Y: Y.T @ Y / len(Y))(X)


def as_printed(X):
    """Run the program of the statement."""
    C = about_one_mean(X)
    return C / np.outer(np.diag(C), np.diag(C))


def divided_by_variances(X):
    """Divide the covariances by variances."""
    C = np.cov(X, rowvar=False, ddof=0)
    return C / np.outer(np.diag(C), np.diag(C))


@exercise(
    "ex-covariance-2",
    title="Two wrong lines",
    shows=(
        "Adding a constant to a column, or multiplying it by a positive number, leaves your K as "
        "it is: it is the covariance matrix of standardised columns."
    ),
    look="See the sections 'The units, and how to lose them' and 'All pairs at once'.",
    cases=two_readings,
    mistakes={
        "one-mean": lambda X: about_one_mean(X) / np.outer(*2 * [np.std(X, axis=0)]),
        "one-mean-throughout": (
            on_one_mean(correlation_about),
            "Products and squares are both measured from one mean of all entries, but each column "
            "has its own.",
        ),
        "not-centred": correlation_about,
        "mean-of-rows": on_means_of_rows(correlation_about),
        "rows-and-columns": on_transposed(correlation),
        "variance-for-deviation": divided_by_variances,
        "both-lines": (
            as_printed,
            "Both wrong lines are still there: the diagonal is not one, and K changes if 100 is "
            "added to a column.",
        ),
        "not-scaled": lambda X: np.cov(X, rowvar=False),
        "mixed-ddof": (
            lambda X: np.cov(X, rowvar=False, ddof=1)
            / np.outer(*2 * [np.std(X, axis=0)]),
            "The diagonal is n/(n − 1) and not one: covariances and standard deviations are "
            "divided by different numbers. What is the default of `ddof` in each?",
        ),
        "mixed-ddof-back": (
            lambda X: np.cov(X, rowvar=False, ddof=0)
            / np.outer(*2 * [np.std(X, axis=0, ddof=1)]),
            "The diagonal is (n − 1)/n and not one: covariances and standard deviations are "
            "divided by different numbers.",
        ),
    },
    without=("cov", "corrcoef", "corr", "covariance", "correlation", "for"),
)  # fmt: skip
def repaired_correlation(result, X):
    """The result is the correlation matrix."""
    agree(result, correlation(X))


@exercise(
    "ex-covariance-3",
    title="Bessel for covariances",
    shows=(
        "The covariance of the mean is Σ/n: a hundred times as many samples bring one more digit."
    ),
    look="The derivation has the covariance of the mean, E[ū ūᵀ], as its second term.",
    cases=two_readings,
    mistakes={
        "rows-and-columns": lambda X: np.std(X, axis=1, ddof=1) / np.sqrt(X.shape[1]),
        "spread-for-error": (
            lambda X: np.std(X, axis=0, ddof=1),
            "This is how far single readings scatter. The mean of n of them scatters less.",
        ),
        "no-root": (
            lambda X: np.var(X, axis=0, ddof=1) / len(X),
            "This is the variance of each mean, in units squared. An error has the units of X.",
        ),
        "n-for-root-n": (
            lambda X: np.std(X, axis=0, ddof=1) / len(X),
            "It falls too fast with n. What falls as 1/n is the variance of the mean.",
        ),
        "ddof-0": lambda X: np.std(X, axis=0) / np.sqrt(len(X)),
    },
)
def standard_errors(result, X):
    """The result holds the standard errors of the means of the columns."""
    agree(result, np.sqrt(np.var(X, axis=0, ddof=1) / len(X)))


def with_strong_negative_pair(rng):
    """Return data whose largest correlation is negative, and data where it is positive."""
    cases = []
    for n, p, sign, j, m in ((15, 4, -1, 1, 3), (40, 3, -1, 0, 2), (25, 5, 1, 1, 4)):
        X = readings(rng, n, p)
        # About 0.9, so that it is not taken for the ones of the diagonal, and between columns at
        # different distances.
        x, noise = np.linalg.qr(np.column_stack([np.ones(n), X[:, j], rng.normal(size=n)]))[0].T[1:]
        X[:, m] = 5 + sign * (0.9 * x + 0.44 * noise) * rng.uniform(5, 9) * np.sign(x @ X[:, j])
        X[:, m - 1] = rng.normal(4, 1, n)
        cases.append((X,))
    return cases


def off_diagonal(K):
    """Return the entries above the diagonal."""
    return K[np.triu_indices(len(K), 1)]


@exercise(
    "ex-covariance-4",
    title="How large is nothing?",
    shows="Now try it on noise: the largest of many correlations is far from zero.",
    look="See the section 'All pairs at once'; the docstring says which pairs count.",
    cases=with_strong_negative_pair,
    mistakes={
        "diagonal": (
            lambda X: np.max(np.abs(correlation(X))),
            "The largest entry is on the diagonal, where each column meets itself.",
        ),
        "sign-counts": (
            lambda X: np.max(off_diagonal(correlation(X))),
            "A correlation of −0.9 is stronger than one of 0.5.",
        ),
        "not-scaled": lambda X: np.max(np.abs(off_diagonal(np.cov(X, rowvar=False)))),
        "rows-and-columns": lambda X: np.max(np.abs(off_diagonal(np.corrcoef(X)))),
        "neighbours-only": (
            lambda X: np.max(np.abs(np.diag(correlation(X), 1))),
            "Only columns that stand side by side are compared.",
        ),
        "mean-for-largest": (
            lambda X: np.mean(np.abs(off_diagonal(correlation(X)))),
            "This is an average over the pairs. The question is about the largest.",
        ),
        "signed": (
            lambda X: off_diagonal(correlation(X))[np.argmax(np.abs(off_diagonal(correlation(X))))],
            "You found the right pair. The docstring asks for the size of its correlation.",
        ),
    },
)
def largest_correlation(result, X):
    """The result is the largest correlation in size."""
    agree(result, np.max(np.abs(off_diagonal(correlation(X)))))


def two_batches(rng):
    """Return the moments of two batches, for small data and for data far from the origin."""
    cases = []
    for n_a, n_b, p, offset in ((20, 7, 3, 0), (5, 30, 2, 1e8), (6, 1, 3, 0)):
        batches = readings(rng, n_a, p) + offset, readings(rng, n_b, p) + offset
        cases.append([part for X in batches for part in moments(X)])
    return cases


def moments(X):
    """Return size, mean and covariance (with 1/n) of a batch."""
    mean = X[0] + np.mean(X - X[0], axis=0)  # digits survive an offset
    return len(X), mean, (X - mean).T @ (X - mean) / len(X)


def merged(n_a, mean_a, C_a, n_b, mean_b, C_b, gap_weight=1.0, product=np.outer):
    """Return size, mean and covariance of two batches together."""
    n, gap = n_a + n_b, mean_b - mean_a
    between = n_a * n_b / n**2 * product(gap, gap)
    return n, mean_a + gap * n_b / n, (n_a * C_a + n_b * C_b) / n + gap_weight * between


def merged_in_one_pass(n_a, mean_a, C_a, n_b, mean_b, C_b):
    """Take the mean of products minus the product of means."""
    n = n_a + n_b
    mean = (n_a * mean_a + n_b * mean_b) / n
    products = n_a * (C_a + np.outer(mean_a, mean_a)) + n_b * (C_b + np.outer(mean_b, mean_b))
    return n, mean, products / n - np.outer(mean, mean)


def merged_without_weights(n_a, mean_a, C_a, n_b, mean_b, C_b):
    """Treat the batches as if they had the same size."""
    gap = mean_b - mean_a
    return n_a + n_b, (mean_a + mean_b) / 2, (C_a + C_b) / 2 + np.outer(gap, gap) / 4


def merged_without_weights_of_gaps(n_a, mean_a, C_a, n_b, mean_b, C_b):
    """Add the outer products of both gaps as they are."""
    n, mean, C = merged(n_a, mean_a, C_a, n_b, mean_b, C_b, gap_weight=0.0)
    gaps = mean_a - mean, mean_b - mean
    return n, mean, C + sum(np.outer(gap, gap) for gap in gaps)


def merged_with_n_minus_1(n_a, mean_a, C_a, n_b, mean_b, C_b):
    """Take the matrices for estimates with 1/(n - 1), and return one."""
    n, mean, _ = merged(n_a, mean_a, C_a, n_b, mean_b, C_b)
    gap = mean_b - mean_a
    scatter = (n_a - 1) * C_a + (n_b - 1) * C_b + np.outer(gap, gap) * n_a * n_b / n
    return n, mean, scatter / (n - 1)


@exercise(
    "ex-covariance-5",
    title="Two batches, one matrix",
    shows="Only differences of means are multiplied, so even an offset of 10⁸ costs no digits.",
    look="Write x_i − x̄ as (x_i − x̄_a) + (x̄_a − x̄) and sum over batch a.",
    cases=two_batches,
    mistakes={
        "without-weights": (
            merged_without_weights,
            "A batch of 30 should count more than a batch of 5.",
        ),
        "gap-forgotten": (
            lambda *batches: merged(*batches, gap_weight=0.0),
            "The scatter inside the batches is there. The batches also lie apart from each other.",
        ),
        "gap-too-heavy": (
            lambda n_a, m_a, C_a, n_b, m_b, C_b: merged(
                n_a, m_a, C_a, n_b, m_b, C_b, gap_weight=n_a + n_b
            ),
            "The term of the gap is a sum over samples, and was not divided by n.",
        ),
        "gap-without-weights": (
            merged_without_weights_of_gaps,
            "Each batch mean is compared with the common one, but both gaps count alike. How many "
            "samples has each batch?",
        ),
        "gap-not-outer": (
            lambda *batches: merged(*batches, product=lambda gap, _: gap * gap),
            "The term of the gap is a matrix: entry (j, l) needs the gaps of both columns.",
        ),
        "ddof-1": merged_with_n_minus_1,
        "digits-lost": (
            merged_in_one_pass,
            "It is right on paper, but with means near 10⁸ no digits are left. Where do you "
            "subtract two large numbers?",
        ),
    },
    hints={
        "size": "The first result should be the number of samples of both batches.",
        "mean-of-means": (
            "The mean is half-way between those of the batches, as if both had the same size."
        ),
    },
)
def merge_batches(result, n_a, mean_a, C_a, n_b, mean_b, C_b):
    """The three parts are the moments of the union, digits included."""
    size, mean, C = parts(result, 3)
    if integer(size) != n_a + n_b:
        raise Wrong("size")
    _, expected_mean, expected_C = merged(n_a, mean_a, C_a, n_b, mean_b, C_b)
    mean = array(mean, expected_mean.shape)
    if not close(mean, expected_mean, precision(result)) and close(
        mean, (mean_a + mean_b) / 2, precision(result)
    ):
        raise Wrong("mean-of-means")
    agree(mean, expected_mean, tolerance=precision(result))
    agree(C, expected_C)


def clouds_and_moments(rng):
    """Return a cloud, and the mean and the covariance to impose on it."""
    cases = []
    for n, p in ((14, 2), (40, 3)):
        A = rng.normal(size=(p, p)) + 2 * np.eye(p)
        cases.append((readings(rng, n, p), rng.uniform(3, 9, p), A @ A.T))
    return cases


def imposed(X, mean, C, *, ddof=0, centre=True, whiten=True, transpose=False):
    """Map X to the mean and the covariance wanted, or slip on the way."""
    Xc = X - np.mean(X, axis=0)
    R = np.linalg.cholesky(Xc.T @ Xc / (len(X) - ddof)) if whiten else np.eye(X.shape[1])
    L = np.linalg.cholesky(C)
    if transpose:
        L = L.T
    return mean + (L @ np.linalg.solve(R, (Xc if centre else X).T)).T


@exercise(
    "ex-covariance-6",
    title="Three clouds, one matrix",
    shows=(
        "Any cloud that is not flat can be given any mean and any covariance: these numbers alone "
        "don't tell a ring from a cross."
    ),
    look="The covariance of X_c A is AᵀC_XA, where C_X is that of X. Which A makes it equal to C?",
    cases=clouds_and_moments,
    mistakes={
        "own-covariance-kept": (
            lambda X, mean, C: imposed(X, mean, C, whiten=False),
            "The cloud is multiplied by a root of C, as if its own covariance were the unit "
            "matrix.",
        ),
        "root-transposed": (
            lambda X, mean, C: imposed(X, mean, C, transpose=True),
            "The root of C stands on the wrong side: LᵀL is not LLᵀ.",
        ),
        "mean-not-removed": (
            lambda X, mean, C: imposed(X, mean, C, centre=False),
            "The covariance is right, the mean is not. What was the mean of X before?",
        ),
        "mean-not-imposed": (
            lambda X, mean, C: imposed(X, 0, C),
            "The covariance is right, but the cloud lies around the origin.",
        ),
        "ddof-in-root": (
            lambda X, mean, C: imposed(X, mean, C, ddof=1),
            "The covariance is a little too small. Which of your two matrices is with 1/(n − 1)?",
        ),
        "covariance-for-root": (
            lambda X, mean, C: mean + imposed(X, 0, np.eye(len(C))) @ C,
            "The cloud is multiplied by C itself. What does a factor do to a variance?",
        ),
        "deviations-only": (
            lambda X, mean, C: mean
            + (X - np.mean(X, axis=0)) / np.std(X, axis=0) * np.sqrt(np.diag(C)),
            "The variances are right, the covariances are not: each column was stretched by "
            "itself.",
        ),
    },
    match=lambda a, b: alike(np.vstack(moments(array(a))[1:]), np.vstack(moments(array(b))[1:])),
    hints={
        "not-an-image": (
            "The result is not an affine image of X: a point half-way between two others should "
            "stay half-way between them."
        ),
    },
)  # fmt: skip
def impose_moments(result, X, mean, C):
    """The result is affine in X, and has the mean and the covariance."""
    Y = array(result, X.shape)
    with_ones = np.column_stack((X, np.ones(len(X))))
    fitted = with_ones @ np.linalg.lstsq(with_ones, Y, rcond=None)[0]
    if not close(Y, fitted, precision(result)):
        raise Wrong("not-an-image")
    tolerance = precision(result)
    _, mean_found, C_found = moments(Y)
    agree(mean_found, mean, tolerance=tolerance)
    agree(C_found, C, tolerance=tolerance)
