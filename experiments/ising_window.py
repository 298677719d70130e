"""How much of the variance is the first component's, and what has it to do with the window?

The states are as in Wang (2016): so many temperatures, evenly spaced, 100 states of each. `share`
is that of the first component of all of them, `squared` the window's mean of m², and `exact` the
same mean of the infinite lattice, by Yang's formula. `correlation` is that of the first scores
with m, `waves` the share of the second component's length in the four longest waves.
"""

import numpy as np

from lib.ising import magnetisation, onsager_magnetisation, sample_ising
from lib.pca import PCA

WINDOWS = {"1.0 to 2.9": (1.0, 2.9, 20), "1.0 to 4.8": (1.0, 4.8, 39), "2.0 to 2.9": (2.0, 2.9, 10)}
GRID = [{"side": side, "window": "1.0 to 2.9"} for side in (20, 40, 80)]
GRID += [{"side": 20, "window": window} for window in ("1.0 to 4.8", "2.0 to 2.9")]
SEEDS = range(5)
TOLERANCE = {
    "share": 0.003, "squared": 0.003, "exact": 1e-5, "second": 0.003, "correlation": 1e-4,
    "waves": 0.1,
}  # fmt: skip
CHEAP = ({"side": 20, "window": "2.0 to 2.9"}, 0)


def run(setting, seed):
    """Draw the states of a window and decompose them."""
    start, stop, number = WINDOWS[setting["window"]]
    temperatures = np.linspace(start, stop, number)
    rng = np.random.default_rng([seed, setting["side"]])
    spins = np.concatenate([
        sample_ising(
            setting["side"], T, 2, n_replicas=50, n_equilibrate=40, n_between=15, random_state=rng
        ).reshape(100, setting["side"], setting["side"])
        for T in temperatures
    ])  # fmt: skip
    m = magnetisation(spins)
    pca = PCA(2).fit(spins.reshape(len(spins), -1).astype(float))
    scores = pca.transform(spins.reshape(len(spins), -1).astype(float))
    wave = pca.components_[1].reshape(setting["side"], setting["side"])
    power = np.abs(np.fft.fft2(wave)) ** 2 / wave.size
    return {
        "share": pca.explained_variance_ratio_[0],
        "second": pca.explained_variance_ratio_[1],
        "squared": np.mean(m**2),
        "exact": np.mean(onsager_magnetisation(temperatures) ** 2),
        "correlation": abs(np.corrcoef(scores[:, 0], m)[0, 1]),
        "waves": power[0, 1] + power[1, 0] + power[0, -1] + power[-1, 0],
    }
