"""Notebooks, read without running them: the exercises of a chapter, the answers of a submission.

The student version, the grader and the bridge to nbgrader all take the exercises from here. A
notebook is the dictionary that ``json.load`` returns; CONTRIBUTING.md describes the form of an
exercise.
"""

import ast
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from lib.grading.syntax import NOT_PYTHON, bound_names, imports, is_check, parse, used_names

#: Key of what the student version writes into the metadata of a notebook and of its cells.
KEY = "book"
#: What it puts where an answer in words is to go.
PLACEHOLDER = "*Write your answer here.*"
LARGEST = 50 << 20  # bytes of a submission
GATE = re.compile(r"^`{3,}\{(exercise|solution)-(start|end)\}[ \t]*(.*)$")
OPTION = re.compile(r"^:(\w+):[ \t]*(.*)$")
ID = re.compile(r"\bex-[a-z0-9]+(?:-[a-z0-9]+)*-\d+\b")
CHECK = re.compile(r"""\bcheck\(\s*["'](ex-[\w-]+)["']""")
HEADING = re.compile(r"^##+ .*\bExercises\b", re.M)


@dataclass
class Piece:
    """Part of a cell that belongs to one thing.

    Attributes
    ----------
    kind : {"body", "statement", "answer", "solution"}
    exercise : str or None
        Id of the exercise; None in the body.
    cell : dict
        The cell that it comes from.
    source : str
        Its text or code, without the gates around it.
    """

    kind: str
    exercise: str | None
    cell: dict
    source: str

    @property
    def is_code(self):
        """Whether it is a code cell."""
        return self.cell["cell_type"] == "code"


@dataclass
class Exercise:
    """An exercise with what a reader is given and what the check is called with.

    Attributes
    ----------
    id, title, statement : str
    stubs, solutions : list of str
        Code cells.
    answer : str or None
        The Python expression that the stub hands to ``check``; None if a person has to read it.
    names : set of str
        What the stub defines.
    """

    id: str
    title: str
    statement: str = ""
    stubs: list = field(default_factory=list)
    solutions: list = field(default_factory=list)
    answer: str | None = None
    names: set = field(default_factory=set)


