"""The table of grades: a row for each submission and exercise, as CSV, and how each one went."""

import csv
import os
import re
from collections import Counter
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

from lib.grading.reading import SHOWN

LONGEST = 1000  # characters of a field; readers of CSV refuse what is very long
COLUMNS = "submission chapter exercise title points status hint message".split()


@dataclass
class Row:
    """One line of the table of grades.

    `status` is what the check said (ok, todo, wrong, error, timeout, broken), or

    - missing: what the exercise asks for is not defined, for instance as its cell was deleted
    - crashed: the process ended while it ran, or passed a limit
    - read: an answer that a person has to read; it has no points yet
    - unreadable: the file is not a notebook, or not one of a chapter
    """

    submission: str
    chapter: str
    exercise: str
    title: str
    points: float | None
    status: str
    hint: str = ""
    message: str = ""
    answer: str = ""
    pictures: list = field(default_factory=list)


class Tally(NamedTuple):
    """How one exercise went: how often each status came, and the mistake that was made most."""

    exercise: str
    title: str
    number: int  # of submissions
    right: int
    status: Counter
    hint: str  # and how often it came; "" if no mistake was recognised


def rows_of(submission, verdicts):
    """Return the rows of one submission.

    Parameters
    ----------
    submission : lib.grading.reading.Submission
    verdicts : dict of str to lib.grading.running.Verdict
        By exercise.
    """
    chapter = submission.chapter
    frame = submission.name, chapter.name if chapter else ""
    if submission.unreadable is not None:
        asked = [(e.id, e.title) for e in chapter.exercises.values()] if chapter else [("", "")]
        why = submission.unreadable
        return [Row(*frame, *names, 0.0, "unreadable", message=why) for names in asked]
    rows = []
    for exercise in chapter.exercises.values():
        answers = submission.answers(exercise.id)
        row = Row(
            *frame, exercise.id, exercise.title, None, "read", answer="\n\n".join(answers)[:SHOWN]
        )
        row.pictures = submission.pictures.get(exercise.id, [])
        if exercise.answer is not None:
            verdict = verdicts[exercise.id]
            row.status, row.hint, row.message = verdict.status, verdict.hint or "", verdict.message
            row.points = float(row.status == "ok")
        elif not answers:
            row.status, row.points = "todo", 0.0
        rows.append(row)
    return rows


def write_csv(rows, path):
    """Write the table of grades, all fields quoted; a spreadsheet finds no formula in it.

    The file is there whole, or as it was before.
    """

    def write(file):
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(COLUMNS)
        for row in rows:
            values = asdict(row)
            writer.writerow([cell(values[name], name != COLUMNS[0]) for name in COLUMNS])

    write_whole(path, write)


def cell(value, later=True):
    """Return a value as text that no spreadsheet takes for a formula.

    Where one separates fields by semicolons, all fields but the first of a line are cut at these.

    Examples
    --------
    >>> cell("-1 is wrong"), cell("a;=1+1"), cell("a;=1+1", later=False), cell(None)
    ("'-1 is wrong", "a;'=1+1", 'a;=1+1', '')
    """
    text = "" if value is None else shown(str(value)[:LONGEST])
    return re.sub(FORMULA if later else r"\A()([=+\-@＝＋－＠])", r"\1'\2", text)


FORMULA = r"(\A|;[ \"']*)([=+\-@＝＋－＠])"


def shown(text):
    """Return a text in one line that any file and any screen can show.

    Examples
    --------
    >>> shown("two" + chr(10) + "lines" + chr(27) + "[2J" + chr(0xD800))
    'two lines\\\\x1b[2J\\\\ud800'
    """
    text = re.sub(r"[\r\n]+", " ", text)
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return text.encode("utf-8", "backslashreplace").decode()


def write_whole(path, write):
    """Let a function write into a file that takes the place of `path` when all is written."""
    part = Path(f"{path}.writing")
    try:
        with part.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file:
            write(file)
        os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def summary(rows):
    """Return how each exercise went, as a list of `Tally`: most often missed, first."""
    tallies = []
    for exercise in dict.fromkeys(row.exercise for row in rows if row.exercise):
        own = [row for row in rows if row.exercise == exercise]
        status = Counter(row.status for row in own)
        hints = Counter(row.hint for row in own if row.hint).most_common(1)
        hint = f"{hints[0][0]} ({hints[0][1]})" if hints else ""
        tallies.append(Tally(exercise, own[0].title, len(own), status["ok"], status, hint))
    return sorted(tallies, key=lambda tally: (tally.status["read"] > 0, tally.right - tally.number))
