"""Checks of the exercises of chapter 10, recurrent autoencoders."""

import numpy as np

from lib.checks import exercise
from lib.checks.core.draws import not_sorted_by_eig
from lib.checks.core.mistakes import Wrong
from lib.checks.core.results import agree, array, close, number, precision


def sigmoid(a):
    """Return 1 / (1 + exp(-a))."""
    return 1 / (1 + np.exp(-a))


def step(
    x, h, Wx, Wh, b, *, order=(0, 1, 2), swap=False, biases=(0, 1), late=True, early=False,
    squash=np.tanh,
):  # fmt: skip
    """Return the state after a step of a GRU; the options spoil it."""
    of_x, of_h = (np.split(a, 3, axis=1) for a in (x @ Wx + b[biases[0]], h @ Wh + b[biases[1]]))
    k, r, n = order
    keep, reset = sigmoid(of_x[k] + of_h[k]), sigmoid(of_x[r] + of_h[r])
    part = slice(n * h.shape[1], (n + 1) * h.shape[1])
    inner = of_h[n] if late else of_h[n] - b[biases[1]][part]
    of_state = reset * inner + (0 if late else of_h[n] - inner)
    if early:
        of_state = (reset * h) @ Wh[:, part] + b[biases[1]][part]
    new = squash(of_x[n] + of_state)
    return (1 - keep) * h + keep * new if swap else keep * h + (1 - keep) * new


def gates(rng):
    """Return inputs, states and weights of small GRUs."""
    return [
        (
            rng.normal(size=(n, q)),
            rng.normal(size=(n, u)),
            rng.normal(size=(q, 3 * u)),
            rng.normal(size=(u, 3 * u)),
            rng.normal(size=(2, 3 * u)),
        )
        for n, q, u in ((4, 3, 5), (6, 2, 2))
    ]