def read(path):
    """Return a notebook as a dictionary.

    Raises
    ------
    ValueError
        If the file is not a notebook of format 4.
    """
    try:
        notebook = json.loads(Path(path).read_text(encoding="utf-8"))
        cells = notebook["cells"]
        sound = all(
            cell["cell_type"] in ("code", "markdown", "raw") and isinstance(source(cell), str)
            for cell in cells
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{path} is not a Jupyter notebook of format 4 ({error!r})") from None
    if not sound:
        raise ValueError(f"{path} is not a Jupyter notebook of format 4 (unknown kind of cell)")
    return notebook


def source(cell):
    """Return the text of a cell; the format allows a string or a list of lines."""
    return "".join(cell["source"])


def tags(cell):
    """Return the tags of a cell."""
    return cell.get("metadata", {}).get("tags", [])


def split(notebook):
    """Return a chapter as a list of `Piece`, in order.

    A text cell may hold the end of one thing and the start of the next; it is cut at the gates.

    Examples
    --------
    >>> text = "```{exercise-start} Half\\n:label: ex-a-1\\n```\\nTry.\\n```{exercise-end}\\n```"
    >>> cells = [{"cell_type": "markdown", "source": text, "metadata": {}}]
    >>> [(piece.kind, piece.exercise, piece.source) for piece in split({"cells": cells})]
    [('statement', 'ex-a-1', 'Half\\nTry.')]
    """
    pieces = []
    kind, exercise = "body", None
    for cell in notebook["cells"]:
        if cell["cell_type"] != "markdown":
            is_solution = kind == "solution" or "solution" in tags(cell)
            is_answer = kind == "answer" or "exercise" in tags(cell)
            here = "solution" if is_solution else "answer" if is_answer else kind
            pieces.append(Piece(here, exercise, cell, source(cell)))
            continue
        lines, in_gate = [], False

        def close(lines, kind, exercise, cell=cell):
            text = "\n".join(lines).strip("\n")
            if text:
                # Text between a stub and its solution belongs to the statement.
                here = "statement" if kind == "answer" else kind
                pieces.append(Piece(here, exercise, cell, text))

        for line in source(cell).split("\n"):
            gate = GATE.match(line)
            if gate:
                close(lines, kind, exercise)
                what, edge, argument = gate.groups()
                lines, in_gate = [], True
                if edge == "start":
                    kind = "statement" if what == "exercise" else "solution"
                    exercise = argument.strip() if what == "solution" else exercise
                    lines = [argument.strip()] if what == "exercise" else []
                else:
                    kind = "answer" if what == "exercise" else "body"
                    exercise = exercise if what == "exercise" else None
            elif in_gate and OPTION.match(line):
                option, value = OPTION.match(line).groups()
                if option == "label" and kind == "statement":
                    exercise = value.strip()
            elif in_gate and line.startswith("```"):
                in_gate = False
            else:
                lines.append(line)
        close(lines, kind, exercise)
    return pieces


def exercises(notebook):
    """Return the exercises of a chapter in order, as a dictionary by id."""
    found = {}
    for piece in split(notebook):
        if piece.exercise is None:
            continue
        if piece.exercise not in found:
            title, _, statement = piece.source.partition("\n")
            found[piece.exercise] = Exercise(piece.exercise, title, statement)
        elif piece.kind == "answer" and piece.is_code:
            exercise = found[piece.exercise]
            exercise.stubs.append(piece.source)
            tree = parse(piece.source)
            exercise.names |= bound_names(tree)
            for node in tree.body:
                if is_check(node) and len(node.value.args) == 2:
                    exercise.answer = ast.unparse(node.value.args[1])
        elif piece.kind == "solution" and piece.is_code:
            found[piece.exercise].solutions.append(piece.source)
    return found


def setup_cells(notebook, codes):
    """Return the chapter's own code cells that some answers need.

    Parameters
    ----------
    notebook : dict
        The teacher's chapter.
    codes : iterable of str
        The answers; what does not parse is passed over.

    Returns
    -------
    list of str
        The import cell, and every cell of the body that binds a name which the answers or these
        cells use, in order.
    """
    body = [p.source for p in split(notebook) if p.kind == "body" and p.is_code]
    trees = [parse(code) for code in body]
    wanted = set()
    for code in codes:
        try:
            wanted |= used_names(parse(code))
        except NOT_PYTHON:
            continue
    chosen = set()
    while True:
        more = {i for i, tree in enumerate(trees) if bound_names(tree) & wanted or i == 0} - chosen
        if not more:
            return [body[i] for i in sorted(chosen)]
        chosen |= more
        wanted |= set().union(*(used_names(trees[i]) for i in more))


class Chapter:
    """A teacher's chapter: what is asked, and what the answers stand on."""

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


@dataclass
class Cell:
    """A code cell of a student's.

    Attributes
    ----------
    code : str
    exercise : str or None
        Id of the exercise that it belongs to.
    completes : list of str
        The exercises whose last cell it is: they are checked after it.
    number : int
        Its place among the student's cells.
    """

    code: str
    exercise: str | None = None
    completes: list = field(default_factory=list)
    number: int = 0


@dataclass
class Submission:
    """A returned notebook, read once: all that is run, judged and shown of it is in here.

    Attributes
    ----------
    name : str
        What it is called in the table of grades.
    chapter : Chapter or None
        None if it can't be read and may be of any chapter.
    cells : list of Cell
        The student's code, in order.
    texts : dict of str to list of str
        What stands in text cells of an exercise, by its id.
    unreadable : str or None
        Why it can't be read; then it has neither cells nor texts.
    """

    name: str
    chapter: Chapter | None = None
    cells: list = field(default_factory=list)
    texts: dict = field(default_factory=dict)
    unreadable: str | None = None

    def answers(self, exercise):
        """Return the codes and texts that the student wrote for an exercise, without the stubs."""
        codes = [cell.code for cell in self.cells if cell.exercise == exercise]
        texts = self.texts.get(exercise, [])
        return [code for code in codes if code.strip() not in self.chapter.stubs] + [
            text for text in texts if text.strip() != PLACEHOLDER
        ]


def read_submission(path, name, chapters):
    """Return what was handed in. Whatever it is, nothing is raised: it may be one of many.

    Parameters
    ----------
    path : Path
    name : str
        What the submission is called in the table.
    chapters : list of Chapter
        If there is one only, the submission is taken for that one.

    Returns
    -------
    submission : Submission
    """
    chapter = chapters[0] if len(chapters) == 1 else None
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"it is larger than {LARGEST >> 20} MB")
        notebook = read(path)
        known = chapter or recognise(notebook, chapters)
        return Submission(name, known, *student_cells(notebook, known))
    except Exception as error:
        why = str(error).replace(str(path), "the file")
        return Submission(name, chapter, unreadable=why)


