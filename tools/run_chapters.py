"""Run chapters with nbval, side by side, and keep what they print and draw for the site.

    python tools/run_chapters.py            # the chapters whose results are out of date
    python tools/run_chapters.py 03 08      # these, if theirs are

One run serves all: nbval judges it, the site shows it, `make run-notebooks` stores what it printed.
The results of a chapter are out of date if its code, its exercises' checks, what they import from
`lib`, however indirectly, or the packages have changed since; comments and docstrings don't count.
"""

import argparse
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from surroundings import neutral  # first, since it spares the others an import

# isort: split
import busy
import command
import nbformat
from dependencies import closure, digest, pins
from jupyter_cache import get_cache
from jupyter_cache.cache.main import CacheBundleIn

ROOT = Path(__file__).resolve().parents[1]
COMPARED = "nbval-check-output"
PATIENCE = 900  # seconds that a cell may take
FIRST = ("10", "08", "11", "09", "07")  # the longest, as long as nothing better is known


class Runs:
    """The results of a book's chapters, in its folder ``_build``.

    MyST-NB takes them from jupyter-cache; beside that, a small file for each chapter says what its
    results depend on.

    Parameters
    ----------
    book : Path
        A folder with chapters.
    project : Path
        Where ``lib`` and ``requirements.txt`` are.
    """

    def __init__(self, book=ROOT, project=ROOT):
        self.book, self.project = book, project
        self.folder = book / "_build" / "runs"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.cache = get_cache(book / "_build" / ".jupyter_cache")

    def chapters(self, numbers=()):
        """Return the paths of all chapters, or of those with these numbers.

        Raises
        ------
        SystemExit
            If there is no chapter of a number.
        """
        paths = sorted((self.book / "chapters").glob("*.ipynb"))
        known = {path.name.partition("_")[0]: path for path in paths}
        for number in numbers:
            if number not in known:
                sys.exit(f"There is no chapter {number}. There are {', '.join(known)}.")
        return [known[number] for number in numbers] or paths

    def key(self, path):
        """Return a digest of everything that the results of a chapter depend on."""
        code = "\n".join(
            re.sub(r"^\s*[%!].*$", "", cell.source, flags=re.M)
            for cell in nbformat.read(path, as_version=4).cells
            if cell.cell_type == "code"
        )
        word = path.stem.partition("_")[2]
        checks = self.project / "lib" / "checks" / f"{word}.py"
        extra = f"\nimport lib.checks.{word}" if checks.exists() else ""
        packages = pins(self.project / "requirements.txt")
        stored = self.project / "lib" / "data" / "evidence"
        tables = [p.read_text() for p in sorted(stored.glob("*.csv")) if f'"{p.stem}"' in code]
        return digest(closure(code + extra, self.project), [code, *packages, *tables])

    def about(self, path):
        """Return what is known of a chapter's last run: its key and seconds, or nothing."""
        with contextlib.suppress(OSError, ValueError):
            return json.loads((self.folder / f"{path.stem}.json").read_text(encoding="utf-8"))
        return {}

    def results(self, path):
        """Return a chapter with the outputs of its last run, None if it has none."""
        try:
            return self.cache.merge_match_into_notebook(nbformat.read(path, as_version=4))[1]
        except KeyError:
            return None

    def stale(self, path):
        """Tell whether a chapter has to run."""
        return self.about(path).get("key") != self.key(path) or self.results(path) is None

    def forget(self, path):
        """Remove the results of a chapter, and the page that was read from them."""
        (self.folder / f"{path.stem}.json").unlink(missing_ok=True)
        doctrees = self.book / "_build" / ".doctrees" / "chapters"
        (doctrees / f"{path.stem}.doctree").unlink(missing_ok=True)
        with contextlib.suppress(KeyError):
            found = self.cache.match_cache_notebook(nbformat.read(path, as_version=4))
            self.cache.remove_cache(found.pk)

    def keep(self, path, executed, key, seconds):
        """Keep the results of a chapter."""
        bundle = CacheBundleIn(executed, str(path), data={"execution_seconds": seconds})
        self.cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
        about = json.dumps({"key": key, "seconds": round(seconds, 1)})
        command.write(self.folder / f"{path.stem}.json", about)


