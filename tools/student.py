"""Make the student version of the chapters, bring it up to date, or write it for nbgrader.

    python tools/student.py                            # all chapters, into _build/student
    python tools/student.py merge OLD NEW OUT          # answers of OLD, put into NEW
    python tools/student.py nbgrader FOLDER            # source version of a course, for nbgrader

A student version is the chapter without its solutions, in Markdown that needs no extension.
"""

import argparse
import copy
import re
import shutil
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.append(str(Path(__file__).resolve().parent / "site"))
import nbformat
from clean_notebooks import METADATA
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from plain_markdown import Labels, plain
from public_address import set_up_cell

from lib.grading.reading import CHECK, KEY, PLACEHOLDER, digest, exercises, read, split
from lib.grading.syntax import is_check, parse

ROOT = Path(__file__).resolve().parents[1]

HOW_TO = (
    "> **Student version.** Write your answers into the cells below the exercises, and run them: "
    "`check` says how they do, as often as you like. You may add cells, also above: helper "
    "functions and imports count wherever they stand, but what the chapter itself defines is taken "
    "from the chapter. Save the file before you hand it in; its name does not matter."
)
NBGRADER_CONFIG = '''"""Settings of nbgrader for this course."""

c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "pca-to-autoencoders"
# Nothing takes a solution's place: the stub above it, `return ...`, counts as not attempted.
c.ClearSolutions.code_stub = {"python": ""}
c.ClearSolutions.text_stub = "*Write your answer here.*"
c.ExecutePreprocessor.timeout = 300
'''


def student_version(path, labels, solutions=False, set_up=None):
    """Return the notebook that a student gets.

    Parameters
    ----------
    path : Path
        The chapter.
    labels : plain_markdown.Labels
        Of the whole book.
    solutions : bool, default False
        Whether to keep the solutions, for readers who want them; it is no student version then.
    set_up : NotebookNode, optional
        A cell to stand second, which brings `lib` to where it is missing.
    """
    chapter = read(path)
    asked = exercises(chapter)
    cells, seen = [], set()

    def add(cell, wanted, **marks):
        name, number = wanted, 1
        while name in seen:  # a text cell that was cut in two
            number += 1
            name = f"{wanted}-{number}"
        seen.add(name)
        cell["id"] = name[:64]
        if not solutions:  # the name once more, as some tools give cells other ids
            cell.metadata[KEY] = {"cell": cell["id"]} | marks
        cells.append(cell)

    pieces = [piece for piece in split(chapter) if solutions or piece.kind != "solution"]
    for place, piece in enumerate(pieces):
        name = piece.cell.get("id") or digest(piece.source)[:8]
        if piece.kind == "answer" and piece.is_code:
            cell = new_code_cell(piece.source, metadata={"tags": ["exercise"]})
            add(cell, f"answer-{piece.exercise}", exercise=piece.exercise, role="answer")
        elif piece.kind == "solution":
            if pieces[place - 1].kind != "solution":
                add(new_markdown_cell("**Solution**"), f"solution-{piece.exercise}")
            if piece.is_code:
                add(new_code_cell(piece.source, metadata={"tags": ["solution"]}), name)
            else:
                add(new_markdown_cell(plain(piece.source, labels).strip()), name)
        elif piece.is_code:
            add(new_code_cell(piece.source), name)
            caption = piece.cell["metadata"].get("mystnb", {}).get("figure")
            if caption:
                text = f"*{labels.title(caption['name'])}. {plain(caption['caption'], labels)}*"
                add(new_markdown_cell(text), f"{name}-caption")
        elif piece.kind == "statement":
            title, _, text = piece.source.partition("\n")
            if piece.exercise in seen:  # the rest of a statement after its stub
                text, heading = piece.source, ""
            else:
                heading = f"### {labels.title(piece.exercise)}: {title}\n\n"
            text = heading + plain(text, labels).strip()
            add(new_markdown_cell(text), piece.exercise, exercise=piece.exercise, role="statement")
        else:
            text = plain(piece.source, labels).strip()
            if not solutions:
                text = re.sub(r"(?m)^(## Exercises.*)$", lambda m: f"{m[1]}\n\n{HOW_TO}", text)
            if text:
                add(new_markdown_cell(text), name)
        following = pieces[place + 1].exercise if place + 1 < len(pieces) else None
        if solutions:
            continue
        if piece.exercise and following != piece.exercise and wants_words(asked[piece.exercise]):
            name = f"answer-{piece.exercise}" + "-words" * bool(asked[piece.exercise].stubs)
            cell = new_markdown_cell(PLACEHOLDER)
            add(cell, name, exercise=piece.exercise, role="answer")
    if set_up:
        cells.insert(1, set_up)
    notebook = new_notebook(cells=cells, metadata=copy.deepcopy(METADATA))
    if solutions:
        return notebook
    stored = {cell["id"]: digest(cell.source) for cell in cells}
    notebook.metadata[KEY] = {"chapter": path.stem, "cells": stored}
    return notebook


