"""The stored results of the experiments, and comparisons that are made pair by pair.

A chapter shows one run; an experiment, a file in ``experiments/``, runs every setting over many
seeds, folds or splits, and keeps a row for each run. Seeds differ more than models do, and every
model gets the same seeds: so models are compared seed by seed.
"""

import math
from pathlib import Path

import numpy as np
import pandas as pd

from lib._validation import check_names, check_real

__all__ = ["PairedComparison", "compare", "load"]

FOLDER = Path(__file__).parent / "data" / "evidence"


def load(name):
    """Read the stored runs of an experiment.

    Parameters
    ----------
    name : str
        Of the experiment, such as ``"splits"`` for ``experiments/splits.py``.

    Returns
    -------
    runs : DataFrame
        A row for each run: the columns of the setting, ``seed``, the measures, and ``seconds``,
        the time that the run took on one core.

    Raises
    ------
    FileNotFoundError
        If there are no results of that name. The message names the remedy.
    OSError, ValueError
        If the table can't be read, or is no table of results.

    Examples
    --------
    >>> runs = load("splits")
    >>> list(runs.columns)
    ['splits', 'features', 'components', 'seed', 'accuracy', 'auc', 'seconds']
    """
    names = sorted(path.stem for path in FOLDER.glob("*.csv"))
    if not (isinstance(name, str) and name in names):
        raise FileNotFoundError(
            f"name={name!r}: there are no stored results of this experiment. There are: "
            f"{', '.join(names)}. If experiments/{name}.py is "
            f"there, `make experiments NAME={name}` runs it."
        )
    file = FOLDER / f"{name}.csv"
    try:
        runs = pd.read_csv(file, keep_default_na=False, na_values=[""])
        return runs.drop(columns=["versions", "digest"])
    except (OSError, ValueError, KeyError) as error:
        kind = type(error) if isinstance(error, OSError) else ValueError
        raise kind(
            f"the table {file} can't be read: {error}. Move away what is there, and restore the "
            f"table with `git checkout -- lib/data/evidence/{name}.csv`."
        ) from None


class PairedComparison:
    """What `compare` found; printed, it is the sentence that a chapter may quote.

    Attributes
    ----------
    pairs : DataFrame
        A row for each pair: the columns that the pairs share, and ``a``, ``b`` and
        ``difference``, which is a − b.
    names : tuple of two str
    n_below, n_above, n_equal : int
        Number of pairs in which a is below b, above it, or equal to it.
    difference, error : float
        Mean of a − b, and its standard error, which is NaN for a single pair.
    """

    def __init__(self, pairs, names, overlap=0.0):
        self.pairs, self.names = pairs, names
        differences = pairs["difference"].to_numpy(dtype=float)
        self.n_below = int(np.sum(differences < 0))
        self.n_above = int(np.sum(differences > 0))
        self.n_equal = len(differences) - self.n_below - self.n_above
        self.difference = float(differences.mean())
        self.error = float("nan")
        if len(differences) > 1:
            spread = differences.std(ddof=1)
            self.error = float(spread * math.sqrt(1 / len(differences) + overlap))

    def __str__(self):
        below = self.difference < 0 or (self.difference == 0 and self.n_below >= self.n_above)
        word, count = ("below", self.n_below) if below else ("above", self.n_above)
        equal = f" (equal in {self.n_equal})" if self.n_equal else ""
        return (
            f"{self.names[0]} {word} {self.names[1]} in {count} of {len(self.pairs)} pairs{equal}, "
            f"difference {_with_error(abs(self.difference), self.error)}"
        )

    __repr__ = __str__


