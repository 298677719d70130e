"""No rejection of any check is idle: without it, some wrong answer would get another verdict.

Each `raise` of a rejection, and each call that stands for one, is deleted in turn from the running
code, and the wrong answers are checked again.
"""

import ast
import contextlib
import importlib
import inspect
import types
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from answers import load
from core_answers import WRONG as CORE_WRONG
from core_answers import made_up
from networks_answers import NETWORK_HINTS

from lib import checks
from lib.checks import check, limit, registered
from lib.checks.core.mistakes import TEXTS

FOLDER = Path(checks.__file__).parent
REJECTIONS = {"Wrong", "Todo", "Raised"}
DELEGATES = {"agree", "agree_up_to_signs"}
CORE = ["judging", "calling", "reading", "results"]
EXERCISES = registered()
WORDS = sorted({task.word for task in EXERCISES.values()})
_, WRONG = load()


def wrong_answers(task):
    """Return all wrong answers to an exercise: as students write them, and of its table."""
    found = [answer for _, answer in WRONG[task.id]]
    for mistake in task.mistakes.values():
        if task.kind == "value":
            found.append(mistake(*task.make_cases(0)[0]))
        else:
            found.append(lambda *args, mistake=mistake: mistake(*args))
    return found


def verdict(name, answer):
    """Return what `check` finds, in short."""
    feedback = check(name, answer, seed=0)
    return feedback.status, feedback.hint


class Delete(ast.NodeTransformer):
    """Replaces the `number`-th rejection of a program by nothing."""

    def __init__(self, number):
        self.left, self.line, self.within = number, None, []

    def visit_FunctionDef(self, node):
        self.within.append(node.name)
        self.generic_visit(node)
        self.within.pop()
        return node

    def visit_Raise(self, node):
        return self.delete(node, node.exc, REJECTIONS)

    def visit_Expr(self, node):
        return self.delete(node, node.value, DELEGATES)

    def delete(self, node, called, names):
        name = getattr(getattr(called, "func", called), "id", None)
        if name not in names or not self.within:
            return node
        self.left -= 1
        if self.left != -1:
            return node
        self.line, self.function = f"line {node.lineno}: {ast.unparse(node)}", self.within[0]
        return ast.copy_location(ast.Pass(), node)


def without_one(module):
    """Yield what is deleted, and the code of the function, or method, that lacks it."""
    source = inspect.getsource(module)
    for number in range(1000):
        delete = Delete(number)
        tree = ast.fix_missing_locations(delete.visit(ast.parse(source)))
        if delete.line is None:
            return
        code = compile(tree, module.__file__, "exec")
        yield delete, dict(functions_in(code))


def functions_in(code, prefix=""):
    """Yield the qualified names and codes of a module's functions and methods."""
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType) and not inner.co_name.startswith("<"):
            name = prefix + inner.co_name
            yield name, inner
            yield from functions_in(inner, f"{name}.")


@contextlib.contextmanager
def replaced(module, codes):
    """Let the functions and methods of a module run other code for a while."""
    before = []
    for name, code in codes.items():
        owner = module
        *path, last = name.split(".")
        for part in path:
            owner = getattr(owner, part, None)
        function = inspect.unwrap(vars(owner).get(last)) if owner and last in vars(owner) else None
        if isinstance(function, types.FunctionType):
            before.append((function, function.__code__))
            function.__code__ = code
    try:
        yield
    finally:
        for function, code in before:
            function.__code__ = code


@cache
def verdicts(word):
    """Return all wrong answers of a chapter and what is said about them."""
    tasks = [task for task in EXERCISES.values() if task.word == word]
    return [(t.id, bad, verdict(t.id, bad)) for t in tasks for bad in wrong_answers(t)]


@pytest.mark.parametrize("word", WORDS)
def test_a_check_needs_each_of_its_rejections(word):
    module = importlib.import_module(f"lib.checks.{word.replace('-', '_')}")
    verifies = {task.verify.__name__: task.id for task in EXERCISES.values() if task.word == word}
    known = verdicts(word)
    for delete, codes in without_one(module):
        own = verifies.get(delete.function)
        with replaced(module, codes):
            assert any(
                verdict(name, bad) != before for name, bad, before in known if own in (None, name)
            ), f"{module.__name__}, {delete.line}: no wrong answer needs it"


@pytest.mark.parametrize("name", CORE)
def test_the_core_needs_each_of_its_rejections(name):
    module = importlib.import_module(f"lib.checks.core.{name}")
    with made_up(), limit(0.02):
        before = [verdict(exercise, answer) for exercise, _, answer in CORE_WRONG]
        for delete, codes in without_one(module):
            with replaced(module, codes):
                after = (verdict(exercise, answer) for exercise, _, answer in CORE_WRONG)
                assert any(a != b for a, b in zip(after, before)), f"{name}, {delete.line}"


def test_every_hint_is_reached_by_a_wrong_answer():
    reached = {hint for word in WORDS for _, _, (_, hint) in verdicts(word)}
    with made_up(), limit(0.02):
        reached |= {verdict(exercise, answer)[1] for exercise, _, answer in CORE_WRONG}
    for task in EXERCISES.values():
        seen = {hint for name, _, (_, hint) in verdicts(task.word) if name == task.id}
        assert task.texts.keys() <= seen, (task.id, task.texts.keys() - seen)
    unreached = TEXTS.keys() - reached - NETWORK_HINTS
    assert not unreached, sorted(unreached)


def test_every_hint_in_the_source_has_words():
    for path in sorted(FOLDER.rglob("*.py")):
        local = {hint for t in EXERCISES.values() for hint in t.texts if home(t) == path}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Wrong":
                hint = node.args[0]
                if isinstance(hint, ast.Constant):
                    assert hint.value in TEXTS.keys() | local, (path.name, hint.value)


def home(task):
    return Path(inspect.getfile(task.verify))


def test_no_hint_has_the_words_of_another():
    for task in EXERCISES.values():
        words = [*task.texts.values(), *TEXTS.values()]
        assert len(set(words)) == len(words), task.id


def test_a_hint_is_a_sentence_or_two():
    for task in EXERCISES.values():
        for text in (task.texts | TEXTS).values():
            assert text[0].isupper() or text[0] in "(`k", text
            assert text.endswith((".", "?", ".)")) and "  " not in text, text
            assert len(text) < 300, text


def test_deleting_a_rejection_is_noticed_at_all():
    """The machinery above: with all rejections of a function gone, everything is right."""
    from lib.checks.core import results

    with replaced(results, dict(functions_in(compile("def agree(*a, **k): pass", "x", "exec")))):
        assert check("ex-covariance-2", lambda X: np.zeros(1)).status == "ok"
    assert check("ex-covariance-2", lambda X: np.zeros(1)).status == "wrong"
