"""The data of the book: Fashion-MNIST from this repository, and samples drawn from a seed."""

import gzip
import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lib._validation import check_int, check_numbers, check_positive, check_real

FASHION_MNIST = Path(__file__).parent / "data" / "fashion_mnist"
SHA256 = {
    "train-images-idx3-ubyte.gz":
        "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",
    "train-labels-idx1-ubyte.gz":
        "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",
    "t10k-images-idx3-ubyte.gz":
        "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
    "t10k-labels-idx1-ubyte.gz":
        "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
}  # fmt: skip
CLASS_NAMES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
N_VALID = 5_000  # the last images of the training file


class FashionMNIST(NamedTuple):
    """Images and labels of Fashion-MNIST, split for training, validation and test.

    Images are float32 arrays of shape (n_samples, 28, 28) with grey values in [0, 1], 0 for the
    background; labels are uint8 arrays of shape (n_samples,), indices into `class_names`.
    """

    X_train: np.ndarray
    y_train: np.ndarray
    X_valid: np.ndarray
    y_valid: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray
    class_names: tuple[str, ...] = CLASS_NAMES


class Oscillations(NamedTuple):
    """Recordings of damped oscillators, and what only their maker knows.

    With n samples and T readings: `times` has shape (T,); `X` (n, T) holds the readings and
    `clean` (n, T) the displacements behind them; `amplitude`, `damping`, `frequency`, `phase` and
    `onset`, the time at which an anomaly begins, have shape (n,). Times are in seconds,
    frequencies in hertz, dampings per second, phases in radians, displacements in arbitrary units.
    """

    times: np.ndarray
    X: np.ndarray
    clean: np.ndarray
    amplitude: np.ndarray
    damping: np.ndarray
    frequency: np.ndarray
    phase: np.ndarray
    onset: np.ndarray


def load_fashion_mnist(folder=FASHION_MNIST):
    """Load Fashion-MNIST: 55 000 images for training, 5 000 for validation, 10 000 for testing.

    Parameters
    ----------
    folder : path, default the copy inside this package
        Where the four gzipped IDX files are.

    Returns
    -------
    data : FashionMNIST
        Train and validation images are views of one array.

    Raises
    ------
    TypeError
        If `folder` is no path.
    FileNotFoundError
        If a file is missing.
    OSError
        If a file can't be read, or is a folder.
    ValueError
        If a file is truncated or altered. Every file is compared with its SHA-256 first.

    References
    ----------
    H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine
    learning algorithms", arXiv:1708.07747 (2017).

    Examples
    --------
    >>> data = load_fashion_mnist()
    >>> data.X_train.shape, data.X_valid.shape, data.X_test.shape
    ((55000, 28, 28), (5000, 28, 28), (10000, 28, 28))
    """
    try:
        folder = Path(folder)
    except TypeError:
        raise TypeError(
            f"folder={folder!r} is no path. Pass the name of a folder, or nothing for the copy in "
            "this repository."
        ) from None
    contents = {name: _read_verified(folder / name, SHA256[name]) for name in SHA256}
    # The headers' lengths are part of the IDX format: 16 bytes for images, 8 for labels.
    train, test = (
        np.frombuffer(
            gzip.decompress(contents[f"{part}-images-idx3-ubyte.gz"]), np.uint8, offset=16
        )
        for part in ("train", "t10k")
    )
    y_train, y_test = (
        np.frombuffer(gzip.decompress(contents[f"{part}-labels-idx1-ubyte.gz"]), np.uint8, offset=8)
        for part in ("train", "t10k")
    )
    X_train, X_test = (
        np.divide(pixels, np.float32(255), dtype=np.float32).reshape(-1, 28, 28)
        for pixels in (train, test)
    )
    return FashionMNIST(
        X_train[:-N_VALID], y_train[:-N_VALID], X_train[-N_VALID:], y_train[-N_VALID:],
        X_test, y_test,
    )  # fmt: skip


