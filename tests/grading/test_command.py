"""The command: thirty made-up submissions, each graded as it deserves, and nothing else touched."""

import csv
import hashlib
import json
import subprocess
import sys
import time

import pytest
from made_up_submissions import FIRST, chapter, needs_bubblewrap, submission, submissions
from nbformat.v4 import writes

from lib.grading.__main__ import main


def fingerprint(folder):
    """Return a digest of all names and contents below a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    parts = [f"{path}:".encode() + path.read_bytes() for path in files]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


@needs_bubblewrap
def test_thirty_submissions_are_graded_as_they_deserve(tmp_path, capsys):
    canary = tmp_path / "canary"
    (canary / "deep").mkdir(parents=True)
    (canary / "deep" / "file").write_text("untouched")
    folder = tmp_path / "submissions"
    cases = submissions(canary)
    assert len(cases) >= 30
    for name, (text, _) in cases.items():
        path = folder / name / "any name.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    teachers = tmp_path / "01_covariance.ipynb"
    teachers.write_text(writes(chapter()), encoding="utf-8")
    before = fingerprint(tmp_path)

    out, report = tmp_path / "grades.csv", tmp_path / "report.html"
    start = time.monotonic()
    arguments = [folder, "--out", out, "--report", report, "--chapter", teachers, "--isolated"]
    arguments += ["--seconds", "5", "--memory", "1", "--seed", "1", "--jobs", "2"]
    status = main([str(argument) for argument in arguments])
    took = time.monotonic() - start
    printed = capsys.readouterr()
    assert status == 0, printed.err
    assert took < 600

    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    got, messages = {}, {}
    for row in rows:
        name = row["submission"].removeprefix("'").partition("/")[0]
        got.setdefault(name, []).append(row["status"])
        messages.setdefault(name, []).append(f"{row['status']}: {row['message']}")
        assert row["points"] == {"ok": "1.0", "read": ""}.get(row["status"], "0.0")
    assert got.keys() == cases.keys()
    wrong = {
        name: messages[name]
        for name, (_, expected) in cases.items()
        if not all(s in e.split(" or ") for s, e in zip(got[name], expected, strict=True))
    }
    assert not wrong, json.dumps(wrong, indent=1)
    assert not any(row["submission"].startswith("=") for row in rows), "a spreadsheet would run it"

    hints = {row["hint"] for row in rows if row["submission"].startswith("one wrong")}
    assert "not-scaled" in hints
    assert next(line for line in printed.out.splitlines() if FIRST in line).count("not-scaled")
    html = report.read_text(encoding="utf-8")
    assert "Because." in html and "=strange (name)" in html and "<script" not in html
    for path in (out, report):
        path.unlink()
    assert fingerprint(tmp_path) == before, "a submission has changed something outside"
    print(f"{len(cases)} submissions in {took:.0f} s")


def test_what_was_asked_wrongly_is_refused_with_the_remedy(tmp_path, capsys):
    for arguments in ([tmp_path / "none"], [tmp_path, "--chapter", tmp_path / "none.ipynb"]):
        with pytest.raises(SystemExit):
            main([str(argument) for argument in arguments])
        assert "ut the returned" in (error := capsys.readouterr().err) or "Name one" in error


@needs_bubblewrap
def test_the_command_runs_in_any_folder(tmp_path):
    (tmp_path / "returned").mkdir()
    (tmp_path / "returned" / "a.ipynb").write_text(submission(), encoding="utf-8")
    (tmp_path / "01_covariance.ipynb").write_text(writes(chapter()), encoding="utf-8")
    command = [sys.executable, "-m", "lib.grading", "returned", "--chapter", "01_covariance.ipynb"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "[1/1] a.ipynb: 3 of 4 right" in result.stderr
    assert "4 rows written to grades.csv" in result.stdout and (tmp_path / "grades.csv").exists()
