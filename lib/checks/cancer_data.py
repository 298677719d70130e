"""Checks of the exercises of chapter 05, PCA and a classifier on the breast-cancer data."""

import numpy as np

from lib.checks import exercise
from lib.checks.core.draws import not_sorted_by_eig, told_apart
from lib.checks.core.mistakes import Wrong
from lib.checks.core.results import (
    agree,
    align,
    alike,
    array,
    close,
    integer,
    number,
    parts,
    precision,
)


def readings(rng, n, p, decay=0.75):
    """Draw n samples of p correlated features, each with a mean and a unit of its own."""
    mixed = rng.normal(size=(n, p)) * decay ** np.arange(p) @ rng.normal(size=(p, p))
    return mixed * 10.0 ** rng.uniform(-1, 2, p) + rng.uniform(-5, 5, p)


def unlike(rng, n, p):
    """Draw the same with columns of unlike forms: long tails, skewed, of two values, even.

    Range, quartiles and deviation scale them differently, and mean and median differ.
    """
    mixed = rng.normal(size=(n, p)) * 0.8 ** np.arange(p) @ rng.normal(size=(p, p))
    Z, form = mixed / np.std(mixed, axis=0), np.arange(p) % 4
    X = np.select(
        [form == 0, form == 1, form == 2], [Z**3, np.exp(1.5 * Z), np.tanh(6 * (Z - 1))], Z
    )
    return X * 10.0 ** rng.uniform(-1, 2, p) + rng.uniform(-5, 5, p)


def standardised(X, ddof=0):
    """Return X with columns of mean 0 and deviation 1."""
    return (X - np.mean(X, axis=0)) / np.std(X, axis=0, ddof=ddof)


def cumulative(X, power=2):
    """Return the cumulative shares of the variances of X's components; or of another power."""
    d = np.linalg.svd(X, compute_uv=False)
    return np.cumsum(d**power) / np.sum(d**power)


def least(shares, share):
    """Return how many of the growing `shares` it takes to reach `share`."""
    return int(np.argmax(shares >= share)) + 1


def scaled_otherwise(center, scale):
    """Return the answer to the first exercise for columns that are scaled in another way."""
    return lambda X, share: least(cumulative((X - center(X)) / scale(X)), share)


def mean(X):
    """Return the mean of each column."""
    return np.mean(X, axis=0)


def std(X):
    """Return the standard deviation of each column."""
    return np.std(X, axis=0)


def median(X):
    """Return the median of each column."""
    return np.median(X, axis=0)


OTHER_SCALES = {
    "range": lambda X: np.ptp(X, axis=0),
    "quartiles": lambda X: np.subtract(*np.percentile(X, (75, 25), axis=0)),
    "largest entry": lambda X: np.max(np.abs(X), axis=0),
    "mean distance": lambda X: np.mean(np.abs(X - np.mean(X, axis=0)), axis=0),
    "median distance": lambda X: np.median(np.abs(X - np.median(X, axis=0)), axis=0),
    "length": lambda X: np.linalg.norm(X, axis=0),
    "variance": lambda X: np.var(X, axis=0),
    "root of the deviation": lambda X: np.sqrt(np.std(X, axis=0)),
}


def by_eig(X, share, step=1):
    """Add up the eigenvalues in the order in which `eig` returns them."""
    values = np.linalg.eig(np.corrcoef(X, rowvar=False))[0].real[::step]
    return least(np.cumsum(values) / np.sum(values), share)


def right_number(X, share):
    """Return the least number whose cumulative share reaches `share`."""
    return least(cumulative(standardised(X)), share)


def matrices_and_shares(rng):
    """Return matrices, and shares between what k - 1 and k components explain."""

    def between(X, k, where=0.5):
        shares = np.concatenate([[0], cumulative(standardised(X))])
        return X, float(shares[k - 1] + where * (shares[k] - shares[k - 1]))

    def draw():  # a share near its ends, which small changes of the variances cross
        return between(unlike(rng, 30, 8), rng.integers(1, 5), rng.choice([0.05, 0.95]))

    cases = []
    for n, p in ((40, 12), (30, 8), (60, 15)):
        X = readings(rng, n, p)
        cases += [between(X, k) for k in (2, 4, 6)]
    wrongs = [scaled_otherwise(mean, scale) for scale in OTHER_SCALES.values()]
    wrongs += [scaled_otherwise(median, std), by_eig, lambda X, share: by_eig(X, share, -1)]
    return [*cases, *told_apart(draw, right_number, wrongs), (cases[0][0], 0.9999999)]


