"""Grade a folder of returned notebooks.

    python -m lib.grading submissions --out grades.csv --report report.html

Each notebook runs in a process of its own, with limits, cut off from the machine if bubblewrap is
there (`sandbox`). What is asked comes from the teacher's chapter, not from the submission: the
grader runs the chapter's imports, what else of the chapter the answers use, and the student's cells
after the heading "Exercises"; then it calls our checks on fresh data. What ends a process costs
the exercise that did it: the others run again in a new one.
"""

import argparse
import ast
import csv
import os
import random
import re
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from lib.grading import report, sandbox
from lib.grading.reading import (
    ID,
    KEY,
    PLACEHOLDER,
    bound_names,
    exercises,
    parse,
    read,
    setup_cells,
    source,
    split,
)

CHAPTERS = Path(__file__).resolve().parents[2] / "chapters"
LARGEST = 50 << 20  # bytes of a notebook
CHECK = re.compile(r"""\bcheck\(\s*["'](ex-[\w-]+)["']""")


@dataclass
class Row:
    """One line of the table of grades.

    `status` is what the check said (ok, todo, wrong, error, timeout, broken), or

    - missing: what the exercise asks for is not defined, for instance as its cell was deleted
    - crashed: the process ended while it ran, or passed a limit
    - read: an answer that a person has to read; it has no points yet
    - unreadable: the file is not a notebook, or not one of a chapter
    """

    submission: str
    chapter: str
    exercise: str
    title: str
    points: float | None
    status: str
    hint: str = ""
    message: str = ""
    answer: str = ""


class Chapter:
    """A teacher's chapter: where the list of exercises comes from."""

    def __init__(self, path):
        self.name = Path(path).stem
        self.notebook = read(path)
        self.exercises = exercises(self.notebook)
        self.checked = {e.id: e for e in self.exercises.values() if e.answer is not None}
        self.body = {p.source.strip() for p in split(self.notebook) if p.kind == "body"}
        self.stubs = {code.strip() for e in self.exercises.values() for code in e.stubs}

    def setup(self, codes):
        """Return the chapter's own cells that are run before the codes of a student."""
        return setup_cells(self.notebook, codes)


def recognise(notebook, chapters):
    """Return the chapter that a submission belongs to, whatever its file is called.

    Raises
    ------
    ValueError
        If it belongs to none.
    """
    named = notebook.get("metadata", {}).get(KEY, {})
    named = named.get("chapter") if isinstance(named, dict) else None
    for chapter in chapters:
        if chapter.name == named:
            return chapter
    text = "\n".join(f"{cell.get('id', '')}\n{source(cell)}" for cell in notebook["cells"])
    ids = Counter(ID.findall(text))
    names = set(re.findall(r"\w+", text))

    def likeness(chapter):
        asked = set().union(*(e.names for e in chapter.exercises.values()))
        return sum(ids[exercise] for exercise in chapter.exercises), len(asked & names)

    best = max(chapters, key=likeness)
    if likeness(best) == (0, 0):
        raise ValueError("it has no exercise of any chapter. Name the chapter by --chapter.")
    return best


