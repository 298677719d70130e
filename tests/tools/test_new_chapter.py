"""`make chapter`: what it begins keeps the form, and its check accepts and rejects."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from chapter_form import RULES, Chapter
from chapter_list import BEYOND, ROOT, chapters, complaints
from nbclient import NotebookClient
from new_chapter import Refused, begin

WORD, TITLE = "trial_run", 'A trial, called "run"'
LAST = chapters(ROOT)[-1]
NAME = f"{int(LAST.number) + 1:02d}_{WORD}"
PLACES = ("chapters", "lib/checks", "tests/checks")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Return a copy of the book, without its data, in which a chapter has been begun."""
    folder = tmp_path_factory.mktemp("book")
    leave = shutil.ignore_patterns("data", "__pycache__")
    for name in ("chapters", "lib", "tests/checks"):
        shutil.copytree(ROOT / name, folder / name, ignore=leave)
    for path in [ROOT / "_toc.yml", ROOT / "pyproject.toml", *ROOT.glob("*.md")]:
        shutil.copy(path, folder)
    name, changed = begin(WORD, TITLE, folder)
    assert name == NAME
    assert all((folder / path).exists() for path in changed)
    return folder


@pytest.fixture
def in_the_copy(book, monkeypatch):
    """Have processes take `lib` from the copy."""
    monkeypatch.setenv("PYTHONPATH", str(book))
    return book


def run(book, *arguments):
    """Run Python in the copy, and return what it printed."""
    result = subprocess.run(
        [sys.executable, *arguments], cwd=book, capture_output=True, text=True, env=os.environ
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_it_has_its_place_in_the_book(book):
    assert not list(complaints(book))
    begun = chapters(book)[-1]
    assert (begun.name, begun.title, begun.part) == (NAME, TITLE, LAST.part)
    for page in ("README.md", "intro.md", "how_to_use.md", "teaching.md", "coverage.md"):
        assert f"chapters/{NAME}" in (book / page).read_text(encoding="utf-8"), page
    assert (book / "coverage.md").read_text(encoding="utf-8").count(f"## {BEYOND}\n") == 1


def test_nothing_of_the_template_shows_through(book):
    for place in PLACES:
        for path in (book / place).glob(f"*{WORD}*"):
            assert "NEW" not in path.read_text(encoding="utf-8"), path


def test_it_keeps_the_form_and_wants_only_more(book):
    chapter = Chapter(book / "chapters" / f"{NAME}.ipynb")
    said = {rule: list(RULES[rule](chapter)) for rule in RULES}
    assert {rule for rule in said if said[rule]} == {"has_35_to_90_cells", "has_3_to_6_exercises"}


def test_its_code_is_laid_out(book):
    ruff = Path(sys.executable).with_name("ruff")
    files = [str(path) for place in PLACES for path in (book / place).glob(f"*{WORD}*")]
    assert len(files) == 3
    for command in (["check"], ["format", "--check"]):
        result = subprocess.run(
            [ruff, *command, "--no-cache", *files], cwd=book, capture_output=True, text=True
        )
        assert result.returncode == 0, result.stdout


def test_it_runs_and_prints_what_is_stored(in_the_copy):
    notebook = nbformat.read(in_the_copy / "chapters" / f"{NAME}.ipynb", as_version=4)
    stored = [printed(cell) for cell in notebook.cells if cell.get("outputs")]
    compared = [cell for cell in notebook.cells if cell.get("outputs")]
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": in_the_copy}}).execute()
    assert len(stored) == 5 and [printed(cell) for cell in compared] == stored


def printed(cell):
    """Return what a cell printed or showed."""
    return [o.get("text") or o.get("data", {}).get("text/plain") for o in cell.outputs]


def test_its_check_passes_the_tests_of_checks(in_the_copy):
    word = WORD.replace("_", "-")
    said = run(
        in_the_copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-o", "addopts=",
        "tests/checks/test_exercises.py", "tests/checks/test_rejections.py",
        "-k", f"ex-{word}-1 or needs_each_of_its_rejections and {word} or asks_for or asked",
    )  # fmt: skip
    assert re.search(r"(\d+) passed", said) and int(re.search(r"(\d+) passed", said)[1]) >= 12


@pytest.mark.parametrize(
    "word, title, reason",
    [
        ("Trial", "A trial", "small letters"),
        ("trial-run", "A trial", "small letters"),
        ("", "A trial", "small letters"),
        ("more", "  ", "needs a title"),
        ("svd", "Again", "a chapter called svd already"),
        (WORD, "Again", f"a chapter called {WORD} already"),
        ("core", "The core", "exists already"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(book, word, title, reason):
    before = {path: path.stat().st_mtime_ns for path in book.rglob("*") if path.is_file()}
    with pytest.raises(Refused, match=reason):
        begin(word, title, book)
    assert before == {path: path.stat().st_mtime_ns for path in book.rglob("*") if path.is_file()}


def test_a_second_one_follows_the_first(book, tmp_path):
    again = tmp_path / "book"
    shutil.copytree(book, again)
    name, _ = begin("another", "Another", again)
    assert name == f"{int(NAME[:2]) + 1:02d}_another" and not list(complaints(again))
    assert (again / "coverage.md").read_text(encoding="utf-8").count(f"## {BEYOND}\n") == 1
