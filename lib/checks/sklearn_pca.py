"""Checks of the exercises of chapter 04, PCA with scikit-learn."""

import tracemalloc
import weakref
from contextlib import contextmanager

import numpy as np
from sklearn.decomposition import PCA

from lib.checks import exercise
from lib.checks.core.draws import told_apart
from lib.checks.core.mistakes import Wrong
from lib.checks.core.results import agree, close, integer, number, parts, precision


def samples(rng, n, p, decay=0.7):
    """Draw n samples of p features with falling variances, far from the origin."""
    turned = np.linalg.qr(rng.normal(size=(p, p)))[0]
    offset = rng.uniform(1, 4, p) * rng.choice([-1, 1], p)
    return rng.normal(size=(n, p)) * 3 * decay ** np.arange(p) @ turned + offset


def errors_on(X, X_new, *, subtract=None):
    """Return the mean squared error per entry of X_new for k = 0, 1, … components of X."""
    mean = np.mean(X, axis=0) if subtract is None else subtract
    Vt = np.linalg.svd(X - mean, full_matrices=False)[2]
    Z = (X_new - mean) @ Vt.T
    energy = np.concatenate([[0.0], np.cumsum(np.mean(Z**2, axis=0))])
    return (np.mean(np.sum((X_new - mean) ** 2, axis=1)) - energy) / X_new.shape[1]


def errors_about_zero(X, X_new):
    """Return the errors of reconstructions to which the mean was not added."""
    mean = np.mean(X, axis=0)
    Vt = np.linalg.svd(X - mean, full_matrices=False)[2]
    Z = (X_new - mean) @ Vt.T
    return np.array([np.mean((X_new - Z[:, :k] @ Vt[:k]) ** 2) for k in range(len(Vt) + 1)])


def first_below(errors, largest):
    """Return the first index whose error is at most `largest`."""
    return int(np.argmax(errors <= largest))


def errors_one_can_bear(rng):
    """Return data, new data, and errors between those of k - 1 and of k components."""
    cases = []
    for n, m, p, away in ((50, 20, 8, 0.02), (60, 15, 10, 1), (40, 25, 9, 1)):
        X = samples(rng, n, p)
        X -= (1 - away) * X.mean(axis=0)  # near the origin centring costs no component
        X_new = X.mean(axis=0) + 1.5 * (X[:m] - X.mean(axis=0)) + rng.normal(0, 0.6, (m, p))
        drift = rng.normal(size=p)
        X_new += 2 * drift / np.linalg.norm(drift) * np.std(X, axis=0)
        errors = errors_on(X, X_new)
        cases += [(X, X_new, float(np.sqrt(errors[k - 1] * errors[k]))) for k in range(1, p)]
        cases += [(X, X_new, float(share * errors[0])) for share in (0.999, 1.001)]
        cases.append((X, X_new, float(errors[p - 1] / 2)))  # needs all of them
    # Tells the error on X from the discarded eigenvalues, which have n - 1 below.
    on_fit = errors_on(X, X)[3] * np.sqrt(n / (n - 1))
    cases.append((X, X_new, float(on_fit)))

    def draw():
        X = samples(rng, 30, 5, 0.85)
        X_new = X[:12] + rng.normal(0, 0.5, (12, 5))
        k, errors = rng.integers(2, 5), errors_on(X, X_new)
        return X, X_new, float(np.sqrt(errors[k - 1] * errors[k]))

    return cases + told_apart(
        draw,
        lambda X, new, e: first_below(errors_on(X, new), e),
        [by_eig, lambda *args: by_eig(*args, -1)],
    )


def by_eig(X, X_new, largest, step=1):
    """Take the eigenvectors in the order in which `eig` returns them."""
    S = np.linalg.eig(np.cov(X, rowvar=False))[1].real[:, ::step]
    Z = (X_new - X.mean(axis=0)) @ S
    errors = [np.mean((Z[:, k:] ** 2).sum(axis=1)) / X.shape[1] for k in range(len(S) + 1)]
    return first_below(np.array(errors), largest)


