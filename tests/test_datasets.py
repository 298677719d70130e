"""`lib.datasets`: the files as they came, samples with the statistics they promise."""

import errno
import gzip
import os
import shutil
import tracemalloc

import numpy as np
import pytest
from numpy.testing import assert_allclose

from lib.datasets import (
    FASHION_MNIST,
    SHA256,
    load_fashion_mnist,
    make_damped_oscillators,
    make_gaussian_cloud,
    make_mass_spring_chain,
    make_noisy_plane,
    make_travelling_pulses,
)


@pytest.fixture(scope="module")
def data():
    return load_fashion_mnist()


def test_fashion_mnist_has_the_split_of_the_lecture(data):
    for part, n in {"train": 55_000, "valid": 5_000, "test": 10_000}.items():
        X, y = getattr(data, f"X_{part}"), getattr(data, f"y_{part}")
        assert X.shape == (n, 28, 28) and X.dtype == np.float32
        assert y.shape == (n,) and y.dtype == np.uint8
        assert X.min() == 0 and X.max() == 1
    train = np.bincount(np.concatenate([data.y_train, data.y_valid]))
    assert np.array_equal(train, np.full(10, 6000))  # as its authors say, and so for the test set
    assert np.array_equal(np.bincount(data.y_test), np.full(10, 1000))
    assert len(data.class_names) == 10


def test_fashion_mnist_images_are_the_bytes_of_the_files(data):
    raw = gzip.decompress((FASHION_MNIST / "train-images-idx3-ubyte.gz").read_bytes())
    assert [int.from_bytes(raw[i : i + 4], "big") for i in (4, 8, 12)] == [60_000, 28, 28]
    for index in (0, 54_999, 55_000, 59_999):
        image = data.X_train[index] if index < 55_000 else data.X_valid[index - 55_000]
        pixels = np.frombuffer(raw, np.uint8, count=784, offset=16 + 784 * index)
        assert np.array_equal(np.rint(image.ravel() * 255).astype(np.uint8), pixels)


def test_fashion_mnist_needs_one_float_copy_of_the_images():
    tracemalloc.start()
    try:
        data = load_fashion_mnist()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    one_copy = 70_000 * 784 * 4
    assert data.X_train.base is data.X_valid.base
    # Beside it, at the most, the files and their decompressed bytes, a quarter of a float copy.
    assert peak < 1.5 * one_copy


@pytest.fixture
def folder(tmp_path):
    """Return a copy of the data folder that a test may spoil."""
    for name in SHA256:
        shutil.copy(FASHION_MNIST / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", SHA256)
def test_a_missing_file(folder, name):
    (folder / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"{name} is missing.*git checkout"):
        load_fashion_mnist(folder)


@pytest.mark.parametrize("name", SHA256)
def test_a_truncated_file(folder, name):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match=f"{name}.*truncated or altered.*git checkout"):
        load_fashion_mnist(folder)


@pytest.mark.parametrize("name", SHA256)
def test_a_folder_in_place_of_a_file(folder, name):
    (folder / name).unlink()
    (folder / name).mkdir()
    words = f"{name} is a folder, .*Move it away.*git checkout"
    with pytest.raises(IsADirectoryError, match=words):
        load_fashion_mnist(folder)


@pytest.mark.parametrize(
    "error, number",
    [(PermissionError, errno.EACCES), (NotADirectoryError, errno.ENOTDIR), (OSError, errno.EIO)],
)
def test_an_unreadable_file(folder, monkeypatch, error, number):
    """Root may read everything, so the system's answer is put in its mouth."""

    def refuse(path):
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    name, why = next(iter(SHA256)), os.strerror(number)
    with pytest.raises(
        error, match=f"{name} can't be read: {why}.*the right.*git checkout"
    ) as found:
        load_fashion_mnist(folder)
    assert type(found.value) is error


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read it")
def test_a_forbidden_file(folder):
    (folder / "train-labels-idx1-ubyte.gz").chmod(0)
    with pytest.raises(PermissionError, match=r"train-labels.* can't be read: .*git checkout"):
        load_fashion_mnist(folder)


def test_a_file_in_place_of_the_folder(folder):
    with pytest.raises(NotADirectoryError, match=r"can't be read: .*git checkout"):
        load_fashion_mnist(folder / "t10k-labels-idx1-ubyte.gz")


