"""Leave folder, generators and settings as they were before a student's code ran."""

import copy
import locale
import os
import random
import signal
import sys
import threading
import warnings
from contextlib import contextmanager, suppress

import numpy as np

STREAMS = ("stdin", "stdout", "stderr", "displayhook", "excepthook")
KERAS = ("floatx", "epsilon", "image_data_format")


SIGNALS = ("INT", "TERM", "HUP", "ALRM", "VTALRM", "PROF", "USR1", "USR2", "CHLD", "PIPE")


@contextmanager
def settings_kept(*, of_reader=True):
    """Put back what the code in this context changes and other code depends on.

    Parameters
    ----------
    of_reader : bool, default True
        Whether this means all: the working folder and the environment; the generators of Python and
        NumPy; the filters of warnings; NumPy's handling of errors and its way of printing; Python's
        limits, path, hooks and streams; the locale; handlers of signals and timers; and, if they
        are in use, the options of pandas, matplotlib and Keras. Else only what could mislead a
        check itself between two calls, which takes no time.
    """
    settings = [*_settings_of_checks(), *(_settings_of_readers() if of_reader else ())]
    kept = [(get(), get, put) for get, put in settings]
    try:
        with warnings.catch_warnings():
            yield
    finally:
        for before, get, put in kept:
            with suppress(Exception):  # such as a folder that is gone: the others still go back
                if get() != before:
                    put(before)


def _settings_of_checks():
    """Yield functions that get and put back one setting each."""
    yield np.geterr, lambda before: np.seterr(**before)
    yield np.geterrcall, np.seterrcall
    yield sys.getrecursionlimit, sys.setrecursionlimit
    yield sys.gettrace, sys.settrace
    yield sys.getprofile, sys.setprofile
    yield os.getcwd, os.chdir


def _settings_of_readers():
    """Yield the same for what else a reader may have set."""
    yield lambda: dict(os.environ), _put_environment
    yield random.getstate, random.setstate
    yield _numpy_state, np.random.set_state
    yield np.get_printoptions, lambda before: np.set_printoptions(**before)
    yield sys.getswitchinterval, sys.setswitchinterval
    yield lambda: list(sys.path), lambda before: sys.path.__setitem__(slice(None), before)
    for name in STREAMS:
        yield lambda name=name: _Same(getattr(sys, name)), lambda b, n=name: setattr(sys, n, b.it)
    yield lambda: locale.setlocale(locale.LC_ALL), lambda b: locale.setlocale(locale.LC_ALL, b)
    if threading.current_thread() is threading.main_thread():
        yield _handlers, _put_handlers
        for timer in ("ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF"):
            if hasattr(signal, timer):
                which = getattr(signal, timer)
                yield (
                    lambda which=which: any(signal.getitimer(which)),
                    (lambda running, which=which: running or signal.setitimer(which, 0)),
                )
    if "pandas" in sys.modules:
        options = sys.modules["pandas"].options.d
        yield lambda: copy.deepcopy(options), lambda before: _refill(options, before)
    if "matplotlib" in sys.modules and hasattr(sys.modules["matplotlib"], "rcParams"):
        params = sys.modules["matplotlib"].rcParams
        yield lambda: dict(dict.items(params)), lambda before: _refill(params, before)
    keras = sys.modules.get("keras")
    if keras is not None and hasattr(keras, "config"):
        for name in KERAS:
            yield getattr(keras.config, name), getattr(keras.config, f"set_{name}")


class _Same:
    """Holds an object that is compared by identity: its own `==` may be anything."""

    def __init__(self, it):
        self.it = it

    def __eq__(self, other):
        return self.it is other.it

    __hash__ = None


def _numpy_state():
    """Return the state of NumPy's global generator, comparable."""
    name, keys, *rest = np.random.get_state()  # noqa: NPY002
    return (name, tuple(keys.tolist()), *rest)


def _put_environment(before):
    """Let the environment be as it was."""
    os.environ.clear()
    os.environ.update(before)


def _handlers():
    """Return what happens on each signal."""
    known = (getattr(signal, f"SIG{name}", None) for name in SIGNALS)
    return {which: signal.getsignal(which) for which in known if which is not None}


def _put_handlers(before):
    """Let the same happen again."""
    for which, handler in before.items():
        if handler is not None and signal.getsignal(which) != handler:
            signal.signal(which, handler)


def _refill(options, before):
    """Fill a dictionary with what was in it, past what a subclass does on the way."""
    dict.clear(options)
    dict.update(options, before)
