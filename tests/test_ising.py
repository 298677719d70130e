"""The Ising model against all states of a small lattice, Onsager, and Kaufman's finite lattice."""

import numpy as np
import pytest

from lib.ising import (
    CRITICAL_TEMPERATURE,
    all_states,
    autocorrelation_time,
    energy,
    magnetisation,
    onsager_energy,
    onsager_magnetisation,
    reweight,
    sample_ising,
    structure_factor,
    swendsen_wang,
)


def exact(values, temperature, states):
    """Return the mean of `values` over all states."""
    n_spins = states.spins[0].size
    low = states.energy - states.energy.min()
    return np.average(values, weights=np.exp(-n_spins * low / temperature))


def kaufman_energy(side, temperature):
    """Return the exact energy a spin of a finite lattice: B. Kaufman, Phys. Rev. 76 (1949), 1232.

    By a central difference of the logarithm of the partition function.
    """

    def log_z(beta):
        r = np.arange(2 * side)
        c = np.cosh(2 * beta) / np.tanh(2 * beta) - np.cos(np.pi * r / side)
        gamma = np.arccosh(np.maximum(c, 1))
        gamma[0] = 2 * beta + np.log(np.tanh(beta))  # its sign changes at the critical point
        odd, even = gamma[1::2] * side / 2, gamma[0::2] * side / 2
        terms = [
            np.prod(2 * np.cosh(odd)), np.prod(2 * np.sinh(odd)),
            np.prod(2 * np.cosh(even)), np.prod(2 * np.sinh(even)),
        ]  # fmt: skip
        return side**2 / 2 * np.log(2 * np.sinh(2 * beta)) + np.log(sum(terms) / 2)

    beta, h = 1 / temperature, 1e-5
    return -(log_z(beta + h) - log_z(beta - h)) / (2 * h) / side**2


@pytest.mark.parametrize("temperature", [1.5, 2.3, 4.0])
@pytest.mark.parametrize("side", [2, 3, 4])
def test_kaufmans_formula_is_the_mean_over_all_states(side, temperature):
    states = all_states(side)
    assert kaufman_energy(side, temperature) == pytest.approx(
        exact(states.energy, temperature, states), abs=1e-6
    )


def test_all_states_are_there_once():
    for side in (2, 3, 4):
        flat = all_states(side).spins.reshape(2 ** (side * side), -1)
        assert len(np.unique(flat, axis=0)) == len(flat) and set(np.unique(flat)) == {-1, 1}


def deviation(values, expected):
    """Return how many standard errors the mean of independent replicas is off."""
    means = values.reshape(len(values), -1).mean(axis=1)
    return (means.mean() - expected) / (means.std(ddof=1) / np.sqrt(len(means)))


@pytest.mark.parametrize(("side", "temperature"), [(3, 2.0), (4, 1.5), (4, 2.3), (4, 4.0)])
def test_samples_have_the_exact_means(side, temperature):
    states = all_states(side)
    spins = sample_ising(side, temperature, 100, n_replicas=200, n_equilibrate=20, random_state=3)
    for measure in (
        energy,
        lambda s: energy(s) ** 2,
        lambda s: np.abs(magnetisation(s)),
        lambda s: magnetisation(s) ** 2,
        lambda s: s[..., 0, 0] * s[..., 1, 2],
    ):
        expected = exact(measure(states.spins), temperature, states)
        assert abs(deviation(measure(spins), expected)) < 4
    assert abs(deviation(magnetisation(spins), 0)) < 4


@pytest.mark.parametrize(("side", "temperature"), [(8, 2.0), (16, 2.26), (16, 3.0)])
def test_samples_have_kaufmans_energy(side, temperature):
    spins = sample_ising(side, temperature, 40, n_replicas=60, n_equilibrate=60, random_state=1)
    assert abs(deviation(energy(spins), kaufman_energy(side, temperature))) < 4


def test_a_wrong_probability_of_a_bond_is_seen():
    """The tests above can fail: with 1 - exp(-1 / T) the energy is far off."""
    rng = np.random.default_rng(0)
    spins = np.ones((200, 4, 4), np.int8)
    total = []
    for _ in range(40):
        spins = swendsen_wang(spins, 2 * 2.3, rng)
        total.append(energy(spins))
    expected = exact(all_states(4).energy, 2.3, all_states(4))
    assert abs(deviation(np.array(total[20:]).T, expected)) > 20


def test_replicas_do_not_meet_and_a_seed_repeats_them():
    rng = np.random.default_rng(0)
    spins = np.ones((50, 4, 4), np.int8)
    after = swendsen_wang(spins, 0.1, rng)
    assert (np.abs(magnetisation(after)) == 1).all() and (spins == 1).all()
    assert 10 < np.sum(magnetisation(after) > 0) < 40
    one, two, other = (sample_ising(4, 2.0, 3, n_replicas=2, random_state=r) for r in (5, 5, 6))
    assert (one == two).all() and (one != other).any()