@exercise(
    "ex-cancer-data-1",
    title="Count the components",
    shows="The eigenvalues of the correlation matrix count, and their shares need no n.",
    look="See the section 'What one share of variance hides'.",
    cases=matrices_and_shares,
    mistakes={
        "not-scaled": lambda X, share: least(cumulative(X - np.mean(X, axis=0)), share),
        "not-centred": lambda X, share: least(cumulative(X / np.std(X, axis=0)), share),
        "range-for-deviation": (
            scaled_otherwise(mean, OTHER_SCALES["range"]),
            "The columns are scaled by their ranges. To standardise is to give each column the "
            "standard deviation one.",
        ),
        "quartiles-for-deviation": (
            scaled_otherwise(mean, OTHER_SCALES["quartiles"]),
            "The columns are scaled by the distance of their quartiles, as a `RobustScaler` does. "
            "To standardise is to give each column the standard deviation one.",
        ),
        "largest-for-deviation": (
            scaled_otherwise(mean, OTHER_SCALES["largest entry"]),
            "The columns are divided by their largest entries, and not by standard deviations.",
        ),
        "variance-for-deviation": scaled_otherwise(mean, OTHER_SCALES["variance"]),
        "median-for-mean": (
            scaled_otherwise(median, std),
            "The medians are subtracted, and the variance is measured from the means.",
        ),
        "not-sorted": by_eig,
        "singular-for-eigen": lambda X, share: least(cumulative(standardised(X), 1), share),
        "rows-and-columns": lambda X, share: least(cumulative(standardised(X.T)), share),
        "one-less": (
            lambda X, share: least(cumulative(standardised(X)), share) - 1,
            "That is one component too few. `argmax` returns an index, and indices begin at zero.",
        ),
        "one-more": (
            lambda X, share: least(cumulative(standardised(X)), share) + 1,
            "That is one component more than needed.",
        ),
        "ascending": lambda X, share: least(
            np.cumsum(np.linalg.eigvalsh(np.corrcoef(X, rowvar=False))) / X.shape[1], share
        ),
        "single-share": (
            lambda X, share: int(np.sum(np.diff(cumulative(standardised(X)), prepend=0) >= share)),
            "You count components that explain this share one by one. It is the first k together "
            "that must reach it.",
        ),
    },
)
def components_needed(result, X, share):
    """The least number whose cumulative share reaches `share`."""
    if integer(result) != right_number(X, share):
        raise Wrong("value")


def train_and_test(rng):
    """Return training and test data of different means."""
    return [
        (readings(rng, 20, 4), readings(rng, 7, 4) + 3),
        (readings(rng, 9, 3), readings(rng, 12, 3)),
        (readings(rng, 15, 5), readings(rng, 6, 5)),
    ]


def scaled_by(learned, X_train, X_test, ddof=0, power=1):
    """Scale both by the mean and the deviation of `learned`."""
    mean, std = learned.mean(axis=0), learned.std(axis=0, ddof=ddof) ** power
    return (X_train - mean) / std, (X_test - mean) / std


@exercise(
    "ex-cancer-data-2",
    title="A scaler by hand",
    shows="Mean and deviation are learned from the training data and applied unchanged to both.",
    look="Which of the two sets may a scaler learn from?",
    cases=train_and_test,
    mistakes={
        "own-scale": lambda A, B: (standardised(A), standardised(B)),
        "test-data-used": lambda A, B: scaled_by(np.concatenate([A, B]), A, B),
        "learned-from-test": lambda A, B: scaled_by(B, A, B),
        "std-ddof-1": lambda A, B: scaled_by(A, A, B, ddof=1),
        "variance-for-deviation": lambda A, B: scaled_by(A, A, B, power=2),
        "not-scaled": lambda A, B: scaled_by(A, A, B, power=0),
        "not-centred": lambda A, B: (A / A.std(axis=0), B / A.std(axis=0)),
        "one-mean": lambda A, B: ((A - A.mean()) / A.std(), (B - A.mean()) / A.std()),
        "test-not-scaled": (
            lambda A, B: (standardised(A), B),
            "The training data are right. The test data are still as they were.",
        ),
    },
)
def scale_both(result, X_train, X_test):
    """Both scaled by what the training data say."""
    for part, expected in zip(parts(result, 2), scaled_by(X_train, X_train, X_test)):
        agree(part, expected)


def found_at(probability, malignant, recall, missing=0):
    """Return the threshold that finds the share `recall`, or `missing` samples less."""
    falling = np.sort(probability[malignant])[::-1]
    needed = int(np.ceil(recall * len(falling) - 1e-9))
    return falling[max(needed - missing, 1) - 1]


def probabilities(rng):
    """Return probabilities, truths and recalls that are no whole number of samples."""
    cases = []
    for n, recall in ((60, 0.9), (60, 0.925), (80, 0.75), (52, 0.5), (40, 1.0)):
        malignant = rng.permutation(n) < n // 2 - 3
        probability = np.clip(rng.normal(0.35 + 0.35 * malignant, 0.15), 0.001, 0.999)
        cases.append((probability, malignant, recall))
    return cases