def _read_verified(path, sha256):
    """Return the bytes of a file, or raise one error that names the file and the remedy."""
    remedy = (
        "Restore it with `git checkout -- lib/data/fashion_mnist`, or copy it from another clone "
        "of the repository."
    )
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(f"the data file {path} is missing. {remedy}") from None
    except OSError as error:
        if os.path.isdir(path):  # Windows calls it forbidden to read a folder
            raise IsADirectoryError(
                f"{path} is a folder, and should be a data file. Move it away. {remedy}"
            ) from None
        raise type(error)(
            f"the data file {path} can't be read: {error.strerror}. Get the right to read it and "
            f"the folders around it. If that does not help: {remedy}"
        ) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(
            f"the data file {path} ({len(content)} bytes) is truncated or altered: its SHA-256 "
            f"is not the expected one. {remedy}"
        )
    return content


def make_gaussian_cloud(
    n_samples=10_000, mean=(-1.0, 2.0), cov=((4.0, 2.0), (2.0, 2.0)), random_state=0
):
    """Draw samples from a multivariate normal distribution.

    Parameters
    ----------
    n_samples : int, default 10 000
    mean : array-like of shape (n_features,)
        In arbitrary units.
    cov : array-like of shape (n_features, n_features)
        Symmetric and positive semi-definite, in these units squared.
    random_state : int or Generator, default 0
        Seed, as for `numpy.random.default_rng`.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features)

    Raises
    ------
    ValueError
        If no random variable has the covariance `cov`, its shape does not fit `mean`, one of them
        is not of finite numbers, or `n_samples` or `random_state` makes no sense.

    Examples
    --------
    >>> make_gaussian_cloud(3, random_state=1).shape
    (3, 2)
    """
    check_int(n_samples, "n_samples")
    mean = check_numbers(mean, "mean").astype(float)
    cov = check_numbers(cov, "cov").astype(float)
    if mean.ndim != 1 or cov.shape != (mean.size, mean.size):
        raise ValueError(
            f"mean has shape {mean.shape} and cov {cov.shape}. With p features, pass p means and "
            "a p×p covariance matrix."
        )
    variances, directions = np.linalg.eigh(cov)
    if not np.allclose(cov, cov.T) or variances[0] < -1e-10 * abs(variances[-1]):
        raise ValueError(
            f"cov is not symmetric and positive semi-definite (smallest eigenvalue "
            f"{variances[0]:.3g}), so nothing has this covariance. Keep cov[i, j] = cov[j, i] and "
            "|cov[i, j]| <= sqrt(cov[i, i] * cov[j, j])."
        )
    # The symmetric square root of cov does not depend on the signs of its eigenvectors, so every
    # machine draws the same samples.
    root = (directions * np.sqrt(variances.clip(min=0))) @ directions.T
    rng = _generator(random_state)
    return mean + rng.standard_normal((n_samples, mean.size)) @ root


