"""Measures whether a wrong answer is ever accepted by luck: on many draws of the data.

``python tests/checks/luck.py 200 svd`` prints the table of a chapter, and without a word that of
all: for each exercise how many wrong answers were tried, on how many draws, and how often one was
accepted; and the same for right answers that were refused.
"""

import sys
import time
import warnings
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

import numpy as np
from answers import load
from mutants import mutants
from notebooks import answer as from_chapter

from lib.checks import Wrong, registered
from lib.checks.core.calling import copied, unfinished
from lib.checks.core.time_limit import TimedOut, call_within

# What a draw costs there is Keras's or scikit-learn's time, so only some are made.
SLOW = {
    "ex-linear-autoencoder-3": 20, "ex-convolutional-autoencoder-3": 20, "ex-other-methods-3": 4,
    "ex-stacked-autoencoder-3": 2, "ex-denoising-autoencoder-3": 2,
}  # fmt: skip
# Refused before their results are looked at.
OTHERWISE = {"changed-input", "borrowed", "loop", "todo"}


def accepted(task, answer, cases):
    """Tell whether the results of an answer are right for all cases."""
    for args in cases:
        try:
            result = answer(*(copied(value) for value in args))
        except Exception:
            return False
        if result is None or unfinished(result):
            return False
        try:
            task.verify(result, *args)
        except Wrong:
            return False
    return True


def wrong_answers(task, wrong):
    """Return the wrong answers to an exercise by name: of its table, and as students write them."""
    found = dict(task.mistakes)
    for number, (expected, bad) in enumerate(wrong):
        if callable(bad) and expected not in OTHERWISE:
            found[f"{expected}: {getattr(bad, '__name__', 'value')} {number}"] = bad
    return found


def right_answers(task, right):
    """Return the right answers by name."""
    found = {f"{getattr(good, '__name__', 'value')} {i}": good for i, good in enumerate(right)}
    solution = from_chapter(task.id, "solution")
    return found | ({"solution": solution} if solution else {})


def seeds_of(task, n):
    """Return the draws on which the answers to an exercise are tried."""
    return range(-(-n // SLOW.get(task.id, 1)))


def count(task, answers, seeds, seconds=60.0):
    """Return how often each of some named answers is accepted."""
    counts = dict.fromkeys(answers, 0)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in seeds:
            cases = task.make_cases(seed)
            once = any(hasattr(value, "again") for args in cases for value in args)
            for name, answer in answers.items():
                if once:  # data that can be read only once
                    cases = task.make_cases(seed)
                try:
                    counts[name] += call_within(seconds, accepted, task, answer, cases)
                except TimedOut:  # a mutant that never ends
                    continue
    return counts


def table(n, word=None):
    """Yield a line for each exercise, and what was accepted or refused against the rule."""
    right, wrong = load()
    for task in registered(word).values():
        if task.kind == "value":
            continue
        start, seeds = time.perf_counter(), seeds_of(task, n)
        bad = count(task, wrong_answers(task, wrong[task.id]), seeds)
        good = count(task, right_answers(task, right[task.id]), seeds)
        lucky = {name: times for name, times in bad.items() if times}
        refused = {name: len(seeds) - times for name, times in good.items() if times < len(seeds)}
        yield task.id, len(bad), len(good), len(seeds), lucky, refused, time.perf_counter() - start


def main(n="20", word=None):
    """Print the table."""
    rows = []
    for row in table(int(n), word):
        rows.append(row)
        name, bad, good, draws, lucky, refused, seconds = row
        print(f"{name:33}{bad:4} wrong{good:4} right{draws:5} draws{seconds:7.1f} s", flush=True)
        for hint, times in lucky.items():
            print(f"    accepted {times} times: {hint}")
        for which, times in refused.items():
            print(f"    refused {times} times: {which}")
    wrong, right = (sum(row[i] * row[3] for row in rows) for i in (1, 2))
    lucky, refused = (sum(sum(row[i].values()) for row in rows) for i in (4, 5))
    print(
        f"{len(rows)} exercises, {sum(row[1] for row in rows)} wrong answers, {wrong} trials: "
        f"{lucky} accepted; {right} trials of right ones: {refused} refused; "
        f"{sum(row[6] for row in rows):.0f} s"
    )


def survivors(task, right, wrong, seeds):
    """Return the mutants that are accepted on some draw, by name, and on how many."""
    programs = [bad for expected, bad in wrong if callable(bad) and expected not in OTHERWISE]
    found = count(task, dict(mutants(task, right, programs)), seeds, seconds=0.5)
    return {name: times for name, times in found.items() if times}


if __name__ == "__main__":
    main(*sys.argv[1:])
