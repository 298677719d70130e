"""Grade a folder of returned notebooks.

    python -m lib.grading submissions --out grades.csv --report report.html

Each notebook is read and runs in processes of its own, with limits, cut off from the machine if
bubblewrap is there (`running`, `reading`, `sandbox`, `worker`), and becomes rows of the table of
grades (`table`), which is also written as a page (`report`). What is graded is kept beside the
table until it is written, so the same command, given again, goes on (`progress`).
"""

import argparse
import os
import signal
import sys
import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

from lib.grading import report, sandbox
from lib.grading.progress import Progress
from lib.grading.reading import Chapter, Submission
from lib.grading.running import judge, read
from lib.grading.table import rows_of, shown, summary, write_csv, write_whole

CHAPTERS = Path(__file__).resolve().parents[2] / "chapters"
ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".xz", ".bz2")


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
    try:
        submission = read(path, name, chapters, limits)
        return rows_of(submission, judge(submission, limits, seed))
    except sandbox.Stopped:
        raise
    except Exception as error:  # one submission must not cost the others their grades
        why = f"The grader itself failed. {type(error).__name__}: {error}"
        rows = rows_of(Submission(name, chapters[0] if len(chapters) == 1 else None,
                                  unreadable=why), {})  # fmt: skip
        for row in rows:
            row.status = "broken"
        return rows


def notebooks(folder, but=()):
    """Return what of a folder and its subfolders is graded, and what is not.

    Parameters
    ----------
    folder : Path
    but : iterable of Path
        Files of the grader's own.

    Returns
    -------
    paths : list of Path
        In order; also links, pipes and archives, which get a row that says why they have no grade.
    passed : list of tuple of str
        Other names, and why they are passed over.
    """
    paths, passed, own = [], [], set(map(os.path.abspath, but))

    def name_of(path):
        return path.relative_to(folder).as_posix()

    def unreadable(error):
        passed.append((name_of(Path(error.filename)), f"can't be read: {error.strerror}"))

    for here, folders, files in os.walk(folder, onerror=unreadable):
        inside = Path(here)
        for name in sorted(folders):
            path = inside / name
            if name in ("__MACOSX", ".ipynb_checkpoints", ".git"):
                folders.remove(name)
                passed.append((name_of(path), "a folder that a program keeps for itself"))
            elif path.is_symlink():
                passed.append((name_of(path), "a link to a folder; links are not followed"))
        for name in files:
            path = inside / name
            if os.path.abspath(path) in own:
                continue
            if name.startswith("._") or name.endswith("~"):
                passed.append((name_of(path), "a side file of a program, not what was handed in"))
            elif ".ipynb" in name.lower() or name.lower().endswith(ARCHIVES):
                paths.append(path)
            else:
                passed.append((name_of(path), "its name does not say that it is a notebook"))
    return sorted(paths), sorted(passed)


def grade(folder, paths, chapters, limits, progress, jobs):
    """Grade the notebooks of a folder that `progress` does not have, and say how far it is."""
    names = {path: path.relative_to(folder).as_posix() for path in paths}
    waiting = [path for path in paths if not progress.has(names[path], path)]
    number = len(paths) - len(waiting)
    if number:
        say(f"{number} of {len(paths)} were graded before, and are not graded again.")
    pool = ThreadPoolExecutor(jobs)
    try:
        running = {
            pool.submit(grade_notebook, path, names[path], chapters, limits, progress.seed): path
            for path in waiting
        }
        while running:
            # With a time limit, so that Ctrl-C is heard everywhere.
            done, _ = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                path, number = running.pop(future), number + 1
                rows = future.result()
                progress.keep(names[path], path, rows)
                right = sum(row.status == "ok" for row in rows)
                say(f"[{number}/{len(paths)}] {names[path]}: {right} of {len(rows)} right")
    except BaseException:
        sandbox.stopping.set()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        sandbox.stopping.clear()