def wants_words(exercise):
    """Whether an exercise asks for an answer in words, beside its code or instead of it."""
    kind = exercise.statement.strip().partition("\n")[0].partition("·")[0]
    return not exercise.stubs or bool(re.search("derive|explain|experiment|open", kind))


def paths_of(book):
    """Return the paths of a book's chapters, in order."""
    return sorted((book / "chapters").glob("*.ipynb"))


def labels_of(book):
    """Return what the labels of a book stand for."""
    return Labels(paths_of(book), sorted(book.glob("*.md")), book / "references.bib")


def chapters_of(book, solutions=False, set_up=None):
    """Yield each chapter's path and its `student_version` with these options."""
    labels = labels_of(book)
    for path in paths_of(book):
        yield path, student_version(path, labels, solutions, set_up)


def write_all(book, folder):
    """Write the student version of every chapter of a book into a folder.

    A file in which somebody has worked is left as it is; the new version is put beside it.

    Returns
    -------
    kept : list of tuple of Path
        Such files, and the new versions.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept = []
    for path, notebook in chapters_of(book, set_up=set_up_cell(book)):
        target = folder / path.name
        number = 0
        while has_work(target):
            number += 1
            target = folder / f"{path.stem}.new{number}.ipynb"
        if number:
            kept.append((folder / path.name, target))
        nbformat.write(notebook, target)
    return kept


def write_for_download(book, site):
    """Write what the pages of a site offer: the chapters with and without their solutions.

    Both are in plain Markdown, since Colab and a plain JupyterLab know no other.
    """
    for name in ("notebooks", "student"):
        shutil.rmtree(site / name, ignore_errors=True)
    write_all(book, site / "student")
    (site / "notebooks").mkdir()
    for path, notebook in chapters_of(book, solutions=True, set_up=set_up_cell(book)):
        nbformat.write(notebook, site / "notebooks" / path.name)


def has_work(path):
    """Whether a file is anything else than a student version that nobody has changed."""
    if not path.exists():
        return False
    try:
        notebook = nbformat.read(path, as_version=4)
        stored = notebook.metadata[KEY]["cells"]
        found = {cell["id"]: digest(cell.source) for cell in notebook.cells if cell.source.strip()}
    except (OSError, ValueError, KeyError, AttributeError):
        return True
    return found != stored


class Refused(Exception):
    """What was asked for would lose something; the message says what to do."""


def merge(old, new):
    """Put what a student did in an older version into a newer one.

    Parameters
    ----------
    old, new : NotebookNode
        Student versions; `old` with answers.

    Returns
    -------
    merged : NotebookNode
    report : list of str
        A line for everything that was done. Nothing of the student's is left out: what has no
        place any more is in the appendix, as text.

    Raises
    ------
    Refused
        If NEW is not a student version, or the cells of OLD can't be told any more.
    """
    if "cells" not in new.metadata.get(KEY, {}):
        raise Refused("NEW is not a student version. `make student` writes them.")
    now = new.metadata[KEY]
    before = old.metadata.get(KEY, {})
    before = before if "cells" in before else now  # a tool has dropped the marks
    if before["chapter"] != now["chapter"]:
        raise Refused(f"OLD is of chapter {before['chapter']}, NEW of {now['chapter']}.")
    merged, report, appendix = copy.deepcopy(new), [], []
    place = {cell.id: cell for cell in merged.cells}
    previous = None
    for cell, name in zip(old.cells, names_of(old, before, new)):
        is_given = name is not None and digest(cell.source) == before["cells"][name]
        if is_given and not cell.get("attachments"):
            previous = name if name in place else previous
            continue
        exercise = place.get(name, cell).metadata.get(KEY, {}).get("exercise", "")
        if name is None:  # a cell that the student added
            if not cell.source.strip():
                continue
            added = copy.deepcopy(cell)
            if not cell.get("id") or cell["id"] in place:
                added["id"] = unused(f"added-{digest(cell.source)}", place)
            if previous in place:
                merged.cells.insert(index(merged, previous) + 1, added)
                report.append(f"your own cell after {previous}: kept there")
            else:
                merged.cells.append(added)
                report.append("your own cell at the top: moved to the end")
            place[added["id"]] = added
            previous = added["id"]
        elif name.startswith("answer-") and name in place:
            previous, target = name, place[name]
            if digest(target.source) != now["cells"].get(name):
                if not same_answer(target, cell):
                    appendix.append((f"{exercise}, from OLD", cell))
                    report.append(
                        f"{exercise}: NEW has an answer already; the old one is at the end"
                    )
            else:
                answer = copy.deepcopy(cell)  # its kind, its pictures and its metadata, too
                answer["id"] = name
                answer.metadata[KEY] = target.metadata[KEY]
                merged.cells[index(merged, name)] = place[name] = answer
                changed = now["cells"][name] != before["cells"][name]
                note = "; its stub has changed, so look at it again" if changed else ""
                report.append(f"{exercise}: your answer was put in{note}")
        else:
            what = "the exercise is no longer there" if exercise else "a cell of the chapter's text"
            appendix.append((exercise or f"changed cell {name}", cell))
            report.append(f"{exercise or name}: {what}; your version is at the end")
    if appendix:
        merged.cells.append(new_markdown_cell("## From your older version", id="appendix"))
    for title, cell in appendix:  # as text: it is kept, and runs nothing
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", cell.source)), default=0))
        text = f"{fence}python\n{cell.source}\n{fence}" if cell.cell_type == "code" else cell.source
        kept = new_markdown_cell(f"**{title}**\n\n{text}")
        kept["id"] = unused(f"appendix-{digest(text)}", place)
        if cell.get("attachments"):
            kept["attachments"] = copy.deepcopy(cell.attachments)
        place[kept["id"]] = kept
        merged.cells.append(kept)
    return merged, report


def same_answer(cell, other):
    """Whether two cells hold the same."""
    return cell.source.strip() == other.source.strip() and (
        cell.get("attachments", {}) == other.get("attachments", {})
    )


def unused(name, taken):
    """Return a name that is not taken, and begins with this one."""
    number = 1
    while name + f"-{number}" * (number > 1) in taken:
        number += 1
    return name + f"-{number}" * (number > 1)


def names_of(old, before, new):
    """Return the name that the student version had given to each cell of a returned one.

    A cell keeps it as its id and in its metadata. Where a tool has dropped both, or given cells
    new ids, what they hold tells: the text itself, the exercise in their metadata or in their call
    of ``check``, and in the end their neighbours.

    Parameters
    ----------
    old : NotebookNode
    before : dict
        What the student version wrote into its metadata: ``cells``, digests by names.
    new : NotebookNode
        The newer version; it tells of which kind a cell was.

    Returns
    -------
    names : list of str or None
        None for a cell that the student added.

    Raises
    ------
    Refused
        If most cells can't be told.
    """
    cells, names = old.cells, [None] * len(old.cells)
    free = dict(before["cells"])  # in order
    kinds = {cell.id: cell.cell_type for cell in new.cells}

    def name_all(chosen):
        for i, cell in enumerate(cells):
            name = chosen(cell) if names[i] is None else None
            if isinstance(name, str) and name in free:
                names[i] = name
                del free[name]

    def by_exercise(cell):
        marks, called = cell.metadata.get(KEY, {}), CHECK.findall(cell.source)
        exercise = marks.get("exercise") or (called[-1] if called else "")
        begin = "" if marks.get("role") == "statement" else "answer-"
        form = re.compile(rf"{begin}{re.escape(exercise)}(-\d+|-words)?")
        fitting = [name for name in free if exercise and form.fullmatch(name)]
        return next((n for n in fitting if kinds.get(n) == cell.cell_type), None) or next(
            iter(fitting), None
        )

    name_all(lambda cell: cell.get("id"))
    name_all(lambda cell: cell.metadata.get(KEY, {}).get("cell"))
    holds = Counter(free.values())  # the cells for words all hold the same
    name_all(
        lambda cell: next(
            (n for n in free if holds[free[n]] == 1 and free[n] == digest(cell.source)), None
        )
    )
    name_all(by_exercise)
    order, i = list(before["cells"]), 0
    if any(cell.get("id") in before["cells"] for cell in cells):
        return names  # what has no name is the student's
    while i < len(cells):  # a run of cells between two that are known
        end = next((j for j in range(i, len(cells)) if names[j] is not None), len(cells))
        first = order.index(names[i - 1]) + 1 if i else 0
        last = order.index(names[end]) if end < len(cells) else len(order)
        missing = [n for n in order[first:last] if n in free and n.startswith("answer-")]
        for j in range(i, end):
            fits = [n for n in missing if kinds.get(n, cells[j].cell_type) == cells[j].cell_type]
            if end - i == len(missing):
                fits = missing[:]
            if fits and cells[j].source.strip():
                names[j] = fits[0]
                missing.remove(fits[0])
                del free[fits[0]]
        i = end + 1
    known = sum(name is not None for name in names)
    if len(free) > len(order) / 2 and known < len(cells) - known:
        raise Refused(
            f"Of the {len(cells)} cells of OLD, {len(cells) - known} can't be told any more: their "
            "ids, their marks and their texts are not those of its student version. Copy the "
            "answers into NEW by hand."
        )
    return names


def index(notebook, name):
    """Return the place of the cell with this id."""
    return next(i for i, cell in enumerate(notebook.cells) if cell["id"] == name)


def merge_files(old, new, out):
    """Merge files; refuse to overwrite one."""
    if out.exists():
        raise Refused(f"{out} is there already, and is not overwritten. Name another file.")
    try:
        notebooks = [nbformat.read(path, as_version=4) for path in (old, new)]
    except (OSError, ValueError, AttributeError) as error:
        raise Refused(f"A notebook can't be read: {error}") from None
    merged, report = merge(*notebooks)
    nbformat.write(merged, out)
    return report


def nbgrader_version(student, chapter, labels):
    """Turn a student version into the source notebook of an nbgrader assignment.

    Answer cells hold the solution, between the marks that nbgrader removes: code below its stub,
    words in the cell for words. After code that is checked stands a test cell worth one point. All
    other answers are worth one point too, and graded by hand.

    Parameters
    ----------
    student : NotebookNode
        Changed in place.
    chapter : dict
        What it was made from.
    labels : plain_markdown.Labels
        Of the whole book.
    """
    del student.metadata[KEY]
    asked, words = exercises(chapter), {}
    for piece in split(chapter):
        if piece.kind == "solution" and not piece.is_code:
            text = plain(piece.source, labels).strip()
            words.setdefault(piece.exercise, []).append(text)
    code = [cell for cell in student.cells if cell.cell_type == "code"]
    last = {cell.metadata.get(KEY, {}).get("exercise"): cell["id"] for cell in code}
    cells = []
    for cell in student.cells:
        cell.source = cell.source.replace("its name does not matter", "keep its name")
        marks = cell.metadata.pop(KEY, {})
        cells.append(cell)
        is_code, name = cell.cell_type == "code", cell["id"]
        if marks.get("role") != "answer" or (is_code and name != last[marks["exercise"]]):
            continue
        exercise = asked[marks["exercise"]]
        if is_code:
            stub, check = without_check(cell.source)
            solution = "\n\n\n".join(without_check(code)[0] for code in exercise.solutions)
            parts = [stub, "", "### BEGIN SOLUTION", solution, "### END SOLUTION", check]
        else:
            solution = "\n\n".join(words.get(exercise.id, []))
            parts = ["### BEGIN SOLUTION", "", solution, "", "### END SOLUTION"]
        cell.source = "\n".join(parts).rstrip()
        if not is_code or exercise.answer is None:
            cell.metadata["nbgrader"] = marked(name, grade=True, solution=True, points=1)
            continue
        cell.metadata["nbgrader"] = marked(name, solution=True)
        test = (
            "from IPython.display import clear_output\n\n"
            "from lib.checks import check\n\n"
            f'feedback = check("{exercise.id}", {exercise.answer})\n'
            "clear_output()  # nbgrader gives no points for what wrote to stderr\n"
            "assert feedback, feedback"
        )
        cells.append(new_code_cell(test, id=f"test-{exercise.id}"))
        cells[-1].metadata["nbgrader"] = marked(
            f"test-{exercise.id}", grade=True, locked=True, points=1
        )
    student.cells = cells
    return student


def marked(name, grade=False, solution=False, locked=False, **more):
    """Return the metadata by which nbgrader, schema version 3, knows a cell."""
    kind = {"grade": grade, "solution": solution, "locked": locked, "task": False}
    return {"schema_version": 3, "grade_id": name, **kind, **more}


def without_check(code):
    """Return a cell's code without the call of the check at its end, and this call."""
    statements = parse(code).body  # none in a stub that is a comment only
    if not statements or not is_check(statements[-1]):
        return code.rstrip(), ""
    lines, first = code.rstrip().split("\n"), statements[-1].lineno - 1
    return "\n".join(lines[:first]).rstrip(), "\n".join(lines[first:])