@exercise(
    "ex-sklearn-pca-1",
    title="Components for an error you can bear",
    shows="One fit serves every k, because the components are orthonormal and come in order.",
    look="See the section 'At scale: the baseline for the autoencoders'.",
    cases=errors_one_can_bear,
    mistakes={
        "training-error": (
            lambda X, new, e: first_below(errors_on(X, X), e),
            "The error is measured on the data of the fit. It is X_new that counts.",
        ),
        "learned-from-test": lambda X, new, e: first_below(errors_on(new, new), e),
        "discarded-eigenvalues": (
            lambda X, new, e: first_below(errors_on(X, X) * len(X) / (len(X) - 1), e),
            "This is the sum of the discarded eigenvalues, so the error on the data of the fit. It "
            "is X_new that counts.",
        ),
        "test-data-used": lambda X, new, e: first_below(
            errors_on(np.concatenate([X, new]), new), e
        ),
        "own-mean": lambda X, new, e: first_below(
            errors_on(X - X.mean(axis=0), new - new.mean(axis=0)), e
        ),
        "mean-not-added": lambda X, new, e: first_below(errors_about_zero(X, new), e),
        "sum-for-mean": lambda X, new, e: first_below(errors_on(X, new) * new.shape[1], e),
        "not-sorted": by_eig,
        "root": lambda X, new, e: first_below(np.sqrt(errors_on(X, new).clip(0)), e),
        "not-centred": lambda X, new, e: first_below(errors_on(X, new, subtract=0), e),
        "one-less": (
            lambda X, new, e: max(first_below(errors_on(X, new), e) - 1, 0),
            "That is one component too few: an index that begins at zero was taken for a number.",
        ),
        "one-more": (
            lambda X, new, e: first_below(errors_on(X, new), e) + 1,
            "That is one component more than needed. The least k may be 0.",
        ),
        "never-zero": (
            lambda X, new, e: max(first_below(errors_on(X, new), e), 1),
            "If the mean alone is good enough, no component is needed.",
        ),
    },
)
def components_for_error(result, X, X_new, largest_error):
    """The least number of components that is good enough."""
    if integer(result) != first_below(errors_on(X, X_new), largest_error):
        raise Wrong("value")


def rebuilt(model, X, k=10, *, subtract=True, add=True, columns=False):
    """Rebuild X from k components, or slip on the way."""
    S = model.components_[:, :k] if columns else model.components_[:k].T
    return (X - model.mean_ * subtract) @ S @ S.T + model.mean_ * add


def fitted_models(rng):
    """Return fitted models with all their components, and new samples."""
    return [
        (PCA().fit(samples(rng, n, p, 0.85)), samples(rng, m, p, 0.85))
        for n, p, m in ((60, 14, 9), (40, 12, 5))
    ]


@exercise(
    "ex-sklearn-pca-2",
    title="Which of the two is a component?",
    shows="Components are rows, and samples are centred before they are projected.",
    look="See the section 'What the attributes hold'.",
    cases=fitted_models,
    mistakes={
        "rows-and-mean": (
            lambda model, X: rebuilt(model, X, subtract=False, columns=True),
            "Both mistakes of the program are still there.",
        ),
        "transposed-components": lambda model, X: rebuilt(model, X, columns=True),
        "uncentred-projection": lambda model, X: rebuilt(model, X, subtract=False),
        "mean-not-added": lambda model, X: rebuilt(model, X, add=False),
        "own-mean": lambda model, X: (
            rebuilt(model, X - X.mean(axis=0) + model.mean_) - model.mean_ + X.mean(axis=0)
        ),
        "no-mean-at-all": (
            lambda model, X: rebuilt(model, X, subtract=False, add=False),
            "The mean takes no part. It goes out before the projection, and comes back after it.",
        ),
        "all-components": (
            lambda model, X: X,
            "This is X itself: all components of the model were used. Ten are asked for.",
        ),
        "one-term-more": (lambda model, X: rebuilt(model, X, 11), "There is one term more than k."),
        "one-term-less": (lambda model, X: rebuilt(model, X, 9), "There is one term less than k."),
        "scores-only": (
            lambda model, X: (X - model.mean_) @ model.components_[:10].T,
            "These are the ten scores. The way back is missing.",
        ),
    },
)
def rebuild_ten(result, model, X):
    """The reconstruction from ten components."""
    agree(result, rebuilt(model, X))


KEPT = "the batches are kept in memory, and there is no room for all."


