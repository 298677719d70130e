"""Call a student's function: on copies, within a time, and with a readable report of errors."""

import copy
import dis
import inspect
import re
import textwrap
import time
import traceback

import numpy as np

from lib.checks.core.mistakes import Wrong
from lib.checks.core.reading import plain
from lib.checks.core.settings import settings_kept
from lib.checks.core.time_limit import TimedOut, call_within, keyboard

LONGEST = 10_000  # letters of an error's words that are looked at
OF_MODELS = 10.0  # seconds to judge a model, beside those of the student's own
DATA = {"builtins", "numpy", "pandas", "scipy"}  # what is copied; a model is passed as it is
NOTHING = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE", "POP_TOP", "CACHE"}


class Todo(Exception):
    """The answer is still the stub."""


class Raised(Exception):
    """The answer raised an error; holds the message about it."""


class Caller:
    """Calls one answer, again and again, until its time is used up.

    All that may run the student's code goes through here: the calls themselves, reading what came
    back, and the words of an error.

    Parameters
    ----------
    answer : object
        A function, or a value that only has to be read.
    seconds : float
        For all calls together.
    """

    def __init__(self, answer, seconds):
        self.answer, self.seconds = answer, seconds

    def __call__(self, *args):
        """Return what the answer returns for copies of `args`, as plain data.

        Raises
        ------
        Todo
            If the answer returns `...` or is empty.
        Raised
            If it raises, or cannot be called with so many arguments.
        TimedOut
            If it takes too long.
        Wrong
            If it returns None, or changes its arguments, or what comes back is too large.
        """
        copies = tuple(copied(value) for value in args)
        return self.within(self._call, args, copies)

    def value(self):
        """Return the answer itself as plain data."""
        return self.within(self._read, self.answer)

    def judge(self, verify, result, args):
        """Call ``verify(result, *args)`` where that runs what the student wrote, as in a model."""
        self.seconds = max(self.seconds, 0) + OF_MODELS
        self.within(self._judge, verify, result, args)

    def within(self, function, *args):
        """Return ``function(*args)``, if the time that is left is enough for it.

        What `check` raises by itself gets through, and the reader's own Ctrl-C, nothing else.
        """
        start = time.perf_counter()
        with keyboard() as pressed, settings_kept(of_reader=False):
            try:
                return call_within(self.seconds, function, *args)
            except (Todo, Raised, Wrong, TimedOut):
                raise
            except BaseException as error:
                raise Raised(f"{type(error).__name__}.") from None
            finally:
                self.seconds -= time.perf_counter() - start
                if pressed():
                    raise KeyboardInterrupt

    def _call(self, args, copies):
        try:
            result = self.answer(*copies)
        except TimedOut:
            raise
        except NotImplementedError:
            raise Todo from None
        except BaseException as error:  # an answer may even call exit()
            raise Raised(report(error, self.answer, args)) from None
        else:
            return self._take(result, args, copies)

    def _take(self, result, args, copies):
        if unfinished(result) or (result is None and is_empty(self.answer)):
            raise Todo
        if result is None:
            raise Wrong("none")
        data = self._read(result)
        if not all(map(unchanged, args, copies)):
            raise Wrong("changed-input")
        return data

    def _read(self, result):
        try:
            return plain(result)
        except (Wrong, TimedOut):
            raise
        except BaseException:
            raise Wrong("not-numbers") from None

    def _judge(self, verify, result, args):
        try:
            verify(result, *args)
        except (Wrong, TimedOut):
            raise
        except BaseException as error:
            raise Raised(report(error, result, ())) from None


def copied(value):
    """Return a deep copy of data, and anything else as it is."""
    known = type(value).__module__.split(".")[0] in DATA
    return copy.deepcopy(value) if known and not callable(value) else value


def unchanged(before, after):
    """Tell whether two copies of an argument still hold the same data."""
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(unchanged, before, after))
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(unchanged(before[k], after[k]) for k in before)
    if hasattr(before, "equals"):  # of pandas
        return bool(before.equals(after))
    if isinstance(before, np.ndarray):
        numeric = before.dtype.kind in "fc"
        return before.dtype == after.dtype and np.array_equal(before, after, equal_nan=numeric)
    return True


def unfinished(result):
    """Tell whether a result is or contains the stub's three dots."""
    if type(result) in (tuple, list):
        return any(part is ... for part in result)
    if type(result) is dict:
        return any(part is ... for part in result.values())
    return result is ...


def is_empty(function):
    """Tell whether a function's body is `pass`, `...` or a docstring."""
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    return all(
        step.opname in NOTHING
        and (step.argval is ... or not step.opname.endswith("CONST") or step.argval is None)
        for step in dis.get_instructions(code)
    )


def report(error, answer, args):
    """Return what was raised, in which line of the student's, for which input."""
    try:
        text = str(error)
    except TimedOut:
        raise
    except BaseException:
        text = ""
    parts = [shorten(f"{type(error).__name__}: {text}" if text else type(error).__name__, 200)]
    line = own_line(error, answer)
    if line:
        parts.append(f"The line is `{line}`.")
    if args:
        parts.append(f"The check called {name_of(answer)} with {describe(answer, args)}.")
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts)


def own_line(error, answer):
    """Return the last line of the traceback that belongs to the answer's file, or None."""
    try:
        code = getattr(inspect.unwrap(answer), "__code__", None)
    except ValueError:  # wrapped in itself
        return None
    if code is None:  # an object that can be called
        code = getattr(vars(type(answer)).get("__call__"), "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f.line for f in frames if code is not None and f.filename == code.co_filename]
    return shorten(lines[-1].replace("`", "'"), 80) if lines and lines[-1] else None


def name_of(answer):
    """Return the name of a function in backticks."""
    name = getattr(answer, "__name__", None)
    return f"`{name}`" if isinstance(name, str) and name.isidentifier() else "your function"


def describe(answer, args):
    """Return the names of arguments with their values, of arrays with their shapes."""
    try:
        names = [str(name) for name in inspect.signature(answer).parameters]
    except TimedOut:
        raise
    except BaseException:  # there is none, or it is the student's own and fails
        names = []
    if len(names) < len(args):
        names = [f"argument {i + 1}" for i in range(len(args))]
    return ", ".join(describe_one(name, value) for name, value in zip(names, args))


def describe_one(name, value):
    """Describe one argument."""
    value = value.item() if isinstance(value, np.generic) else value
    if hasattr(value, "shape"):
        return f"{name} of shape {tuple(value.shape)}"
    if isinstance(value, float):
        short = float(f"{value:.3g}")
        return f"{name} {'=' if short == value else '≈'} {short:g}"
    if isinstance(value, (bool, int, str, type(None))) and name not in ("random_state", "seed"):
        return f"{name} = {value!r}"
    if isinstance(value, tuple) and len(value) < 9 and all(type(part) is int for part in value):
        return f"{name} = {value!r}"
    if isinstance(value, (list, tuple)):
        return f"{name}, a {type(value).__name__} of {len(value)}"
    return f"{name}, a {type(value).__name__}"


def shorten(text, width):
    """Return a text without line breaks, colours and memory addresses, and not too long."""
    text = text[:LONGEST]
    text = re.sub(r"\x1b\[[0-9;]*m", "", text)
    text = re.sub(r"\s+at 0x[0-9a-fA-F]+", "", text)
    text = re.sub(r"0x[0-9a-fA-F]{6,}", "0x…", text)
    text = " ".join(text.split())
    if len(text) <= width:
        return text
    return (
        textwrap.shorten(text, width, placeholder=" …")
        if " " in text[:width]
        else (text[: width - 1] + "…")
    )
