"""`lib.evidence`: differences are taken pair by pair, and the text says what was found."""

import math
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from lib import evidence
from lib.evidence import compare, load

A, B = {"model": "A"}, {"model": "B"}


def table(a, b, measure="mse"):
    """Return runs of A and B with the seeds 0, 1, …; those of B come in falling order."""
    rows = [("A", seed, value) for seed, value in enumerate(a)]
    rows += [("B", seed, value) for seed, value in reversed([*enumerate(b)])]
    return pd.DataFrame(rows, columns=["model", "seed", measure])


def test_the_error_is_that_of_the_mean_difference():
    # By hand: differences -1, -2, -3, mean -2, deviation 1, and 1/√3 for the mean of three.
    result = compare(table([1.0, 10.0, 100.0], [2.0, 12.0, 103.0]), "mse", A, B)
    assert result.difference == -2
    assert math.isclose(result.error, 1 / math.sqrt(3))
    assert str(result) == "A below B in 3 of 3 pairs, difference 2.0 ± 0.6"
    assert result.pairs["difference"].to_list() == [-1, -2, -3]
    assert result.pairs["seed"].to_list() == [0, 1, 2]


def test_it_agrees_with_the_paired_t_test():
    rng = np.random.default_rng(0)
    seeds = 10 * rng.normal(size=20)  # what both share is far larger than what they differ by
    a, b = seeds + rng.normal(size=20), seeds + rng.normal(size=20) + 0.3
    result = compare(table(a, b), "mse", A, B)
    assert math.isclose(result.difference / result.error, scipy.stats.ttest_rel(a, b).statistic)


def test_overlapping_folds_widen_the_error_as_nadeau_and_bengio_say():
    rng = np.random.default_rng(1)
    runs = table(rng.normal(size=10), rng.normal(size=10))
    alone, folds = (compare(runs, "mse", A, B, overlap=r).error for r in (0, 1 / 9))
    assert math.isclose((folds / alone) ** 2, (1 / 10 + 1 / 9) / (1 / 10))


@pytest.mark.parametrize(
    ("a", "b", "text"),
    [
        ([2, 3, 4.5], [1, 2, 3.5], "A above B in 3 of 3 pairs, difference 1 ± 0"),
        ([1, 2, 3], [1, 2, 4], "A below B in 1 of 3 pairs (equal in 2), difference 0.3 ± 0.3"),
        ([1, 2, 3], [1, 2, 3], "A below B in 0 of 3 pairs (equal in 3), difference 0 ± 0"),
        ([0.5, 9.0], [0.0, 0.0], "A above B in 2 of 2 pairs, difference 5 ± 4"),
        ([500, 900], [0, 0], "A above B in 2 of 2 pairs, difference 700 ± 200"),
        ([0.0121, 0.0123], [0.01, 0.01], "A above B in 2 of 2 pairs, difference 0.00220 ± 0.00010"),
        ([2.0], [1.0], "A above B in 1 of 1 pairs, difference 1 ± nan"),
    ],
)
def test_the_text(a, b, text):
    assert str(compare(table(a, b), "mse", A, B)) == text


def test_more_than_the_seed_may_make_a_pair():
    runs = pd.concat([table([1, 2], [2, 4]).assign(k=2), table([5, 6], [8, 10]).assign(k=30)])
    result = compare(runs, "mse", A, B, on=["k", "seed"])
    assert sorted(result.pairs["difference"]) == [-4, -3, -2, -1]
    one = compare(runs, "mse", A | {"k": 2}, B | {"k": 30}, names=("two", "thirty"))
    assert str(one).startswith("two below thirty in 2 of 2 pairs")
    assert str(compare(runs, "mse", {**A, "k": 2}, B | {"k": 30}))[:16] == "A, k 2 below B, "


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda runs: runs.drop(columns="seed"), r"no column 'seed'. There are: model, mse"),
        (lambda runs: runs[runs.model == "B"], r"no run has {'model': 'A'}"),
        (lambda runs: runs.iloc[1:], r"1 run\(s\) have no partner with the same seed, the first 0"),
        (lambda runs: pd.concat([runs.assign(k=1), runs.assign(k=2)]), r"tells them apart.*\['k'"),
    ],
)
def test_what_cannot_be_paired_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        compare(change(table([1.0, 2.0], [3.0, 4.0])), "mse", A, B)


def test_load_reads_numbers_as_numbers_and_text_as_text(tmp_path, monkeypatch):
    monkeypatch.setattr(evidence, "FOLDER", tmp_path)
    (tmp_path / "small.csv").write_text(
        "model,k,seed,mse,auc,seconds,versions,digest\nnone,2,0,0.1,,1.5,numpy 2,00e1\n"
    )
    runs = load("small")
    assert runs.drop(columns="auc").to_dict("records") == [
        {"model": "none", "k": 2, "seed": 0, "mse": 0.1, "seconds": 1.5}
    ]
    assert np.isnan(runs["auc"][0])


def test_an_experiment_without_results_is_named_with_the_remedy():
    with pytest.raises(FileNotFoundError, match=r"splits.*`make experiments NAME=missing`"):
        load("missing")


def test_it_loads_no_tensorflow_and_no_matplotlib():
    code = "import lib.evidence, sys; print({'tensorflow', 'matplotlib'} & sys.modules.keys())"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout == "set()\n"


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda path: path.mkdir(), IsADirectoryError),
        (lambda path: path.write_text(""), ValueError),
        (lambda path: path.write_text("a,b\n1,2\n"), ValueError),
        (lambda path: path.write_text('a,b\n1,2\n"1,2,3'), ValueError),
        (lambda path: path.write_bytes(b"\xff\xfe\x00"), ValueError),
    ],
)
def test_a_table_that_cant_be_read_is_named_with_the_remedy(tmp_path, monkeypatch, spoil, error):
    monkeypatch.setattr(evidence, "FOLDER", tmp_path)
    path = tmp_path / "splits.csv"
    spoil(path)
    with pytest.raises(error) as found:
        load("splits")
    assert str(path) in str(found.value) and "git checkout -- lib/data" in str(found.value)
