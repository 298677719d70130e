"""The rows that a submission becomes, the CSV file, and how each exercise went."""

import csv

from made_up_submissions import FIRST, SECOND, STUBS, THIRD, book

from lib.grading.reading import Cell, Submission
from lib.grading.running import Verdict
from lib.grading.table import Row, rows_of, summary, write_csv


def test_a_row_for_each_exercise(tmp_path):
    cells = [Cell("mine", FIRST), Cell("also mine", FIRST), Cell(STUBS[SECOND], SECOND)]
    known = Submission("a", book(tmp_path)[0], cells)
    ok, wrong = Verdict("ok", None, "Right."), Verdict("wrong", "ddof-0", "No.")
    rows = rows_of(known, {FIRST: ok, SECOND: wrong, THIRD: wrong})
    assert [row.points for row in rows] == [1.0, 0.0, 0.0, 0.0]
    assert [row.status for row in rows] == ["ok", "wrong", "wrong", "todo"]
    assert [row.hint for row in rows] == ["", "ddof-0", "ddof-0", ""]
    assert rows[0].answer == "mine\n\nalso mine" and rows[0].title == "About repaired_correlation"
    known.texts["ex-covariance-6"] = ["Because."]
    row = rows_of(known, {FIRST: ok, SECOND: wrong, THIRD: wrong})[-1]
    assert (row.status, row.points, row.answer) == ("read", None, "Because.")


def test_the_rows_of_what_cannot_be_read(tmp_path):
    (row,) = rows_of(Submission("a", unreadable=""), {})
    assert (row.chapter, row.exercise, row.status, row.points) == ("", "", "unreadable", 0.0)
    rows = rows_of(Submission("a", book(tmp_path)[0], unreadable="Torn."), {})
    assert [(row.status, row.message) for row in rows] == [("unreadable", "Torn.")] * 4


def row_of(exercise, status, hint="", submission="a"):
    return Row(submission, "01_covariance", exercise, "Title", 0.0, status, hint)


def test_the_exercise_that_was_missed_most_comes_first_and_those_to_be_read_last():
    rows = [row_of("e-1", "ok"), row_of("e-2", "wrong", "ddof-0"), row_of("e-3", "read")]
    rows += [row_of("e-1", "wrong", "root"), row_of("e-2", "wrong", "nan"), row_of("e-1", "ok")]
    rows += [row_of("e-2", "todo"), row_of("e-2", "wrong", "ddof-0"), row_of("", "unreadable")]
    first, second, third = summary(rows)
    assert (first.exercise, first.number, first.right, first.hint) == ("e-2", 4, 0, "ddof-0 (2)")
    assert (second.exercise, second.number, second.right) == ("e-1", 3, 2)
    assert third.exercise == "e-3" and first.status == {"wrong": 3, "todo": 1}


def test_the_file_holds_no_formula_and_no_code_of_students(tmp_path):
    row = row_of(FIRST, "read", submission="=cmd()")
    row.points, row.message, row.answer = None, "-1 is wrong", "secret"
    write_csv([row], tmp_path / "grades.csv")
    text = (tmp_path / "grades.csv").read_text(encoding="utf-8")
    (found,) = csv.DictReader(text.splitlines())
    assert found["submission"] == "'=cmd()" and found["message"] == "'-1 is wrong"
    assert found["points"] == "" and "secret" not in text
