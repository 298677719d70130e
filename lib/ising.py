"""The two-dimensional Ising model: states drawn by computer, and what is known exactly.

Spins are ±1 on a square lattice with periodic edges, the coupling is 1 and there is no field, so
temperatures and energies are in units of the coupling. Only NumPy and SciPy are needed.
"""

from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.special import ellipkm1, logsumexp

__all__ = [
    "CRITICAL_TEMPERATURE",
    "States",
    "all_states",
    "autocorrelation_time",
    "energy",
    "magnetisation",
    "onsager_energy",
    "onsager_magnetisation",
    "reweight",
    "sample_ising",
    "structure_factor",
    "swendsen_wang",
]

CRITICAL_TEMPERATURE = 2 / np.log1p(np.sqrt(2))  # 2.26919; Kramers and Wannier 1941


class States(NamedTuple):
    """All states of a small lattice: `spins` of shape (2**(L * L), L, L), and of each state the
    energy a spin and the magnetisation a spin, of shape (2**(L * L),).
    """

    spins: np.ndarray
    energy: np.ndarray
    magnetisation: np.ndarray


def sample_ising(
    side, temperature, n_samples, *, n_replicas=1, n_equilibrate=200, n_between=1, random_state=0
):
    """Draw states at one temperature by Swendsen and Wang's cluster updates.

    The replicas are lattices that never meet. They are updated side by side, half of them from
    all spins up and half from spins drawn at random, so that a run that has not forgotten its
    start is seen by comparing the halves.

    Parameters
    ----------
    side : int
        Of the lattice, L >= 2: L² spins, with periodic edges. At L = 2 the two neighbours on
        either side are one spin, and its bond counts twice.
    temperature : float
        In units of the coupling over Boltzmann's constant, positive.
    n_samples : int
        Of each replica.
    n_replicas : int, default 1
        Independent lattices.
    n_equilibrate : int, default 200
        Updates before the first sample.
    n_between : int, default 1
        Updates from one sample to the next; more makes samples less alike, see
        `autocorrelation_time`.
    random_state : int or Generator, default 0

    Returns
    -------
    spins : ndarray of shape (n_replicas, n_samples, side, side), int8
        Each -1 or 1, dimensionless.

    Raises
    ------
    ValueError
        If a number is not of the kind above.

    References
    ----------
    R. H. Swendsen, J.-S. Wang, "Nonuniversal critical dynamics in Monte Carlo simulations",
    Physical Review Letters 58 (1987), 86-88.

    Examples
    --------
    >>> spins = sample_ising(8, 1.0, 5, n_replicas=3)
    >>> spins.shape, bool(np.abs(magnetisation(spins)).min() > 0.9)
    ((3, 5, 8, 8), True)
    """
    at_least = {
        "side": (side, 2), "n_samples": (n_samples, 1), "n_replicas": (n_replicas, 1),
        "n_equilibrate": (n_equilibrate, 0), "n_between": (n_between, 1),
    }  # fmt: skip
    for name, (value, least) in at_least.items():
        if not isinstance(value, Integral) or value < least:
            raise ValueError(f"{name}={value!r} must be an int of at least {least}.")
    _check_temperature(temperature)
    rng = np.random.default_rng(random_state)
    spins = np.ones((n_replicas, side, side), dtype=np.int8)
    spins[1::2] = rng.choice(np.array([-1, 1], np.int8), size=spins[1::2].shape)
    for _ in range(n_equilibrate):
        spins = swendsen_wang(spins, temperature, rng)
    samples = np.empty((n_replicas, n_samples, side, side), dtype=np.int8)
    for t in range(n_samples):
        for _ in range(n_between if t else 1):
            spins = swendsen_wang(spins, temperature, rng)
        samples[:, t] = spins
    return samples


def swendsen_wang(spins, temperature, rng):
    """Update lattices once: tie neighbours that agree into clusters, and turn each at random.

    Parameters
    ----------
    spins : ndarray of shape (n_replicas, L, L), int8
        Each -1 or 1. Left as they are.
    temperature : float
        In units of the coupling over Boltzmann's constant. Neighbours that agree are tied with
        probability ``1 - exp(-2 / temperature)``.
    rng : numpy.random.Generator

    Returns
    -------
    spins : ndarray of shape (n_replicas, L, L), int8
    """
    tie = -np.expm1(-2 / temperature)
    site = np.arange(spins.size).reshape(spins.shape)
    starts, ends = [], []
    for axis in (1, 2):  # to the neighbour below, and to the right
        agree = spins == np.roll(spins, -1, axis)
        tied = agree & (rng.random(spins.shape, dtype=np.float32) < tie)
        starts.append(site[tied])
        ends.append(np.roll(site, -1, axis)[tied])
    starts, ends = np.concatenate(starts), np.concatenate(ends)
    bonds = coo_array((np.ones(len(starts), bool), (starts, ends)), shape=(spins.size, spins.size))
    n_clusters, cluster = connected_components(bonds, directed=False)
    turn = rng.integers(0, 2, n_clusters, dtype=np.int8) * 2 - 1
    return spins * turn[cluster].reshape(spins.shape)


