"""The checks of all exercises: they accept what is right, and each mistake gets its own hint.

The material is in `answers_name.py`, one file a chapter, and in the chapters themselves.
CHECK_SEEDS sets on how many draws of the data each answer is tried: 5 unless told otherwise.
"""

import copy
import os
import re

import numpy as np
import pytest
from answers import load
from mutants import of_solution
from notebooks import answer, calls

from lib.checks import check, limit, registered

SEEDS = range(int(os.environ.get("CHECK_SEEDS", "5")))
STATUSES = {"todo", "error", "timeout"}
RIGHT, WRONG = load()
EXERCISES = registered()


@pytest.fixture(params=EXERCISES)
def task(request):
    """Return each exercise that has a check."""
    return EXERCISES[request.param]


def outcome(feedback):
    """Return the hint, or the status if there is none."""
    return feedback.hint or feedback.status


def spoken(feedback):
    """Return a note for a failing test."""
    return f"{feedback!r} [{outcome(feedback)}]"


def test_chapters_ask_for_exactly_what_has_a_check():
    asked = [(call.exercise, call.tag) for call in calls()]
    assert sorted(asked) == sorted((e, tag) for e in EXERCISES for tag in ("exercise", "solution"))


def test_an_exercise_says_what_it_shows_and_where_to_look(task):
    for sentence in (task.title, task.shows, task.look):
        assert sentence and "  " not in sentence
    assert task.shows.endswith(".") and task.look.endswith((".", "?"))


def test_stub_is_not_attempted(task):
    assert check(task.id, answer(task.id, "exercise")).status == "todo"


def test_solution_is_right(task):
    solution = answer(task.id, "solution")
    if solution is None:
        pytest.skip("made by other parts of the chapter; nbval compares what its check says")
    for seed in SEEDS:
        feedback = check(task.id, solution, seed=seed)
        assert feedback, (seed, spoken(feedback))


def test_other_right_answers_are_accepted(task):
    assert len(RIGHT[task.id]) >= 3
    for other in RIGHT[task.id]:
        for seed in SEEDS:
            feedback = check(task.id, other, seed=seed)
            assert feedback, (getattr(other, "__name__", other), seed, spoken(feedback))


def test_wrong_answers_get_their_hints(task):
    assert len(WRONG[task.id]) >= 3
    for expected, bad in WRONG[task.id]:
        for seed in SEEDS:
            feedback = check(task.id, bad, seed=seed)
            name = getattr(bad, "__name__", bad)
            assert outcome(feedback) == expected, (name, seed, spoken(feedback))
            assert feedback.status in STATUSES or feedback.status == "wrong"


def as_answer(task, mistake, seed):
    """Return an answer that makes a mistake of the exercise's table."""
    if task.kind == "value":
        return mistake(*task.make_cases(seed)[0])
    return lambda *args: mistake(*args)


def test_each_mistake_gets_its_own_hint_and_shadows_no_other(task):
    for hint, mistake in task.mistakes.items():
        for seed in SEEDS:
            feedback = check(task.id, as_answer(task, mistake, seed), seed=seed)
            assert feedback.hint == hint, (hint, seed, spoken(feedback))


def test_what_is_said_does_not_hang_on_the_draw(task):
    for _, bad in WRONG[task.id]:
        said = {repr(check(task.id, bad, seed=seed)) for seed in SEEDS}
        assert len(said) == 1, said
        assert not re.search(r"0x[0-9a-f]{6}|\d\.\d{4}", said.pop())