def recognise(notebook, chapters):
    """Return the chapter that a submission belongs to, whatever its file is called.

    Raises
    ------
    ValueError
        If it belongs to none.
    """
    for chapter in chapters:
        if chapter.name == mark(notebook).get("chapter"):
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


def mark(owner):
    """Return what the student version wrote into the metadata of a notebook or of a cell."""
    marked = owner.get("metadata", {}).get(KEY, {})
    return marked if isinstance(marked, dict) else {}


def exercise_of(cell, chapter):
    """Return the id of the exercise that a cell says it belongs to, or None."""
    marked, known = mark(cell).get("exercise"), chapter.exercises
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
    except NOT_PYTHON:
        names = set(re.findall(r"^def (\w+)", source(cell), re.M))
    owners = [e.id for e in chapter.exercises.values() if e.names & names]
    return owners[-1] if owners else None


def student_cells(notebook, chapter):
    """Return what of a submission is the student's.

    Returns
    -------
    cells : list of Cell
        The imports that stand before the exercises come first, in one cell.
    texts : dict of str to list of str
        What stands in text cells of an exercise.
    """
    pieces = split(notebook)
    owners = [exercise_of(piece.cell, chapter) for piece in pieces]
    start = start_of_exercises(pieces, owners)
    given = mark(notebook).get("cells", {})  # which cells the student version had
    above = [line for piece in pieces[:start] if piece.is_code for line in imports(piece.source)]
    cells = [Cell("\n".join(above))] if above else []
    texts, last, current = {}, {}, None
    for i, (piece, owner) in enumerate(zip(pieces, owners)):
        is_chapters = piece.source.strip() in chapter.body
        if i < start and (owner is None or is_chapters):
            continue  # the student's own trials in the chapter
        is_given = piece.cell.get("id") in given
        if owner or not is_given:
            current = owner or (piece.exercise if piece.exercise in chapter.exercises else current)
        else:
            current = None
        if piece.kind == "solution" or is_chapters:
            continue
        if piece.is_code:
            cells.append(Cell(piece.source, current))
            if owner:
                last[owner] = cells[-1]
        elif current:
            is_answer = str(piece.cell.get("id", "")).startswith("answer-")
            if is_answer or (given and not is_given):
                texts.setdefault(current, []).append(piece.source)
    for exercise, cell in last.items():  # what a student tries after it costs nothing
        cell.completes.append(exercise)
    for number, cell in enumerate(cells):
        cell.number = number
    return cells, texts


def start_of_exercises(pieces, owners):
    """Return the index of the last heading "Exercises", else of the first answer, else 0."""
    heads = [
        i for i, piece in enumerate(pieces) if not piece.is_code and HEADING.search(piece.source)
    ]
    return heads[-1] if heads else next((i for i, owner in enumerate(owners) if owner), 0)
