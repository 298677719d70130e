"""Grade a folder of returned notebooks.

    python -m lib.grading submissions --out grades.csv --report report.html

Each notebook is read (`reading`), runs in a process of its own, with limits, cut off from the
machine if bubblewrap is there (`running`, `sandbox`, `worker`), and becomes rows of the table of
grades (`table`), which is also written as a page (`report`).
"""

import argparse
import os
import random
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lib.grading import report, sandbox
from lib.grading.reading import Chapter, read_submission
from lib.grading.running import judge
from lib.grading.table import rows_of, summary, write_csv

CHAPTERS = Path(__file__).resolve().parents[2] / "chapters"


def grade_notebook(path, name, chapters, limits, seed):
    """Return the rows of one submission.

    Parameters
    ----------
    path : Path
    name : str
        What the submission is called in the table.
    chapters : list of lib.grading.reading.Chapter
        If there is one only, the submission is taken for that one.
    limits : lib.grading.sandbox.Limits
    seed : int
        Of the data on which answers are tried.
    """
    submission = read_submission(path, name, chapters)
    return rows_of(submission, judge(submission, limits, seed))


def notebooks(folder):
    """Return the paths of all notebooks in a folder and its subfolders, in order."""
    return sorted(
        path for path in folder.rglob("*")
        if path.is_file() and ".ipynb" in path.suffixes and not path.is_symlink()
        and ".ipynb_checkpoints" not in path.parts
    )  # fmt: skip


def grade(folder, chapters, limits, seed, jobs):
    """Return the rows of all notebooks in a folder, and say on stderr how far it is."""
    paths = notebooks(folder)
    names = [path.relative_to(folder).as_posix() for path in paths]
    rows = []
    with ThreadPoolExecutor(jobs) as pool:
        results = pool.map(
            lambda path, name: grade_notebook(path, name, chapters, limits, seed), paths, names
        )
        for number, (name, result) in enumerate(zip(names, results), start=1):
            right = sum(row.status == "ok" for row in result)
            progress = f"[{number}/{len(names)}] {name}: {right} of {len(result)} right"
            print(progress, file=sys.stderr)
            rows += result
    return rows


def command_line():
    """Return what reads the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m lib.grading", description="Grade a folder of returned notebooks."
    )
    parser.add_argument("submissions", type=Path, help="a folder; file names do not matter")
    parser.add_argument("--out", type=Path, default=Path("grades.csv"), help="the table, CSV")
    parser.add_argument("--report", type=Path, help="also write a page to read, HTML")
    parser.add_argument(
        "--chapter", type=Path, default=CHAPTERS,
        help="the teacher's chapter, or a folder of chapters (default: the book's)",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, help="of the data for the checks (default: by chance)")
    parser.add_argument("--seconds", type=float, default=60, help="for a cell or a check")
    parser.add_argument("--notebook-seconds", type=float, default=600, help="for a notebook")
    parser.add_argument("--memory", type=float, default=3, help="for a notebook, in GB")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="notebooks at once")
    parser.add_argument(
        "--isolated", action="store_true", help="stop if the machine can't be protected"
    )
    return parser


def main(arguments=None):
    """Grade what the command line names; return an exit status."""
    parser = command_line()
    options = parser.parse_args(arguments)

    if not options.submissions.is_dir():
        parser.error(f"{options.submissions} is not a folder. Put the returned notebooks into one.")
    paths = [options.chapter]
    if options.chapter.is_dir():
        paths = sorted(options.chapter.glob("*.ipynb"))
    if not paths or not paths[0].exists():
        parser.error(f"no chapter in {options.chapter}. Name one by --chapter chapters/NN.ipynb.")
    warning = sandbox.without_protection()
    if warning:
        print(warning, file=sys.stderr)
        if options.isolated:
            return 2
    seed = random.SystemRandom().randrange(2**31) if options.seed is None else options.seed

    rows = grade(
        options.submissions,
        [Chapter(path) for path in paths],
        sandbox.Limits(
            seconds=options.seconds,
            notebook_seconds=options.notebook_seconds,
            memory=options.memory,
        ),
        seed,
        options.jobs,
    )
    write_csv(rows, options.out)
    tallies = summary(rows)
    for exercise, title, number, right, _, hint in tallies:
        print(f"{exercise:24} {right:3} of {number:3} right  {hint:24} {title}")
    print(f"{len(rows)} rows written to {options.out} (seed {seed})")
    if options.report:
        page = report.page(rows, tallies, seed, warning)
        options.report.write_text(page, encoding="utf-8")
        print(f"The report: {options.report.resolve()}")
    broken = [row for row in rows if row.status == "broken"]
    if broken:
        print(f"{len(broken)} rows are broken: the grader's or the check's fault, not the "
              "student's. Their messages say why.", file=sys.stderr)  # fmt: skip
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
