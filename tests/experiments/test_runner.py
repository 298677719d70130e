"""The runner loses nothing when it is stopped, and notices what makes results doubtful.

Each test has a folder of its own, with a small experiment and a small `lib`.
"""

import csv
import subprocess
import sys
import time
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
LIB = "def double(x):\n    return 2 * x\n"
SMALL = '''"""Is twice a number even?

A second paragraph.
"""

import random
import time

from lib.arithmetic import double

GRID = {"number": [1, 2], "kind": ["plain", "None"]}
SEEDS = range(3)
TOLERANCE = {"result": 0.5, "drawn": float("inf"), "odd": 0.0}
CHEAP = ({"number": 2, "kind": "plain"}, 1)


def run(setting, seed):
    # A comment.
    time.sleep(0.05)
    result = double(setting["number"]) + seed
    return {"result": result, "drawn": random.random(), "odd": float(seed or "nan")}
'''


@pytest.fixture
def root(tmp_path):
    """Return a folder with one experiment, which has not run."""
    for name, text in {
        "experiments/small.py": SMALL,
        "experiments/_shared.py": "not = an experiment",
        "lib/__init__.py": "",
        "lib/arithmetic.py": LIB,
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def command(root, *options):
    return [sys.executable, TOOLS / "experiments.py", "--root", root, "--jobs", "1", *options]


def run(root, *options):
    """Run the runner to its end; return its exit status and what it printed."""
    done = subprocess.run(command(root, *options), capture_output=True, text=True)
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout


def rows(root):
    """Return the rows of the table."""
    path = root / "lib" / "data" / "evidence" / "small.csv"
    if not path.exists():
        return []
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def problems(root):
    """Return what the tests would say of the table."""
    code = (
        f"import sys; sys.path[:0] = [{str(TOOLS)!r}]; import experiments; "
        f"from pathlib import Path; root = Path({str(root)!r}); "
        "print(*experiments.Experiment(root / 'experiments' / 'small.py', root).problems())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert not done.stderr, done.stderr
    return done.stdout.strip()


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_it_runs_what_is_missing_and_shows_what_is_left(root):
    assert "no results" in problems(root) and "`make experiments NAME=small` runs" in problems(root)
    status, printed = run(root)
    assert status == 0
    lines = printed.splitlines()
    assert lines[0] == "small: 12 of 12 runs to do"
    assert lines[1].startswith("  1/12  number = 1, kind = plain, seed = 0: result 2, drawn ")
    assert "11 left" in lines[1] and "0 left" in lines[12]
    table = rows(root)
    assert [(r["number"], r["kind"], r["seed"], r["result"]) for r in table[:4]] == [
        ("1", "plain", "0", "2"), ("1", "plain", "1", "3"), ("1", "plain", "2", "4"),
        ("1", "None", "0", "2"),
    ]  # fmt: skip
    assert [row["odd"] for row in table[:3]] == ["", "1", "2"]
    assert all(0.05 <= float(r["seconds"]) < 5 and "numpy " in r["versions"] for r in table)
    assert problems(root) == ""
    assert run(root) == (0, "small: all 12 runs are there\n")
    assert rows(root) == table


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_killed_and_started_again_it_keeps_what_was_done(root, jobs):
    runner = subprocess.Popen(command(root, "--jobs", jobs), stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(rows(root)) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    runner.kill()
    runner.wait()
    kept = rows(root)
    assert 3 <= len(kept) < 12
    assert f"lacks {12 - len(kept)} of 12 runs" in problems(root)
    status, printed = run(root, "small")
    assert status == 0 and printed.startswith(f"small: {12 - len(kept)} of 12 runs to do")
    assert len(rows(root)) == 12
    assert all(row in rows(root) for row in kept)  # also what was drawn


def test_a_changed_line_makes_the_table_stale_and_a_changed_comment_does_not(root):
    run(root)
    experiment, lib = root / "experiments" / "small.py", root / "lib" / "arithmetic.py"
    change(experiment, "# A comment.", "# Another\n    # comment.")
    change(experiment, "A second paragraph.", "Another one.")
    change(lib, LIB, f'"""Arithmetic."""\n\n\n{LIB}\n\ndef new(x):\n    return 3 * x\n')
    assert problems(root) == ""
    change(lib, "2 * x", "x + x")
    said = problems(root)
    assert "lib/data/evidence/small.csv is stale: 12 of 12 rows were made by other code." in said
    assert "`make experiments NAME=small` runs them anew" in said and "CHECK=1" in said
    change(lib, "x + x", "2 * x")
    assert problems(root) == ""
    change(experiment, "+ seed\n", "+ 2 * seed\n")
    assert "stale" in problems(root)
    before = rows(root)
    assert run(root)[1].startswith("small: 12 of 12 runs to do")
    assert problems(root) == "" and rows(root)[1]["result"] == "4" != before[1]["result"]


def test_other_packages_make_the_table_stale_and_are_named(root):
    run(root)
    table = rows(root)
    with open(root / "lib" / "data" / "evidence" / "small.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, table[0])
        writer.writeheader()
        writer.writerows(row | {"versions": "numpy 0.1", "digest": "other"} for row in table)
    assert "12 of 12 rows were made by other packages (numpy 0.1)." in problems(root)


def test_a_larger_plan_runs_only_what_is_new(root):
    run(root)
    table = rows(root)
    change(root / "experiments" / "small.py", "range(3)", "range(4)")
    assert "lacks 4 of 16 runs, the first number = 1, kind = plain, seed = 3." in problems(root)
    assert run(root)[1].startswith("small: 4 of 16 runs to do")
    assert all(row in rows(root) for row in table)
    change(root / "experiments" / "small.py", "range(4)", "range(3)")
    assert "has 4 row(s) that GRID and SEEDS do not name" in problems(root)
    run(root)
    assert rows(root) == table and problems(root) == ""
    change(root / "experiments" / "small.py", "SEEDS =", 'GRID |= {"number": [1, 2, 3]}\nSEEDS =')
    assert "lacks 6 of 18 runs" in problems(root) and "stale" not in problems(root)


def test_check_repeats_a_seed_of_each_setting_and_stamps_the_table(root):
    run(root)
    table = rows(root)
    change(root / "lib" / "arithmetic.py", "2 * x", "2.1 * x")
    status, printed = run(root, "--check")
    assert status == 0 and printed.startswith("small: 4 of 12 runs to do")
    assert problems(root) == ""
    for old, new in zip(table, rows(root)):
        assert new["digest"] != old["digest"]
        assert {**new, "digest": ""} == {**old, "digest": ""}
    assert run(root, "--check") == (0, "")  # nothing is stale


def test_check_finds_drift_and_leaves_the_table_as_it_is(root):
    run(root)
    table = rows(root)
    change(root / "lib" / "arithmetic.py", "2 * x", "2.4 * x")
    status, printed = run(root, "--check")
    assert status == 1
    said = printed.splitlines()[-1]
    assert "result was 4 for {'number': 2, 'kind': 'None'}, seed 0, and is now 4.8" in said
    assert "they may differ by 0.5" in said and "`make experiments NAME=small`" in said
    assert "'number': 1" not in printed  # 2.4 for 2 is within the tolerance
    assert rows(root) == table and "stale" in problems(root)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("even?", "even.", "whose first part is a question"),
        ("range(3)", "[0, 1]", "at least three different SEEDS"),
        ('{"number": [1, 2], "kind"', '{"seed": [1, 2], "kind"', "'seed' must be str, int"),
        ("[1, 2]", "[1, 2.5]", "'number' must be str, int, float or bool, the same in all"),
        ('"kind": "plain"}, 1', '"kind": "other"}, 1', "CHEAP must be a setting of GRID"),
        ("[1, 2]", "[1, 1]", "GRID has a setting twice"),
        ('"drawn": float("inf")', '"seconds": float("inf")', "['seconds'] cannot be the name"),
        ("CHEAP =", "DEAR =", "must define CHEAP"),
        ('"result": 0.5, ', "", "Give every measure a tolerance"),
    ],
)
def test_an_experiment_that_is_not_in_order_is_told_why(root, old, new, message):
    change(root / "experiments" / "small.py", old, new)
    done = subprocess.run(command(root), capture_output=True, text=True)
    assert done.returncode == 1 and message in done.stderr


def test_an_unknown_name_lists_those_that_are_there(root):
    done = subprocess.run(command(root, "smal"), capture_output=True, text=True)
    assert done.stderr == "There is no experiments/smal.py. There are: small.\n"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_run_has_one_thread(root, jobs, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    experiment = root / "experiments" / "small.py"
    change(experiment, "import random", "import os\nimport random")
    change(experiment, "double(setting", 'int(os.environ["OMP_NUM_THREADS"]) * double(setting')
    run(root, "--jobs", jobs)
    assert rows(root)[0]["result"] == "2"
