"""Run the experiments in experiments/ and keep their results in lib/data/evidence/.

    python tools/experiments.py                     # what is missing
    python tools/experiments.py splits              # of one experiment
    python tools/experiments.py --check             # stamp stale tables anew if results still hold

An experiment is a file with a question as its docstring and

    GRID         what is compared: a list of settings, or a dict of lists for all combinations;
                 a setting is a dict of plain values, and all settings have the same keys
    SEEDS        at least three
    run          run(setting, seed) returns a dict of numbers, the measures; NaN where there is none
    TOLERANCE    how far a measure may be off when a run is repeated, on another machine too;
                 inf for what is not compared, such as a time
    CHEAP        the run that `make test` repeats: (setting, seed)
    TIMED        optional; True if times are compared, so that its runs need the machine alone

Its table has a row for each run: the setting, the seed, the measures, the seconds that it took, the
versions of the packages and a digest of the code. The table is written after every run, so nothing
is lost if the program is stopped. A run counts as missing if its digest is not the current one.
"""

import argparse
import ast
import csv
import functools
import importlib.util
import io
import itertools
import math
import os
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import command
from dependencies import digest, reached
from surroundings import THREADS, settle

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("numpy", "scikit-learn", "keras", "tensorflow")
RUNNER = ("seed", "seconds", "versions", "digest")  # columns that are not the experiment's
PLAN = {"GRID", "SEEDS", "CHEAP", "TOLERANCE", "TIMED"}