@exercise(
    "ex-cancer-data-3",
    title="A threshold for a purpose",
    shows="The threshold is the probability of the last malignant sample that must be found.",
    look="Sort the probabilities of the malignant samples, and count from the top.",
    cases=probabilities,
    mistakes={
        "all-samples": (
            lambda q, m, recall: found_at(q, np.ones_like(m), recall),
            "The benign samples take part. Recall is a share of the malignant ones.",
        ),
        "benign-samples": (
            lambda q, m, recall: found_at(q, ~m, recall),
            "These are the benign samples. Recall is a share of the malignant ones.",
        ),
        "rounded-down": (
            lambda q, m, recall: found_at(q, m, recall, missing=int(recall < 1)),
            "At least this share must be found, and at your threshold one sample is missing. "
            "Which way did you round?",
        ),
        "from-below": (
            lambda q, m, recall: np.sort(q[m])[int(np.ceil(recall * m.sum() - 1e-9)) - 1],
            "You count from the smallest probability. The first ones to be found have the largest.",
        ),
        "interpolated": (
            lambda q, m, recall: np.quantile(q[m], 1 - recall),
            "The threshold lies between two samples. A larger one finds as many: which is the "
            "largest?",
        ),
        "smallest-threshold": (
            lambda q, m, recall: q[m].min(),
            "All malignant samples are found, more than were asked for. The largest threshold "
            "that finds enough is wanted.",
        ),
        "one-sample-more": (
            lambda q, m, recall: found_at(q, m, recall, missing=-int(recall < 1)),
            "One sample more than needed is found. Indices begin at zero.",
        ),
    },
)
def threshold_for_recall(result, probability, malignant, recall):
    """The largest threshold that finds enough."""
    value = number(result)
    expected = found_at(probability, malignant, recall)
    if not close(value, expected, min(precision(result), 1e-6)):
        raise Wrong("value")


def error_of(scaled_normal, scaled, k, total=np.mean):
    """Return the reconstruction error of each row of `scaled` by components of the other."""
    Vt = np.linalg.svd(scaled_normal, full_matrices=False)[2][:k]
    return total((scaled - scaled @ Vt.T @ Vt) ** 2, axis=1)


def score(normal, X, k, **options):
    """Return the anomaly score as it should be; `options` spoil it."""
    scale = options.pop("scale", True)
    scaled_normal, scaled = scaled_by(normal, normal, X, power=1 if scale else 0)
    return error_of(scaled_normal, scaled, k, **options)


def normal_and_new(rng):
    """Return normal samples, others, and k; for the last `eig` does not sort by itself."""

    def draw(n, m, p, k):
        return readings(rng, n, p), readings(rng, m, p), k

    drawn = [draw(30, 5, 6, 2), draw(25, 8, 5, 1), draw(40, 6, 7, 4)]
    return drawn + not_sorted_by_eig(
        lambda: draw(20, 6, 4, 3), lambda normal, X, k: np.corrcoef(normal.T),
        lambda normal, X, k: k,
    )  # fmt: skip


def unsorted_score(normal, X, k):
    """Project on eigenvectors as `eig` returns them."""
    _, scaled = scaled_by(normal, normal, X)
    V = np.linalg.eig(np.corrcoef(normal.T))[1].real[:, :k]
    return np.mean((scaled - scaled @ V @ V.T) ** 2, axis=1)


@exercise(
    "ex-cancer-data-4",
    title="Unusual tissue",
    shows="What the components of the normal samples cannot rebuild is a score of strangeness.",
    look="Scaler and components learn from `normal`; the error is that of the rows of X.",
    cases=normal_and_new,
    mistakes={
        "test-data-used": lambda normal, X, k: score(np.concatenate([normal, X]), X, k),
        "own-scale": lambda normal, X, k: error_of(standardised(normal), standardised(X), k),
        "learned-from-test": lambda normal, X, k: score(X, X, k),
        "not-scaled": lambda normal, X, k: score(normal, X, k, scale=False),
        "not-centred": lambda normal, X, k: error_of(normal / normal.std(axis=0),
                                                     X / normal.std(axis=0), k),
        "std-ddof-1": lambda normal, X, k: error_of(*scaled_by(normal, normal, X, ddof=1), k),
        "sum-for-mean": lambda normal, X, k: score(normal, X, k, total=np.sum),
        "not-sorted": unsorted_score,
        "root": lambda normal, X, k: np.sqrt(score(normal, X, k)),
        "distance-from-mean": (
            lambda normal, X, k: score(normal, X, 0),
            "Nothing is rebuilt: this is the distance from the mean. Where does k come in?",
        ),
        "what-is-kept": (
            lambda normal, X, k: score(normal, X, 0) - score(normal, X, k),
            "This is the part that the components do explain. The error is the rest.",
        ),
    },
)  # fmt: skip
def anomaly_score(result, normal, X, k):
    """The mean squared error of the rows of X."""
    array(result, (len(X),))
    agree(result, score(normal, X, k))