def make_mass_spring_chain(
    n_masses=20, n_samples=10_000, temperature=1.0, stiffness=1.0, mass=1.0, random_state=0
):
    """Draw thermal snapshots of a chain of masses and springs between two walls.

    The potential energy of the displacements u (one a mass) is ``u @ K @ u / 2``, with the
    stiffness matrix K of ``n_masses + 1`` equal springs. In equilibrium u is Gaussian with the
    covariance k_B T K⁻¹. The samples are drawn by a Cholesky factor of K; the normal modes, which
    are known in closed form, take no part in it.

    Parameters
    ----------
    n_masses, n_samples : int
    temperature : float, default 1.0
        k_B T, an energy.
    stiffness : float, default 1.0
        Of each spring: energy per length squared.
    mass : float, default 1.0
        Of each mass.
    random_state : int or Generator, default 0

    Returns
    -------
    X : ndarray of shape (n_samples, n_masses)
        Displacements, a length.
    frequencies : ndarray of shape (n_masses,)
        Angular frequencies ω of the normal modes, ascending.
    modes : ndarray of shape (n_masses, n_masses)
        Unit vectors, one normal mode a row, in the order of `frequencies`.

    Raises
    ------
    ValueError
        If a number of masses or samples is not a positive int, or the temperature, stiffness or
        mass is not positive, or `random_state` makes no sense.

    References
    ----------
    H. Goldstein, C. Poole, J. Safko, "Classical Mechanics", 3rd ed. (2002), ch. 6.

    Examples
    --------
    >>> X, frequencies, modes = make_mass_spring_chain(n_masses=3, n_samples=5)
    >>> X.shape, (frequencies**2).round(3)
    ((5, 3), array([0.586, 2.   , 3.414]))
    """
    for name, value in dict(temperature=temperature, stiffness=stiffness, mass=mass).items():
        check_positive(value, name)
    for name, value in dict(n_masses=n_masses, n_samples=n_samples).items():
        check_int(value, name)
    neighbours = np.eye(n_masses, k=1) + np.eye(n_masses, k=-1)
    K = stiffness * (2 * np.eye(n_masses) - neighbours)
    L = np.linalg.cholesky(K)  # K = L Lᵀ, so cov(L⁻ᵀ ξ) = K⁻¹ for white noise ξ
    noise = _generator(random_state).standard_normal((n_masses, n_samples))
    X = np.sqrt(temperature) * np.linalg.solve(L.T, noise).T

    angle = np.pi * np.arange(1, n_masses + 1) / (n_masses + 1)
    frequencies = 2 * np.sqrt(stiffness / mass) * np.sin(angle / 2)
    modes = np.sqrt(2 / (n_masses + 1)) * np.sin(np.outer(angle, np.arange(1, n_masses + 1)))
    return X, frequencies, modes