class Stream:
    """Batches that can be read once, one after the other, and neither counted nor indexed.

    Parameters
    ----------
    batches : list of ndarray
    far : bool
        Whether the data lie so far from zero that only careful sums keep their digits.
    long : bool
        Whether there are so many batches that it shows in the memory if they, or copies, are kept.
    """

    def __init__(self, batches, far=False, long=False):
        self._batches, self.far, self.long, self._read = batches, far, long, False

    def __iter__(self):
        if self._read:
            raise RuntimeError("the batches were read before, and can be seen only once.")
        self._read = True
        given = []
        with self._measured() as room:
            yield from self._each(given, room)

    @contextmanager
    def _measured(self):
        """Yield what says before each batch whether the memory in use grew little.

        It is looked at in the second half only: in the first one, a program may load things that it
        will need.
        """
        if not self.long:
            yield lambda place: True
            return
        before = tracemalloc.is_tracing()
        tracemalloc.start()
        sizes, last = [], len(self._batches) - 1
        given = sum(batch.nbytes for batch in self._batches[last // 2 : last])

        def room(place):
            sizes.append(tracemalloc.get_traced_memory()[0])
            return place < last or sizes[last] - sizes[last // 2] < given / 5

        try:
            yield room
        finally:
            if not before:
                tracemalloc.stop()

    def _each(self, given, room):
        for place, batch in enumerate(self._batches):
            if not room(place):
                raise MemoryError(KEPT)
            # The last one is in the caller's hands until the next is there, and a first row that
            # serves as origin may hold its whole batch.
            if sum(reference() is not None for reference in given) > 2:
                raise MemoryError(KEPT)
            batch = batch.copy()
            given.append(weakref.ref(batch))
            yield batch
            del batch

    def again(self):
        """Return all batches, as often as the check needs them."""
        return [batch.copy() for batch in self._batches]


def streams(rng):
    """Return streams with batches of different sizes; the last lies far from zero."""
    cases = []
    for sizes, p, offset in (((5, 9, 4, 6), 3, 0), ((12, 3, 7, 20), 4, 0), ((8, 5, 6, 4), 2, 1e8)):
        X = samples(rng, sum(sizes), p)
        X += offset + np.linspace(0, 3, len(X))[:, None]  # the batches' means differ
        cases.append((Stream(np.split(X, np.cumsum(sizes)[:-1]), far=offset > 0),))
    X = samples(rng, 60 * 40, 6) + np.linspace(0, 3, 60 * 40)[:, None]
    return [*cases, (Stream(np.split(X, 60), long=True),)]


def joined(batches):
    """Return the batches as one array."""
    return np.concatenate(batches.again())


def near(batches):
    """Return the batches as one array; mistakes are not made where rounding would blur them."""
    if batches.far:
        raise ValueError("rounding decides here.")
    return joined(batches)


def moments(X, ddof=1):
    """Return mean and covariance."""
    return X.mean(axis=0), np.cov(X, rowvar=False, ddof=ddof)


def mean_of_batches(batches):
    """Average the results of the batches, as if they were equally large."""
    near(batches)
    means, covariances = zip(*(moments(batch) for batch in batches.again()))
    return np.mean(means, axis=0), np.mean(covariances, axis=0)


def within_batches(batches):
    """Add up the scatter about each batch's own mean."""
    parts = [len(batch) * np.cov(batch, rowvar=False, ddof=0) for batch in batches.again()]
    X = near(batches)
    return X.mean(axis=0), sum(parts) / (len(X) - 1)


def last_batch(batches):
    """Forget all batches but the last."""
    near(batches)
    return moments(batches.again()[-1])


def by_sums(batches, divide, times):
    """Return mean and covariance from the sums, with what is wrong in the last step."""
    X = near(batches)
    n, mean = len(X), X.mean(axis=0)
    return mean, X.T @ X / divide(n) - times(n) * np.outer(mean, mean)


@exercise(
    "ex-sklearn-pca-3",
    title="Exact PCA from a stream",
    shows="A count, a sum and a sum of products are all that has to be carried along.",
    look="Which sums of all rows do mean and covariance need?",
    cases=streams,
    mistakes={
        "ddof-0": lambda batches: moments(near(batches), 0),
        "batches-alike": (
            mean_of_batches,
            "The batches' results are averaged as if all batches were equally large and had the "
            "same mean.",
        ),
        "within-batches": (
            within_batches,
            "The mean is right, but each batch was centred by its own mean. The batches' means "
            "differ, and that belongs to the covariance too.",
        ),
        "last-batch": (last_batch, "Only the last batch counts. Did you add to the sums, or set "
                                   "them anew?"),
        "not-centred": lambda batches: by_sums(batches, lambda n: n - 1, lambda n: 0),
        "means-weigh-one": (
            lambda batches: by_sums(batches, lambda n: n - 1, lambda n: 1),
            "The mean of the products is taken with n - 1, the product of the means with n. How "
            "often does the latter stand in the sum over n rows?",
        ),
        "n-forgotten": (
            lambda batches: by_sums(batches, lambda n: 1, lambda n: 1),
            "From a sum over all rows the product of the means is subtracted once. Where is n?",
        ),
        "not-divided": lambda batches: by_sums(batches, lambda n: 1, lambda n: n),
        "sum-for-the-mean": (
            lambda batches: (near(batches).sum(axis=0), np.cov(near(batches), rowvar=False)),
            "The first result is the sum of all rows, and their mean is asked for.",
        ),
    },
    hints={
        "digits-lost": "It is right while the data are near zero. Far from it the sums of products "
                       "have no digits left for the differences: from where could one measure?",
    },
)  # fmt: skip
def stream_covariance(result, batches):
    """The mean, and the covariance with n - 1, of all rows."""
    mean, C = parts(result, 2)
    expected_mean, expected_C = moments(joined(batches))
    agree(mean, expected_mean)
    try:
        agree(C, expected_C)
    except Wrong as wrong:
        if batches.far and wrong.hint == "value":
            raise Wrong("digits-lost") from None
        raise


def spectra(rng):
    """Return falling eigenvalues and noise levels between them."""
    cases = []
    for p, k in ((20, 6), (12, 3), (30, 17), (15, 15), (9, 0)):
        eigenvalues = np.sort(rng.uniform(0.5, 1.5, p) * 4 * 0.8 ** np.arange(p))[::-1]
        between = np.concatenate([[2 * eigenvalues[0]], eigenvalues, [0.5 * eigenvalues[-1]]])
        cases.append((eigenvalues, float((between[k] * between[k + 1]) ** 0.25)))
    return cases


@exercise(
    "ex-sklearn-pca-4",
    title="How much noise is in there?",
    shows="A component is worth keeping as long as it carries more image than noise.",
    look="What does the step from k to k + 1 change in the formula for the error?",
    cases=spectra,
    mistakes={
        "deviation-for-variance": (
            lambda values, sigma: int(np.sum(values > sigma)),
            "An eigenvalue, which is a variance, is compared with a standard deviation.",
        ),
        "twice-the-noise": (
            lambda values, sigma: int(np.sum(values > 2 * sigma**2)),
            "Twice the noise is the limit for eigenvalues of the noisy data. These are of the "
            "clean ones.",
        ),
        "below-the-noise": (
            lambda values, sigma: int(np.sum(values < sigma**2)),
            "You count the components that are not worth keeping.",
        ),
        "roots": (
            lambda values, sigma: int(np.sum(np.sqrt(values) > sigma**2)),
            "A standard deviation is compared with a variance.",
        ),
        "one-less": (
            lambda values, sigma: max(int(np.sum(values > sigma**2)) - 1, 0),
            "That is one component too few: an index that begins at zero was taken for a number.",
        ),
        "one-more": (
            lambda values, sigma: int(np.sum(values > sigma**2)) + 1,
            "That is one component more than needed. The least k may be 0.",
        ),
    },
)
def components_worth_keeping(result, eigenvalues, sigma):
    """How many eigenvalues are above the variance of the noise."""
    if integer(result) != np.sum(eigenvalues > sigma**2):
        raise Wrong("value")


def squares(D):
    """Return the mean over the rows of the squared lengths."""
    return float(np.mean(np.sum(np.asarray(D) ** 2, axis=1)))


def models_and_changes(rng):
    """Return fitted models with few components, samples, and the same samples changed."""
    cases = []
    for n, p, m, k in ((50, 8, 6, 3), (40, 10, 9, 4)):
        X = samples(rng, m, p)
        model = PCA(n_components=k).fit(samples(rng, n, p))
        cases.append((model, X, X + rng.normal(0.4, 1, (m, p))))
    return cases


def in_scores(model, A, B):
    """Return the differences of the scores."""
    return model.transform(A) - model.transform(B)


@exercise(
    "ex-sklearn-pca-5",
    title="Shift by one pixel",
    shows="A projection shortens: what lies outside the components does not count in the scores.",
    look="The squared length of a row is a sum over its entries; the mean is over the rows.",
    cases=models_and_changes,
    mistakes={
        "pixels-for-scores": (
            lambda model, A, B: squares(A - B),
            "This is the distance in the features, before the projection.",
        ),
        "outside-the-scores": (
            lambda model, A, B: squares(A - B) - squares(in_scores(model, A, B)),
            "This is the part of the distance that lies outside the components.",
        ),
        "sum-over-rows": (
            lambda model, A, B: squares(in_scores(model, A, B)) * len(A),
            "This is the sum over all rows. Their mean is asked for.",
        ),
        "mean-over-all": (
            lambda model, A, B: float(np.mean(in_scores(model, A, B) ** 2)),
            "This is the mean over all entries, of rows and of columns.",
        ),
        "root-of-mean": (
            lambda model, A, B: squares(in_scores(model, A, B)) ** 0.5,
            "This is a root. The squared distance is asked for.",
        ),
        "distance-not-squared": (
            lambda model, A, B: float(np.mean(np.linalg.norm(in_scores(model, A, B), axis=1))),
            "This is the mean of the distances. The mean of their squares is asked for.",
        ),
        "distance-of-means": (
            lambda model, A, B: float(np.sum(in_scores(model, A, B).mean(axis=0) ** 2)),
            "This is the distance between the two mean scores. Compare row by row, then average.",
        ),
        "not-absolute": (
            lambda model, A, B: float(np.mean(np.sum(in_scores(model, A, B), axis=1))),
            "The differences are not squared, so they cancel.",
        ),
    },
)
def distance_in_scores(result, model, X, X_changed):
    """The mean squared distance of the scores."""
    if not close(number(result), squares(in_scores(model, X, X_changed)), 10 * precision(result)):
        raise Wrong("value")
