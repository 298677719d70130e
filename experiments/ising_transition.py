"""Where do two lattices of 16² and 32² spins put the critical temperature, and how sure are they?

Every estimate sees 160 independent replicas with 300 states of each lattice. `crossing` of the
correlation length over L, and `binder`, the crossing of Binder's cumulant, use states at one
temperature, reweighted to its neighbours; the first is repeated at temperatures above and below.
`line` and `parabola` use states at five temperatures, 60 of each replica, within `width` of
2.27, and fit a curve to the five values of the correlation length over L. A line in a narrower
window, and a parabola in the same one, change one thing each: how much curvature is overlooked.

The error is the standard deviation over 500 bootstrap samples of replicas; `error_naive` that over
bootstrap samples of single states, as if they were independent (NaN for the fits). `missing` is
the share of bootstrap samples without exactly one crossing.
"""

import numpy as np

from lib.ising import (
    CRITICAL_TEMPERATURE,
    correlation_length,
    crossing,
    energy,
    lowest_modes,
    replica_sums,
    sample_ising,
)

GRID = [
    {"estimator": estimator, "temperature": temperature, "width": width}
    for estimator, temperature, width in (
        ("crossing", 2.27, 0.0),
        ("crossing", 2.25, 0.0),
        ("crossing", 2.3, 0.0),
        ("binder", 2.27, 0.0),
        ("line", 2.27, 0.05),
        ("line", 2.27, 0.02),
        ("parabola", 2.27, 0.05),
    )
]
SEEDS = range(5)
# The same random numbers give the same states; a rounding could turn a cluster, so a little room.
TOLERANCE = {
    "critical": 0.001, "error": 0.0005, "error_naive": 0.0005, "deviation": 0.3, "missing": 0.02,
}  # fmt: skip
CHEAP = ({"estimator": "crossing", "temperature": 2.27, "width": 0.0}, 0)

SIDES, N_REPLICAS, N_SAMPLES, N_BOOTSTRAP = (16, 32), 160, 300, 500


def run(setting, seed):
    """Estimate the critical temperature once."""
    if setting["width"]:
        critical, error, missing = fitted(setting, seed)
        naive = np.nan
    else:
        critical, error, missing, naive = reweighted(setting, seed)
    return {
        "critical": critical,
        "error": error,
        "error_naive": naive,
        "deviation": (critical - CRITICAL_TEMPERATURE) / error,
        "missing": missing,
    }


def reweighted(setting, seed):
    """Cross two curves, each of states at one temperature."""
    T = setting["temperature"]
    grid = np.linspace(T - 0.05, T + 0.05, 41)
    curve = binder if setting["estimator"] == "binder" else length_over_side
    rng = np.random.default_rng([seed, 99])
    whole, by_replica, by_state = [], [], []
    for side in SIDES:
        spins = draw(side, T, N_SAMPLES, seed)
        uniform, wave = lowest_modes(spins)
        values = energy(spins), [uniform, wave, uniform**2]
        sums = replica_sums(*values, side**2, T, grid)
        whole.append(curve(sums.sum(axis=1), side))
        by_replica.append(curve(resampled(sums, N_BOOTSTRAP, rng), side))
        alone = [x.reshape(-1, 1) for x in (values[0], *values[1])]
        few = grid[::4]  # states are many: a coarser grid, and fewer samples
        sums = replica_sums(alone[0], alone[1:], side**2, T, few)
        by_state.append(curve(resampled(sums, 100, rng), side))
    estimates = crossing(grid, *by_replica)
    naive = np.nanstd(crossing(few, *by_state), ddof=1)
    missing = np.isnan(estimates).mean()
    return float(crossing(grid, *whole)), np.nanstd(estimates, ddof=1), missing, naive


def fitted(setting, seed):
    """Cross two polynomials, each fitted to values at five temperatures."""
    T, width = setting["temperature"], setting["width"]
    at = T + width * np.linspace(-1, 1, 5)
    grid = np.linspace(T - 0.1, T + 0.1, 401)
    degree = {"line": 1, "parabola": 2}[setting["estimator"]]
    fit = np.polynomial.polynomial.polyvander(grid - T, degree) @ np.linalg.pinv(
        np.polynomial.polynomial.polyvander(at - T, degree)
    )
    rng = np.random.default_rng([seed, 99])
    whole, by_replica = [], []
    for side in SIDES:
        means, again = [], []
        for i, temperature in enumerate(at):
            modes = lowest_modes(draw(side, temperature, N_SAMPLES // len(at), [seed, i]))
            sums = np.array([np.ones(N_REPLICAS), *(x.mean(axis=1) for x in modes)])[..., None]
            means.append(length_over_side(sums.sum(axis=1), side)[..., 0])
            again.append(length_over_side(resampled(sums, N_BOOTSTRAP, rng), side)[..., 0])
        whole.append(fit @ np.array(means))
        by_replica.append((fit @ np.array(again)).T)
    estimates = crossing(grid, *by_replica)
    missing = np.isnan(estimates).mean()
    return float(crossing(grid, *whole)), np.nanstd(estimates, ddof=1), missing


def draw(side, temperature, n_samples, seed):
    """Return states of independent replicas; the two lattices get different random numbers."""
    rng = np.random.default_rng([side, *np.atleast_1d(seed)])
    return sample_ising(
        side, temperature, n_samples, n_replicas=N_REPLICAS, n_equilibrate=100, random_state=rng
    )


def resampled(sums, n, rng):
    """Return sums over `n` bootstrap samples, shape (n_sums, n, n_temperatures)."""
    units = sums.shape[1]
    counts = rng.multinomial(units, np.full(units, 1 / units), size=n)
    return np.einsum("bu,sut->sbt", counts, sums, optimize=True)


def length_over_side(sums, side):
    """Return the correlation length over L."""
    return correlation_length(sums[1], sums[2], side) / side


def binder(sums, side):
    """Return Binder's cumulant, 1 - <m^4> / (3 <m^2>^2)."""
    return 1 - sums[3] * sums[0] / (3 * sums[1] ** 2)
