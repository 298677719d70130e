"""A check ends in time, never raises, blames nobody wrongly, and leaves everything as it was."""

import io
import locale
import os
import random
import signal
import sys
import threading
import time
import warnings

import numpy as np
import pandas as pd
import pytest
from core_answers import MADE_UP, centred, made_up, model_that

from lib.checks import check, limit
from lib.checks.core.settings import settings_kept

SECONDS = 0.05
FORMS = [MADE_UP, "ex-made-up-2", "ex-made-up-10", "ex-made-up-12", "ex-made-up-21"]
BASE = [SystemExit, GeneratorExit, KeyboardInterrupt, BaseException, RecursionError, MemoryError]
METHODS = ["__array__", "__len__", "__iter__", "__eq__", "__repr__", "__str__", "__float__",
           "__getattr__", "__bool__", "__hash__", "__getitem__", "__index__"]  # fmt: skip


@pytest.fixture(autouse=True)
def with_made_up():
    """Register the made-up exercises for the time of a test."""
    with made_up():
        yield


def hostile(act, *bases):
    """Return an object, each of whose methods calls `act`."""
    return type("Hostile", bases, {name: lambda self, *a, **k: act() for name in METHODS})


def endless():
    while True:
        pass


def raising(error):
    def act():
        raise error

    return act


LOOP = []
LOOP.append(LOOP)
LARGE = {
    "a range": range(30_000_000),
    "a range without length": range(10**30),
    "an array without memory": np.broadcast_to(0.0, (10**6, 10**6)),
    "an array of one column": np.broadcast_to(np.arange(3.0), (10**7, 3)),
    "a list many times in itself": [[[[0.0] * 100] * 100] * 100] * 100,
    "a text": "x" * 10**8,
    "wide words": np.array(["x" * 10**7]),
    "a frame": pd.DataFrame({"a": range(2_000_000)}),
}
ODD = {
    "a list in itself": LOOP,
    "an iterator without end": iter(int, 1),
    "a view": {1: 2}.values(),
    "a date": np.datetime64("2020-01-01"),
    "huge numbers": np.full((9, 3), 1e308),
    "a huge whole number": 10**400,
    "structured": np.zeros(3, dtype=[("a", int)]),
}


@pytest.mark.parametrize("name", LARGE)
def test_what_is_too_large_is_refused_before_it_is_made(name):
    for form in FORMS:
        start = time.perf_counter()
        feedback = check(form, LARGE[name] if form != MADE_UP else lambda X, k: LARGE[name])
        assert feedback.hint == "too-large", (form, feedback)
        assert time.perf_counter() - start < 1


@pytest.mark.parametrize("name", ODD)
def test_odd_results_are_wrong(name):
    for form in FORMS:
        feedback = check(form, ODD[name] if form != MADE_UP else lambda X, k: ODD[name])
        assert feedback.status == "wrong", (form, feedback)


@pytest.mark.parametrize("bases", [(), (list,), (tuple,), (dict,), (float,), (str,), (Exception,)])
def test_a_result_that_never_ends_is_stopped(bases):
    for form in FORMS:
        for wrapped in (lambda x: x, lambda x: [x], lambda x: (x, 1), lambda x: {"a": x, "b": x}):
            result = wrapped(hostile(endless, *bases)())
            start = time.perf_counter()
            with limit(SECONDS):
                feedback = check(form, result if form != MADE_UP else lambda X, k, r=result: r)
            assert feedback.status in {"timeout", "wrong", "error"}, (form, feedback)
            assert time.perf_counter() - start < 2


@pytest.mark.parametrize("error", BASE)
@pytest.mark.parametrize("bases", [(), (list,), (dict,), (float,), (str,)])
def test_whatever_a_result_raises_stays_inside(error, bases):
    for form in FORMS:
        for wrapped in (lambda x: x, lambda x: [x], lambda x: (x, 1), lambda x: {"a": x, "b": x}):
            result = wrapped(hostile(raising(error), *bases)())
            feedback = check(form, result if form != MADE_UP else lambda X, k, r=result: r)
            assert feedback.status in {"wrong", "error"}, (form, feedback)


@pytest.mark.parametrize("error", BASE)
def test_an_answer_may_raise_anything(error):
    def answer(X, k):
        raise error

    feedback = check(MADE_UP, answer)
    assert feedback.status == "error" and error.__name__ in feedback.message


@pytest.mark.parametrize("act", [endless, *map(raising, BASE)])
def test_an_error_may_defend_itself(act):
    error = hostile(act, Exception)()

    def answer(X, k):
        raise error

    start = time.perf_counter()
    with limit(SECONDS):
        assert check(MADE_UP, answer).status in {"error", "timeout"}
    assert time.perf_counter() - start < 2


