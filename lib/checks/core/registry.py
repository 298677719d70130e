"""The exercises that can be checked, and `check` itself."""

import dis
import importlib
import inspect
import itertools
import pkgutil
import random
import re
import types
import warnings
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lib.checks.core.calling import Caller, Raised, Todo, shorten, unfinished
from lib.checks.core.feedback import Feedback
from lib.checks.core.mistakes import TEXTS, Wrong
from lib.checks.core.results import alike
from lib.checks.core.time_limit import DEFAULT, TimedOut, seconds_allowed

LOOPS = {"FOR_ITER", "JUMP_BACKWARD"}
LOOKUPS = {"LOAD_GLOBAL", "LOAD_ATTR", "LOAD_METHOD"}

_exercises = {}


@dataclass(frozen=True)
class Exercise:
    """All that is known about an exercise. Made by the decorator `exercise`.

    Attributes
    ----------
    id : str
        The label in the chapter, "ex-svd-2".
    title : str
    shows : str
        One sentence for a right answer: what it shows.
    look : str
        Where to look again after a wrong one, appended to the hint.
    verify : callable
        ``verify(result, *args)`` raises `Wrong` if the result for these arguments is not right.
    cases : callable
        ``cases(rng)`` returns or yields tuples of arguments, different for each state of `rng`.
    mistakes : dict of str to callable
        Hint id and a runnable wrong answer.
    texts : dict of str to str
        Hint id and words, of the hints that this exercise shares with no other.
    match : callable
        ``match(a, b)`` tells whether two results are the same but for what the exercise leaves
        free. Recognises mistakes.
    kind : {"function", "value"}
        Whether the answer is called with the arguments, or is the result itself.
    without : tuple of str
        Names of functions that the answer must not call; "for" stands for loops.
    seconds : float
        That all calls of the answer may take together.
    """

    id: str
    title: str
    shows: str
    look: str
    verify: object
    cases: object
    mistakes: dict = field(default_factory=dict)
    texts: dict = field(default_factory=dict)
    match: object = alike
    kind: str = "function"
    without: tuple = ()
    seconds: float = DEFAULT

    @property
    def word(self):
        """Return the word of the chapter, "svd" for "ex-svd-2"."""
        return re.fullmatch(r"ex-(.+)-\d+", self.id)[1]

    def words(self, hint):
        """Return what is said about a mistake."""
        return self.texts.get(hint) or TEXTS[hint]

    def make_cases(self, seed=None):
        """Return the list of the cases' arguments for a seed."""
        entropy = None if seed is None else [seed, zlib.crc32(self.id.encode())]
        return list(self.cases(np.random.default_rng(entropy)))


def exercise(
    id, *, title, shows, look, cases=lambda rng: [()], mistakes=None, hints=None, match=alike,
    kind="function", without=(), seconds=DEFAULT,
):  # fmt: skip
    """Register the decorated function as what verifies the answer to exercise `id`.

    See `Exercise` for the parameters. A value of `mistakes` is a runnable wrong answer, if
    `lib.checks.core.mistakes.TEXTS` has the words for its hint, or a pair of it and these words.
    `hints` holds the words of other hints that the decorated function raises `Wrong` with.

    Examples
    --------
    >>> from lib.checks.core.results import agree
    >>> @exercise(
    ...     "ex-doctest-1", title="Sum", shows="A sum adds.", look="See the section 'Adding'.",
    ...     cases=lambda rng: [(rng.normal(size=3),), (rng.normal(size=8),)],
    ...     mistakes={"mean": (lambda x: x.mean(), "You divided by the number of terms.")},
    ... )
    ... def total(result, x):
    ...     agree(result, x.sum())
    >>> check("ex-doctest-1", lambda x: sum(x))
    ✓ ex-doctest-1: right. A sum adds.
    >>> check("ex-doctest-1", np.mean)
    ✗ ex-doctest-1: not yet. You divided by the number of terms. See the section 'Adding'.
    >>> del _exercises["ex-doctest-1"]
    """
    wrongs, texts = {}, dict(hints or {})
    for hint, entry in (mistakes or {}).items():
        if isinstance(entry, tuple):
            entry, texts[hint] = entry
        elif hint not in TEXTS:
            raise ValueError(f"the hint {hint!r} has no text. Add it to mistakes.TEXTS.")
        wrongs[hint] = entry
    if taken := texts.keys() & TEXTS.keys():
        raise ValueError(f"the hints {sorted(taken)} have a text in mistakes.TEXTS.")

    def register(verify):
        _exercises[id] = Exercise(
            id, title, shows, look, verify, cases, wrongs, texts, match, kind, tuple(without),
            seconds,
        )  # fmt: skip
        return verify

    return register


def registered(word=None):
    """Return the exercises that have checks, of one chapter or of all.

    Parameters
    ----------
    word : str, optional
        The chapter's word, such as "pca-theorem".

    Returns
    -------
    exercises : dict of str to Exercise
        In order.
    """
    folder = str(Path(__file__).resolve().parents[1])  # a file a chapter, beside the core
    names = [module.name for module in pkgutil.iter_modules([folder]) if not module.ispkg]
    for name in names if word is None else [word.replace("-", "_")]:
        if name in names:
            importlib.import_module(f"lib.checks.{name}")
    found = {e.id: e for e in _exercises.values() if word in (None, e.word)}
    return dict(sorted(found.items(), key=lambda pair: (pair[1].word, len(pair[0]), pair[0])))


