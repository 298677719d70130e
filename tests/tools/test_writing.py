"""Where a file can't be read or written, a command says which and what to do, and loses nothing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import command
import pytest
from small_book import make_book
from test_build import small_chapter
from test_commands import COMMANDS, TOOLS

ROOT = TOOLS.parent
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="no device that is always full")


def run(tool, *arguments, before=()):
    """Run a command of tools/; return its status and all that it printed."""
    call = [*before, sys.executable, TOOLS / tool, *arguments]
    result = subprocess.run(call, capture_output=True, text=True)
    return result.returncode, result.stdout + result.stderr


@pytest.fixture
def book(tmp_path):
    """Return the folder of a small book with the settings of ours."""
    return make_book(tmp_path, small_chapter())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_tells_its_troubles_in_sentences(name):
    """How they sound is tested below; that none is left out is seen in the code."""
    block = (TOOLS / name).read_text("utf-8").partition('if __name__ == "__main__":')[2]
    assert "run(" in block and "sys.exit" not in block


@pytest.mark.parametrize("tool", ["build_book.py", "pdf.py", "lite.py"])
def test_a_file_in_place_of_the_folder_that_is_written(book, tool):
    (book / "_build").write_text("not a folder")
    status, said = run(tool, book)
    assert status == 1 and len(said.splitlines()) == 1, said
    assert str(book / "_build") in said and "move it away" in said


@needs_full
def test_a_full_disk_while_the_book_is_built(book):
    log = book / "_build" / "runs" / "small.log"
    log.parent.mkdir(parents=True)
    Path(f"{log}.unfinished").symlink_to(FULL)
    status, said = run("build_book.py", book)
    assert status == 1 and "Traceback" not in said
    assert f"{log} can't be written: No space left" in said and "Make room on the disk" in said


def read_only(folder):
    """Return what is put before a command so that it can't write into a folder.

    Root may write everywhere, but not what is mounted for reading only.
    """
    if os.geteuid():
        for path in [folder, *folder.rglob("*")]:
            path.chmod(path.stat().st_mode & ~0o222)
        return []
    fence = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", folder, folder]
    if not shutil.which("bwrap") or subprocess.run([*fence, "true"]).returncode:
        pytest.skip("root may write everywhere, and there is no bubblewrap to keep it from that")
    return fence


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="Windows knows no such folders")
def test_a_read_only_checkout(book, tmp_path_factory):
    before = read_only(book)
    try:
        for tool, *arguments in (
            ("build_book.py", book),
            ("pdf.py", book),
            ("lite.py", book),
            ("student.py", "write", book / "student"),
            ("student.py", "nbgrader", book / "course"),
        ):
            status, said = run(tool, *arguments, before=before)
            assert status == 1 and len(said.splitlines()) == 1, said
            assert str(book) in said and "copy that to a place where you may write" in said
    finally:
        for path in [book, *book.rglob("*")]:
            path.chmod(path.stat().st_mode | 0o200)


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "chapter.ipynb"
    command.write(path, "the first\n")
    assert path.read_text() == "the first\n"

    def half(self, text, **options):
        with open(self, "w") as file:
            file.write(text[:3])
        raise OSError(28, "No space left on device")  # as a full disk: without a name

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", half)
        with pytest.raises(OSError, match="No space left") as found:
            command.write(path, "the second\n")
    assert found.value.filename == str(path)
    assert path.read_text() == "the first\n" and os.listdir(tmp_path) == ["chapter.ipynb"]
    command.write(path, "the second\n")
    assert path.read_text() == "the second\n"


def test_a_file_that_may_not_be_written_is_not_replaced(tmp_path, monkeypatch):
    path = tmp_path / "chapter.ipynb"
    path.write_text("mine")
    monkeypatch.setattr(os, "access", lambda *question: False)  # root may write everything
    with pytest.raises(PermissionError):
        command.write(path, "yours")
    assert path.read_text() == "mine"


def test_trouble_is_found_before_long_work(tmp_path):
    command.try_to_write(tmp_path / "new" / "folder")
    assert os.listdir(tmp_path / "new" / "folder") == []
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        command.try_to_write(tmp_path / "file" / "folder")


def database_error(words):
    """Return the error that jupyter-cache raises, with its cause."""
    import sqlite3

    error = RuntimeError("(sqlite3.OperationalError) and many words of SQLAlchemy")
    error.__cause__ = sqlite3.OperationalError(words)
    return error


@pytest.mark.parametrize(
    "error, words",
    [
        (PermissionError(13, "Permission denied", "a.md"), "a.md can't be opened or written"),
        (OSError(30, "Read-only file system", "a.md"), "copy that to a place where you may"),
        (OSError(28, "No space left on device"), "A file can't be written: No space left"),
        (OSError(122, "Disk quota exceeded", "a.md"), "Make room on the disk"),
        (IsADirectoryError(21, "Is a directory", "a.md"), "move it away"),
        (database_error("attempt to write a readonly database"), "copy that to a place"),
        (database_error("database or disk is full"), "Make room on the disk"),
    ],
)
def test_the_sentence_names_the_file_and_the_remedy(error, words):
    assert words in command.sentence(error)


@pytest.mark.parametrize("error", [ValueError("x"), FileNotFoundError(2, "No such file", "a.md")])
def test_other_errors_are_not_explained_away(error):
    assert command.sentence(error) is None
    with pytest.raises(type(error)), command.sentences():
        raise error


@pytest.mark.parametrize(
    "said, number, file",
    [
        ("Exception occurred:\nOSError: [Errno 28] No space left on device\nmore", 28, "out"),
        ("PermissionError: [Errno 13] Permission denied: '/a/b.html'", 13, "/a/b.html"),
    ],
)
def test_the_trouble_of_a_program_that_was_started_is_told_as_our_own(said, number, file):
    with pytest.raises(OSError) as found:
        command.raise_what_was_said(said, Path("out"))
    assert (found.value.errno, found.value.filename) == (number, file)
    command.raise_what_was_said("FileNotFoundError: [Errno 2] No such file: 'a'", Path("out"))


def test_who_stops_a_command_sees_no_traceback(capsys):
    def stopped():
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as found:
        command.run(stopped)
    assert found.value.code == 130 and capsys.readouterr().err == "\nStopped.\n"