def spoil_one_entry(result):
    spoilt = np.array(result, dtype=float)
    spoilt.flat[spoilt.size // 2] += 0.01 * max(1.0, np.abs(spoilt).max())
    return spoilt


SPOILS = {
    "1 % off": lambda result: np.asarray(result) * 1.01,
    "one entry off": spoil_one_entry,
    "reversed": lambda result: np.asarray(result)[::-1],
    "zeros": lambda result: np.zeros_like(result, dtype=float),
    "NaN": lambda result: np.full_like(result, np.nan, dtype=float),
    "a row dropped": lambda result: np.asarray(result)[1:],
    "an extra axis": lambda result: np.asarray(result)[..., None, None],
}


def spoilt_answers(solution, n_parts):
    """Yield functions that spoil the whole result of `solution`, or one part of it."""
    for name, spoil in SPOILS.items():
        for part in range(n_parts):

            def bad(*args, spoil=spoil, part=part):
                result = solution(*copy.deepcopy(args))
                if not isinstance(result, tuple):
                    return spoil(result)
                return tuple(spoil(r) if i == part else r for i, r in enumerate(result))

            yield name, bad


def same(task, a, b, args):
    """Tell whether two answers return the same for some arguments, or fail."""
    try:
        results = [f(*copy.deepcopy(args)) for f in (a, b)]
    except Exception:
        return False
    try:
        return bool(task.match(*results))
    except Exception:
        return False


def solution_on_cases(task):
    """Return the chapter's solution and the cases of one seed; skip what is not about numbers."""
    solution = answer(task.id, "solution")
    if task.kind == "value" or solution is None:
        pytest.skip("not a function")
    cases = task.make_cases(0)
    result = solution(*copy.deepcopy(cases[0]))
    parts = result if isinstance(result, tuple) else (result,)
    try:
        for part in parts:
            np.asarray(part, dtype=float)
    except (TypeError, ValueError):
        pytest.skip("the result is not made of numbers")
    return solution, cases, len(parts)


def test_spoilt_results_are_rejected(task):
    solution, cases, n_parts = solution_on_cases(task)
    for name, bad in spoilt_answers(solution, n_parts):
        if all(same(task, bad, solution, args) for args in cases):
            continue  # such as a reversed number
        feedback = check(task.id, bad, seed=0)
        assert not feedback and feedback.status != "broken", (name, spoken(feedback))


def test_mutants_of_the_solution_are_rejected(task):
    solution, cases, _ = solution_on_cases(task)
    with limit(0.5):
        for what, mutant in of_solution(task):
            feedback = check(task.id, mutant, seed=0)
            if feedback:  # then it must be the same program in another form
                assert all(same(task, mutant, solution, args) for args in cases), what
            assert feedback.status != "broken", (what, spoken(feedback))


class Odd:
    """Cannot be compared, measured or converted."""

    def __eq__(self, other):
        raise RuntimeError("not comparable")

    __hash__ = None

    def __array__(self, *args, **kwargs):
        raise RuntimeError("not an array")

    def __len__(self):
        raise RuntimeError("no length")


def endless(*args):
    while True:
        pass


def leaves(*args):
    raise SystemExit(0)


def deep(*args):
    return deep(*args)


NONSENSE = [
    None, 0, 3.5, np.nan, -1, "text", b"bytes", [], {}, (), [[1], [2, 3]], np.zeros((2, 0)),
    object(), Odd(), Odd, print, np.array(["a"]), np.array(None), 1j, 10**400, True, {"a": 1},
]  # fmt: skip


def test_nonsense_breaks_no_check(task):
    answers = [lambda: 1, lambda a, b, c, d, e, f, g: 1, leaves, deep, lambda *args: args]
    answers += [lambda *args, value=value: value for value in NONSENSE]
    for number, odd in enumerate([*NONSENSE, *answers]):
        feedback = check(task.id, odd, seed=0)
        assert feedback.status in {"wrong", "error", "todo"}, (number, spoken(feedback))
        assert "0x" not in repr(feedback), feedback
        assert repr(feedback).count("\n") == 0


def test_an_endless_loop_is_stopped(task):
    if task.kind == "value" or "for" in task.without:
        pytest.skip("not a function, or one without loops")
    with limit(0.02):
        assert check(task.id, endless).status == "timeout"