def run(path, log):
    """Run one chapter; return it with its outputs, None if a cell raised, and nbval's words."""
    with tempfile.TemporaryDirectory() as folder:
        call = [
            sys.executable, "-P", "-m", "pytest", "-c", os.devnull, "--rootdir", path.parent,
            "-p", "record_runs", "--record", folder, "-p", "no:cacheprovider", "-q", "--color=no",
            "--nbval-lax", "--nbval-current-env", f"--nbval-cell-timeout={PATIENCE}", path,
        ]  # fmt: skip
        environment = neutral() | {"PYTHONPATH": str(Path(__file__).resolve().parent)}
        environment.pop("PYTEST_ADDOPTS", None)
        result = subprocess.run(call, env=environment, capture_output=True, text=True)
        said = result.stdout + result.stderr
        log.parent.mkdir(parents=True, exist_ok=True)
        command.write(log, said)
        recorded = Path(folder, path.name)
        executed = nbformat.read(recorded, as_version=4) if recorded.exists() else None
        return executed, said


def first_failure(said):
    """Return what nbval said of the first cell that failed."""
    failures = re.split(r"^_{5,}.*_{5,}$", said, flags=re.M)
    text = failures[1] if len(failures) > 1 else said
    text = re.split(r"^={5,}|^-{5,}", text, maxsplit=1, flags=re.M)[0]
    return re.sub(r"\x1b\[[\d;]*m", "", text).strip()


def run_stale(runs, paths, jobs=None, say=print):
    """Run those of some chapters whose results are out of date, and keep what comes out.

    Parameters
    ----------
    runs : Runs
    paths : list of Path
    jobs : int, optional
        How many run side by side; as many as there are cores, if not given.
    say : callable
        Gets a line for each chapter that ends.

    Returns
    -------
    failed : list of Path
        Chapters in which a cell raised an error.
    """
    stale = [path for path in paths if runs.stale(path)]
    if not stale:
        return []

    def expected(path):
        number = path.name.partition("_")[0]
        guess = 100 - FIRST.index(number) if number in FIRST else 10
        return runs.about(path).get("seconds", guess)

    stale.sort(key=expected, reverse=True)  # the longest first, so that no core waits at the end
    jobs = min(jobs or os.cpu_count() or 1, len(stale))
    say(f"Running {len(stale)} of {len(paths)} chapters with nbval, {jobs} at a time …")
    failed = []

    def one(path):
        key, start = runs.key(path), time.monotonic()
        executed, said = run(path, runs.folder / f"{path.stem}.log")
        return key, executed, said, time.monotonic() - start

    with ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(one, path): path for path in stale}
        for done, future in enumerate(as_completed(waiting), start=1):
            path = waiting[future]
            key, executed, said, seconds = future.result()
            runs.forget(path)
            left = f"{len(stale) - done} left" if done < len(stale) else "all have run"
            if executed is None:
                failed.append(path)
                say(f"  {path.stem:30} FAILED after {seconds:.0f} s ({left})")
                say(f"{first_failure(said)}\nThe whole of it: {runs.folder / path.stem}.log")
                continue
            runs.keep(path, executed, key, seconds)
            say(f"  {path.stem:30} {seconds:4.0f} s ({left})")
    return failed


def main(arguments=None):
    """Run what the command line names; return an exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("numbers", nargs="*", help="of chapters, such as 03; default: all")
    options = parser.parse_args(arguments)
    with busy.site(ROOT, "running chapters"):
        runs = Runs()
        return 1 if run_stale(runs, runs.chapters(options.numbers)) else 0


if __name__ == "__main__":
    command.run(main)
