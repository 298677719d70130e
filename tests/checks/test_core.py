"""The core of the checks, on an exercise made up for the purpose."""

import random
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest
from core_answers import MADE_UP, RIGHT, WRONG, made_up

from lib.checks import Feedback, check, limit, registered
from lib.checks.core.calling import shorten
from lib.checks.core.feedback import LOOKS
from lib.checks.core.registry import exercise
from lib.checks.core.results import agree
from lib.checks.core.time_limit import TimedOut, call_within, seconds_allowed

pytestmark = pytest.mark.usefixtures("with_made_up")


@pytest.fixture
def with_made_up():
    """Register the made-up exercises for the time of a test."""
    with made_up():
        yield


@pytest.mark.parametrize("name, answer", RIGHT)
def test_right_in_any_form(name, answer):
    feedback = check(name, answer)
    assert feedback and feedback.points == 1.0, feedback


@pytest.mark.parametrize("name, expected, answer", WRONG)
def test_each_rejection_of_the_core(name, expected, answer):
    with limit(60 if name == "ex-made-up-30" else 0.1):  # Keras may have to be loaded
        feedback = check(name, answer, seed=3)
    assert expected in (feedback.hint, feedback.status), feedback
    assert not feedback and feedback.points == 0.0


def report_of(answer, name=MADE_UP):
    return check(name, answer, seed=0).message


def test_an_error_shows_the_line_and_the_input_but_no_address():
    def multiply(X, k):
        class Local:
            pass

        raise ValueError(f"bad {Local()} in {k}", "and " + "very " * 100)

    message = report_of(multiply)
    assert message.startswith("ValueError: ")
    assert '`raise ValueError(f"bad {Local()} in {k}"' in message
    assert "`multiply` with X of shape (9, 3), k = 2." in message
    assert "0x" not in message and len(message) < 500


def test_an_error_in_colour_is_shown_without():
    def keras_does_so(X, k):
        raise ValueError("\x1b[1mBad shape\x1b[0m \x1b[38;5;34m3\x1b[0m")

    assert report_of(keras_does_so).startswith("ValueError: Bad shape 3. ")


def test_an_error_inside_a_library_shows_the_students_own_line():
    def root(X, k):
        return np.linalg.cholesky(X)

    assert "The line is `return np.linalg.cholesky(X)`." in report_of(root)


def test_a_wrong_number_of_parameters_is_explained():
    message = report_of(lambda X: X)
    assert message.startswith("TypeError: ") and "argument 1 of shape (9, 3)" in message


def test_error_whose_words_fail():
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    def mute(X, k):
        raise Mute

    assert report_of(mute).startswith("Mute. The line is `raise Mute`.")


@pytest.mark.parametrize("text, width", [("word " * 50, 20), ("x" * 50, 20), ("a\n b", 20)])
def test_shorten(text, width):
    short = shorten(text, width)
    assert len(short) <= width and "\n" not in short


def test_plain_text_and_html_say_the_same_words():
    from bs4 import BeautifulSoup

    for status in LOOKS:
        feedback = Feedback("ex-svd-2", status, "Is `a < b` & `c`? <script>", "ddof")
        html = BeautifulSoup(feedback._repr_html_(), "html.parser")
        assert html.get_text() == repr(feedback).replace("`", "")
        assert html.code.text == "a < b" and not html.script
        assert html.div["role"] == "status"


def test_marks_and_words_tell_the_statuses_apart_without_colour():
    assert len({mark for mark, _, _ in LOOKS.values()}) == len(LOOKS)
    assert len({words for _, words, _ in LOOKS.values()}) == len(LOOKS)


def test_feedback_cannot_be_changed():
    with pytest.raises(AttributeError):
        check(MADE_UP, ...).status = "ok"


def test_a_constant_that_was_right_once_is_wrong_the_next_time():
    seen = []
    check(MADE_UP, lambda X, k: seen.append(X) or X, seed=None)
    check(MADE_UP, lambda X, k: seen.append(X) or X, seed=None)
    assert not np.array_equal(seen[0], seen[-1])


