"""Run a submission and judge it, in as many processes as it takes.

What is asked comes from the teacher's chapter, not from the submission: a process runs the
chapter's imports, what else of the chapter the answers use, and the student's cells; then it calls
our checks on fresh data. What ends a process costs the exercise that did it: the others run again
in a new one.
"""

import time
from dataclasses import asdict
from typing import NamedTuple

from lib.grading.sandbox import Worker
from lib.grading.syntax import modules


class Verdict(NamedTuple):
    """What is said about the answer to one exercise; `lib.grading.table.Row` lists the status."""

    status: str
    hint: str | None
    message: str


def judge(submission, limits, seed):
    """Return what is said about each answer in code.

    Parameters
    ----------
    submission : lib.grading.reading.Submission
    limits : lib.grading.sandbox.Limits
    seed : int
        Of the data on which answers are tried.

    Returns
    -------
    verdicts : dict of str to Verdict
        By exercise; empty if the submission can't be read.
    """
    if submission.unreadable is not None:
        return {}
    verdicts, cells = {}, submission.cells
    until = time.monotonic() + limits.notebook_seconds
    while waiting := [e for e in submission.chapter.checked.values() if e.id not in verdicts]:
        if time.monotonic() > until:
            text = (
                f"The notebook had used its {limits.notebook_seconds:g} seconds before this was "
                "tried."
            )
            return verdicts | {e.id: Verdict("timeout", None, text) for e in waiting}
        job = job_of(submission.chapter, cells, waiting) | {"seed": seed, "seconds": limits.seconds}
        told, item, reason = run(job, limits)
        verdicts |= told
        if reason is not None:
            blamed, verdict = blame(item, reason, cells, waiting)
            verdicts = {name: verdict for name in blamed} | verdicts
            cells = [cell for cell in cells if name_of(cell) != item]
    return verdicts


def job_of(chapter, cells, exercises):
    """Return what a process is to do: set up, run the cells, and check the exercises."""
    codes = [cell.code for cell in cells]
    return {
        "setup": chapter.setup(codes + [e.answer for e in exercises]),
        # Loaded before the student's cells, so not limited in time.
        "imports": sorted(set().union(*map(modules, codes))),
        "cells": [asdict(cell) for cell in cells],
        "exercises": [
            {"id": e.id, "answer": e.answer, "names": sorted(e.names)} for e in exercises
        ],
    }


def run(job, limits):
    """Run a job in one process.

    Returns
    -------
    verdicts : dict of str to Verdict
        Of the exercises that it came to.
    item : str or None
        What it began last: "cell 3", "check ex-svd-1", or None if it was still setting up.
    reason : str or None
        What ended it, if the job was not finished.
    """
    verdicts, item, reason = {}, None, None
    for message in Worker(job, limits):
        if message["event"] == "begin":
            item = message["item"]
        elif message["event"] == "end" and "status" in message:
            verdict = Verdict(message["status"], message["hint"], message["message"])
            verdicts[message["item"].removeprefix("check ")] = verdict
        elif message["event"] == "broken":
            broken = Verdict("broken", None, f"The grader itself failed. {message['message']}")
            verdicts = {exercise["id"]: broken for exercise in job["exercises"]} | verdicts
        elif message["event"] == "stopped":
            reason = message["reason"]
    return verdicts, item, reason


def blame(item, reason, cells, waiting):
    """Return the exercises that pay for the end of a process, and the verdict on them."""
    status = "timeout" if "seconds" in reason else "crashed"
    if item is None:
        text = f"The chapter's own cells: the process {reason}."
        return [e.id for e in waiting], Verdict("broken", None, text)
    for cell in cells:
        if name_of(cell) == item:
            blamed = [e.id for e in waiting if e.id == cell.exercise]
            return blamed, Verdict(status, None, f"Its cell {reason}.")
    blamed = [item.removeprefix("check ")]
    return blamed, Verdict(status, None, f"While it was checked, it {reason}.")


def name_of(cell):
    """Return what a process calls a cell in its messages."""
    return f"cell {cell.number}"
