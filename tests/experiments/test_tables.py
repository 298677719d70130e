"""The stored results of every experiment are whole, current, and what a run gives today."""

import functools
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import experiments  # noqa: E402

EXPERIMENTS = experiments.find()


@functools.cache
def experiment(path):
    """Import an experiment."""
    return experiments.Experiment(path)


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_the_table_is_whole_and_current(path):
    problems = experiment(path).problems()
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_the_cheap_run_gives_what_is_stored(path):
    setting, seed = experiment(path).module.CHEAP
    *_, measures, _ = experiments.run_once(path, ROOT, setting, seed)
    drift = experiment(path).drift(setting, seed, measures)
    assert not drift, "\n".join(drift)


def test_every_table_has_its_experiment():
    tables = {path.stem for path in (ROOT / "lib" / "data" / "evidence").glob("*")}
    alone = tables - {path.stem for path in EXPERIMENTS}
    assert not alone, (
        f"lib/data/evidence has results of {sorted(alone)}, and experiments/ has no file of that "
        "name. Delete the results, or bring the experiment back."
    )