def test_an_altered_file(folder):
    path = folder / "t10k-labels-idx1-ubyte.gz"
    labels = bytearray(gzip.decompress(path.read_bytes()))
    labels[8] ^= 1  # one wrong label, in a file that decompresses as it should
    path.write_bytes(gzip.compress(bytes(labels)))
    with pytest.raises(ValueError, match="truncated or altered"):
        load_fashion_mnist(folder)


def test_gaussian_cloud_has_its_mean_and_covariance():
    n, mean, cov = 200_000, np.array([-1.0, 2.0]), np.array([[4.0, 2.0], [2.0, 2.0]])
    X = make_gaussian_cloud(n)
    assert_allclose(X.mean(axis=0), mean, atol=5 * np.sqrt(4 / n))  # five standard errors
    assert_allclose(np.cov(X.T), cov, atol=5 * np.sqrt(2 * 4**2 / n))


def test_gaussian_cloud_may_be_flat():
    X = make_gaussian_cloud(100, mean=(0, 0), cov=((1, 1), (1, 1)))
    assert_allclose(X[:, 0], X[:, 1], atol=1e-7)


def test_same_seed_same_samples():
    assert np.array_equal(make_gaussian_cloud(9), make_gaussian_cloud(9))
    assert not np.array_equal(make_gaussian_cloud(9), make_gaussian_cloud(9, random_state=1))


@pytest.mark.parametrize("cov", [((4, 3), (3, 2)), ((1, 0.5), (0, 1)), ((-1, 0), (0, -1))])
def test_impossible_covariance(cov):
    with pytest.raises(ValueError, match=r"positive semi-definite.*sqrt"):
        make_gaussian_cloud(10, cov=cov)


def test_mean_and_covariance_that_do_not_fit():
    with pytest.raises(ValueError, match="p×p"):
        make_gaussian_cloud(10, mean=(0, 0, 0))


@pytest.mark.parametrize("stiffness, mass", [(1.0, 1.0), (3.0, 0.5)])
def test_modes_and_frequencies_solve_the_equation_of_motion(stiffness, mass):
    n = 7
    _, frequencies, modes = make_mass_spring_chain(n, 1, stiffness=stiffness, mass=mass)
    assert_allclose(modes @ modes.T, np.eye(n), atol=1e-12)
    padded = np.pad(modes, [(0, 0), (1, 1)])  # the walls stand still
    force = stiffness * (padded[:, 2:] - 2 * modes + padded[:, :-2])
    assert_allclose(-force, mass * frequencies[:, None] ** 2 * modes, atol=1e-12)
    assert np.all(np.diff(frequencies) > 0)


def test_thermal_chain_obeys_equipartition():
    n, samples, temperature, stiffness = 6, 100_000, 2.0, 3.0
    X, *_ = make_mass_spring_chain(n, samples, temperature=temperature, stiffness=stiffness)
    springs = np.diff(np.pad(X, [(0, 0), (1, 1)]), axis=1)
    energy = stiffness / 2 * np.sum(springs**2, axis=1).mean()
    # k_B T / 2 for each of n quadratic degrees of freedom; its scatter is k_B T √(n/2/samples).
    assert_allclose(energy, n * temperature / 2, atol=5 * temperature * np.sqrt(n / 2 / samples))


@pytest.mark.parametrize("name", ["n_masses", "n_samples", "temperature", "stiffness", "mass"])
def test_chain_needs_positive_numbers(name):
    with pytest.raises(ValueError, match=f"{name}=0 must be (positive|an int of at least 1)"):
        make_mass_spring_chain(**{name: 0})


ANOMALIES = ["kick", "frequency", "dropout", "stuck"]


def test_oscillators_without_noise_solve_their_equation_of_motion():
    data = make_damped_oscillators(50, n_times=4000, noise=0.0)
    assert np.array_equal(data.X, data.clean)
    assert np.isnan(data.onset).all()
    x, h = data.clean, data.times[1]
    velocity = (x[:, 2:] - x[:, :-2]) / (2 * h)
    acceleration = (x[:, 2:] - 2 * x[:, 1:-1] + x[:, :-2]) / h**2
    gamma, omega = data.damping[:, None], 2 * np.pi * data.frequency[:, None]
    stiffness = omega**2 + gamma**2  # of a unit mass
    force = -2 * gamma * velocity - stiffness * x[:, 1:-1]
    # The central differences err by h² ω⁴ A / 12 and by h² ω³ A γ / 3.
    assert_allclose(acceleration, force, atol=h**2 * 7**4 * 1.5 / 6)


