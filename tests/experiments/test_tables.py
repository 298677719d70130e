"""The stored results of every experiment are whole, current, and what a run gives today.

An experiment that nobody has run yet is skipped, with the command that runs it; no sentence of the
book can rest on it, since a chapter that asks for its table fails.
"""

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


def with_results(path):
    """Return an experiment; skip the test if it has never been run."""
    if not experiment(path).table.exists():
        pytest.skip(f"experiments/{path.name} has not been run: make experiments NAME={path.stem}")
    return experiment(path)


def say(problems):
    """Fail with these sentences, if there are any."""
    problems = "\n".join(problems)
    if problems:
        pytest.fail(problems, pytrace=False)


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_the_table_is_whole_and_current(path):
    say(with_results(path).problems())


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_the_cheap_run_gives_what_is_stored(path):
    setting, seed = with_results(path).module.CHEAP
    *_, measures, _ = experiments.run_once(path, ROOT, setting, seed)
    say(experiment(path).drift(setting, seed, measures))


def test_every_table_has_its_experiment():
    tables = {path.stem for path in (ROOT / "lib" / "data" / "evidence").glob("*")}
    say(
        f"lib/data/evidence has results of {name!r}, and there is no experiments/{name}.py. Delete "
        "the results, or bring the experiment back."
        for name in sorted(tables - {path.stem for path in EXPERIMENTS})
    )
