"""Collects the answers that the checks are tried on: `answers_name.py` has those of a chapter."""

import importlib
from collections import defaultdict
from pathlib import Path

RIGHT = defaultdict(list)  # exercise: answers that must be accepted
WRONG = defaultdict(list)  # exercise: pairs of a hint id, or a status, and an answer


def right(exercise, *answers):
    """Note values as right answers; without values, decorate a function that is one."""
    if answers:
        RIGHT[exercise].extend(answers)
        return None

    def note(answer):
        RIGHT[exercise].append(answer)
        return answer

    return note


def wrong(exercise, expected, *answers):
    """Note values as wrong answers that get the hint `expected`; or decorate a function.

    `expected` may be a status, such as "error", for an answer that gets no hint.
    """
    if answers:
        WRONG[exercise].extend((expected, answer) for answer in answers)
        return None

    def note(answer):
        WRONG[exercise].append((expected, answer))
        return answer

    return note


def load():
    """Import the answers of all chapters."""
    for path in sorted(Path(__file__).parent.glob("answers_*.py")):
        importlib.import_module(path.stem)
    return RIGHT, WRONG