def write_nbgrader(book, folder):
    """Write the source version of all chapters, as nbgrader lays out a course."""
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty, and is not overwritten. Name a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nbgrader_config.py").write_text(NBGRADER_CONFIG, encoding="utf-8")
    labels = labels_of(book)
    for path in paths_of(book):
        target = folder / "source" / path.stem / path.name
        target.parent.mkdir(parents=True)
        student = student_version(path, labels)
        nbformat.write(nbgrader_version(student, read(path), labels), target)


def main(arguments=None):
    """Do what the command line says; return an exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command")
    command = commands.add_parser("write", help="write all student versions (the default)")
    command.add_argument("folder", type=Path, nargs="?", default=ROOT / "_build" / "student")
    command = commands.add_parser("merge", help="put the answers of OLD into NEW, write OUT")
    for name in ("old", "new", "out"):
        command.add_argument(name, type=Path, metavar=name.upper())
    command = commands.add_parser("nbgrader", help="write the source version of a course")
    command.add_argument("folder", type=Path, help="a new folder: the course directory")
    options = parser.parse_args(arguments)
    try:
        if options.command == "merge":
            report = merge_files(options.old, options.new, options.out)
            print("\n".join(report or ["OLD holds nothing that the student wrote."]))
            print(f"Written: {options.out}")
        elif options.command == "nbgrader":
            write_nbgrader(ROOT, options.folder)
            print(f"Written: {options.folder}. There: nbgrader generate_assignment 02_pca_theorem")
        else:
            folder = getattr(options, "folder", ROOT / "_build" / "student")
            kept = write_all(ROOT, folder)
            print(f"The student versions are in {folder}")
            for mine, new in kept:
                print(
                    f"{mine.name} has answers in it and was left alone; the new version is beside "
                    f"it. To bring the answers over:\n    {sys.executable} tools/student.py merge "
                    f"{mine} {new} MERGED.ipynb"
                )
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
