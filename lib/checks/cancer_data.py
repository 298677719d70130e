"""Checks of the exercises of chapter 05, PCA and a classifier on the breast-cancer data."""

import numpy as np

from lib.checks import exercise
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


def matrices_and_shares(rng):
    """Return matrices, and shares half-way between what k - 1 and k components explain."""
    cases = []
    for n, p in ((40, 12), (30, 8), (60, 15)):
        X = readings(rng, n, p)
        shares = np.concatenate([[0], cumulative(standardised(X))])
        cases += [(X, float((shares[k - 1] + shares[k]) / 2)) for k in (2, 4, 6)]
    return [*cases, (cases[0][0], 0.9999999)]


@exercise(
    "ex-cancer-data-1",
    title="Count the components",
    shows="The eigenvalues of the correlation matrix count, and their shares need no n.",
    look="See the section 'What one share of variance hides'.",
    cases=matrices_and_shares,
    mistakes={
        "not-scaled": lambda X, share: least(cumulative(X - np.mean(X, axis=0)), share),
        "not-centred": lambda X, share: least(cumulative(X / np.std(X, axis=0)), share),
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
    if integer(result) != least(cumulative(standardised(X)), share):
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


@exercise(
    "ex-cancer-data-4",
    title="Unusual tissue",
    shows="What the components of the normal samples cannot rebuild is a score of strangeness.",
    look="Scaler and components learn from `normal`; the error is that of the rows of X.",
    cases=lambda rng: [
        (readings(rng, 30, 6), readings(rng, 5, 6), 2),
        (readings(rng, 25, 5), readings(rng, 8, 5), 1),
        (readings(rng, 40, 7), readings(rng, 6, 7), 4),
    ],
    mistakes={
        "test-data-used": lambda normal, X, k: score(np.concatenate([normal, X]), X, k),
        "own-scale": lambda normal, X, k: error_of(standardised(normal), standardised(X), k),
        "learned-from-test": lambda normal, X, k: score(X, X, k),
        "not-scaled": lambda normal, X, k: score(normal, X, k, scale=False),
        "not-centred": lambda normal, X, k: error_of(normal / normal.std(axis=0),
                                                     X / normal.std(axis=0), k),
        "std-ddof-1": lambda normal, X, k: error_of(*scaled_by(normal, normal, X, ddof=1), k),
        "sum-for-mean": lambda normal, X, k: score(normal, X, k, total=np.sum),
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
    cases = []
    for n, p in ((30, 8), (24, 7)):
        X = rng.normal(size=(n, p)) * 3 * 0.75 ** np.arange(p) @ rng.normal(size=(p, p))
        X = X * rng.uniform(0.5, 3, p) + rng.uniform(4, 9, p) * rng.choice([-1, 1], p)
        shares = np.concatenate([[0], cumulative(X - X.mean(axis=0))])
        cases += [(X, float((shares[k - 1] + shares[k]) / 2)) for k in (2, 4)]
    return cases


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