def test_friction_takes_the_energy_of_oscillators_at_the_promised_rate():
    data = make_damped_oscillators(50, n_times=4000, noise=0.0)
    gamma, omega = data.damping[:, None], 2 * np.pi * data.frequency[:, None]
    velocity = np.gradient(data.clean, data.times[1], axis=1, edge_order=2)
    energy = velocity**2 / 2 + (omega**2 + gamma**2) * data.clean**2 / 2
    assert np.all(np.diff(energy, axis=1) < 1e-3 * energy[:, :1])
    # Between equal phases it falls by exp(-2γ) a second: compare whole periods, by interpolation.
    for i in range(50):
        period = 1 / data.frequency[i]
        start, later = np.interp([0.5, 0.5 + 2 * period], data.times, energy[i])
        assert_allclose(later / start, np.exp(-4 * data.damping[i] * period), rtol=1e-3)


def test_the_noise_of_oscillators_has_its_variance():
    noise, n = 0.1, 20_000
    data = make_damped_oscillators(n, noise=noise)
    variances = np.mean((data.X - data.clean) ** 2, axis=1)
    # E[level²] = noise² (1 + 1/12); glitches count 25-fold in 1 % of the readings.
    assert_allclose(variances.mean(), noise**2 * (1 + 1 / 12) * (0.99 + 0.25), rtol=0.02)
    assert_allclose(data.clean, make_damped_oscillators(n, noise=0).clean)


@pytest.mark.parametrize("anomaly", ANOMALIES)
def test_anomalies_begin_at_their_onset(anomaly):
    normal = make_damped_oscillators(200)
    data = make_damped_oscillators(200, anomaly=anomaly)
    before = data.times <= data.onset[:, None]  # at the onset itself, a push has not acted yet
    if anomaly == "dropout":
        before = data.times < data.onset[:, None]
    assert np.array_equal(data.X[before], normal.X[before])
    assert np.all((data.onset >= 2.0) & (data.onset < 4.0))
    assert np.mean(data.X[~before] != normal.X[~before]) > 0.1
    for name in ("amplitude", "damping", "frequency", "phase"):
        assert np.array_equal(getattr(data, name), getattr(normal, name))


@pytest.mark.parametrize("anomaly", ["dropout", "stuck"])
def test_a_failing_sensor_fails_for_an_eighth_of_the_readings(anomaly):
    data = make_damped_oscillators(200, noise=0.0, anomaly=anomaly)
    assert np.array_equal(data.clean, make_damped_oscillators(200, noise=0.0).clean)
    for x, clean, first in zip(data.X, data.clean, np.searchsorted(data.times, data.onset)):
        gap = slice(first, first + 8)
        assert np.all(x[gap] == (0.0 if anomaly == "dropout" else clean[first]))
        assert np.array_equal(np.delete(x, gap), np.delete(clean, gap))


def test_a_kick_adds_a_free_oscillation_and_a_frequency_change_keeps_the_envelope():
    normal = make_damped_oscillators(200, noise=0.0)
    kick = make_damped_oscillators(200, noise=0.0, anomaly="kick")
    push = kick.clean - normal.clean
    since = kick.times - kick.onset[:, None]
    A, gamma, f = (v[:, None] for v in (kick.amplitude, kick.damping, kick.frequency))
    expected = A / 2 * np.exp(-gamma * since) * np.sin(2 * np.pi * f * since)
    assert_allclose(np.abs(push), np.where(since > 0, np.abs(expected), 0), atol=1e-12)
    change = make_damped_oscillators(200, noise=0.0, anomaly="frequency")
    assert np.all(np.abs(change.clean) <= A * np.exp(-gamma * change.times) + 1e-12)
    assert np.max(np.abs(np.diff(change.clean, axis=1))) < 1.5 * 2 * np.pi * 1.3 / 8  # no jump


@pytest.mark.parametrize(
    "wrong", [{"n_samples": 0}, {"n_times": 7}, {"duration": 0}, {"noise": -1}, {"anomaly": "x"}]
)
def test_oscillators_that_cannot_be(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}="):
        make_damped_oscillators(**wrong)


def test_noisy_plane_without_noise_is_an_arc_of_an_ellipse():
    centre, axes = np.array([3.0, -1.0, 2.0]), np.array([2.0, 0.5])
    X, angles, plane = make_noisy_plane(500, axes, 200, 50, -30, noise=0, centre=centre)
    assert_allclose(plane @ plane.T, np.eye(2), atol=1e-12)
    along = (X - centre) @ plane.T
    assert_allclose(along @ plane, X - centre, atol=1e-12)  # nothing sticks out of the plane
    assert_allclose(np.sum((along / axes) ** 2, axis=1), 1)
    assert_allclose(np.degrees(np.arctan2(*(along / axes).T[::-1])) % 360, angles)
    assert 0 <= angles.min() < 5 and 195 < angles.max() <= 200