def make_damped_oscillators(
    n_samples=1_000, n_times=64, duration=8.0, noise=0.05, anomaly=None, random_state=0
):
    """Record damped oscillators, at equal times and with irregular noise.

    The displacement is ``x(t) = A exp(-γ t) cos(2π f t + φ)``, the solution of
    ``x'' + 2γ x' + ((2π f)² + γ²) x = 0``. Each sample has its own amplitude A in [0.5, 1.5],
    damping γ in [0.05, 0.35] /s, frequency f in [0.4, 1] Hz and phase φ in [0, 2π), all uniform.
    Each sample has its own instrument too: its Gaussian noise has a standard deviation that is
    uniform in [0.5, 1.5] times `noise`, and every reading has a chance of 1 % to be a glitch,
    with five times as much of it.

    Parameters
    ----------
    n_samples, n_times : int
    duration : float, default 8.0
        The readings are taken at ``duration * arange(n_times) / n_times`` seconds.
    noise : float, default 0.05
        Mean standard deviation of a reading that is not a glitch; 0 for none.
    anomaly : {None, "kick", "frequency", "dropout", "stuck"}
        What happens to each sample at a reading that is drawn from the second quarter of the
        times. A kick: the oscillator gets a push, which adds ``±A/2 exp(-γ τ) sin(2π f τ)`` at the
        time τ after it. A frequency change: f becomes 0.7 f or 1.3 f, with no jump. A dropout: for
        an eighth of the readings the sensor records its noise only. A stuck sensor: for an eighth
        of the readings it repeats one value.
    random_state : int or Generator, default 0
        The same seed gives the same oscillators and noise for every `anomaly`.

    Returns
    -------
    data : Oscillations
        `onset` is NaN without an anomaly.

    Raises
    ------
    ValueError
        If `anomaly` is unknown, the noise is negative, there are no samples, no duration or fewer
        than 8 readings, or `random_state` makes no sense.

    References
    ----------
    L. D. Landau, E. M. Lifshitz, "Mechanics", 3rd ed. (1976), § 25.

    Examples
    --------
    >>> data = make_damped_oscillators(3, n_times=16, anomaly="kick")
    >>> data.X.shape, bool((data.onset >= 2).all() and (data.onset < 4).all())
    ((3, 16), True)
    """
    known = ("kick", "frequency", "dropout", "stuck")
    if not (anomaly is None or (isinstance(anomaly, str) and anomaly in known)):
        raise ValueError(
            f"anomaly={anomaly!r} is unknown. Use None, 'kick', 'frequency', 'dropout' or 'stuck'."
        )
    check_int(n_samples, "n_samples")
    check_int(n_times, "n_times", least=8)
    check_positive(duration, "duration")
    _check_noise(noise)
    rng = _generator(random_state)
    ranges = ((0.5, 1.5), (0.05, 0.35), (0.4, 1.0), (0.0, 2 * np.pi))
    parameters = [rng.uniform(low, high, n_samples) for low, high in ranges]
    A, gamma, f, phi = (values[:, None] for values in parameters)  # (n_samples, 1)
    level = noise * rng.uniform(0.5, 1.5, (n_samples, 1))
    errors = level * rng.standard_normal((n_samples, n_times))
    errors *= np.where(rng.random((n_samples, n_times)) < 0.01, 5.0, 1.0)
    first = rng.integers(n_times // 4, n_times // 2, (n_samples, 1))  # reading of the onset
    upwards = rng.random((n_samples, 1)) < 0.5

    times = duration * np.arange(n_times) / n_times
    since = np.maximum(times - times[first], 0.0)  # 0 before the onset
    angle = 2 * np.pi * f * times + phi
    if anomaly == "frequency":
        angle += 2 * np.pi * f * np.where(upwards, 0.3, -0.3) * since
    clean = A * np.exp(-gamma * times) * np.cos(angle)
    if anomaly == "kick":
        push = A / 2 * np.exp(-gamma * since) * np.sin(2 * np.pi * f * since)
        clean += np.where(upwards, push, -push)
    X = clean + errors
    gap = (np.arange(n_times) >= first) & (np.arange(n_times) < first + n_times // 8)
    if anomaly == "dropout":
        X = np.where(gap, errors, X)
    if anomaly == "stuck":
        X = np.where(gap, np.take_along_axis(X, first, axis=1), X)
    onset = times[first[:, 0]] if anomaly else np.full(n_samples, np.nan)
    return Oscillations(times, X, clean, *parameters, onset)


def make_noisy_plane(
    n_samples=60, semi_axes=(1.2, 0.6), arc=270.0, tilt=35.0, turn=20.0, noise=0.1,
    centre=(0.6, -0.4, 1.0), random_state=0,
):  # fmt: skip
    """Draw samples near an arc of an ellipse that lies in a tilted plane of three dimensions.

    Two numbers describe a sample except for the noise, which is Gaussian and the same in all
    directions. One would do, the angle along the arc, but not linearly.

    Parameters
    ----------
    n_samples : int, default 60
    semi_axes : tuple of two floats
        Of the ellipse, in arbitrary units; the first one is horizontal.
    arc : float, default 270
        Range of the angles, which are uniform from 0 on, in degrees.
    tilt, turn : float
        The plane is horizontal before it is tilted about the first axis and then turned about
        the third, in degrees.
    noise : float, default 0.1
        Standard deviation in each direction, in arbitrary units.
    centre : array-like of shape (3,)
        Of the ellipse. The mean of the samples is another point, because the arc is open.
    random_state : int or Generator, default 0

    Returns
    -------
    X : ndarray of shape (n_samples, 3)
        In arbitrary units.
    angles : ndarray of shape (n_samples,)
        Of each sample along the arc, in degrees.
    plane : ndarray of shape (2, 3)
        Orthonormal rows along the semi-axes. They span the plane.

    Raises
    ------
    ValueError
        If there is no sample, a semi-axis or the arc is not positive, the noise is negative, an
        angle or the centre is not of finite numbers, or `random_state` makes no sense.

    Examples
    --------
    >>> X, angles, plane = make_noisy_plane(noise=0, centre=(0, 0, 0))
    >>> X.shape, bool(np.allclose(X @ plane.T @ plane, X))
    ((60, 3), True)
    """
    check_int(n_samples, "n_samples")
    check_positive(arc, "arc")
    for name, value in {"tilt": tilt, "turn": turn}.items():
        check_real(value, name, lambda x: True, "must be a finite number of degrees, such as 20.0.")
    _check_noise(noise)
    if check_numbers(semi_axes, "semi_axes").shape != (2,) or not min(semi_axes) > 0:
        raise ValueError(f"semi_axes={semi_axes!r} must be positive. Pass two, such as (1.2, 0.6).")
    if check_numbers(centre, "centre").shape != (3,):
        raise ValueError(f"centre={centre!r} is no point. Pass three numbers, such as (0, 0, 0).")
    rng = _generator(random_state)
    angles = arc * rng.random(n_samples)
    along, tilt, turn = np.radians(angles), np.radians(tilt), np.radians(turn)
    ellipse = np.column_stack([np.cos(along), np.sin(along)]) * semi_axes  # (n_samples, 2)
    horizontal = np.array([np.cos(turn), np.sin(turn), 0.0])
    uphill = np.array([-np.sin(turn) * np.cos(tilt), np.cos(turn) * np.cos(tilt), np.sin(tilt)])
    plane = np.stack([horizontal, uphill])
    X = np.asarray(centre) + ellipse @ plane + noise * rng.standard_normal((n_samples, 3))
    return X, angles, plane


def make_travelling_pulses(n_samples=5_000, n_points=64, widths=(0.19, 0.45), random_state=0):
    """Sample a pulse of random position and width on a ring.

    The field at angle θ is ``exp(-d² / 2w²)``, where d is the distance on the ring between θ and
    the pulse's position. So two numbers determine a sample; one, if all widths are equal.

    Parameters
    ----------
    n_samples : int, default 5 000
    n_points : int, default 64
        Points at equal distances on the ring, the first at angle 0.
    widths : tuple of two floats, default (0.19, 0.45)
        Smallest and largest standard deviation w of a pulse, in radians. Widths are uniform in
        between, positions uniform on the ring.
    random_state : int or Generator, default 0
        Seed, as for `numpy.random.default_rng`.

    Returns
    -------
    X : ndarray of shape (n_samples, n_points)
        Float32 and dimensionless: in [0, 1], and 1 at the pulse's position.
    position, width : ndarray of shape (n_samples,)
        In radians, the position in [0, 2π).

    Raises
    ------
    ValueError
        If a number is not a positive int, `widths` are not ascending or exceed π, or
        `random_state` makes no sense.

    Examples
    --------
    >>> X, position, width = make_travelling_pulses(3, n_points=8, widths=(0.3, 0.3))
    >>> X.shape, position.shape, width
    ((3, 8), (3,), array([0.3, 0.3, 0.3]))
    """
    for name, value in {"n_samples": n_samples, "n_points": n_points}.items():
        check_int(value, name)
    two = check_numbers(widths, "widths").shape == (2,)
    if not (two and 0 < widths[0] <= widths[1] <= np.pi):
        raise ValueError(
            f"widths={widths!r} must be ascending, positive and at most π: (smallest, largest), in "
            "radians."
        )
    narrow, broad = widths
    rng = _generator(random_state)
    position = rng.uniform(0, 2 * np.pi, n_samples)
    width = rng.uniform(narrow, broad, n_samples)
    angle = 2 * np.pi * np.arange(n_points) / n_points
    # The shorter way round, in [-π, π).
    distance = (angle - position[:, None] + np.pi) % (2 * np.pi) - np.pi
    X = np.exp(-(distance**2) / (2 * width[:, None] ** 2))
    return X.astype(np.float32), position, width


def _check_noise(noise):
    remedy = "is a standard deviation: 0 or more, for example 0.1."
    check_real(noise, "noise", lambda x: x >= 0, remedy)


def _generator(random_state):
    try:
        return np.random.default_rng(random_state)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"random_state={random_state!r} is no seed ({error}). Pass an int of at least 0, or a "
            "numpy.random.Generator."
        ) from None