def test_an_error_with_endless_words_is_cut():
    def answer(X, k):
        raise ValueError("very " * 10_000_000)

    start = time.perf_counter()
    assert len(check(MADE_UP, answer).message) < 500
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("act", [endless, *map(raising, BASE)])
def test_what_can_be_called_may_defend_itself(act):
    answer = hostile(act)
    answer.__call__ = lambda self, X, k: centred(X, k)
    with limit(SECONDS):
        for form in FORMS:
            assert check(form, answer()).status in {"ok", "error", "timeout", "wrong"}


def test_only_the_readers_own_ctrl_c_gets_through():
    def pressed(X, k):
        try:
            signal.raise_signal(signal.SIGINT)
        except BaseException:
            return centred(X, k)

    with pytest.raises(KeyboardInterrupt):
        check(MADE_UP, pressed)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def programmed(X, k):
        raise KeyboardInterrupt

    assert check(MADE_UP, programmed).status == "error"


def test_a_model_that_never_ends_is_stopped(monkeypatch):
    monkeypatch.setattr("lib.checks.core.calling.OF_MODELS", 0.2)
    with limit(SECONDS):
        assert check("ex-made-up-30", lambda: model_that(endless)).status == "timeout"
    assert check("ex-made-up-30", lambda: model_that(lambda: sys.exit(0))).status == "error"
    assert check(MADE_UP, lambda X, k: model_that(endless)).status == "wrong"


def test_what_the_students_own_settings_upset_is_not_our_fault():
    def strict(X, k):
        np.seterr(all="raise")
        sys.setrecursionlimit(120)
        return np.full(X.shape, 1e308)

    assert check(MADE_UP, strict).status == "wrong"


def change_folder(path):
    os.chdir(path)


def change_environment(path):
    os.environ["CHECKED"] = "yes"


def change_generators(path):
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002


def change_warnings(path):
    warnings.simplefilter("error")
    warnings.showwarning = print


def change_numpy(path):
    np.seterr(all="raise")
    np.seterrcall(print)
    np.set_printoptions(precision=1, suppress=True)


def change_limits(path):
    sys.setrecursionlimit(5000)
    sys.setswitchinterval(0.1)


def change_streams(path):
    sys.stdout = sys.stderr = io.StringIO()
    sys.path.insert(0, str(path))
    sys.excepthook = print


def change_tracing(path):
    sys.setprofile(lambda *args: None)


def change_signals(path):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_VIRTUAL, 100)
    signal.alarm(100)


def change_pandas(path):
    pd.options.display.max_rows = 7
    pd.set_option("display.precision", 2)


def change_matplotlib(path):
    import matplotlib.pyplot as plt

    plt.rcParams["figure.figsize"] = 1, 1
    plt.style.use("dark_background")


def change_keras(path):
    keras = pytest.importorskip("keras")
    keras.config.set_floatx("float64")
    keras.config.set_image_data_format("channels_first")


def change_locale(path):
    locale.setlocale(locale.LC_ALL, "C")


def state():
    """Return all that a reader may have set."""
    import matplotlib

    keras = sys.modules.get("keras")
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
    timers = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL)
    return {
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "generators": (random.getstate(), np.random.get_state()[1].tolist()),  # noqa: NPY002
        "warnings": (list(warnings.filters), warnings.showwarning),
        "numpy": (np.geterr(), np.geterrcall(), np.get_printoptions()),
        "limits": (sys.getrecursionlimit(), sys.getswitchinterval()),
        "streams": (sys.stdout, sys.stderr, list(sys.path), sys.excepthook),
        "tracing": (sys.getprofile(), sys.gettrace()),
        "signals": ([signal.getsignal(s) for s in signals], [signal.getitimer(t) for t in timers]),
        "pandas": (pd.options.display.max_rows, pd.options.display.precision),
        "matplotlib": dict(matplotlib.rcParams),
        "keras": keras and (keras.config.floatx(), keras.config.image_data_format()),
        "locale": locale.setlocale(locale.LC_ALL),
    }


CHANGES = [
    change_folder, change_environment, change_generators, change_warnings, change_numpy,
    change_limits, change_streams, change_tracing, change_signals, change_pandas,
    change_matplotlib, change_keras, change_locale,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("ends", ["right", "wrong", "raises"])
def test_folder_and_settings_are_as_before(change, ends, tmp_path):
    import keras  # noqa: F401
    import matplotlib.pyplot  # noqa: F401

    def answer(X, k):
        change(tmp_path)
        return {"right": centred(X, k), "wrong": X}.get(ends) if ends != "raises" else 1 / 0

    before = state()
    with settings_kept():  # whatever this test finds, the next one begins anew
        status = check(MADE_UP, answer).status
        after = state()
    assert status == {"right": "ok", "wrong": "wrong", "raises": "error"}[ends]
    assert {name for name in before if before[name] != after[name]} == set()


def test_an_answer_to_be_read_in_another_thread():
    found = []

    def run():
        with limit(SECONDS):
            found.append(check("ex-made-up-2", hostile(endless)()).status)
            found.append(check(MADE_UP, centred).status)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert len(found) == 2 and found[0] in {"timeout", "wrong"} and found[1] == "ok"