class Experiment:
    """One file of experiments/, and its table.

    Attributes
    ----------
    name, path, root
    grid : list of dict
    seeds : list of int
    module : module
        With `run`, `TOLERANCE` and `CHEAP`.
    runs : dict of tuple to tuple
        The key of each run, and its setting and seed, in the order of the table.
    digest, versions : str
        Those of a row that is made now.

    Raises
    ------
    ValueError
        If the file is not as this module's docstring says.
    """

    def __init__(self, path, root=ROOT):
        self.path, self.root, self.name = Path(path), Path(root), Path(path).stem
        self.module = _import(self.path, self.root)
        self.timed = getattr(self.module, "TIMED", False)
        self.seeds = list(self.module.SEEDS)
        grid = self.module.GRID
        if isinstance(grid, dict):
            grid = [dict(zip(grid, values)) for values in itertools.product(*grid.values())]
        self.grid = grid
        self._check()
        self.runs = {self.key(s, seed): (s, seed) for s in self.grid for seed in self.seeds}
        self.versions = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
        self.digest = self._digest()
        self.table = self.root / "lib" / "data" / "evidence" / f"{self.name}.csv"

    def key(self, setting, seed):
        """Return what tells a run from the others, as it stands in the table."""
        return *(str(setting[column]) for column in self.grid[0]), str(seed)

    def stored(self):
        """Return the rows of the table, dicts of text, by their keys."""
        if not self.table.exists():
            return {}
        with open(self.table, newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return {tuple(row.get(c, "") for c in (*self.grid[0], "seed")): row for row in rows}

    def store(self, rows):
        """Write those of the rows that belong to the grid; the old table stays until it is done."""
        kept = [rows[key] for key in self.runs if key in rows]
        measures = dict.fromkeys(column for row in kept for column in row)
        measures = [c for c in measures if c not in RUNNER and c not in self.grid[0]]
        self.table.parent.mkdir(parents=True, exist_ok=True)
        columns = [*self.grid[0], "seed", *measures, "seconds", "versions", "digest"]
        text = io.StringIO()
        writer = csv.DictWriter(text, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
        command.write(self.table, text.getvalue())

    def row(self, setting, seed, measures, seconds):
        """Return a row of the table, made of what a run returned."""
        numbers = {n: "" if math.isnan(value) else f"{value:.6g}" for n, value in measures.items()}
        made = {"seconds": f"{seconds:.3g}", "versions": self.versions, "digest": self.digest}
        return {**setting, "seed": seed, **numbers, **made}

    def missing(self):
        """Return the keys of the runs that have no row, or one that other code made."""
        rows = self.stored()
        return [k for k in self.runs if k not in rows or rows[k]["digest"] != self.digest]

    def problems(self):
        """Say what is wrong with the table: a list of sentences, each with its remedy."""
        rows, name = self.stored(), self.name
        if not rows:
            return [
                f"experiments/{name}.py has no results in {self._short()}. "
                f"`make experiments NAME={name}` runs it."
            ]
        found = []
        absent = [key for key in self.runs if key not in rows]
        if absent:
            found.append(
                f"{self._short()} lacks {len(absent)} of {len(self.runs)} runs, the first "
                f"{self._say(absent[0])}. `make experiments NAME={name}` runs what is missing."
            )
        surplus = [key for key in rows if key not in self.runs]
        if surplus:
            found.append(
                f"{self._short()} has {len(surplus)} row(s) that GRID and SEEDS do not name, the "
                f"first with {', '.join(surplus[0])}. `make experiments NAME={name}` drops them."
            )
        stale = [row for row in rows.values() if row["digest"] != self.digest]
        if stale:
            versions = {row["versions"] for row in stale} - {self.versions}
            what = f"packages ({'; '.join(versions)})" if versions else "code"
            found.append(
                f"{self._short()} is stale: {len(stale)} of {len(rows)} rows were made by other "
                f"{what}. `make experiments NAME={name}` runs them anew; if the results should be "
                f"the same, `make experiments NAME={name} CHECK=1` repeats one seed of each "
                "setting and stamps the table anew."
            )
        return found

    def drift(self, setting, seed, measures):
        """Compare a repeated run with its row; return sentences, none if they agree."""
        row = self.stored().get(self.key(setting, seed))
        if row is None:
            return [f"{self._short()} has no row for {setting}, seed {seed}."]
        return [
            f"{self.name}: {name} was {row[name]} for {setting}, seed {seed}, and is now "
            f"{value:.6g}; they may differ by {self.module.TOLERANCE[name]}. If the change is "
            f"meant, `make experiments NAME={self.name}` stores the new results."
            for name, value in measures.items()
            if not _agree(float(row.get(name) or "nan"), value, self.module.TOLERANCE[name])
        ]

    def _short(self):
        return self.table.relative_to(self.root).as_posix()

    def _say(self, key):
        setting, seed = self.runs[key]
        return ", ".join(f"{name} = {value}" for name, value in (*setting.items(), ("seed", seed)))

    def _digest(self):
        # The plan does not count, so that a seed more does not repeat those that are there.
        tree = ast.parse(self.path.read_bytes(), filename=str(self.path))
        tree.body = [statement for statement in tree.body if not _names(statement) & PLAN]
        code = ast.unparse(tree)
        return digest([code, *reached(code, self.root)], [self.versions])[:16]

    def _check(self):
        where = f"experiments/{self.name}.py"
        if not (self.module.__doc__ or "").partition("\n\n")[0].rstrip().endswith("?"):
            raise ValueError(f"{where} must begin with a docstring whose first part is a question.")
        if len(set(self.seeds)) < 3 or len(set(self.seeds)) != len(self.seeds):
            raise ValueError(f"{where} needs at least three different SEEDS.")
        if len({tuple(setting) for setting in self.grid}) != 1:
            raise ValueError(f"{where}: all settings of GRID need the same keys, in one order.")
        for column in self.grid[0]:
            types = {type(setting[column]) for setting in self.grid}
            if len(types) > 1 or not types <= {str, int, float, bool} or column in RUNNER:
                raise ValueError(
                    f"{where}: {column!r} must be str, int, float or bool, the same in all "
                    f"settings of GRID, and none of {RUNNER}."
                )
        keys = {self.key(setting, 0) for setting in self.grid}
        if len(keys) < len(self.grid):
            raise ValueError(f"{where}: GRID has a setting twice. Delete one.")
        taken = self.module.TOLERANCE.keys() & {*RUNNER, *self.grid[0]}
        if taken:
            raise ValueError(
                f"{where}: {sorted(taken)} cannot be the name of a measure, since the table has "
                "such a column already. Choose another one."
            )
        setting, seed = self.module.CHEAP
        if setting not in self.grid or seed not in self.seeds:
            raise ValueError(f"{where}: CHEAP must be a setting of GRID and one of SEEDS.")


def find(root=ROOT):
    """Return the paths of the experiments, in the order of their names."""
    return sorted((root / "experiments").glob("[!_]*.py"))


def run_missing(experiment, n_jobs):
    """Run what is missing, and store each run as it ends."""
    todo = [experiment.runs[key] for key in experiment.missing()]
    rows = experiment.stored()
    if not todo:
        print(f"{experiment.name}: all {len(experiment.runs)} runs are there", flush=True)
        experiment.store(rows)  # drops what GRID and SEEDS no longer name
        return
    command.try_to_write(experiment.table.parent)
    for setting, seed, measures, seconds in _progress(experiment, todo, n_jobs):
        rows[experiment.key(setting, seed)] = experiment.row(setting, seed, measures, seconds)
        experiment.store(rows)


def check(experiment, n_jobs):
    """Repeat a seed of each setting; stamp the table anew, or return what has changed."""
    rows = experiment.stored()
    first = {}
    for setting, seed in (experiment.runs[key] for key in experiment.runs if key in rows):
        first.setdefault(experiment.key(setting, 0), (setting, seed))
    if not first:
        return experiment.problems()
    found = []
    command.try_to_write(experiment.table.parent)
    for setting, seed, measures, _ in _progress(experiment, [*first.values()], n_jobs):
        found += experiment.drift(setting, seed, measures)
    if not found:
        stamp = {"versions": experiment.versions, "digest": experiment.digest}
        experiment.store({key: row | stamp for key, row in rows.items()})
    return found


def run_once(path, root, setting, seed):
    """Run one setting with one seed; return both, the measures, and the seconds."""
    module = _import(path, root)
    start = time.perf_counter()
    measures = module.run(dict(setting), seed)
    seconds = time.perf_counter() - start
    if measures.keys() != module.TOLERANCE.keys():
        raise ValueError(
            f"experiments/{path.stem}.py: run returned {sorted(measures)}, and TOLERANCE has "
            f"{sorted(module.TOLERANCE)}. Give every measure a tolerance, and return each."
        )
    return setting, seed, measures, seconds


def _progress(experiment, todo, n_jobs):
    """Run `todo` side by side; print a line after each, and yield what `run_once` returns."""
    import joblib  # not above: it loads NumPy, and threads are set before that

    # A worker is replaced when the graphs of its models have filled its memory; nothing is lost.
    warnings.filterwarnings("ignore", "A worker stopped while some jobs were given")
    print(f"{experiment.name}: {len(todo)} of {len(experiment.runs)} runs to do", flush=True)
    parallel = joblib.Parallel(
        n_jobs=1 if experiment.timed else n_jobs, return_as="generator_unordered", batch_size=1
    )
    calls = (joblib.delayed(run_once)(experiment.path, experiment.root, *one) for one in todo)
    start = time.perf_counter()
    for done, result in enumerate(parallel(calls), start=1):
        setting, seed, measures, seconds = result
        left = (time.perf_counter() - start) / done * (len(todo) - done)
        numbers = ", ".join(f"{name} {value:.4g}" for name, value in measures.items())
        print(
            f"  {done}/{len(todo)}  {experiment._say(experiment.key(setting, seed))}: {numbers}  "
            f"({seconds:.1f} s; {len(todo) - done} left, about {math.ceil(left / 60)} min)",
            flush=True,
        )
        yield result


@functools.cache
def _import(path, root):
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    spec = importlib.util.spec_from_file_location(f"experiment_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    absent = [n for n in ("GRID", "SEEDS", "TOLERANCE", "CHEAP", "run") if not hasattr(module, n)]
    if absent:
        raise ValueError(f"experiments/{path.stem}.py must define {', '.join(absent)}.")
    return module


def _names(statement):
    """Return the names that a statement assigns to, or adds to as ``GRID += …`` does."""
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    return {node.id for target in targets if target for node in ast.walk(target)
            if isinstance(node, ast.Name)}  # fmt: skip


def _agree(stored, repeated, tolerance):
    if math.isnan(stored) or math.isnan(repeated):
        return math.isnan(stored) and math.isnan(repeated)
    return math.isinf(tolerance) or abs(stored - repeated) <= tolerance


def main():
    """Run, or check, the experiments that are asked for; return an exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", nargs="?", help="of one experiment; default: all")
    parser.add_argument("--check", action="store_true", help="stamp stale tables if results hold")
    parser.add_argument("--jobs", type=int, default=-1, help="runs at a time; default: all cores")
    parser.add_argument("--root", type=Path, default=ROOT, help="another folder, such as a test's")
    options = parser.parse_args()
    paths = {path.stem: path for path in find(options.root)}
    if options.name and options.name not in paths:
        sys.exit(f"There is no experiments/{options.name}.py. There are: {', '.join(paths)}.")
    found = []
    for name in [options.name] if options.name else paths:
        experiment = Experiment(paths[name], options.root)
        if not options.check:
            run_missing(experiment, options.jobs)
        elif options.name or experiment.missing():
            found += check(experiment, options.jobs)
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    with command.sentences():
        settle()
    # One thread a run, whatever was set: a time is that of one core.
    os.environ.update(dict.fromkeys(THREADS, "1"))
    import experiments  # this file by its name, under which other processes find its functions

    command.run(experiments.main)
