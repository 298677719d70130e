"""Right and wrong answers to the exercises on the Ising model."""

import numpy as np
from answers import right, wrong
from scipy.spatial import cKDTree
from sklearn.neighbors import NearestNeighbors

# --- ex-ising-1: what would PCA find?

FINDS = {"a": "uniform", "b": "checkerboard", "c": "longest wave", "d": "uniform", "e": "none"}
right(
    "ex-ising-1",
    FINDS,
    {letter: {word} for letter, word in FINDS.items()},
    {letter: [word] for letter, word in FINDS.items()},
)
for letter, word in zip("abcde", ("none", "uniform", "uniform", "none", "uniform")):
    wrong("ex-ising-1", f"ising-{letter}", FINDS | {letter: word})
wrong("ex-ising-1", "unknown-word", FINDS | {"a": "magnet"})
wrong("ex-ising-1", "not-by-letter", list(FINDS.values()))

# --- ex-ising-2: the conserved order parameter


def amplitude(spins, a, b):
    r = np.arange(spins.shape[-1])
    wave = np.exp(2j * np.pi * (a * r[:, None] + b * r) / len(r))
    return np.tensordot(spins, wave, 2) / len(r)


@right("ex-ising-2")
def by_sums(spins):
    waves = ((0, 1), (1, 0), (0, -1), (-1, 0))
    return sum(abs(amplitude(spins, *q)) ** 2 for q in waves) / spins[0].size


@right("ex-ising-2")
def by_symmetry(spins):
    return [
        2 * (abs(amplitude(s, 0, 1)) ** 2 + abs(amplitude(s, 1, 0)) ** 2) / s.size for s in spins
    ]


@right("ex-ising-2")
def by_cosines_and_sines(spins):
    side = spins.shape[-1]
    angle = 2 * np.pi * np.arange(side) / side
    lines = np.stack([spins.sum(1), spins.sum(2)], 1)
    parts = lines @ np.stack([np.cos(angle), np.sin(angle)], 1)
    return 2 * (parts**2).sum(axis=(1, 2)) / side**4


@wrong("ex-ising-2", "one-wave-way")
def along_rows(spins):
    return 2 * abs(amplitude(spins, 0, 1)) ** 2 / spins[0].size


@wrong("ex-ising-2", "other-wave-way")
def along_columns(spins):
    return 2 * abs(amplitude(spins, 1, 0)) ** 2 / spins[0].size


@wrong("ex-ising-2", "half-of-waves")
def positive_only(spins):
    return by_sums(spins) / 2


@wrong("ex-ising-2", "cosines")
def real_part(spins):
    parts = amplitude(spins, 0, 1).real ** 2 + amplitude(spins, 1, 0).real ** 2
    return 2 * parts / spins[0].size


@wrong("ex-ising-2", "not-per-spin")
def whole_lattice(spins):
    return by_sums(spins) * spins[0].size


@wrong("ex-ising-2", "uniform-mode")
def squared_magnetisation(spins):
    return spins.mean(axis=(1, 2)) ** 2


@wrong("ex-ising-2", "root-of-part")
def length(spins):
    return by_sums(spins) ** 0.5


@wrong("ex-ising-2", "mean-of-states")
def averaged(spins):
    return by_sums(spins).mean()


# --- ex-ising-3: the error of a mean


@right("ex-ising-3")
def by_variance(values):
    return (values.mean(1).var(ddof=1) / len(values)) ** 0.5


@right("ex-ising-3")
def by_sum_of_squares(values):
    off = values.mean(axis=1) - values.mean()
    return np.linalg.norm(off) / (len(values) * (len(values) - 1)) ** 0.5


@right("ex-ising-3")
def by_jackknife(values):
    means = values.mean(axis=1)
    without = [np.delete(means, i).mean() for i in range(len(means))]
    return np.sqrt((len(means) - 1) * np.var(without))


@wrong("ex-ising-3", "all-independent")
def all_states(values):
    flat = values.ravel()
    return flat.std(ddof=1) / len(flat) ** 0.5


@wrong("ex-ising-3", "all-independent-0")
def all_states_0(values):
    return values.std() / values.size**0.5


@wrong("ex-ising-3", "over-times")
def columns(values):
    return by_variance(values.T)


@wrong("ex-ising-3", "ddof-0")
def default_ddof(values):
    return values.mean(axis=1).std() / len(values) ** 0.5


@wrong("ex-ising-3", "not-of-the-mean")
def of_one_replica(values):
    return values.mean(axis=1).std(ddof=1)


@wrong("ex-ising-3", "too-small-again")
def by_size(values):
    return values.mean(axis=1).std(ddof=1) / values.size**0.5


# --- ex-ising-4: two neighbours


@right("ex-ising-4")
def by_tree(X):
    near = cKDTree(X).query(X, 3)[0]
    return len(X) / np.log(near[:, 2] / near[:, 1]).sum()


@right("ex-ising-4")
def by_sklearn(X):
    near = NearestNeighbors(n_neighbors=2).fit(X).kneighbors()[0]
    return 1 / np.mean(np.log(near[:, 1]) - np.log(near[:, 0]))


@right("ex-ising-4")
def by_loop(X):
    total = 0.0
    for i, x in enumerate(X):
        a, b = np.sort(np.linalg.norm(np.delete(X, i, 0) - x, axis=1))[:2]
        total += np.log(b / a)
    return len(X) / total


@wrong("ex-ising-4", "inverse-dimension")
def upside_down(X):
    return 1 / by_tree(X)


@wrong("ex-ising-4", "squares-of-distances")
def no_roots(X):
    return by_tree(X) / 2


@wrong("ex-ising-4", "other-logarithm")
def base_ten(X):
    return by_tree(X) * np.log(10)


@wrong("ex-ising-4", "third-neighbour")
def counted_from_one(X):
    near = cKDTree(X).query(X, 4)[0]
    return len(X) / np.log(near[:, 3] / near[:, 2]).sum()


@wrong("ex-ising-4", "mean-of-inverses")
def inverses(X):
    near = cKDTree(X).query(X, 3)[0]
    return np.mean(1 / np.log(near[:, 2] / near[:, 1]))


@wrong("ex-ising-4", "log-of-mean")
def log_last(X):
    near = cKDTree(X).query(X, 3)[0]
    return 1 / np.log(np.mean(near[:, 2] / near[:, 1]))
