"""Checks of the exercises on the Ising model."""

import numpy as np

from lib.checks import Wrong, exercise
from lib.checks.core.results import agree, chosen

FINDS = {
    "a": "uniform", "b": "checkerboard", "c": "longest wave", "d": "uniform", "e": "none",
}  # fmt: skip


@exercise(
    "ex-ising-1",
    title="What would PCA find?",
    shows="Only products of two spins enter, so ask what the change does to their mean.",
    look="See the section 'Translation invariance makes components waves'.",
    kind="value",
    hints={
        "ising-a": "(a) is not right. What does one sign of a whole state do to a product of two?",
        "ising-b": "(b) is not right. Turn every second spin: which model is it then?",
        "ising-c": "(c) is not right. One eigenvalue has become zero; which is the next largest?",
        "ising-d": "(d) is not right. After shuffling, how do the covariances of two pairs differ?",
        "ising-e": "(e) is not right. What is the mean of the product of two independent coins?",
    },
)
def what_pca_finds(result):
    """The right word for each letter."""
    choice = chosen(result, FINDS, sorted(set(FINDS.values())))
    for letter, word in FINDS.items():
        if choice[letter] != {word}:
            raise Wrong(f"ising-{letter}")


def striped(rng):
    """Return noisy stripes that run both ways, at random places."""
    cases = []
    for n, side in ((7, 8), (5, 6)):
        wave = np.sign(np.sin(2 * np.pi * (np.arange(side) + 0.5) / side))
        spins = np.array([np.roll(wave, shift)[:, None] * np.ones(side) for shift in range(n)])
        spins[::2] = spins[::2].transpose(0, 2, 1)
        cases.append((spins * rng.choice([-1, 1], p=[0.15, 0.85], size=spins.shape),))
    return cases


WAVES = ((0, 1), (1, 0), (0, -1), (-1, 0))


def in_waves(spins, waves=WAVES, power=1.0, part=np.abs):
    """Return the part of each state in some waves; `power` is that of p in the division."""
    amplitudes = part(np.fft.fft2(spins) / spins.shape[-1])
    total = sum(amplitudes[:, a, b] ** 2 for a, b in waves)
    return total / spins[0].size ** power


@exercise(
    "ex-ising-2",
    title="The conserved order parameter",
    shows="Equal eigenvalues share a space, and only the length in that space has a meaning.",
    look="See the theorem: which waves have equal eigenvalues?",
    cases=striped,
    mistakes={
        "one-wave-way": (
            lambda spins: in_waves(spins, WAVES[::2]),
            "Your stripes may run one way only. What becomes of the others?",
        ),
        "other-wave-way": (
            lambda spins: in_waves(spins, WAVES[1::2]),
            "The stripes along the other axis are missing.",
        ),
        "half-of-waves": (
            lambda spins: in_waves(spins, WAVES[:2]),
            "The waves with minus signs are missing, and they count as much.",
        ),
        "cosines": (
            lambda spins: in_waves(spins, part=np.real),
            "A cosine alone is zero where a sine is large: the result depends on the place.",
        ),
        "not-per-spin": (
            lambda spins: in_waves(spins, power=0.0),
            "These are sums for the whole lattice. What is the squared length of a state?",
        ),
        "uniform-mode": (
            lambda spins: in_waves(spins, ((0, 0),)),
            "This is the uniform mode, which is zero in an alloy of equal parts.",
        ),
        "root-of-part": (
            lambda spins: np.sqrt(in_waves(spins)),
            "You took a root. The part of the squared length is asked for.",
        ),
        "mean-of-states": (
            lambda spins: np.mean(in_waves(spins)),
            "This is one number for all states. Keep one for each.",
        ),
    },
)
def stripes(result, spins):
    """The part of the squared length in the four longest waves."""
    agree(result, in_waves(spins))


def error_of(values, axis=1, ddof=1, root=True):
    """Return the standard error of the means along an axis."""
    means = np.mean(values, axis=axis)
    return np.std(means, ddof=ddof) / (np.sqrt(len(means)) if root else 1)


@exercise(
    "ex-ising-3",
    title="The error of a mean",
    shows="What is independent are the replicas, so the error is that of their means.",
    look="See the section 'States counted as if they were independent'.",
    cases=lambda rng: [
        (np.cumsum(rng.normal(size=shape), axis=1) + 3,) for shape in ((9, 6), (5, 12))
    ],
    mistakes={
        "all-independent": (
            lambda v: np.std(v, ddof=1) / np.sqrt(np.size(v)),
            "All values are counted as if independent. What do neighbours in time share?",
        ),
        "all-independent-0": (
            lambda v: np.std(v) / np.sqrt(np.size(v)),
            "All values are counted as if independent, and the deviation is divided by their "
            "number.",
        ),
        "over-times": (
            lambda v: error_of(v, axis=0),
            "These are means over replicas at each time, and they are not independent.",
        ),
        "ddof-0": lambda v: error_of(v, ddof=0),
        "not-of-the-mean": (
            lambda v: error_of(v, root=False),
            "This is the scatter of one replica. How does that of their mean compare?",
        ),
        "too-small-again": (
            lambda v: error_of(v) / np.sqrt(v.shape[1]),
            "The number of times in a replica was divided out, but its mean has that in already.",
        ),
    },
)
def replica_error(result, values):
    """The standard error over rows."""
    agree(result, error_of(values))


def ratios(X, first=1):
    """Return the ratio of the distances to two successive neighbours; number 0 is itself."""
    distances = np.sqrt(np.sum((X[:, None] - X) ** 2, axis=-1))
    near = np.sort(distances, axis=1)
    return near[:, first + 1] / near[:, first]


@exercise(
    "ex-ising-4",
    title="How many dimensions? Two neighbours",
    shows="Two distances for each point are enough to tell the dimension of a cloud.",
    look="Write down the log-likelihood of all ratios, and set its derivative to zero.",
    cases=lambda rng: [
        (rng.uniform(size=(60, 2)) @ rng.normal(size=(2, 5)) + 4,),
        (rng.uniform(size=(50, 3)) - 7,),
    ],
    mistakes={
        "inverse-dimension": (
            lambda X: np.mean(np.log(ratios(X))),
            "This is one over the dimension. Where does d stand in the density?",
        ),
        "squares-of-distances": (
            lambda X: 1 / np.mean(2 * np.log(ratios(X))),
            "It is half of what it should be: are these ratios of squared distances?",
        ),
        "other-logarithm": (
            lambda X: 1 / np.mean(np.log10(ratios(X))),
            "This is the logarithm to another base than e.",
        ),
        "third-neighbour": (
            lambda X: 1 / np.mean(np.log(ratios(X, 2))),
            "The second and the third neighbour are compared.",
        ),
        "mean-of-inverses": (
            lambda X: np.mean(1 / np.log(ratios(X))),
            "You average one over the logarithms. The likelihood asks for the sum of them first.",
        ),
        "log-of-mean": (
            lambda X: 1 / np.log(np.mean(ratios(X))),
            "This is the logarithm of a mean, and the mean of logarithms is asked for.",
        ),
    },
)
def two_nn(result, X):
    """The maximum-likelihood dimension."""
    agree(result, 1 / np.mean(np.log(ratios(X))))