def test_a_seed_makes_it_repeatable():
    seen = []
    for _ in range(2):
        check(MADE_UP, lambda X, k: seen.append(X.copy()) or X, seed=5)
    half = len(seen) // 2
    assert all(np.array_equal(a, b) for a, b in zip(seen[:half], seen[half:]))


def test_the_readers_generators_and_arrays_stay_as_they_are():
    def draws(X, k):
        np.random.seed(1)  # noqa: NPY002
        random.seed(1)
        return X * np.random.rand()  # noqa: NPY002

    np.random.seed(4), random.seed(4)  # noqa: NPY002
    expected = np.random.rand(), random.random()  # noqa: NPY002
    np.random.seed(4), random.seed(4)  # noqa: NPY002
    check(MADE_UP, draws)
    assert (np.random.rand(), random.random()) == expected  # noqa: NPY002
    value = np.arange(3.0)
    check("ex-made-up-2", value)
    assert np.array_equal(value, [0, 1, 2])


def test_our_own_mistake_is_broken_and_not_the_students():
    @exercise("ex-made-up-3", title="t", shows="s", look="l", cases=lambda rng: [(1,)])
    def verify(result, x):
        raise KeyError("ours")

    feedback = check("ex-made-up-3", lambda x: x)
    assert feedback.status == "broken" and "not your fault" in feedback.message
    assert "KeyError: 'ours'" in feedback.message


@pytest.mark.parametrize("name", ["ex-nothing-1", "nonsense", "", None, 3])
def test_an_unknown_exercise_does_not_raise(name):
    assert check(name, 3).status == "broken"


def test_hints_need_words_and_shared_words_are_not_replaced():
    frame = dict(title="t", shows="s", look="l")
    with pytest.raises(ValueError, match=r"no text.*TEXTS"):
        exercise("ex-made-up-4", mistakes={"never-heard-of": abs}, **frame)
    with pytest.raises(ValueError, match=r"\['nan'\] have a text"):
        exercise("ex-made-up-4", mistakes={"nan": (abs, "Other words.")}, **frame)


def test_a_mistake_must_match_on_all_cases_where_it_can_be_made():
    """With small whole numbers a single case matches by chance."""

    def never_for_odd(k):
        if k % 2:
            raise ValueError
        return k + 1

    @exercise(
        "ex-made-up-5", title="t", shows="s", look="Look.", cases=lambda rng: [(2,), (3,), (4,)],
        mistakes={
            "chance": (lambda k: 3, "By chance."),
            "no-chance": (never_for_odd, "Here."),
        },
    )  # fmt: skip
    def verify(result, k):
        agree(result, k)

    assert check("ex-made-up-5", lambda k: 3).hint == "chance"
    assert check("ex-made-up-5", lambda k: k + 1).hint == "no-chance"
    assert check("ex-made-up-5", lambda k: [3, 8, 9][k - 2]).hint == "value"

    def late_error(k):
        if k == 4:
            raise RuntimeError
        return k + 1

    assert check("ex-made-up-5", late_error).hint == "no-chance"
    assert check("ex-made-up-5", lambda k: k if k < 4 else 5).hint == "value"


def test_registered_lists_a_chapter_in_order():
    ids = list(registered("covariance"))
    assert ids == [f"ex-covariance-{i}" for i in range(1, len(ids) + 1)]
    assert "ex-made-up-1" in registered() and "ex-made-up-1" not in registered("svd")
    assert registered("nothing") == {}


def endless(*args):
    while True:
        pass


def test_an_endless_loop_ends_in_any_thread():
    outcomes = []

    def run():
        with limit(0.1):
            start = time.perf_counter()
            status = check("ex-made-up-20", endless).status
            outcomes.append((status, time.perf_counter() - start < 5))

    run()
    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert outcomes == [("timeout", True)] * 2


