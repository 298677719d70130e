"""`check` itself: try an answer, find out what is the matter with it, and say so."""

import dis
import inspect
import itertools
import re
import types
import warnings
from contextlib import contextmanager

import numpy as np

from lib.checks.core.calling import Caller, Raised, Todo, shorten, unfinished
from lib.checks.core.feedback import Feedback
from lib.checks.core.mistakes import TEXTS, Wrong
from lib.checks.core.reading import is_model
from lib.checks.core.registry import registered
from lib.checks.core.settings import settings_kept
from lib.checks.core.time_limit import TimedOut, seconds_allowed

LOOPS = {"FOR_ITER", "JUMP_BACKWARD"}
LOOKUPS = {"LOAD_GLOBAL", "LOAD_ATTR", "LOAD_METHOD"}


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
    ask = Caller(answer, seconds)
    cases = task.make_cases(seed)
    if task.kind == "function":
        if not callable(answer):
            raise Wrong("not-a-function")
        ask.within(_refuse_borrowed, answer, task.without)
    else:
        ask.within(_refuse_no_value, answer)
    read = ask if task.kind == "function" else (lambda value: lambda *args: value)(ask.value())
    seen = []
    for args in cases:
        seen.append((read(*args), args))
        try:
            _verify(task, ask, *seen[-1])
        except Wrong as wrong:
            verdict = wrong
            break
    else:
        return
    hint = None
    if not is_model(seen[-1][0]):
        failed = len(seen) - 1
        try:
            for args in cases[failed + 1 :]:
                seen.append((read(*args), args))
        except (Todo, Raised, TimedOut, Wrong):  # then the cases up to here must do
            pass
        hint = diagnose(task, seen, failed)
        if hint is None and _reordered(task, seen):
            hint = "parts-order"
    hint = hint or verdict.hint
    text = verdict.text if hint == verdict.hint else None
    raise Wrong(hint, f"{text or task.words(hint)} {task.look}")


def _verify(task, ask, result, args):
    """Raise Wrong unless a result is right."""
    if is_model(result):
        ask.judge(task.verify, result, args)
    else:
        task.verify(result, *args)


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


def _refuse_no_value(answer):
    """Raise Wrong for what is no value."""
    if inspect.isroutine(answer) or inspect.isclass(answer):
        raise Wrong("not-a-value")
    if answer is None:
        raise Wrong("none")


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
    """Warn of nothing, and leave everything as the reader had set it."""
    with settings_kept(), warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # a mistake may divide by zero
        yield
