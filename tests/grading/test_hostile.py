"""Real notebooks get their points, and no submission costs the others theirs."""

import csv
import json
import os
import time

from hostile_submissions import ALL_RIGHT, hostile, real
from made_up_submissions import chapter, needs_bubblewrap
from nbformat.v4 import writes
from test_command import fingerprint

from lib.grading.__main__ import main
from lib.grading.table import shown


def graded_folder(tmp_path, contents, *options):
    """Write files, grade their folder by the command, and return the rows by their names."""
    folder = tmp_path / "submissions"
    folder.mkdir()
    for name, content in contents.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content) if isinstance(content, bytes) else content(path)
    teachers = tmp_path / "01_covariance.ipynb"
    teachers.write_text(writes(chapter()), encoding="utf-8")
    out = tmp_path / "grades.csv"
    arguments = [folder, "--out", out, "--report", tmp_path / "report.html", "--chapter", teachers]
    arguments += ["--seed", "1", "--jobs", "2", "--isolated", *options]
    start = time.monotonic()
    assert main([str(argument) for argument in arguments]) == 0
    print(f"{len(contents)} submissions in {time.monotonic() - start:.0f} s")
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = {name: [] for name in contents}
    names = {shown(name): name for name in contents}
    for row in rows:
        name = row["submission"]
        found[names.get(name) or names[name.removeprefix("'")]].append(row)
    return found


def wrongly_graded(found, expected):
    """Return what was graded otherwise than it deserves, with the messages."""
    return {
        name: [f"{row['status']}: {row['message']}" for row in rows]
        for name, rows in found.items()
        if len(rows) != 4
        or not all(row["status"] in e.split(" or ") for row, e in zip(rows, expected[name]))
    }


@needs_bubblewrap
def test_more_hostile_submissions_are_graded_as_they_deserve(tmp_path, capsys):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.ipynb").write_text("secret")
    cases = {f"{name}.ipynb": case for name, case in hostile(outside).items()}
    assert len(cases) >= 30
    before = fingerprint(outside)
    limits = ["--seconds", "4", "--notebook-seconds", "16", "--memory", "1"]
    contents = {name: content for name, (content, _) in cases.items()}
    found = graded_folder(tmp_path, contents, *limits)
    wrong = wrongly_graded(found, {name: status for name, (_, status) in cases.items()})
    assert not wrong, json.dumps(wrong, indent=1)
    assert fingerprint(outside) == before
    text = (tmp_path / "grades.csv").read_text(encoding="utf-8")
    for separator in ",;\t":
        for line in csv.reader(text.splitlines(), delimiter=separator):
            assert not any(cell.startswith(("=", "+", "-", "@")) for cell in line), line
    assert "secret" not in text + (tmp_path / "report.html").read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) < 4000
    assert not (tmp_path / "grades.csv.part").exists()
    assert "reading it" not in text, "all of them can be read within the limits"


@needs_bubblewrap
def test_real_notebooks_get_their_points(tmp_path, capsys):
    cases = real()
    others = {
        "__MACOSX/._a.ipynb": b"\x00\x05\x16\x07",
        "._b.ipynb": b"\x00\x05\x16\x07",
        "c.pdf": b"%PDF",
        ".ipynb_checkpoints/a.ipynb": cases["BOM.ipynb"],
        "d.ipynb~": b"{}",
        "to a folder": lambda path: path.symlink_to(tmp_path),
    }
    found = graded_folder(tmp_path, cases | others)
    printed = capsys.readouterr().err
    for name in others:
        assert not found.pop(name)
        assert f"Not graded: {name.partition('/')[0]}" in printed, name
    wrong = wrongly_graded(found, dict.fromkeys(cases, ALL_RIGHT))
    assert not wrong, json.dumps(wrong, indent=1)


@needs_bubblewrap
def test_what_is_no_notebook_says_in_a_short_line_what_to_do(tmp_path):
    cases = {
        "a.zip": (b"PK\x03\x04", "Unpack"),
        "b.ipynb": (b"PK\x03\x04" + bytes(10**6), "Unpack"),
        "c.ipynb": (b"%PDF-1.7", "PDF"),
        "d.ipynb": (b"<!doctype html>", "web page"),
        "e.ipynb": (b" \n", "empty"),
        "f.ipynb": (lambda path: os.symlink("/etc/passwd", path), "link"),
        "g.ipynb": (os.mkfifo, "pipe"),
    }
    found = graded_folder(tmp_path, {name: content for name, (content, _) in cases.items()})
    for name, (_, word) in cases.items():
        assert {row["status"] for row in found[name]} == {"unreadable"}
        assert word in found[name][0]["message"] and len(found[name][0]["message"]) < 150