def check(exercise, answer, *, seed=None):
    """Check an answer and say what was found. Never raises, never changes the answer.

    Parameters
    ----------
    exercise : str
        The exercise's label, such as "ex-svd-2".
    answer : callable, array, number or keras.Model
        What the exercise asks for: the function itself, or the value.
    seed : int, optional
        Of the data on which a function is tried. Default: new data each time.

    Returns
    -------
    feedback : Feedback

    Examples
    --------
    >>> check("ex-covariance-2", ...)
    ○ ex-covariance-2: not attempted yet. Replace the three dots by your code.
    """
    name = exercise if isinstance(exercise, str) else repr(type(exercise).__name__)
    try:
        with _undisturbed():
            return _check(name, answer, seed)
    except Exception as error:
        text = shorten(f"{type(error).__name__}: {error}", 200)
        return Feedback(name, "broken", f"This is not your fault. Please report it: {text}")


def _check(name, answer, seed):
    found = re.fullmatch(r"ex-(.+)-\d+", name)
    task = registered(found[1]).get(name) if found else None
    if task is None:
        return Feedback(name, "broken", "No exercise with this label has a check.")
    seconds = seconds_allowed(task.seconds)
    try:
        _try(task, answer, seconds, seed)
    except Todo:
        return Feedback(name, "todo", "Replace the three dots by your code.")
    except Raised as raised:
        return Feedback(name, "error", str(raised))
    except TimedOut:
        text = f"Your code took more than {seconds:g} seconds. Does each of its loops end?"
        return Feedback(name, "timeout", text)
    except Wrong as wrong:
        return Feedback(name, "wrong", wrong.text or TEXTS[wrong.hint], wrong.hint)
    return Feedback(name, "ok", task.shows)


def _try(task, answer, seconds, seed):
    """Return if the answer is right, else raise what is the matter with it."""
    if unfinished(answer):
        raise Todo
    if task.kind == "function":
        if not callable(answer):
            raise Wrong("not-a-function")
        _refuse_borrowed(answer, task.without)
        ask = Caller(answer, seconds)
    else:
        if inspect.isroutine(answer) or inspect.isclass(answer):
            raise Wrong("not-a-value")
        if answer is None:
            raise Wrong("none")

        def ask(*args):
            return answer

    cases = task.make_cases(seed)
    seen = []
    for args in cases:
        seen.append((ask(*args), args))
        try:
            task.verify(*_flat(seen[-1]))
        except Wrong as wrong:
            verdict = wrong
            break
    else:
        return
    failed = len(seen) - 1
    try:
        for args in cases[failed + 1 :]:
            seen.append((ask(*args), args))
    except (Todo, Raised, TimedOut, Wrong):  # then the cases up to here must do
        pass
    hint = diagnose(task, seen, failed)
    if hint is None:
        hint = "parts-order" if _reordered(task, seen) else verdict.hint
    text = verdict.text if hint == verdict.hint else None
    raise Wrong(hint, f"{text or task.words(hint)} {task.look}")


def _reordered(task, seen):
    """Tell whether the parts of all results are right in another order."""
    counts = {len(result) if isinstance(result, tuple) else 0 for result, _ in seen}
    if len(counts) > 1 or max(counts) not in (2, 3, 4):
        return False
    return any(
        all(_passes(task, tuple(result[i] for i in order), args) for result, args in seen)
        for order in itertools.permutations(range(*counts))
    )


def _passes(task, result, args):
    """Tell whether a result is right."""
    try:
        task.verify(result, *args)
    except Exception:
        return False
    return True


def diagnose(task, seen, failed):
    """Return the hint of the first mistake that leads to the same results, or None.

    Parameters
    ----------
    task : Exercise
    seen : list of pairs
        A result, and the arguments that led to it.
    failed : int
        The index of the pair that is not right. The mistake must match here, and wherever else it
        can be made.
    """
    order = [seen[failed], *seen[:failed], *seen[failed + 1 :]]
    for hint, wrong in task.mistakes.items():
        matches = (_matches(task, wrong, result, args) for result, args in order)
        if next(matches) and all(match is not False for match in matches):
            return hint
    return None


def _matches(task, wrong, result, args):
    """Tell whether a mistake leads to this result; None if it can't be made for `args`."""
    try:
        mistaken = wrong(*args)
    except Exception:
        return None
    try:
        return bool(task.match(result, mistaken))
    except Exception:  # results of another kind
        return False


def _flat(pair):
    return pair[0], *pair[1]


def _refuse_borrowed(answer, names):
    """Raise Wrong for a function of lib, and for one that calls what it is to replace."""
    function = inspect.unwrap(getattr(answer, "func", answer))  # partial, wraps
    home = str(getattr(function, "__module__", ""))
    if home.startswith("lib.") and not home.startswith("lib.checks.core."):
        raise Wrong("borrowed")
    called = _called(function, set()) & set(names) if names else set()
    if called:
        raise Wrong("loop" if called == {"for"} else "borrowed")


def _called(function, seen):
    """Return the names that a function, and those beside it that it calls, look up.

    A name counts only if it comes from elsewhere: a helper of the student's may have any name.
    """
    code = getattr(function, "__code__", None)
    if code is None or code in seen:
        return set()
    seen.add(code)
    codes = [code, *(c for c in code.co_consts if isinstance(c, types.CodeType))]
    steps = [step for c in codes for step in dis.get_instructions(c)]
    names = {"for"} if any(step.opname in LOOPS for step in steps) else set()
    for step in steps:
        helper = function.__globals__.get(step.argval) if step.opname == "LOAD_GLOBAL" else None
        if isinstance(helper, types.FunctionType) and helper.__module__ == function.__module__:
            names |= _called(helper, seen)
        elif step.opname in LOOKUPS:
            names.add(step.argval)
    return names


@contextmanager
def _undisturbed():
    """Warn of nothing, and leave Python's and NumPy's global generators as they were."""
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # a mistake may divide by zero
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
