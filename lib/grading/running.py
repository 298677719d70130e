"""Read a submission, run it and judge it, in as many processes as it takes.

What is asked comes from the teacher's chapter, not from the submission: a process runs the
chapter's imports, what else of the chapter the answers use, and the student's cells; then it calls
our checks on fresh data. What ends a process costs the exercise that did it: the others run again
in a new one. Reading, too, happens in a process with limits: parsing alone can take hours.
"""

import os
import re
import stat
import time
from dataclasses import asdict, replace
from typing import NamedTuple

from lib.grading.reading import Submission
from lib.grading.sandbox import OUT_OF_TIME, Worker

LARGEST = 50 << 20  # bytes of a submission
STATUS = ("ok", "todo", "wrong", "error", "timeout", "missing", "broken")  # of a check
LONGEST = 1000  # characters of a message
FORGED = "sent what no check says"


class Verdict(NamedTuple):
    """What is said about the answer to one exercise; `lib.grading.table.Row` lists the status."""

    status: str
    hint: str | None
    message: str


def content(path):
    """Return what is in a file that was handed in.

    Raises
    ------
    ValueError
        If it is no file, or too large; the message names the remedy.
    OSError
        If it can't be read.
    """
    if path.is_symlink():
        raise ValueError("it is a link, and links are not followed. Put the file itself there.")
    # A pipe would wait for somebody to write, and what is a file now may have been exchanged.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    with open(os.open(path, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise ValueError("it is a pipe or a device, not a file.")
        if about.st_size > LARGEST:
            raise ValueError(f"it is larger than {LARGEST >> 20} MB. Ask for it without outputs.")
        return file.read(LARGEST)


def read(path, name, chapters, limits):
    """Return the submission in a file. Whatever it is, nothing is raised.

    Parameters
    ----------
    path : Path
    name : str
        What the submission is called in the table.
    chapters : list of lib.grading.reading.Chapter
        If there is one only, the submission is taken for that one.
    limits : lib.grading.sandbox.Limits
    """
    unreadable = Submission(name, chapters[0] if len(chapters) == 1 else None)
    try:
        data = content(path)
    except OSError as error:
        unreadable.unreadable = f"it can't be read: {error.strerror}."
        return unreadable
    except ValueError as error:
        unreadable.unreadable = str(error)
        return unreadable
    job = {"task": "read", "arguments": (data, name, chapters)}
    until = time.monotonic() + limits.seconds
    for message in Worker(job, replace(limits, output_megabytes=LARGEST >> 20), until):
        if message["event"] == "read":
            return Submission.from_message(message["submission"], chapters)
        reason = message.get("reason") or message.get("message") or "ended too early"
    took = f"did not end within {limits.seconds:g} seconds"
    unreadable.unreadable = f"reading it {took if reason == OUT_OF_TIME else reason}."
    return unreadable


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
        item, reason = None, OUT_OF_TIME
        if time.monotonic() < until:
            job = job_of(submission.chapter, cells, waiting)
            job |= {"seed": seed, "seconds": limits.seconds}
            told, item, reason = run(job, limits, until)
            verdicts |= told
        if reason == OUT_OF_TIME:
            text = f"The notebook had used its {limits.notebook_seconds:g} seconds before this was "
            late = Verdict("timeout", None, f"{text}judged.")
            return {e.id: late for e in waiting} | verdicts
        if reason is not None:
            blamed, verdict = blame(item, reason, cells, waiting)
            verdicts = {name: verdict for name in blamed} | verdicts
            cells = [cell for cell in cells if name_of(cell) != item]
    return verdicts


def job_of(chapter, cells, exercises):
    """Return what a process is to do: set up, run the cells, and check the exercises."""
    names = set().union(*(cell.uses for cell in cells), *(e.names for e in exercises))
    return {
        "task": "run",
        "setup": chapter.setup(names),
        # Loaded before the student's cells, so not limited in time.
        "imports": sorted(set().union(*(cell.modules for cell in cells))),
        "cells": [asdict(cell) for cell in cells],
        "exercises": [
            {"id": e.id, "answer": e.answer, "names": sorted(e.names)} for e in exercises
        ],
    }


def run(job, limits, until):
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
    checks = {f"check {exercise['id']}": exercise["id"] for exercise in job["exercises"]}
    items = [f"cell {cell['number']}" for cell in job["cells"]] + list(checks)
    for message in Worker(job, limits, until):
        event, about = message["event"], message.get("item")
        if event == "stopped":
            reason = message["reason"]
        elif event == "begin" and about in items:
            item = about
        elif event == "end" and about in items and about in checks and verdict_of(message):
            verdicts[checks[about]] = verdict_of(message)
        elif event == "end" and about in items and "status" not in message:
            pass
        elif event == "broken":
            text = f"The grader itself failed. {message.get('message')}"[:LONGEST]
            broken = Verdict("broken", None, text)
            verdicts = {exercise["id"]: broken for exercise in job["exercises"]} | verdicts
        else:  # who knows the grader may have found out the secret, and sends what he likes
            reason = FORGED
            break
    return verdicts, item, reason


def verdict_of(message):
    """Return the verdict in a message, None if the message can't be a check's."""
    status, hint, text = (message.get(name) for name in Verdict._fields)
    sound = isinstance(status, str) and status in STATUS and isinstance(text, str)
    if hint is not None:
        sound = sound and isinstance(hint, str) and bool(re.fullmatch(r"[\w.-]{1,60}", hint))
    return Verdict(status, hint, text[:LONGEST]) if sound else None


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
