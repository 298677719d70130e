"""Checks of the exercises of chapter 06, other maps."""

import numpy as np
from scipy.sparse.csgraph import shortest_path
from scipy.spatial.distance import pdist, squareform
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import KFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from lib.checks import exercise
from lib.checks.core.mistakes import Wrong
from lib.checks.core.results import array, close, number, precision


def doubly_centred(squares, *, rows=True, columns=True):
    """Return -R squares R / 2."""
    rows, columns = (np.eye(len(squares)) - flag / len(squares) for flag in (rows, columns))
    return -rows @ squares @ columns / 2


def falling(matrix):
    """Return the eigenvalues in falling order."""
    return np.linalg.eigvals(matrix).real[np.argsort(-np.linalg.eigvals(matrix).real)]


def tables(rng):
    """Return tables of distances in the plane, in space, and along a sphere."""
    plane, space = (squareform(pdist(rng.normal(2, 1, (n, d)))) for n, d in ((6, 2), (9, 3)))
    places = rng.normal(size=(7, 3))
    places /= np.linalg.norm(places, axis=1, keepdims=True)
    sphere = np.arccos(np.clip(places @ places.T, -1, 1))
    np.fill_diagonal(sphere, 0)
    return [(plane,), (space,), ((sphere + sphere.T) / 2,)]


@exercise(
    "ex-other-methods-1",
    title="Draw a map from a table",
    shows="As many eigenvalues are positive as the flat map has dimensions.",
    look="See the section 'By hand: a map from distances'.",
    cases=tables,
    mistakes={
        "distances-not-squared": (
            lambda D: falling(doubly_centred(D)),
            "The distances are not squared. Which of the two becomes an inner product?",
        ),
        "half-forgotten": (
            lambda D: 2 * falling(doubly_centred(D**2)),
            "Every eigenvalue is twice too large.",
        ),
        "sign-forgotten": (
            lambda D: falling(-doubly_centred(D**2)),
            "The sign is wrong: the large eigenvalues should be positive.",
        ),
        "table-not-centred": (
            lambda D: falling(doubly_centred(D**2, rows=False, columns=False)),
            "The table is not centred: where is R?",
        ),
        "one-side-only": (
            lambda D: np.sort(np.linalg.eigvalsh(
                doubly_centred(D**2, columns=False)))[::-1],
            "R stands on one side only, so the matrix is not symmetric any more.",
        ),
        "matrix-squared": (
            lambda D: falling(doubly_centred(D @ D)),
            "The table is multiplied by itself as a matrix. Each distance is to be squared by "
            "itself.",
        ),
        "signs-lost": (
            lambda D: np.linalg.svd(doubly_centred(D**2), compute_uv=False),
            "None is negative here. Are these singular values, or sizes without their signs?",
        ),
        "ascending": lambda D: falling(doubly_centred(D**2))[::-1],
        "divided-by-n": (
            lambda D: falling(doubly_centred(D**2)) / len(D),
            "These are divided by n: the variances of the map, not the eigenvalues of the matrix.",
        ),
        "not-by-size": (
            lambda D: falling(doubly_centred(D**2))[
                np.argsort(-np.abs(falling(doubly_centred(D**2))))],
            "The order is that of their sizes without sign. The negative ones come last.",
        ),
    },
)  # fmt: skip
def mds_eigenvalues(result, distances):
    """The eigenvalues in falling order; those that are zero may be so but for rounding."""
    expected = falling(doubly_centred(distances**2))
    values = array(result, expected.shape)
    if not close(values, expected, 10 * precision(result)):
        raise Wrong("value")


def graph_paths(X, m, *, join=np.minimum, weights=lambda d: d, skip=1):
    """Return the shortest paths; the options spoil the graph."""
    distances = squareform(pdist(X))
    nearest = np.argsort(distances, axis=1, kind="stable")[:, skip : m + skip]
    graph = np.full_like(distances, np.inf)
    rows = np.arange(len(X))[:, None]
    graph[rows, nearest] = weights(distances)[rows, nearest]
    return shortest_path(join(graph, graph.T), directed=join is not np.minimum)


def averaged(a, b):
    """Return the mean of two tables of edges, as if missing ones had length zero."""
    mean = (np.where(np.isinf(a), 0, a) + np.where(np.isinf(b), 0, b)) / 2
    return np.where(mean == 0, np.inf, mean)


def sheets(rng):
    """Return samples on a curve and in a cloud, and two separate clouds."""
    angle = np.sort(rng.uniform(0, 5, 25))
    curve = np.column_stack([angle * np.cos(angle), angle * np.sin(angle)])
    apart = np.concatenate([rng.normal(size=(8, 3)), rng.normal(50, 1, (9, 3))])
    return [(curve, 3), (rng.normal(size=(20, 3)), 4), (apart, 3)]


def bridged(X, m):
    """Join separate parts, by very long ways."""
    paths = graph_paths(X, m)
    return np.where(np.isinf(paths), squareform(pdist(X)), paths)


def same_paths(a, b):
    """Tell whether two tables of distances agree; infinite ones too."""
    a, b = np.asarray(a, dtype=float), np.asarray(b)
    if a.shape != b.shape or not np.array_equal(np.isinf(a), np.isinf(b)):
        return False
    finite = np.isfinite(b)
    return close(a[finite], b[finite], 2e-3 if np.asarray(a).dtype == np.float32 else 1e-6)