def say(text):
    """Print a line on stderr."""
    print(shown(text), file=sys.stderr, flush=True)


def command_line():
    """Return what reads the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m lib.grading", description="Grade a folder of returned notebooks.",
        epilog="What is graded is kept in the file OUT.part until the table is whole. If grading "
        "is stopped, the table holds what was graded; the same command, given again, goes on. To "
        "begin anew instead, remove OUT.part.",
    )  # fmt: skip
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


def why_not_written(path):
    """Return why a file can't be written, "" if it can: before the work, not after it."""
    if path.exists() and not path.is_file():
        return "is there already, and is no file"
    if not path.parent.is_dir():
        return f"can't be written, as there is no folder {path.parent}"
    trial = Path(f"{path}.writing")
    try:
        trial.touch()
        trial.unlink()
        if path.exists():
            path.open("a").close()
    except OSError as error:
        return f"can't be written: {error.strerror}"
    return ""


@contextmanager
def stoppable():
    """Let all that asks a program to end raise KeyboardInterrupt."""
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {}
    if threading.current_thread() is threading.main_thread():
        for name in names:
            number = getattr(signal, name)
            before[number] = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


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
    for option, path in (("--out", options.out), ("--report", options.report)):
        if path and (why := why_not_written(path)):
            parser.error(f"{path} {why}. Name another file by {option}.")
    if options.report and options.report.resolve() == options.out.resolve():
        parser.error("--out and --report name the same file. Name two.")
    if options.jobs < 1:
        parser.error("--jobs must be 1 or more.")
    try:
        chapters = [Chapter(path) for path in paths]
    except ValueError as error:
        parser.error(f"{error}. Name a chapter of the book by --chapter.")
    warning = sandbox.without_protection()
    if warning:
        print(warning, file=sys.stderr)
        if options.isolated:
            return 2
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")

    limits = sandbox.Limits(
        seconds=options.seconds,
        notebook_seconds=options.notebook_seconds,
        memory=options.memory,
    )
    progress = Progress(Path(f"{options.out}.part"), paths, limits, options.seed)
    if progress.note:
        say(progress.note)
    own = [options.out, progress.path] + ([options.report] if options.report else [])
    found, passed = notebooks(options.submissions, own)
    for name, why in passed:
        say(f"Not graded: {name} ({why})")
    if not found:
        say(f"There is no notebook in {options.submissions}.")
    with stoppable():
        try:
            grade(options.submissions, found, chapters, limits, progress, options.jobs)
            stopped = False
        except KeyboardInterrupt:
            stopped = True
    names = [path.relative_to(options.submissions).as_posix() for path in found]
    rows = [row for name in names for row in progress.rows.get(name, [])]
    try:
        write_csv(rows, options.out)
        if stopped:
            say(f"Stopped. {options.out} holds the {len(progress.rows)} of {len(found)} that were "
                "graded; the same command, given again, goes on.")  # fmt: skip
            return 130
        tallies = summary(rows)
        for exercise, title, number, right, _, hint in tallies:
            print(f"{exercise:24} {right:3} of {number:3} right  {hint:24} {title}")
        print(f"{len(rows)} rows written to {options.out} (seed {progress.seed})")
        if options.report:
            page = report.page(rows, tallies, progress.seed, warning)
            write_whole(options.report, lambda file: file.write(page))
            print(f"The report: {options.report.resolve()}")
    except OSError as error:
        say(f"The grades can't be written: {error}. They are kept in {progress.path}; once there "
            "is room, the same command, given again, writes them.")  # fmt: skip
        return 1
    progress.finish()
    broken = [row for row in rows if row.status == "broken"]
    if broken:
        print(f"{len(broken)} rows are broken: the grader's or the check's fault, not the "
              "student's. Their messages say why.", file=sys.stderr)  # fmt: skip
    return 1 if broken or not found else 0


if __name__ == "__main__":
    sys.exit(main())
