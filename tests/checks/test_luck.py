"""No wrong answer is ever right by luck, and no right one is refused: on many draws of the data.

``python tests/checks/luck.py 200`` prints the table. Programs changed in one place are tried too.
"""

import os

import pytest
from luck import count, right_answers, seeds_of, survivors, wrong_answers
from test_exercises import EXERCISES, RIGHT, WRONG

MANY = "TEST_ALL" in os.environ
DRAWS = int(os.environ.get("CHECK_SEEDS", "200")) if MANY else 4
SLOW_MUTANTS = {
    "ex-other-methods-3", "ex-stacked-autoencoder-3", "ex-stacked-autoencoder-4",
    "ex-denoising-autoencoder-3", "ex-linear-autoencoder-3", "ex-convolutional-autoencoder-3",
}  # fmt: skip
FUNCTIONS = [task for task in EXERCISES.values() if task.kind == "function"]


@pytest.fixture(params=FUNCTIONS, ids=lambda task: task.id)
def task(request):
    """Return each exercise that asks for a function."""
    return request.param


def test_no_wrong_answer_is_accepted_by_luck(task):
    found = count(task, wrong_answers(task, WRONG[task.id]), seeds_of(task, DRAWS))
    assert {name: times for name, times in found.items() if times} == {}


def test_no_right_answer_is_refused(task):
    if not MANY:
        pytest.skip("test_exercises tries them on a few draws")
    seeds = seeds_of(task, DRAWS)
    found = count(task, right_answers(task, RIGHT[task.id]), seeds)
    assert {name: times for name, times in found.items() if times < len(seeds)} == {}


# Right or not as rounding has it: complex eigenvalues of a matrix that is not symmetric.
ROUNDING = {"one-side-only: "}


def test_no_mutant_is_accepted_on_some_draws_only(task):
    """One that is right on all draws is the same program; one that is right on some has luck."""
    if task.id in SLOW_MUTANTS:
        pytest.skip("each draw takes long")
    seeds = range(20 if MANY else 3)
    known = (RIGHT[task.id], WRONG[task.id]) if MANY else ([], [])
    found = survivors(task, *known, seeds)
    lucky = {name: times for name, times in found.items() if times < len(seeds)}
    assert not [name for name in lucky if not name.startswith(tuple(ROUNDING))], lucky