@exercise(
    "ex-recurrent-autoencoder-1",
    title="One step of a GRU",
    shows="The gates choose, unit by unit, between the old state and a new one.",
    look="Write the shape of each of the six parts beside its line.",
    cases=gates,
    mistakes={
        "keep-and-new-swapped": (
            lambda *args: step(*args, swap=True),
            "The two shares are swapped: with a keep gate of one the state should stay.",
        ),
        "gates-in-other-order": (
            lambda *args: step(*args, order=(1, 0, 2)),
            "Keep and reset are swapped: in which order does Keras store the three parts?",
        ),
        "one-bias": (
            lambda x, h, Wx, Wh, b: step(x, h, Wx, Wh, b * [[1], [0]]),
            "The second row of biases is missing.",
        ),
        "bias-outside-reset": (
            lambda *args: step(*args, late=False),
            "The reset gate multiplies the bias of the state's part too.",
        ),
        "reset-before-weights": (
            lambda x, h, Wx, Wh, b: step(x, h, Wx, Wh, b, early=True),
            "The reset gate multiplies the state itself, as in the paper of 2014 and in Keras with "
            "`reset_after=False`. In the formula of this chapter the weights come first.",
        ),
        "no-biases": (
            lambda x, h, Wx, Wh, b: step(x, h, Wx, Wh, 0 * b),
            "Both rows of biases are missing.",
        ),
        "no-tanh": (
            lambda *args: step(*args, squash=lambda a: a),
            "The new state is not squashed: where is the hyperbolic tangent?",
        ),
        "sigmoid-for-tanh": (
            lambda *args: step(*args, squash=sigmoid),
            "The new state is squashed by the sigmoid. That is the gates' function.",
        ),
        "no-reset": (
            lambda x, h, Wx, Wh, b: step(
                x, h, Wx, Wh, b + 1e3 * (np.arange(b.shape[1]) // (b.shape[1] // 3) == 1)
            ),
            "The reset gate takes no part.",
        ),
        "only-new": (
            lambda x, h, Wx, Wh, b: step(
                x, h, Wx, Wh, b - 1e3 * (np.arange(b.shape[1]) < b.shape[1] // 3)
            ),
            "This is the new state alone. The keep gate mixes it with the old one.",
        ),
    },
)
def gru_step(result, x, h, Wx, Wh, b):
    """The state after one step."""
    agree(result, step(x, h, Wx, Wh, b))


def counted(scores, rate, more=0):
    """Return the entry that `round(rate n) + more` entries exceed."""
    place = len(scores) - 1 - round(rate * len(scores)) - more
    return np.sort(scores)[min(max(place, 0), len(scores) - 1)]


def scores_and_rates(rng):
    """Return scores and rates, some of them no whole number of entries."""
    pairs = ((50, 0.1), (80, 0.05), (33, 0.2), (40, 0.0), (21, 0.36), (44, 0.1))
    cases = [(rng.lognormal(0, 1, n), rate) for n, rate in pairs]
    return [*cases, (np.round(rng.lognormal(0, 1, 60), 1), 0.5)]  # with ties


@exercise(
    "ex-recurrent-autoencoder-2",
    title="A threshold for a false-alarm rate",
    shows="A threshold is a place in the sorted scores, and it needs normal recordings only.",
    look="Count: how many entries of your `scores` are strictly larger than your threshold?",
    cases=scores_and_rates,
    mistakes={
        "one-sample-more": (
            lambda s, rate: counted(s, rate, more=1),
            "One more entry exceeds this threshold than is allowed.",
        ),
        "one-alarm-less": (
            lambda s, rate: counted(s, rate, more=-1),
            "A smaller threshold would do: one alarm more is allowed.",
        ),
        "rounded-down": (
            lambda s, rate: np.sort(s)[len(s) - 1 - int(rate * len(s))],
            "The number of alarms that are allowed is rounded down. `round` goes to the nearest.",
        ),
        "rounded-up": (
            lambda s, rate: np.sort(s)[len(s) - 1 - int(np.ceil(rate * len(s)))],
            "The number of alarms that are allowed is rounded up. `round` goes to the nearest.",
        ),
        "from-below": (
            lambda s, rate: np.sort(s)[round(rate * len(s))],
            "You count from the smallest score. Alarms are the largest ones.",
        ),
        "interpolated": (
            lambda s, rate: np.quantile(s, 1 - rate),
            "The threshold lies between two entries. An entry of `scores` is asked for.",
        ),
        "largest-score": (
            lambda s, rate: s.max(),
            "Nothing exceeds this threshold, although some false alarms are allowed.",
        ),
        "mean-and-deviations": (
            lambda s, rate: s.mean() + 2 * s.std(),
            "Mean and standard deviation do not know the rate. Sort the scores.",
        ),
    },
)
def threshold_for(result, scores, rate):
    """The smallest entry that few enough exceed."""
    if not close(number(result), counted(scores, rate), min(precision(result), 1e-5)):
        raise Wrong("value")


K = 12


def residual_scores(X_fit, X, k=K):
    """Return the mean squared residual of the rows of X after PCA fitted to X_fit."""
    mean = X_fit.mean(axis=0)
    Vt = np.linalg.svd(X_fit - mean, full_matrices=False)[2][:k]
    return np.mean((X - mean - (X - mean) @ Vt.T @ Vt) ** 2, axis=1)


def alarms(
    X_train, X_valid, is_anomaly, X_test, *, scale=None, fit=None, normal=None, share=0.95, k=K
):
    """Return the alarms; the options spoil them."""
    scale, fit = X_train if scale is None else scale, X_train if fit is None else fit
    mean, std = scale.mean(axis=0), scale.std(axis=0)
    chosen = X_valid[~is_anomaly if normal is None else normal]
    limit = np.quantile(residual_scores((fit - mean) / std, (chosen - mean) / std, k), share)
    return residual_scores((fit - mean) / std, (X_test - mean) / std, k) > limit


def not_scaled(X_train, X_valid, is_anomaly, X_test):
    """Use the features in their own units."""
    limit = np.quantile(residual_scores(X_train, X_valid[~is_anomaly]), 0.95)
    return residual_scores(X_train, X_test) > limit


def everything(*parts):
    """Return all data as one array."""
    return np.concatenate(parts)


def watched(rng):
    """Return training and validation data, which are anomalous, and test data of all sizes."""

    def draw(n, p):
        turned = np.linalg.qr(rng.normal(size=(p, p)))[0] * 0.85 ** np.arange(p)[:, None]
        unit = rng.uniform(0.2, 5, p)
        X, V, T = (rng.normal(size=(m, p)) @ turned * unit + 3 * unit for m in (n, 60, 500))
        sick = rng.permutation(60) < 15
        V[sick] += rng.normal(0, 0.4, (15, p)) * unit
        T = T.mean(axis=0) + (T - T.mean(axis=0)) * rng.lognormal(0.4, 1, (500, 1)) + 0.1 * unit
        return X, V, sick, T

    drawn = [draw(60, 18), draw(80, 16)]
    return drawn + not_sorted_by_eig(
        lambda: draw(70, K + 1), lambda X, V, a, T: np.corrcoef(X.T), lambda X, V, a, T: K
    )


def in_order_of_eig(X, V, a, T):
    """Project on eigenvectors as `eig` returns them."""
    mean, std, S = X.mean(axis=0), X.std(axis=0), np.linalg.eig(np.corrcoef(X.T))[1].real[:, :K]
    scaled = (V[~a] - mean) / std, (T - mean) / std
    of_valid, of_test = (np.mean((Z - Z @ S @ S.T) ** 2, axis=1) for Z in scaled)
    return of_test > np.quantile(of_valid, 0.95)


@exercise(
    "ex-recurrent-autoencoder-3",
    title="What the detector has seen",
    shows="Scale and components come from training data, the threshold from normal ones.",
    look="For each line ask which of the three sets it may learn from.",
    cases=watched,
    mistakes={
        "all-three-mistakes": (
            lambda X, V, a, T: alarms(X, V, a, T, scale=everything(X, V, T),
                                      fit=everything(X, V, T), normal=slice(None)),
            "All three mistakes are still there.",
        ),
        "anomalies-in-threshold": (
            lambda X, V, a, T: alarms(X, V, a, T, normal=slice(None)),
            "The threshold is taken from recordings of which some are anomalous.",
        ),
        "threshold-from-anomalies": (
            lambda X, V, a, T: alarms(X, V, a, T, normal=a),
            "The threshold is taken from the anomalies instead of the normal recordings.",
        ),
        "test-data-used": lambda X, V, a, T: alarms(X, V, a, T, scale=everything(X, V, T),
                                                    fit=everything(X, V, T)),
        "scaled-with-all": (
            lambda X, V, a, T: alarms(X, V, a, T, scale=everything(X, V, T)),
            "Mean and deviation come from all the data. The test recordings must not take part.",
        ),
        "fitted-with-all": (
            lambda X, V, a, T: alarms(X, V, a, T, fit=everything(X, V, T)),
            "PCA is fitted to all the data. The test recordings must not take part.",
        ),
        "own-scale": lambda X, V, a, T: alarms(*(
            (part - part.mean(axis=0)) / part.std(axis=0) for part in (X, V)
        ), a, (T - T.mean(axis=0)) / T.std(axis=0)),
        "not-scaled": not_scaled,
        "not-sorted": in_order_of_eig,
        "threshold-from-training": (
            lambda X, V, a, T: alarms(X, X, np.zeros(len(X), bool), T),
            "The threshold is taken from the recordings of the fit, whose residuals are too small.",
        ),
        "alarms-reversed": (
            lambda X, V, a, T: ~alarms(X, V, a, T),
            "The alarms are reversed: a large residual is suspicious.",
        ),
    },
)  # fmt: skip
def find_alarms(result, X_train, X_valid, is_anomaly, X_test):
    """Which test recordings exceed the threshold."""
    values = array(result, (len(X_test),))
    if not np.isin(values, (0, 1)).all():
        raise Wrong("not-truth")
    if not np.array_equal(values, alarms(X_train, X_valid, is_anomaly, X_test)):
        raise Wrong("value")


def window_means(R, w):
    """Return the means over all windows of w successive columns."""
    total = np.cumsum(np.pad(R, ((0, 0), (1, 0))), axis=1)
    return (total[:, w:] - total[:, :-w]) / w


def residuals(rng):
    """Return residuals with a burst in each row."""
    cases = []
    for n, times, w in ((5, 20, 4), (7, 12, 3), (4, 9, 1), (3, 10, 10)):
        R = rng.normal(size=(n, times))
        R[np.arange(n), rng.integers(0, times, n)] += rng.choice([-4, 4], n)
        R[0, -1] += 12
        cases.append((R, w))
    return cases


@exercise(
    "ex-recurrent-autoencoder-5",
    title="How long is an anomaly?",
    shows="A short window listens to single glitches; how long it should be is for data to say.",
    look="Try one row of six readings with w = 2, on paper.",
    cases=residuals,
    mistakes={
        "sum-for-mean": lambda R, w: window_means(R**2, w).max(axis=1) * w,
        "not-squared": (
            lambda R, w: window_means(R, w).max(axis=1),
            "The residuals are not squared, so those of opposite sign cancel.",
        ),
        "absolute-for-squared": (
            lambda R, w: window_means(np.abs(R), w).max(axis=1),
            "This is the mean of the absolute values, and that of the squares is asked for.",
        ),
        "mean-of-windows": (
            lambda R, w: window_means(R**2, w).mean(axis=1),
            "This is the mean over the windows. The largest is asked for.",
        ),
        "blocks-for-windows": (
            lambda R, w: (R[:, : R.shape[1] // w * w] ** 2).reshape(len(R), -1, w).mean(axis=2)
            .max(axis=1),
            "The windows do not overlap. They begin at every column, not at every w-th.",
        ),
        "padded-window": (
            lambda R, w: window_means(np.pad(R**2, ((0, 0), (w - 1, w - 1)), mode="edge"), w)
            .max(axis=1),
            "Some windows reach over the ends of the recording.",
        ),
        "last-window": (
            lambda R, w: window_means(R**2, w)[:, : max(R.shape[1] - w, 1)].max(axis=1),
            "The last window is missing. How many windows of length w are there?",
        ),
        "wider-window": (
            lambda R, w: window_means(R**2, w + 1).max(axis=1),
            "The window is one reading too wide.",
        ),
        "window-in-all-rows": (
            lambda R, w: np.full(len(R), window_means(R**2, w).max()),
            "Every recording gets the same score, the largest of all.",
        ),
    },
)  # fmt: skip
def windowed_score(result, R, w):
    """The largest mean over a window."""
    agree(result, window_means(R**2, w).max(axis=1))
