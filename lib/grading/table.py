"""The table of grades: a row for each submission and exercise, as CSV, and how each one went."""

import csv
from collections import Counter
from dataclasses import asdict, dataclass, fields
from typing import NamedTuple


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
        row = Row(*frame, exercise.id, exercise.title, None, "read", answer="\n\n".join(answers))
        if exercise.answer is not None:
            verdict = verdicts[exercise.id]
            row.status, row.hint, row.message = verdict.status, verdict.hint or "", verdict.message
            row.points = float(row.status == "ok")
        elif not answers:
            row.status, row.points = "todo", 0.0
        rows.append(row)
    return rows


def write_csv(rows, path):
    """Write the table of grades; text that a spreadsheet would take for a formula is quoted."""
    names = [field.name for field in fields(Row) if field.name != "answer"]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore")
        writer.writeheader()
        for row in rows:
            values = {k: "" if v is None else v for k, v in asdict(row).items()}
            for key, value in values.items():
                if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
                    values[key] = f"'{value}"
            writer.writerow(values)


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
