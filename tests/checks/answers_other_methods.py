"""Right and wrong answers to the exercises of chapter 06."""

import numpy as np
import pandas as pd
from answers import right, wrong
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra, floyd_warshall
from scipy.spatial.distance import cdist
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.manifold import Isomap
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.neighbors import KNeighborsClassifier, kneighbors_graph
from sklearn.pipeline import Pipeline, make_pipeline

E1, E2, E3 = (f"ex-other-methods-{i}" for i in (1, 2, 3))


@right(E1)
def by_means(distances):
    A = np.asarray(distances) ** 2
    B = -(A - A.mean(axis=0) - A.mean(axis=1)[:, None] + A.mean()) / 2
    return sorted(np.linalg.eigvalsh(B), reverse=True)


@right(E1)
def in_single_precision(distances):
    return by_frame(distances).astype(np.float32)


@right(E1)
def by_frame(distances):
    A = pd.DataFrame(distances) ** 2
    H = np.eye(len(A)) - 1 / len(A)
    return np.flip(np.linalg.eigvalsh(-0.5 * H @ A.to_numpy() @ H))


@wrong(E1, "distances-not-squared")
def forgot_the_square(distances):
    H = np.eye(len(distances)) - 1 / len(distances)
    return np.linalg.eigvalsh(-H @ distances @ H / 2)[::-1]


@wrong(E1, "ascending")
def in_order_of_eigvalsh(distances):
    return by_frame(distances)[::-1]


@wrong(E1, "half-forgotten")
def without_half(distances):
    H = np.eye(len(distances)) - 1 / len(distances)
    return np.linalg.eigvalsh(-H @ distances**2 @ H)[::-1]


@wrong(E1, "shape")
def only_two(distances):
    return by_frame(distances)[:2]


@wrong(E1, "value")
def clipped(distances):
    return by_frame(distances).clip(0) + 1


@right(E2)
def by_kneighbors_graph(X, m):
    graph = kneighbors_graph(X, m, mode="distance")
    return dijkstra(graph.maximum(graph.T), directed=False)


@right(E2)
def by_loops(X, m):
    D = cdist(X, X)
    graph = np.full_like(D, np.inf)
    for i in range(len(X)):
        for j in [j for j in np.argsort(D[i]) if j != i][:m]:
            graph[i, j] = graph[j, i] = D[i, j]
    np.fill_diagonal(graph, 0)
    for k in range(len(X)):
        graph = np.minimum(graph, graph[:, [k]] + graph[[k]])
    return graph.tolist()


@right(E2)
def by_frame_of_paths(X, m):
    D = cdist(X, X)
    near = np.argsort(np.argsort(D, axis=1), axis=1) <= m
    return pd.DataFrame(floyd_warshall(csr_matrix(D * (near | near.T)), directed=False))


@wrong(E2, "own-neighbour")
def counts_itself(X, m):
    graph = kneighbors_graph(X, m - 1, mode="distance")
    return dijkstra(graph.maximum(graph.T), directed=False)


@wrong(E2, "one-direction")
def directed(X, m):
    return dijkstra(kneighbors_graph(X, m, mode="distance"), directed=True)


@wrong(E2, "steps")
def counted(X, m):
    graph = kneighbors_graph(X, m)
    return dijkstra(graph.maximum(graph.T), directed=False)


@wrong(E2, "straight")
def through_space(X, m):
    return cdist(X, X)


@wrong(E2, "borrowed")
def by_isomap(X, m):
    return Isomap(n_neighbors=m).fit(X).dist_matrix_


@wrong(E2, "shape")
def first_row(X, m):
    return by_kneighbors_graph(X, m)[:1]


@wrong(E2, "value")
def doubled(X, m):
    return 2 * by_kneighbors_graph(X, m)


wrong(E2, "not-numbers", lambda X, m: "far")
wrong(E2, "nan", lambda X, m: by_kneighbors_graph(X, m) * np.nan)


@right(E3)
def by_steps(X, y, n_components):
    steps = [("lda", LinearDiscriminantAnalysis(n_components=n_components)),
             ("near", KNeighborsClassifier(1))]  # fmt: skip
    return np.mean(cross_val_score(Pipeline(steps), X, y, cv=StratifiedKFold(5)))


@right(E3)
def fold_by_fold(X, y, n_components):
    scores = []
    for train, test in StratifiedKFold(5).split(X, y):
        lda = LinearDiscriminantAnalysis(n_components=n_components).fit(X[train], y[train])
        near = KNeighborsClassifier(1).fit(lda.transform(X[train]), y[train])
        scores.append(near.score(lda.transform(X[test]), y[test]))
    return sum(scores) / 5


right(E3, lambda X, y, k: np.float32(by_steps(pd.DataFrame(X), pd.Series(y), k)))


@wrong(E3, "test-data-used")
def the_students_way(X, y, n_components):
    Z = LinearDiscriminantAnalysis(n_components=n_components).fit(X, y).transform(X)
    return cross_val_score(KNeighborsClassifier(1), Z, y, cv=5).mean()


@wrong(E3, "training-score")
def on_the_fit(X, y, n_components):
    return 1.0


@wrong(E3, "more-neighbours")
def by_default(X, y, n_components):
    lda = LinearDiscriminantAnalysis(n_components=n_components)
    return cross_val_score(make_pipeline(lda, KNeighborsClassifier()), X, y, cv=5).mean()


@wrong(E3, "not-stratified")
def in_order(X, y, n_components):
    lda = LinearDiscriminantAnalysis(n_components=n_components)
    return cross_val_score(make_pipeline(lda, KNeighborsClassifier(1)), X, y, cv=KFold(5)).mean()


@wrong(E3, "not-one-number")
def all_folds(X, y, n_components):
    lda = LinearDiscriminantAnalysis(n_components=n_components)
    return cross_val_score(make_pipeline(lda, KNeighborsClassifier(1)), X, y, cv=5)


@wrong(E3, "value")
def hopeless(X, y, n_components):
    return -1.0