@exercise(
    "ex-other-methods-2",
    title="A geodesic by hand",
    shows="Distances along the sheet are sums of short steps, and infinite where no step leads.",
    look="Draw four points on a line, join each with its nearest one, and follow the paths.",
    cases=sheets,
    match=same_paths,
    without=("Isomap",),
    mistakes={
        "own-neighbour": (
            lambda X, m: graph_paths(X, m, skip=0),
            "One neighbour is missing: a point is the nearest point to itself, and must not count.",
        ),
        "one-neighbour-more": (
            lambda X, m: graph_paths(X, m + 1),
            "There is one neighbour more than asked for.",
        ),
        "one-direction": (
            lambda X, m: graph_paths(X, m, join=lambda a, b: a),
            "An edge should count in both directions, and yours count in one. Is your table "
            "symmetric?",
        ),
        "both-must-agree": (
            lambda X, m: graph_paths(X, m, join=np.maximum),
            "An edge is there if one of the two points counts the other among its neighbours. "
            "Yours asks for both.",
        ),
        "edges-averaged": (
            lambda X, m: graph_paths(X, m, join=averaged),
            "Some edges have half their length. What is the mean of a table and its transpose "
            "where only one of the two has an entry?",
        ),
        "steps": (
            lambda X, m: graph_paths(X, m, weights=np.ones_like),
            "The number of steps is counted. How long is each?",
        ),
        "straight": (
            lambda X, m: squareform(pdist(X)),
            "These are straight distances through space. Where is the graph?",
        ),
        "squared-steps": (
            lambda X, m: graph_paths(X, m, weights=np.square),
            "The steps are squared distances, and squares of lengths do not add up along a path.",
        ),
        "bridged": (
            bridged,
            "Between parts that are not connected no path exists, and the distance is infinite.",
        ),
    },
)
def geodesic_distances(result, X, m):
    """The shortest paths in the symmetric graph."""
    expected = graph_paths(X, m)
    try:
        paths = np.asarray(result, dtype=float)
    except Exception:
        raise Wrong("not-numbers") from None
    if paths.shape != expected.shape:
        array(result, expected.shape)
    if np.isnan(paths).any():
        raise Wrong("nan")
    if not same_paths(paths, expected):
        raise Wrong("value")


def accuracy(X, y, n_components, *, neighbours=1, cv=5, reduce=True):
    """Return the mean accuracy of cross-validation; the options spoil it."""
    classifier = KNeighborsClassifier(n_neighbors=neighbours)
    if reduce:
        lda = LinearDiscriminantAnalysis(n_components=n_components)
        classifier = make_pipeline(lda, classifier)
    return float(cross_val_score(classifier, X, y, cv=cv).mean())


def leaking(X, y, n_components):
    """Reduce all samples before the split."""
    seen = LinearDiscriminantAnalysis(n_components=n_components).fit_transform(X, y)
    return float(cross_val_score(KNeighborsClassifier(n_neighbors=1), seen, y, cv=5).mean())


def on_training_data(X, y, n_components):
    """Score on the samples of the fit."""
    lda = LinearDiscriminantAnalysis(n_components=n_components)
    return make_pipeline(lda, KNeighborsClassifier(n_neighbors=1)).fit(X, y).score(X, y)


def labelled(rng):
    """Return samples of three classes that overlap, in ten dimensions."""
    cases = []
    for n, k in ((75, 2), (60, 1)):
        y = rng.permutation(np.arange(n) % 3)
        if k == 1:  # in order, so that folds without a look at the classes lack some
            y = np.sort(y)
        cases.append((rng.normal(size=(n, 15)) + 1.1 * (np.arange(15) == y[:, None]), y, k))
    return cases


@exercise(
    "ex-other-methods-3",
    title="Too good to be true",
    shows="What has seen no label of the test samples can't remember them.",
    look="Everything that learns belongs inside the cross-validation.",
    cases=labelled,
    mistakes={
        "test-data-used": leaking,
        "training-score": (
            on_training_data,
            "This is the score on the samples of the fit: the nearest neighbour of each is itself.",
        ),
        "more-neighbours": (
            lambda X, y, k: accuracy(X, y, k, neighbours=5),
            "Five neighbours vote here, as by default. One was asked for.",
        ),
        "other-folds": (
            lambda X, y, k: accuracy(X, y, k, cv=10),
            "There are ten folds, and five were asked for.",
        ),
        "not-stratified": (
            lambda X, y, k: accuracy(X, y, k, cv=KFold(5)),
            "These folds were cut without a look at the classes. For a classifier `cv=5` gives "
            "each fold its share of every class.",
        ),
        "not-reduced": (
            lambda X, y, k: accuracy(X, y, k, reduce=False),
            "The neighbours are sought among all features. Where is LDA?",
        ),
        "lda-classifies": (
            lambda X, y, k: float(cross_val_score(LinearDiscriminantAnalysis(), X, y, cv=5).mean()),
            "This is the accuracy of LDA as a classifier. Where are the neighbours?",
        ),
        "percent": (
            lambda X, y, k: 100 * accuracy(X, y, k),
            "This is in per cent. A share between 0 and 1 is asked for.",
        ),
        "error-for-accuracy": (
            lambda X, y, k: 1 - accuracy(X, y, k),
            "This is the share of errors, and the accuracy is asked for.",
        ),
    },
)
def honest_accuracy(result, X, y, n_components):
    """The mean over five folds, with LDA inside."""
    value = number(result)
    if abs(value - accuracy(X, y, n_components)) > 1e-6:
        raise Wrong("value")
