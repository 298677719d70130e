"""Do the simulated lattices have the energy and the magnetisation that are known exactly?

The energy is compared with Kaufman's formula, which is exact for each finite lattice, and for 64²
spins away from the critical point also the mean absolute magnetisation with Yang's, which is that
of the infinite lattice; the two agree as long as the correlation length is much shorter than the
side (NaN elsewhere). The error is the standard error over the replicas, which are independent;
`halves` is the difference between the half of the replicas that started from spins up and the
half that started from random ones, in its own standard errors. Deviations are in standard errors.
"""

import numpy as np

from lib.ising import (
    energy,
    kaufman_energy,
    magnetisation,
    onsager_energy,
    onsager_magnetisation,
    sample_ising,
)

GRID = [{"side": side, "temperature": 2.27} for side in (16, 32)]
GRID += [{"side": 64, "temperature": temperature} for temperature in (1.8, 2.0, 2.8)]
SEEDS = range(5)
TOLERANCE = {
    "energy": 0.002, "energy_error": 0.0005, "energy_deviation": 0.3, "onsager_difference": 1e-6,
    "magnetisation": 0.002, "magnetisation_error": 0.0005, "magnetisation_deviation": 0.3,
    "halves": 0.3,
}  # fmt: skip
CHEAP = ({"side": 16, "temperature": 2.27}, 0)

N_REPLICAS = {16: 160, 32: 160, 64: 40}
N_SAMPLES = {16: 300, 32: 300, 64: 100}


def run(setting, seed):
    """Compare one lattice at one temperature."""
    side, T = setting["side"], setting["temperature"]
    spins = sample_ising(
        side, T, N_SAMPLES[side], n_replicas=N_REPLICAS[side], n_equilibrate=100,
        random_state=np.random.default_rng([seed, side, 7]),
    )  # fmt: skip
    energies = energy(spins).mean(axis=1)
    mean, error = with_error(energies)
    known = kaufman_energy(side, T)
    up, random = with_error(energies[::2]), with_error(energies[1::2])
    m, m_error = with_error(np.abs(magnetisation(spins)).mean(axis=1))
    if T > 2.2:  # of a finite lattice it is not known there
        m = m_error = np.nan
    return {
        "energy": mean,
        "energy_error": error,
        "energy_deviation": (mean - known) / error,
        "onsager_difference": known - onsager_energy(T),
        "magnetisation": m,
        "magnetisation_error": m_error,
        "magnetisation_deviation": (m - onsager_magnetisation(T)) / m_error,
        "halves": (up[0] - random[0]) / np.hypot(up[1], random[1]),
    }


def with_error(values):
    """Return the mean of independent values and its standard error."""
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