def energy(spins):
    """Compute the energy a spin, ``-sum of s s' over the bonds / L²``.

    Parameters
    ----------
    spins : ndarray of shape (..., L, L)
        Each -1 or 1.

    Returns
    -------
    energy : ndarray of shape (...)
        In units of the coupling, in [-2, 2].

    Examples
    --------
    >>> float(energy(np.ones((4, 4))))
    -2.0
    """
    s = _check_spins(spins)
    bonds = s * np.roll(s, -1, -1) + s * np.roll(s, -1, -2)
    return -bonds.mean(axis=(-2, -1), dtype=np.float64)


def magnetisation(spins):
    """Compute the magnetisation a spin, the mean of the spins.

    Parameters
    ----------
    spins : ndarray of shape (..., L, L)
        Each -1 or 1.

    Returns
    -------
    magnetisation : ndarray of shape (...)
        Dimensionless, in [-1, 1].
    """
    return _check_spins(spins).mean(axis=(-2, -1), dtype=np.float64)


def structure_factor(spins):
    """Compute the structure factor ``S(q) = <|sum of s exp(-i q r)|²> / L²``, the power spectrum.

    Parameters
    ----------
    spins : ndarray of shape (..., L, L)
        Each -1 or 1. The mean runs over all axes but the last two; no mean spin is taken away.

    Returns
    -------
    S : ndarray of shape (L, L)
        Dimensionless; ``S[a, b]`` belongs to the wave vector ``2 pi / L * (a, b)``, and ``S[0, 0]``
        is L² times the mean squared magnetisation. Its sum is L², since s² = 1.

    Examples
    --------
    >>> structure_factor(np.ones((1, 2, 2)))
    array([[4., 0.],
           [0., 0.]])
    """
    s = _check_spins(spins)
    side = s.shape[-1]
    power = np.abs(np.fft.fft2(s.reshape(-1, side, side))) ** 2
    return power.mean(axis=0) / side**2


def all_states(side):
    """List all states of a small lattice, for exact means.

    The mean of ``f`` at temperature T is
    ``np.average(f, weights=np.exp(-L² * (energy - energy.min()) / T))``.

    Parameters
    ----------
    side : int
        2, 3 or 4: a lattice of 5 × 5 has 33 million states.

    Returns
    -------
    states : States

    Raises
    ------
    ValueError
        If `side` is something else.
    """
    if side not in (2, 3, 4):
        raise ValueError(f"side={side!r} must be 2, 3 or 4; larger lattices have too many states.")
    n = side * side
    bits = np.arange(2**n)[:, None] >> np.arange(n) & 1
    spins = (2 * bits - 1).astype(np.int8).reshape(-1, side, side)
    return States(spins, energy(spins), magnetisation(spins))


def onsager_energy(temperature):
    """Compute the exact energy a spin of the infinite lattice.

    Parameters
    ----------
    temperature : float or ndarray
        Positive, in units of the coupling.

    Returns
    -------
    energy : float or ndarray
        In units of the coupling.

    References
    ----------
    L. Onsager, "Crystal statistics. I", Physical Review 65 (1944), 117-149.

    Examples
    --------
    >>> round(float(onsager_energy(CRITICAL_TEMPERATURE)), 6)
    -1.414214
    """
    twice = 2 / _check_temperature(temperature)
    # The integral is infinite at the critical point, where its factor is zero, and so the product.
    short = np.tanh(twice) ** 2 - 1 / np.cosh(twice) ** 2
    product = np.where(short == 0, 0.0, short * ellipkm1(np.where(short == 0, 1, short**2)))
    return -(1 + 2 / np.pi * product) / np.tanh(twice)