@pytest.mark.parametrize("tilt, turn", [(0, 0), (35, 20), (90, -45)])
def test_noisy_plane_is_tilted_and_turned_as_told(tilt, turn):
    *_, plane = make_noisy_plane(5, tilt=tilt, turn=turn)
    normal = np.cross(*plane)
    assert_allclose(normal[2], np.cos(np.radians(tilt)), atol=1e-12)
    assert_allclose(np.arctan2(plane[0, 1], plane[0, 0]), np.radians(turn))
    assert plane[0, 2] == 0


def test_noise_of_the_plane_is_the_same_in_all_directions():
    n, noise = 100_000, 0.3
    X, angles, plane = make_noisy_plane(n, noise=noise, random_state=4)
    on_arc = np.column_stack([1.2 * np.cos(np.radians(angles)), 0.6 * np.sin(np.radians(angles))])
    rest = X - (0.6, -0.4, 1.0) - on_arc @ plane
    assert_allclose(np.cov(rest.T), noise**2 * np.eye(3), atol=5 * np.sqrt(2 / n) * noise**2)
    same, *_ = make_noisy_plane(n, noise=noise, random_state=4)
    assert np.array_equal(X, same)


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"n_samples": 0}, "n_samples=0 must be an int of at least 1"),
        ({"semi_axes": (1.0, -1.0)}, r"semi_axes=\(1.0, -1.0\) must be positive"),
        ({"arc": 0}, "arc=0 must be positive"),
        ({"noise": -0.1}, "noise=-0.1 is a standard deviation"),
    ],
)
def test_noisy_plane_needs_sensible_sizes(wrong, message):
    with pytest.raises(ValueError, match=message):
        make_noisy_plane(**wrong)


def test_pulses_peak_at_their_position_and_have_their_width():
    n = 4096
    X, position, width = make_travelling_pulses(50, n, widths=(0.1, 0.3), random_state=1)
    angle = 2 * np.pi * np.arange(n) / n
    assert X.dtype == np.float32 and X.min() >= 0 and X.max() <= 1
    # The circular mean and the area of a narrow Gaussian are known in closed form.
    moment = X @ np.exp(1j * angle)
    assert_allclose(np.exp(1j * np.angle(moment)), np.exp(1j * position), atol=1e-4)
    assert_allclose(X.sum(axis=1) * 2 * np.pi / n, np.sqrt(2 * np.pi) * width, rtol=1e-4)
    assert 0.1 <= width.min() and width.max() <= 0.3 and np.ptp(position) > 5


def test_pulses_close_on_the_ring():
    X, position, _ = make_travelling_pulses(2000, 32, widths=(0.4, 0.4))
    near_the_seam = np.abs(position - np.pi / 32) < 0.05  # in the middle of points 0 and 1
    steps = np.abs(np.diff(np.pad(X, [(0, 0), (0, 1)], mode="wrap"), axis=1)).max()
    assert steps < 2 * np.pi / 32 * np.exp(-0.5) / 0.4 * 1.01  # the steepest slope, and no jump
    assert_allclose(X[near_the_seam, 0], X[near_the_seam, 1], atol=0.1)


def test_position_and_width_determine_a_pulse():
    X, position, width = make_travelling_pulses(200, 16, widths=(0.3, 0.3))
    order = np.argsort(position)
    assert np.array_equal(width, np.full(200, 0.3))
    assert np.abs(np.diff(X[order], axis=0)).max() < np.diff(position[order]).max() * 3
    again, *_ = make_travelling_pulses(200, 16, widths=(0.3, 0.3))
    assert np.array_equal(X, again)
    other, *_ = make_travelling_pulses(200, 16, widths=(0.3, 0.3), random_state=1)
    assert not np.array_equal(X, other)


@pytest.mark.parametrize("name", ["n_samples", "n_points"])
def test_pulses_need_samples_and_points(name):
    with pytest.raises(ValueError, match=f"{name}=0 must be an int of at least 1"):
        make_travelling_pulses(**{name: 0})


@pytest.mark.parametrize("widths", [(0, 0.2), (0.3, 0.2), (0.2, 4.0)])
def test_impossible_widths_of_pulses(widths):
    with pytest.raises(ValueError, match=r"widths=.*radians"):
        make_travelling_pulses(5, widths=widths)