def compare(runs, measure, a, b, *, on=("seed",), overlap=0.0, names=None):
    """Compare two settings pair by pair: runs with the same seed, on the same fold or split.

    Parameters
    ----------
    runs : DataFrame
        As from `load`, a row for each run.
    measure : str
        The column that is compared.
    a, b : dict
        What tells the two apart: a column and its value, or several.
    on : sequence of str, default ("seed",)
        The columns whose values the two runs of a pair share, together different in every pair.
        The runs of `a` and `b` must have the same ones.
    overlap : float, default 0
        For folds or splits of one data set, the ratio of a test set's size to its training set's:
        1/9 for ten folds. Their training sets overlap, so the differences are not independent,
        and the variance of the mean is larger by this times the variance of a difference.
    names : tuple of two str, optional
        What the text calls `a` and `b`. Default: their values.

    Returns
    -------
    comparison : PairedComparison
        What follows ± in its text is the standard error of the mean difference: the standard
        deviation of the differences (with ddof 1) times ``sqrt(1 / n_pairs + overlap)``.

    Raises
    ------
    ValueError
        If an argument is not of its type, a column is missing, a measure is missing or no number,
        no run fits `a` or `b`, two runs of one side share the values of
        `on`, or a run has no partner. The message says what to change.

    References
    ----------
    C. Nadeau, Y. Bengio, "Inference for the generalization error", Machine Learning 52 (2003),
    239-281, for `overlap`.

    Examples
    --------
    >>> runs = pd.DataFrame({
    ...     "model": ["linear", "bent"] * 3, "seed": [0, 0, 1, 1, 2, 2],
    ...     "mse": [0.10, 0.07, 0.20, 0.18, 0.30, 0.26],
    ... })
    >>> result = compare(runs, "mse", {"model": "bent"}, {"model": "linear"})
    >>> print(result)
    bent below linear in 3 of 3 pairs, difference 0.030 ± 0.006
    >>> result.pairs["difference"].round(2).to_list()
    [-0.03, -0.02, -0.04]
    """
    if not isinstance(runs, pd.DataFrame):
        raise ValueError(
            f"runs is a {type(runs).__name__}. Pass a DataFrame, as from load('splits')."
        )
    for name, setting in {"a": a, "b": b}.items():
        if not isinstance(setting, dict):
            raise ValueError(f"{name}={setting!r} is no dict. Pass a column and its value.")
    if isinstance(on, str) or not isinstance(on, (list, tuple)) or not on:
        raise ValueError(f"on={on!r} must be a sequence of columns, for example ('seed',).")
    check_real(overlap, "overlap", lambda x: x >= 0, "must not be negative, for example 1/9.")
    if names is not None:
        names = check_names(names, "names", 2, "Pass two, for example ('bent', 'linear').")
    on = list(on)
    for argument, column in (("measure", measure), *(("on", column) for column in on)):
        if not isinstance(column, str):
            raise ValueError(
                f"{argument}: {column!r} is no column. There are: "
                f"{', '.join(map(str, runs))}. Pass one of them."
            )
    for column in (measure, *a, *b, *on):
        if column not in runs:
            raise ValueError(
                f"there is no column {column!r}. There are: {', '.join(map(str, runs))}."
            )
    if not pd.api.types.is_numeric_dtype(runs[measure]):
        raise ValueError(
            f"measure={measure!r} is a column of {runs[measure].dtype}, not of numbers. "
            "Choose another, or convert it with pd.to_numeric."
        )
    sides = [_select(runs, setting, measure, on) for setting in (a, b)]
    if set(sides[0].index) != set(sides[1].index):
        alone = sorted(set(sides[0].index) ^ set(sides[1].index))
        raise ValueError(
            f"{len(alone)} run(s) have no partner with the same {' and '.join(on)}, the first "
            f"{alone[0]}. Compare settings that were run with the same ones, or select the runs "
            "that both have."
        )
    pairs = pd.DataFrame({"a": sides[0], "b": sides[1].loc[sides[0].index]})
    pairs["difference"] = pairs["a"] - pairs["b"]
    return PairedComparison(pairs.reset_index(), names or (_label(a), _label(b)), overlap)


def _select(runs, setting, measure, on):
    """Return the measure of the runs of a setting, indexed by what a pair shares."""
    chosen = runs
    for column, value in setting.items():
        chosen = chosen[chosen[column] == value]
    if chosen.empty:
        raise ValueError(f"no run has {setting}. See the values with runs[{list(setting)}].")
    if chosen.duplicated(on).any():
        differ = [c for c in chosen if c not in (*on, measure) and chosen[c].nunique() > 1]
        raise ValueError(
            f"several runs with {setting} have the same {' and '.join(on)}. Name what else tells "
            f"them apart, in both settings or in `on`: one of {differ}."
        )
    if chosen[measure].isna().any():
        raise ValueError(
            f"{chosen[measure].isna().sum()} run(s) with {setting} have no {measure!r}. Leave them "
            f"out, in both settings, with runs.dropna(subset=[{measure!r}])."
        )
    return chosen.set_index(on)[measure]


def _label(setting):
    """Return a setting in words: text as it is, a number with the name of its column."""
    return ", ".join(
        value if isinstance(value, str) else f"{name} {value}" for name, value in setting.items()
    )


def _with_error(value, error):
    """Return a value and its error to the error's first digit, or two if the first is a 1."""
    if not error > 0:
        return f"{value:.4g} ± {error:.1g}"
    decimals = -math.floor(math.log10(error))
    decimals += round(error * 10**decimals) == 1
    decimals = max(decimals, 0)
    return f"{value:.{decimals}f} ± {error:.{decimals}f}"