def exercise_of(cell, chapter):
    """Return the id of the exercise that a cell says it belongs to, or None."""
    marked = cell.get("metadata", {}).get(KEY, {})
    marked = marked.get("exercise") if isinstance(marked, dict) else None
    known = chapter.exercises
    if marked in known:
        return marked
    for name in known:
        if f"{cell.get('id')}-".startswith(f"answer-{name}-"):
            return name
    if cell["cell_type"] != "code":
        return None
    called = [name for name in CHECK.findall(source(cell)) if name in known]
    if called:
        return called[-1]
    try:
        names = bound_names(parse(source(cell)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        names = set(re.findall(r"^def (\w+)", source(cell), re.M))
    owners = [e.id for e in chapter.exercises.values() if e.names & names]
    return owners[-1] if owners else None


def student_cells(notebook, chapter):
    """Return the code cells of a submission that are the student's, and the texts.

    Returns
    -------
    cells : list of dict
        Each with `number`, `code`, `exercise` (id or None) and `completes`, the exercises whose
        last cell it is.
    texts : dict of str to list of str
        What stands in text cells of an exercise.
    """
    pieces = split(notebook)
    owners = [exercise_of(piece.cell, chapter) for piece in pieces]
    heads = [
        i for i, piece in enumerate(pieces)
        if not piece.is_code and re.search(r"^##+ .*\bExercises\b", piece.source, re.M)
    ]  # fmt: skip
    marked = [i for i, owner in enumerate(owners) if owner]
    start = heads[-1] if heads else min(marked, default=0)
    given = notebook.get("metadata", {}).get(KEY, {})  # which cells the student version had
    given = given.get("cells", {}) if isinstance(given, dict) else {}
    cells, texts, imports, last = [], {}, [], {}
    current = None
    for i, (piece, owner) in enumerate(zip(pieces, owners)):
        code = piece.source
        if i < start:
            imports += import_lines(piece)
            if owner is None or code.strip() in chapter.body:
                continue  # the student's own trials in the chapter
        is_given = piece.cell.get("id") in given
        if owner or not is_given:
            current = owner or (piece.exercise if piece.exercise in chapter.exercises else current)
        else:
            current = None
        if piece.kind == "solution" or code.strip() in chapter.body:
            continue
        if not piece.is_code:
            own = str(piece.cell.get("id", "")).startswith("answer-") or (given and not is_given)
            if current and own:
                texts.setdefault(current, []).append(code)
            continue
        cells.append({"code": code, "exercise": current, "completes": []})
        if owner:
            last[owner] = cells[-1]
    for exercise, cell in last.items():  # what a student tries after it costs nothing
        cell["completes"].append(exercise)
    if imports:
        cells.insert(0, {"code": "\n".join(imports), "exercise": None, "completes": []})
    return [cell | {"number": i} for i, cell in enumerate(cells)], texts


def import_lines(piece):
    """Return the import statements at the top level of a cell before the exercises."""
    try:
        body = parse(piece.source).body if piece.is_code else []
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [ast.unparse(n) for n in body if isinstance(n, (ast.Import, ast.ImportFrom))]


def modules(cells):
    """Return the modules that cells import anywhere: loaded before, so not limited in time."""
    found = set()
    for cell in cells:
        for match in re.finditer(r"^\s*(?:import|from) +([\w.]+)", cell["code"], re.M):
            found.add(match[1])
    return sorted(found)


def grade_notebook(path, name, chapters, limits, seed, most_seconds):
    """Return the rows of one submission.

    Parameters
    ----------
    path : Path
    name : str
        What the submission is called in the table.
    chapters : list of Chapter
        If there is one only, the submission is taken for that one.
    limits : lib.grading.sandbox.Limits
    seed : int
        Of the data on which answers are tried.
    most_seconds : float
        For the whole notebook; after that, what is left is not graded.
    """
    only = chapters[0] if len(chapters) == 1 else None
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"it is larger than {LARGEST >> 20} MB")
        notebook = read(path)
        chapter = only or recognise(notebook, chapters)
        cells, texts = student_cells(notebook, chapter)
    except Exception as error:  # whatever was handed in, the other submissions are graded
        asked = only.exercises.values() if only else [None]
        return [
            Row(name, only.name if only else "", e.id if e else "", e.title if e else "", 0.0,
                "unreadable", message=str(error).replace(str(path), "the file"))
            for e in asked
        ]  # fmt: skip

    results = run(chapter, cells, limits, seed, most_seconds)
    rows = []
    for exercise in chapter.exercises.values():
        answer = [c["code"] for c in cells if c["exercise"] == exercise.id]
        answer = [code for code in answer if code.strip() not in chapter.stubs]
        answer += [text for text in texts.get(exercise.id, []) if text.strip() != PLACEHOLDER]
        row = Row(name, chapter.name, exercise.id, exercise.title, None, "read")
        row.answer = "\n\n".join(answer)
        if exercise.answer is not None:
            row.status, row.hint, row.message = results[exercise.id]
            row.points = float(row.status == "ok")
            row.hint = row.hint or ""
        elif not answer:
            row.status, row.points = "todo", 0.0
        rows.append(row)
    return rows


def run(chapter, cells, limits, seed, most_seconds):
    """Run a student's cells and our checks, in as many processes as it takes.

    Returns
    -------
    dict of str to tuple
        Exercise id; status, hint, message.
    """
    results, banned = {}, set()
    owner = {f"cell {cell['number']}": cell["exercise"] for cell in cells}
    until = time.monotonic() + most_seconds
    while waiting := [e for e in chapter.checked.values() if e.id not in results]:
        if time.monotonic() > until:
            text = f"The notebook had used its {most_seconds:g} seconds before this was tried."
            results |= {e.id: ("timeout", None, text) for e in waiting}
            break
        left = [cell for cell in cells if f"cell {cell['number']}" not in banned]
        job = {
            "setup": chapter.setup([cell["code"] for cell in left] + [e.answer for e in waiting]),
            "imports": modules(left),
            "cells": left,
            "exercises": [
                {"id": e.id, "answer": e.answer, "names": sorted(e.names)} for e in waiting
            ],
            "seed": seed,
            "seconds": limits.seconds,
        }
        item, reason = None, None
        for message in sandbox.Worker(job, limits):
            if message["event"] == "begin":
                item = message["item"]
            elif message["event"] == "end" and "status" in message:
                exercise = message["item"].removeprefix("check ")
                results[exercise] = tuple(message[k] for k in ("status", "hint", "message"))
            elif message["event"] == "broken":
                text = f"The grader itself failed. {message['message']}"
                results |= {e.id: ("broken", None, text) for e in waiting if e.id not in results}
            elif message["event"] == "stopped":
                reason = message["reason"]
        if reason is None:
            continue
        status = "timeout" if "seconds" in reason else "crashed"
        if item is None:
            text = f"The chapter's own cells: the process {reason}."
            results |= {e.id: ("broken", None, text) for e in waiting if e.id not in results}
        elif item in owner:
            banned.add(item)
            blamed = owner[item]
            if blamed in chapter.checked and blamed not in results:
                results[blamed] = (status, None, f"Its cell {reason}.")
        else:
            exercise = item.removeprefix("check ")
            results.setdefault(exercise, (status, None, f"While it was checked, it {reason}."))
    return results


def grade(folder, chapters, *, limits, seed, most_seconds, jobs, progress=lambda *_: None):
    """Return the rows of all notebooks in a folder and its subfolders."""
    paths = sorted(
        path for path in folder.rglob("*")
        if path.is_file() and ".ipynb" in path.suffixes and not path.is_symlink()
        and ".ipynb_checkpoints" not in path.parts
    )  # fmt: skip
    rows = []
    with ThreadPoolExecutor(jobs) as pool:
        names = [path.relative_to(folder).as_posix() for path in paths]
        results = pool.map(
            lambda path, name: grade_notebook(path, name, chapters, limits, seed, most_seconds),
            paths,
            names,
        )
        for number, (name, result) in enumerate(zip(names, results), start=1):
            progress(number, len(names), name, result)
            rows += result
    return rows


def write_csv(rows, path):
    """Write the table of grades; text that a spreadsheet would take for a formula is quoted."""
    names = [field.name for field in fields(Row) if field.name != "answer"]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        for row in rows:
            values = {k: "" if v is None else v for k, v in asdict(row).items()}
            for key, value in values.items():
                if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
                    values[key] = f"'{value}"
            writer.writerow(values)


def summary(rows):
    """Return for each exercise how often each status came, and the mistake that was made most.

    Returns
    -------
    list of tuple
        Exercise id, title, number of submissions, number right, `Counter` of status, hint or "".
        First the exercise that was most often not right.
    """
    lines = []
    for exercise in dict.fromkeys(row.exercise for row in rows if row.exercise):
        own = [row for row in rows if row.exercise == exercise]
        status = Counter(row.status for row in own)
        hints = Counter(row.hint for row in own if row.hint).most_common(1)
        hint = f"{hints[0][0]} ({hints[0][1]})" if hints else ""
        lines.append((exercise, own[0].title, len(own), status["ok"], status, hint))
    return sorted(lines, key=lambda line: (line[4]["read"] > 0, line[3] - line[2]))


def main(arguments=None):
    """Grade what the command line names; return an exit status."""
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

    def progress(number, total, name, rows):
        right = sum(row.status == "ok" for row in rows)
        print(f"[{number}/{total}] {name}: {right} of {len(rows)} right", file=sys.stderr)

    rows = grade(
        options.submissions,
        [Chapter(path) for path in paths],
        limits=sandbox.Limits(seconds=options.seconds, memory=options.memory),
        seed=seed,
        most_seconds=options.notebook_seconds,
        jobs=options.jobs,
        progress=progress,
    )
    write_csv(rows, options.out)
    lines = summary(rows)
    for exercise, title, number, right, _, hint in lines:
        print(f"{exercise:24} {right:3} of {number:3} right  {hint:24} {title}")
    print(f"{len(rows)} rows written to {options.out} (seed {seed})")
    if options.report:
        page = report.page(rows, lines, seed, warning)
        options.report.write_text(page, encoding="utf-8")
        print(f"The report: {options.report.resolve()}")
    broken = [row for row in rows if row.status == "broken"]
    if broken:
        print(f"{len(broken)} rows are broken: the grader's or the check's fault, not the "
              "student's. Their messages say why.", file=sys.stderr)  # fmt: skip
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