def matrices_as_they_are(rng):
    """Return matrices of unequal variances, and shares between what k - 1 and k components hold."""

    def draw(n, p, *numbers):
        X = rng.normal(size=(n, p)) * 3 * 0.75 ** np.arange(p) @ rng.normal(size=(p, p))
        X = X * rng.uniform(0.5, 3, p) + rng.uniform(4, 9, p) * rng.choice([-1, 1], p)
        shares = np.concatenate([[0], cumulative(X - X.mean(axis=0))])
        return [(X, float((shares[k - 1] + shares[k]) / 2)) for k in numbers]

    drawn = [*draw(30, 8, 2, 4), *draw(24, 7, 2, 4)]
    return drawn + not_sorted_by_eig(
        lambda: draw(20, 4, 3)[0], lambda X, share: np.cov(X, rowvar=False), lambda X, share: 3
    )


def cut_as_eig(X, share):
    """Cut behind eigenvectors in the order in which `eig` returns them."""
    values, S = np.linalg.eig(np.cov(X, rowvar=False))
    shares = np.cumsum(values.real) / np.sum(values.real)
    d = least(shares, share)
    return d, (X - np.mean(X, axis=0)) @ S.real[:, :d], 1 - shares[d - 1]


def cut(X, share, *, change=0, centred=True):
    """Return d, the scores and the share that is lost, with `change` components more or less."""
    Xc = X - np.mean(X, axis=0)
    Vt = np.linalg.svd(Xc, full_matrices=False)[2]
    shares = cumulative(Xc)
    d = least(shares, share) + change
    return d, (Xc if centred else X) @ Vt[:d].T, 1 - shares[d - 1]


def other_loss(loss):
    """Return the answer with another number for what is lost."""
    return lambda X, share: (*cut(X, share)[:2], loss(X, cut(X, share)[2]))


def with_unit_scores(X, share):
    """Take the columns of U for the scores."""
    d, Z, lost = cut(X, share)
    return d, Z / np.linalg.norm(Z, axis=0), lost


def same_cut(a, b):
    """Compare the three results; each column of the scores has a free sign."""
    (d, Z, lost), (d_b, Z_b, lost_b) = a, b
    Z = align(array(Z, Z_b.shape), Z_b, 0)
    return alike((d, Z, 1 - number(lost)), (d_b, Z_b, 1 - lost_b))


@exercise(
    "ex-cancer-data-5",
    title="Run it again with d",
    shows="The second run only cuts the first: components do not depend on how many are kept.",
    look="See the section 'What one share of variance hides'.",
    cases=matrices_as_they_are,
    match=same_cut,
    mistakes={
        "scaled": lambda X, share: cut(standardised(X), share),
        "one-less": (
            lambda X, share: cut(X, share, change=-1),
            "That is one component too few. `argmax` returns an index, and indices begin at zero.",
        ),
        "one-more": (
            lambda X, share: cut(X, share, change=1),
            "That is one component more than needed.",
        ),
        "not-sorted": cut_as_eig,
        "uncentred-projection": lambda X, share: cut(X, share, centred=False),
        "u-for-scores": (
            with_unit_scores,
            "The columns of the scores all have length one here. Is U enough, or is a factor "
            "missing?",
        ),
        "nothing-lost": (
            other_loss(lambda X, lost: 0.0),
            "Nothing is lost here. Is the variance compared with that of the d scores, or with "
            "that of X?",
        ),
        "kept-for-lost": (
            other_loss(lambda X, lost: 1 - lost),
            "The third result is the share that is kept. The one that is lost is asked for.",
        ),
        "lost-not-divided": (
            other_loss(lambda X, lost: lost * np.mean((X - X.mean(axis=0)) ** 2)),
            "The third result is a mean squared error per entry, with a unit. By what must it be "
            "divided to become a share of the variance?",
        ),
        "allowed-for-lost": (
            lambda X, share: (*cut(X, share)[:2], 1 - share),
            "The third result is the loss that the rule allows. The d components lose less.",
        ),
    },
)
def run_again(result, X, share):
    """The number of components, the scores on them, and what they lose."""
    d, Z, lost = parts(result, 3)
    expected_d, expected_Z, expected_lost = cut(X, share)
    if integer(d) != expected_d:
        raise Wrong("value")
    agree(align(array(Z, expected_Z.shape), expected_Z, 0), expected_Z, tolerance=precision(Z))
    agree(lost, expected_lost, tolerance=10 * precision(result))
