"""Notebooks, read without running them: the exercises of a chapter, the answers of a submission.

The student version, the grader and the bridge to nbgrader all take the exercises from here. A
notebook is the dictionary that ``json.load`` returns; CONTRIBUTING.md describes the form of an
exercise.
"""

import ast
import hashlib
import json
import re
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from lib.grading.syntax import (
    NOT_PYTHON,
    bound_names,
    is_check,
    is_import,
    modules,
    parse,
    used_names,
)

#: Key of what the student version writes into the metadata of a notebook and of its cells.
KEY = "book"
#: What it puts where an answer in words is to go.
PLACEHOLDER = "*Write your answer here.*"
SHOWN = 20_000  # characters of an answer in words that are kept
PICTURES = 1 << 20  # bytes of the pictures in an answer that are kept
GATE = re.compile(r"^`{3,}\{(exercise|solution)-(start|end)\}[ \t]*(.*)$")
OPTION = re.compile(r"^:(\w+):[ \t]*(.*)$")
CHECK = re.compile(r"""\bcheck\(\s*["'](ex-[\w-]+)["']""")
HEADING = re.compile(r"^##+ .*\bExercises\b", re.M)
TITLE = re.compile(r"#+ [^:\n]*: ([^\n]*)")
PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+")
# What other files begin with that are handed in under the name of a notebook.
KINDS = {
    b"PK\x03\x04": "a zip archive. Unpack it, and put the notebook that is in it in its place",
    b"\x1f\x8b": "a packed archive. Unpack it, and put the notebook that is in it in its place",
    b"7z\xbc\xaf": "a packed archive. Unpack it, and put the notebook that is in it in its place",
    b"Rar!": "a packed archive. Unpack it, and put the notebook that is in it in its place",
    b"%PDF": "a PDF. Ask for the notebook itself",
    b"<": "a web page. Ask for the notebook itself",
}


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
        return notebook_of(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        raise ValueError(f"{path}: {error}") from None


def notebook_of(data):
    """Return the notebook in a file's content, whatever its encoding; without odd metadata.

    Parameters
    ----------
    data : bytes

    Raises
    ------
    ValueError
        If it is not a notebook of format 4.

    Examples
    --------
    >>> text = '{"cells": [{"cell_type": "raw", "source": ["é"]}]}'
    >>> [notebook_of(text.encode(code))["cells"][0]["source"] for code in ("utf-16", "latin-1")]
    [['é'], ['é']]
    """
    head = data[:1000].lstrip()
    what = next((kind for start, kind in KINDS.items() if head.startswith(start)), "")
    if what or not data.strip():
        raise ValueError(f"the file is not a Jupyter notebook, but {what or 'empty'}.")
    try:
        try:
            notebook = json.loads(data)  # UTF-8, 16 or 32, with a byte order mark or without
        except UnicodeDecodeError:
            notebook = json.loads(data.decode("cp1252", errors="replace"))
        cells = notebook["cells"]
        for owner in [notebook, *cells]:
            for name in ("metadata", "attachments"):
                if not isinstance(owner.get(name, {}), dict):
                    owner[name] = {}
        sound = all(
            cell["cell_type"] in ("code", "markdown", "raw") and isinstance(source(cell), str)
            for cell in cells
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = f"{type(error).__name__}: {error}"[:100]
        raise ValueError(f"the file is not a Jupyter notebook of format 4 ({why})") from None
    if not sound:
        raise ValueError("the file is not a Jupyter notebook of format 4 (unknown kind of cell)")
    return notebook


def digest(text):
    """Return a short fingerprint of a cell's text: does it still hold what we put there?"""
    data = text.strip().encode("utf-8", errors="surrogatepass")
    return hashlib.sha256(data).hexdigest()[:12]


def source(cell):
    """Return the text of a cell; the format allows a string or a list of lines."""
    return "".join(cell["source"])


def tags(cell):
    """Return the tags of a cell."""
    found = cell.get("metadata", {}).get("tags", [])
    return found if isinstance(found, list) else []


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
    wanted = set().union(*(bound_and_used(code)[1] for code in codes))
    own = own_cells(notebook)
    return [own[i][0] for i in needed(own, wanted, {0})]


def own_cells(notebook):
    """Return the code cells of a chapter's body, with the names that each binds and uses."""
    codes = [piece.source for piece in split(notebook) if piece.kind == "body" and piece.is_code]
    return [(code, *bound_and_used(code)) for code in codes]


def bound_and_used(code):
    """Return the names that a cell binds and those that it uses; none if it does not parse."""
    try:
        tree = parse(code)
        return bound_names(tree), used_names(tree)
    except NOT_PYTHON:
        return set(), set()


def needed(parts, wanted, chosen=()):
    """Return which parts of a program bind the names that are wanted, or that such parts use.

    Parameters
    ----------
    parts : list of tuple
        Code, the names that it binds, the names that it uses.
    wanted : set of str
    chosen : iterable of int
        Parts that are needed in any case.

    Returns
    -------
    list of int

    Examples
    --------
    >>> needed([("a = 1", {"a"}, set()), ("b = a", {"b"}, {"a"}), ("c = 2", {"c"}, set())], {"b"})
    [0, 1]
    """
    chosen, more = set(), set(chosen) & set(range(len(parts)))
    while True:
        wanted = wanted.union(*(parts[i][2] for i in more))
        chosen |= more
        more = {i for i, part in enumerate(parts) if part[1] & wanted} - chosen
        if not more:
            return sorted(chosen)


class Chapter:
    """A teacher's chapter: what is asked, and what the answers stand on."""

    def __init__(self, path):
        notebook, self.name = read(path), Path(path).stem
        self.exercises = exercises(notebook)
        self.checked = {e.id: e for e in self.exercises.values() if e.answer is not None}
        self.texts = {piece.source.strip() for piece in split(notebook)}
        self.body = {p.source.strip() for p in split(notebook) if p.kind == "body"}
        self.stubs = {code.strip() for e in self.exercises.values() for code in e.stubs}
        self.own = own_cells(notebook)
        self.bound = set().union(*(bound for _, bound, _ in self.own))

    def setup(self, names):
        """Return the chapter's own cells that are run before a student's, which use some names."""
        return [self.own[i][0] for i in needed(self.own, set(names), {0})]


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
    uses : list of str
        The global names that it reads.
    modules : list of str
        What it imports.
    """

    code: str
    exercise: str | None = None
    completes: list = field(default_factory=list)
    number: int = 0
    uses: list = field(default_factory=list)
    modules: list = field(default_factory=list)


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
    pictures : dict of str to list of str
        Pictures in these cells, as addresses that hold them, ``data:image/png;base64,…``.
    unreadable : str or None
        Why it can't be read; then it has neither cells nor texts.
    """

    name: str
    chapter: Chapter | None = None
    cells: list = field(default_factory=list)
    texts: dict = field(default_factory=dict)
    pictures: dict = field(default_factory=dict)
    unreadable: str | None = None

    def answers(self, exercise):
        """Return the codes and texts that the student wrote for an exercise, without the stubs."""
        codes = [cell.code for cell in self.cells if cell.exercise == exercise]
        texts = self.texts.get(exercise, [])
        return [code for code in codes if code.strip() not in self.chapter.stubs] + [
            text for text in texts if text.strip() != PLACEHOLDER
        ]

    def message(self):
        """Return it as plain lists and dictionaries; `from_message` makes it again."""
        chapter = self.chapter.name if self.chapter else None
        return vars(self) | {"chapter": chapter, "cells": [asdict(cell) for cell in self.cells]}

    @classmethod
    def from_message(cls, message, chapters):
        """Return the submission that a process has read."""
        chapter = next((c for c in chapters if c.name == message["chapter"]), None)
        cells = [Cell(**cell) for cell in message["cells"]]
        return cls(**message | {"chapter": chapter, "cells": cells})


def read_submission(data, name, chapters):
    """Return what was handed in. Whatever it is, nothing is raised: it may be one of many.

    Parameters
    ----------
    data : bytes
        The content of the file.
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
        notebook = notebook_of(data)
        known = chapter or recognise(notebook, chapters)
        return Submission(name, known, *student_cells(notebook, known))
    except Exception as error:
        return Submission(name, chapter, unreadable=str(error)[:300])


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
    asked = [re.escape(exercise) for chapter in chapters for exercise in chapter.exercises]
    ids = Counter(re.findall(rf"\b(?:{'|'.join(asked)})\b", text)) if asked else Counter()
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


def given_cells(notebook):
    """Return the digests of the cells that the student version had, by the cells' ids."""
    given = mark(notebook).get("cells", {})
    return given if isinstance(given, dict) else {}


def exercise_of(cell, chapter):
    """Return the id of the exercise that a cell says it belongs to, or None."""
    marked, known = mark(cell).get("exercise"), chapter.exercises
    if isinstance(marked, str) and marked in known:
        return marked
    for name in known:
        if f"{cell.get('id')}-".startswith(f"answer-{name}-"):
            return name
    if cell["cell_type"] != "code":
        title = TITLE.match(source(cell))
        titled = [e.id for e in known.values() if title and e.title.strip() == title[1].strip()]
        return titled[0] if titled else None
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
        First those of `helpers`, then the cells of the exercises.
    texts, pictures : dict of str to list of str
        What stands in text cells of an exercise.
    """
    pieces = split(notebook)
    owners = [exercise_of(piece.cell, chapter) for piece in pieces]
    start = start_of_exercises(pieces, owners)
    given = given_cells(notebook)
    # A tool may have given the cells other ids, so their content counts, too.
    digests = {digest for digest in given.values() if isinstance(digest, str)}
    above, cells, texts, pictures, last, current = [], [], {}, {}, {}, None
    for i, (piece, owner) in enumerate(zip(pieces, owners)):
        text, name = piece.source.strip(), piece.cell.get("id")
        is_chapters = text in chapter.body
        if i < start and (owner is None or is_chapters):
            if piece.is_code and piece.kind != "solution":
                above.append((piece.source, is_chapters))
            continue
        is_given = (isinstance(name, str) and name in given) or digest(text) in digests
        if not given and not owner and not piece.is_code and re.match("##? ", text):
            current = None  # the heading of another section
        elif owner or not is_given:
            current = owner or (piece.exercise if piece.exercise in chapter.exercises else current)
        else:
            current = None
        if piece.kind == "solution" or is_chapters:
            continue
        if piece.is_code:
            cells.append(Cell(piece.source, current))
            if owner:
                last[owner] = cells[-1]
        elif current and is_answer(piece, owner, given, is_given, chapter):
            words, shown = words_and_pictures(piece)
            texts.setdefault(current, []).append(words)
            pictures.setdefault(current, []).extend(shown)
    for exercise, cell in last.items():  # what a student tries after it costs nothing
        cell.completes.append(exercise)
    for cell in cells:
        cell.uses = sorted(bound_and_used(cell.code)[1])
    cells[:0] = helpers(above, set().union(*(cell.uses for cell in cells)), chapter)
    for number, cell in enumerate(cells):
        cell.number, cell.modules = number, sorted(modules(cell.code))
    return cells, texts, pictures


def is_answer(piece, owner, given, is_given, chapter):
    """Whether a text cell is a student's answer: one for answers, a new or a changed one."""
    name, role = str(piece.cell.get("id", "")), mark(piece.cell).get("role")
    if role == "answer" or name.startswith("answer-"):
        return True
    if not given:  # no mark is left
        return owner is None and piece.source.strip() not in chapter.texts
    changed = digest(piece.source) not in (given.get(name), *given.values())
    return not is_given or (owner is not None and changed)


def words_and_pictures(piece):
    """Return an answer in words, and its pictures as addresses that hold them.

    A picture was pasted into the cell (JupyterLab) or into its text (Colab).
    """
    found = PICTURE.findall(piece.source)
    for files in piece.cell.get("attachments", {}).values():
        for kind, data in files.items() if isinstance(files, dict) else ():
            lines = data if isinstance(data, list) else [data]
            text = "".join(line for line in lines if isinstance(line, str))
            found += PICTURE.findall(f"data:{kind};base64,{''.join(text.split())}")
    pictures, size = [], 0
    for address in found:
        size += len(address)
        if size <= PICTURES:
            pictures.append(address)
    words = PICTURE.sub("…", piece.source)[:SHOWN]
    if len(pictures) < len(found):
        words += "\n\n[A picture is too large to be shown here: look at the notebook.]"
    return words, pictures


def helpers(above, wanted, chapter):
    """Return what a student's cells above the exercises have that these need, a statement a cell.

    These are all imports, each by itself, as one may fail where another tool is missing; and what
    binds a name that is wanted, unless the chapter binds it.

    Parameters
    ----------
    above : list of tuple of str and bool
        The codes, and whether the chapter has them.
    wanted : set of str
        The names that the cells of the exercises use.
    chapter : Chapter

    Returns
    -------
    cells : list of Cell
    """
    parts, always = [], set()
    for code, is_chapters in above:
        try:
            for node in parse(code).body:
                if is_import(node) or not is_chapters:
                    tree = ast.Module([node], [])
                    bound = bound_names(tree) - chapter.bound
                    always |= {len(parts)} if is_import(node) else set()
                    parts.append((ast.unparse(node), bound, used_names(tree)))
        except NOT_PYTHON:
            continue
    chosen = needed(parts, wanted, always)
    return [Cell(parts[i][0], uses=sorted(parts[i][2])) for i in chosen]


def start_of_exercises(pieces, owners):
    """Return the index of the first heading "Exercises", else of the first answer, else 0."""
    heads = (
        i for i, piece in enumerate(pieces) if not piece.is_code and HEADING.search(piece.source)
    )
    return next(heads, next((i for i, owner in enumerate(owners) if owner), 0))