@pytest.mark.parametrize("in_thread", [False, True])
def test_what_is_swallowed_once_is_raised_again(in_thread, monkeypatch):
    monkeypatch.setattr("lib.checks.core.time_limit.AGAIN", 0.05)

    def swallows_one():
        try:
            endless()
        except BaseException:
            endless()

    caught = []

    def run():
        try:
            call_within(0.05, swallows_one)
        except TimedOut:
            caught.append(True)

    if in_thread:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join(20)
    else:
        run()
    assert caught == [True]


def test_nothing_is_raised_after_the_call():
    done = []

    def run():
        for _ in range(20):
            try:
                call_within(0.002, time.sleep, 0.002)
            except TimedOut:
                pass
        time.sleep(0.02)
        done.append(True)

    run()
    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert done == [True, True]


def test_an_alarm_of_the_reader_survives():
    signal = pytest.importorskip("signal")
    if not hasattr(signal, "SIGALRM"):
        pytest.skip("no alarms on this system")
    before = signal.signal(signal.SIGALRM, signal.SIG_IGN)
    try:
        signal.setitimer(signal.ITIMER_REAL, 60)
        check(MADE_UP, lambda X, k: X)
        assert signal.getsignal(signal.SIGALRM) == signal.SIG_IGN
        assert 0 < signal.getitimer(signal.ITIMER_REAL)[0] <= 60
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_check_needs_neither_timers_nor_threads(monkeypatch):
    """As in Pyodide, where Python runs in a browser."""

    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.delattr("signal.setitimer", raising=False)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert check(MADE_UP, lambda X, k: X).status == "wrong"
    with pytest.raises(ZeroDivisionError):
        call_within(0.1, lambda: 1 / 0)


def test_where_the_time_limit_comes_from(monkeypatch):
    monkeypatch.delenv("CHECK_SECONDS", raising=False)
    assert seconds_allowed(7) == 7
    monkeypatch.setenv("CHECK_SECONDS", "nonsense")
    assert seconds_allowed(7) == 7
    monkeypatch.setenv("CHECK_SECONDS", "2.5")
    assert seconds_allowed(7) == 2.5
    with limit(1):
        assert seconds_allowed(7) == 1
    assert seconds_allowed(7) == 2.5


def test_the_time_is_for_all_calls_together():
    with limit(0.15):
        feedback = check(MADE_UP, lambda X, k: time.sleep(0.06) or X - X.mean(axis=0))
    assert feedback.status == "timeout" and "more than 0.15 seconds" in feedback.message


def test_importing_check_loads_nothing_heavy():
    from test_lib import HEAVY, modules_after

    assert not modules_after("from lib.checks import check") & HEAVY
    light = "from lib.checks import registered; registered()"
    assert not modules_after(light) & {"tensorflow", "keras", "matplotlib"}


def test_a_chapters_checks_are_loaded_when_they_are_asked_for():
    code = (
        "import sys; from lib.checks import check; before = set(sys.modules); "
        "check('ex-svd-2', ...); new = set(sys.modules) - before; "
        "print(*(n for n in before if n.startswith('lib.checks.') and '.core' not in n), '|', "
        "*(n for n in new if n.startswith('lib.')))"
    )
    command = [sys.executable, "-c", code]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    before, _, after = printed.partition("|")
    assert not before.split()
    assert "lib.checks.svd" in after.split() and "lib.checks.covariance" not in after.split()


def test_frames_and_lists_may_be_given_and_changed_input_is_noticed():
    from lib.checks.core.calling import copied, unchanged

    frame = pd.DataFrame({"a": [1.0, np.nan]})
    for value in (frame, [np.array([1.0, np.nan])], {"a": (1, np.arange(3))}, 3, None, print):
        assert unchanged(value, copied(value))
    other = copied(frame)
    other.loc[0, "a"] = 2
    assert not unchanged(frame, other)
    assert not unchanged({"a": 1}, {}) and not unchanged([1], [])