def test_onsager_is_the_limit_of_large_lattices():
    for temperature in (1.8, 2.0, 2.6, 3.5):
        exact = onsager_energy(temperature)
        gaps = [abs(kaufman_energy(side, temperature) - exact) for side in (8, 32)]
        assert gaps[1] < 0.01 * gaps[0] and gaps[1] < 2e-4
    assert onsager_energy(CRITICAL_TEMPERATURE) == pytest.approx(-np.sqrt(2), abs=1e-12)
    near = onsager_energy(CRITICAL_TEMPERATURE + np.array([-1e-7, 1e-7]))
    assert near == pytest.approx(-np.sqrt(2), abs=1e-5)
    assert onsager_energy(1e3) == pytest.approx(-2e-3, rel=1e-3)  # -2 tanh(1 / T)
    assert onsager_energy(0.1) == pytest.approx(-2, abs=1e-12)


def test_onsagers_magnetisation_is_that_of_a_large_lattice():
    for temperature in (1.5, 2.0, 2.1):
        spins = sample_ising(32, temperature, 20, n_replicas=40, n_equilibrate=60)
        exact = onsager_magnetisation(temperature)
        assert abs(deviation(np.abs(magnetisation(spins)), exact)) < 4
        assert np.abs(magnetisation(spins)).mean() == pytest.approx(exact, abs=0.02)
    assert (onsager_magnetisation(np.array([CRITICAL_TEMPERATURE + 1e-9, 3.0])) == 0).all()


def test_structure_factor_is_the_transform_of_the_correlations():
    spins = sample_ising(4, 2.5, 6, n_replicas=5)
    S = structure_factor(spins)
    states = spins.reshape(-1, 4, 4).astype(float)
    correlation = np.zeros((4, 4))
    for a in range(4):
        for b in range(4):
            correlation[a, b] = np.mean(states * np.roll(states, (-a, -b), (1, 2)))
    np.testing.assert_allclose(S, np.fft.fft2(correlation).real, atol=1e-12)
    assert S.sum() == pytest.approx(16)
    assert S[0, 0] == pytest.approx(16 * np.mean(magnetisation(spins) ** 2))


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9, -0.4])
def test_autocorrelation_time_of_a_process_with_known_memory(memory):
    """x_t = a x_{t-1} + noise has tau = 1/2 + a / (1 - a)."""
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((4, 100_000))
    x = np.empty_like(noise)
    x[:, 0] = noise[:, 0] / np.sqrt(1 - memory**2)
    for t in range(1, noise.shape[1]):
        x[:, t] = memory * x[:, t - 1] + noise[:, t]
    tau = 0.5 + memory / (1 - memory)
    assert autocorrelation_time(x) == pytest.approx(tau, rel=0.06)
    assert autocorrelation_time(x[0]) == pytest.approx(tau, rel=0.12)
    assert autocorrelation_time(3 * x + 7) == pytest.approx(autocorrelation_time(x))


def test_reweighting_all_states_gives_the_exact_mean_elsewhere():
    states = all_states(4)
    weights = np.exp(-16 * (states.energy + 2) / 2.2)
    weights *= reweight(states.energy, 16, 2.2, 2.5) / weights.sum()
    mean = np.average(states.energy, weights=weights)
    assert mean == pytest.approx(exact(states.energy, 2.5, states), abs=1e-12)
    assert reweight(states.energy, 16, 2.2, 2.2) == pytest.approx(1 / 2**16)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: sample_ising(1, 2.0, 5), "side=1"),
        (lambda: sample_ising(4.0, 2.0, 5), "side=4.0"),
        (lambda: sample_ising(4, 0.0, 5), "temperature=0.0"),
        (lambda: sample_ising(4, np.nan, 5), "temperature=nan"),
        (lambda: sample_ising(4, "hot", 5), "temperature='hot'"),
        (lambda: sample_ising(4, 2.0, 0), "n_samples=0"),
        (lambda: sample_ising(4, 2.0, 5, n_equilibrate=-1), "n_equilibrate=-1"),
        (lambda: all_states(5), "side=5"),
        (lambda: energy(np.ones((3, 4))), r"shape \(3, 4\)"),
        (lambda: structure_factor(np.ones(4)), r"shape \(4,\)"),
        (lambda: onsager_energy(-1.0), "temperature=-1.0"),
        (lambda: autocorrelation_time(np.ones(100)), "constant"),
        (lambda: autocorrelation_time(np.arange(100.0)), "too few"),
        (lambda: reweight(np.ones(3), 16, 2.0, 0.0), "temperature=0.0"),
    ],
)
def test_bad_input_is_named(call, said):
    with pytest.raises(ValueError, match=said):
        call()
