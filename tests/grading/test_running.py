"""Each answer is run and judged as it deserves, in as many processes as it takes."""

import pytest
from made_up_submissions import FIRST, RIGHT, SECOND, THIRD, book, chapter, graded, submission
from nbformat.v4 import writes

from lib.grading import running
from lib.grading.reading import read_submission
from lib.grading.sandbox import Limits


def test_the_solutions_of_a_returned_chapter_are_not_graded(tmp_path):
    rows = graded(tmp_path, writes(chapter()), book(tmp_path)[:1])
    assert [row.status for row in rows] == ["todo"] * 4


def begin(item):
    return {"event": "begin", "item": item}


def right(exercise):
    message = {"event": "end", "item": f"check {exercise}"}
    return message | {"status": "ok", "hint": None, "message": ""}


def stopped(reason=None):
    return {"event": "stopped", "reason": reason}


@pytest.fixture
def judged(tmp_path, monkeypatch):
    """Return what judges right answers in processes that say what a test lets them say."""
    read = read_submission(submission().encode(), "a", book(tmp_path)[:1])

    def judge(*processes, **limits):
        jobs, processes = [], list(processes)
        monkeypatch.setattr(running, "Worker", lambda job, *_: jobs.append(job) or processes.pop(0))
        verdicts = running.judge(read, Limits(**limits), seed=1)
        assert not processes
        return verdicts, jobs

    return judge


def test_what_ends_a_process_costs_its_own_exercise_and_the_others_run_again(judged):
    verdicts, jobs = judged(
        [begin("cell 3"), right(FIRST), begin("cell 4"), stopped("ended the interpreter")],
        [begin(f"check {THIRD}"), stopped("did not end within 60 seconds")],
    )
    assert {name: verdict.status for name, verdict in verdicts.items()} == {
        FIRST: "ok", SECOND: "crashed", THIRD: "timeout",
    }  # fmt: skip
    assert verdicts[SECOND].message == "Its cell ended the interpreter."
    assert verdicts[THIRD].message == "While it was checked, it did not end within 60 seconds."
    assert [exercise["id"] for exercise in jobs[0]["exercises"]] == list(RIGHT)
    assert [exercise["id"] for exercise in jobs[1]["exercises"]] == [THIRD]
    assert [cell["number"] for cell in jobs[1]["cells"]] == [0, 1, 2, 3, 5]


def test_a_cell_that_stops_after_its_exercise_was_judged_costs_nothing(judged):
    verdicts, _ = judged(
        [right(FIRST), begin("cell 3"), stopped("ended the interpreter")],
        [right(SECOND), right(THIRD), stopped()],
    )
    assert [verdict.status for verdict in verdicts.values()] == ["ok"] * 3


def test_the_chapters_own_cells_and_the_grader_are_not_the_students_fault(judged):
    verdicts, _ = judged([stopped("took more than 3 GB of memory")])
    assert {verdict.status for verdict in verdicts.values()} == {"broken"}
    assert verdicts[FIRST].message.startswith("The chapter's own cells: the process took more")
    verdicts, _ = judged([right(FIRST), {"event": "broken", "message": "oh"}, stopped()])
    assert [verdicts[name].status for name in RIGHT] == ["ok", "broken", "broken"]
    assert verdicts[THIRD].message == "The grader itself failed. oh"


def test_the_time_of_a_notebook_is_for_all_its_processes(judged):
    verdicts, jobs = judged(notebook_seconds=-1)
    assert not jobs and {verdict.status for verdict in verdicts.values()} == {"timeout"}
    assert "its -1 seconds before this was judged" in verdicts[FIRST].message
