"""What is read from a chapter and from a submission, without running either."""

import json

import pytest
from made_up_submissions import (
    FIRST,
    HELPER,
    IMPORTS,
    RIGHT,
    SECOND,
    STUBS,
    THIRD,
    book,
    chapter,
    graded,
    submission,
)
from nbformat.v4 import new_code_cell, new_notebook, writes

from lib.grading.reading import exercises, read_submission, recognise, setup_cells, split


def test_the_chapter_says_what_is_asked(tmp_path):
    asked = exercises(chapter())
    assert list(asked) == [*STUBS, "ex-covariance-6"]
    assert asked[FIRST].title == "About repaired_correlation"
    assert asked[FIRST].answer == "repaired_correlation"
    assert asked["ex-covariance-6"].answer is None
    kinds = [piece.kind for piece in split(chapter())]
    assert kinds.count("solution") == 4 and kinds.count("answer") == 3


def test_only_what_the_answers_use_is_taken_from_the_chapter():
    assert setup_cells(chapter(), [RIGHT[SECOND]]) == [IMPORTS]
    assert setup_cells(chapter(), RIGHT.values()) == [IMPORTS, HELPER]


@pytest.mark.parametrize(
    "body, code, expected",
    [
        (["X = 1", "Y = X", "Z = 3"], "Y", [0, 1]),
        (["import a", "m = a()", "m.fit(a)", "b = m"], "m", [0, 1, 2]),
        (["import a", "m = a()", "h = train(m)", "b = m"], "m", [0, 1, 2]),
        (["import a", "d = {}", "d['x'] = 1", "print(d)"], "d", [0, 1, 2]),
        (["import a", "X = 1", "def f(X):\n    return X"], "f(2)", [0, 2]),
        (["import a", "X = 1"], "for X in range(3):\n    print(X)", [0]),
        (["import a", "X = 1"], "X = 2\nprint(X)", [0]),
        (["import a", "X = 1"], "with a.b as X:\n    print(X)", [0]),
        (["import a", "X = 1"], "not python (", [0]),
    ],
)
def test_the_cells_that_a_name_needs(body, code, expected):
    cells = [new_code_cell(text) for text in body]
    assert setup_cells({"cells": cells}, [code]) == [body[i] for i in expected]


def test_a_submission_tells_its_chapter_by_metadata_or_by_its_exercises(tmp_path):
    chapters = book(tmp_path)
    for text in (submission(), submission(marked=False)):
        assert recognise(json.loads(text), chapters).name == "01_covariance"
    text = submission(marked=False).replace("ex-covariance", "ex-svd")
    assert recognise(json.loads(text), chapters[::-1]).name == "03_svd"
    (row,) = graded(tmp_path, writes(new_notebook()), chapters)
    assert row.status == "unreadable" and "--chapter" in row.message


def handed_in(text, chapters):
    """Return what is read of a submission."""
    return read_submission(text.encode(), "b", chapters)


def test_a_submission_is_its_own_imports_its_answers_and_its_texts(tmp_path):
    answers = RIGHT | {THIRD: STUBS[THIRD]}
    text = submission(answers, before=["x = 1"], after=["def largest_correlation(X):\n    pass"])
    found = handed_in(text, book(tmp_path))
    assert found.unreadable is None and found.chapter.name == "01_covariance"
    assert [cell.number for cell in found.cells] == list(range(8))
    # Each import is by itself: it may fail here alone.
    assert [cell.code for cell in found.cells[:3]] == [*IMPORTS.split("\n\n"), "import time"]
    assert [cell.exercise for cell in found.cells[3:]] == [None, FIRST, SECOND, THIRD, SECOND]
    # The student went on with the second exercise in the last cell, and is checked after it.
    assert [cell.completes for cell in found.cells[4:]] == [[FIRST], [], [THIRD], [SECOND]]
    assert found.texts == {"ex-covariance-6": ["Because."]}
    assert len(found.answers(SECOND)) == 2 and found.answers("ex-covariance-6") == ["Because."]


def test_a_stub_that_was_left_is_no_answer(tmp_path):
    text = writes(chapter())
    found = handed_in(text, book(tmp_path))
    assert len(found.cells) == 5
    assert not any(map(found.answers, found.chapter.exercises))


@pytest.mark.parametrize("text", ["", "[1, 2]", '{"cells": [{"cell_type": "code"}]}', "[" * 10**5])
def test_what_is_no_notebook_says_so_and_raises_nothing(tmp_path, text):
    chapters = book(tmp_path)
    found = handed_in(text, chapters)
    assert "the file is not a Jupyter notebook" in found.unreadable
    assert found.chapter is None and not found.cells
    assert handed_in(text, chapters[:1]).chapter is chapters[0]