def onsager_magnetisation(temperature):
    """Compute the exact spontaneous magnetisation a spin of the infinite lattice.

    Parameters
    ----------
    temperature : float or ndarray
        Positive, in units of the coupling.

    Returns
    -------
    magnetisation : float or ndarray
        Dimensionless, in [0, 1]; zero from the critical temperature on.

    References
    ----------
    C. N. Yang, "The spontaneous magnetization of a two-dimensional Ising model", Physical Review
    85 (1952), 808-816.

    Examples
    --------
    >>> onsager_magnetisation(np.array([1.0, 2.0, 3.0])).round(4)
    array([0.9993, 0.9113, 0.    ])
    """
    power = np.sinh(2 / _check_temperature(temperature)) ** -4.0
    return np.maximum(1 - power, 0) ** 0.125


def autocorrelation_time(series, *, window=6.0):
    """Estimate the integrated autocorrelation time, ``1/2 + sum of rho(t)`` over t >= 1.

    A mean over n samples has the error of a mean over ``n / (2 tau)`` independent ones.

    Parameters
    ----------
    series : ndarray of shape (n_samples,) or (n_series, n_samples)
        Equally spaced in time; several series share one mean and one autocorrelation.
    window : float, default 6
        The sum ends at the first t that is at least this many times the sum so far, or 1.

    Returns
    -------
    tau : float
        In steps of the series; 1/2 for independent samples.

    Raises
    ------
    ValueError
        If the series is constant, or shorter than the window wants: the estimate is then far too
        small, and the remedy is a longer run.

    References
    ----------
    A. D. Sokal, "Monte Carlo methods in statistical mechanics: foundations and new algorithms",
    in: Functional Integration (1997), 131-192, sect. 3.

    Examples
    --------
    >>> noise = np.random.default_rng(0).standard_normal(20_000)
    >>> round(autocorrelation_time(noise), 1)
    0.5
    """
    x = np.atleast_2d(np.asarray(series, dtype=np.float64))
    x = x - x.mean()
    n = x.shape[1]
    spectrum = np.abs(np.fft.rfft(x, 2 * n)) ** 2  # padded with zeros: nothing wraps around
    products = np.fft.irfft(spectrum)[:, :n].mean(axis=0)
    if not products[0] > 0:
        raise ValueError("the series is constant, so it has no autocorrelation time.")
    rho = products / products[0] * n / np.arange(n, 0, -1)
    tau = np.cumsum(rho) - 0.5
    enough = np.arange(n) >= window * np.maximum(tau, 1)
    if not enough.any() or n < 50 * tau[np.argmax(enough)]:
        raise ValueError(
            f"{n} samples are too few for their autocorrelation time: take at least fifty times "
            "as many as it is long, or keep every tenth update only."
        )
    return float(tau[np.argmax(enough)])


def reweight(energies, n_spins, temperature, new_temperature):
    """Compute weights that turn means at one temperature into means at another one close by.

    Parameters
    ----------
    energies : ndarray of any shape
        A spin, of states drawn at `temperature`; in units of the coupling.
    n_spins : int
        L² for a square lattice.
    temperature, new_temperature : float
        In units of the coupling. The farther apart they are, the fewer states carry the weight.

    Returns
    -------
    weights : ndarray of the shape of `energies`
        Not negative, with sum one: ``np.sum(weights * f)`` is the mean of f at the new temperature.

    Raises
    ------
    ValueError
        If a temperature is not positive.

    References
    ----------
    A. M. Ferrenberg, R. H. Swendsen, "New Monte Carlo technique for studying phase transitions",
    Physical Review Letters 61 (1988), 2635-2638.
    """
    shift = 1 / _check_temperature(new_temperature) - 1 / _check_temperature(temperature)
    logs = -shift * n_spins * np.asarray(energies, dtype=np.float64)
    return np.exp(logs - logsumexp(logs))


def _check_temperature(temperature):
    values = np.asarray(temperature)
    real = isinstance(temperature, Real | np.ndarray) and values.dtype.kind in "iuf"
    if not real or not np.all((values > 0) & np.isfinite(values)):
        raise ValueError(
            f"temperature={temperature!r} must be positive and finite, in units of the coupling, "
            "for example 2.27."
        )
    return values.astype(np.float64)[()]


def _check_spins(spins):
    spins = np.asarray(spins)
    if spins.ndim < 2 or spins.shape[-1] != spins.shape[-2] or spins.size == 0:
        raise ValueError(
            f"spins has shape {spins.shape}, and its last two axes must be those of a square "
            "lattice, (..., L, L). Flattened states: spins.reshape(-1, L, L)."
        )
    return spins
