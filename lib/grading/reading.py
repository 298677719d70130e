"""The exercises of a chapter, read from its notebook without running it.

The student version, the grader and the bridge to nbgrader all take them from here. A notebook is
the dictionary that ``json.load`` returns; CONTRIBUTING.md describes the form of an exercise.
"""

import ast
import json
import re
import symtable
from dataclasses import dataclass, field
from pathlib import Path

#: Key of what the student version writes into the metadata of a notebook and of its cells.
KEY = "book"
#: What it puts where an answer in words is to go.
PLACEHOLDER = "*Write your answer here.*"
GATE = re.compile(r"^`{3,}\{(exercise|solution)-(start|end)\}[ \t]*(.*)$")
OPTION = re.compile(r"^:(\w+):[ \t]*(.*)$")
ID = re.compile(r"\bex-[a-z0-9]+(?:-[a-z0-9]+)*-\d+\b")
# What such a function or method is called on changes, though no name is bound anew.
TRAINS = re.compile(r"(fit|train|compile|load_weights|set_weights)(_|$)")


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


def parse(code):
    """Return the syntax tree of a cell, without IPython's own commands.

    Raises
    ------
    SyntaxError
        As `ast.parse`.
    """
    try:
        return ast.parse(code)
    except SyntaxError:
        plain = re.sub(r"^([ \t]*)[%!?].*$", r"\1pass", code, flags=re.M)
        return ast.parse(plain)


def is_check(node):
    """Whether a statement only calls ``check``."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    return ast.unparse(node.value.func).split(".")[-1] == "check"


def bound_names(tree):
    """Return the names that a cell defines or changes at its top level."""
    names = set()
    nodes = list(tree.body)
    while nodes:
        node = nodes.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            names.add(_root(node))
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and TRAINS.match(node.func.attr):
                names.add(_root(node.func))  # model.fit(X)
            elif isinstance(node.func, ast.Name) and TRAINS.match(node.func.id):
                names |= {_root(argument) for argument in node.args}  # train(model, X)
        nodes += ast.iter_child_nodes(node)
    return names - {None}


def _root(node):
    """Return a in a.b[c].d, or None if it does not start with a name."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def used_names(tree):
    """Return the global names that a cell reads before it has bound them itself.

    Examples
    --------
    >>> sorted(used_names(ast.parse("a = b\\ndef f(x): return x + a + c\\n")))
    ['b', 'c']
    """
    used, bound = set(), set()

    def visit(statements):
        for statement in statements:
            blocks = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
            blocks += [handler.body for handler in getattr(statement, "handlers", [])]
            is_scope = isinstance(
                statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Match)
            )
            head = [statement]
            if any(blocks) and not is_scope:  # for, while, if, with, try: their head first
                heads = ("iter", "test", "target", *("items",) * hasattr(statement, "items"))
                head = [getattr(statement, name, None) for name in heads]
                head = [part for x in head for part in (x if isinstance(x, list) else [x]) if part]
            for part in head:
                if not isinstance(getattr(part, "ctx", None), ast.Store):
                    code = ast.unparse(getattr(part, "context_expr", part))
                    used.update(_globals_read(symtable.symtable(code, "cell", "exec")) - bound)
                bound.update(bound_names(ast.Module([part], [])))
            if head != [statement]:
                for block in blocks:
                    visit(block)

    visit(tree.body)
    return used


def _globals_read(scope):
    """Return the global names that a scope and the scopes in it read."""
    names = {
        symbol.get_name()
        for symbol in scope.get_symbols()
        if symbol.is_referenced() and (scope.get_type() == "module" or symbol.is_global())
    }
    return names.union(*(_globals_read(child) for child in scope.get_children()))


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
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    chosen = set()
    while True:
        more = {i for i, tree in enumerate(trees) if bound_names(tree) & wanted or i == 0} - chosen
        if not more:
            return [body[i] for i in sorted(chosen)]
        chosen |= more
        wanted |= set().union(*(used_names(trees[i]) for i in more))
