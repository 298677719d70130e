"""Two commands that would spoil each other's work go one after the other, and say so."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import busy
import pytest
from nbformat.v4 import new_code_cell
from small_book import make_book
from test_build import small_chapter

ROOT = Path(__file__).resolve().parents[2]
HOLD = f"""
import sys, time
from pathlib import Path
sys.path.insert(0, {str(ROOT / "tools")!r})
import busy
with busy.site(Path(sys.argv[1]), "having lunch", shared="shared" in sys.argv):
    print("here", flush=True)
    sys.stdin.readline()
    print("gone", flush=True)
"""


def start(book, *options, code=HOLD, **environment):
    """Start a program that holds the lock until it is sent a line."""
    return subprocess.Popen(
        [sys.executable, "-c", code, book, *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    )


@pytest.fixture
def programs():
    """Return a list of programs, which end with the test."""
    started = []
    yield started
    for program in started:
        program.kill()
        program.communicate()


def test_the_second_says_for_whom_it_waits_and_then_goes_on(tmp_path, programs):
    first = start(tmp_path)
    programs.append(first)
    assert first.stdout.readline() == "here\n"
    second = start(tmp_path)
    programs.append(second)
    said = second.stdout.readline()
    assert said.startswith(f"Process {first.pid} is busy having lunch.")
    assert "waits" in said and "Ctrl-C" in said and f" {first.pid}." in said.rpartition("kill")[2]
    second.stdin.write("\n")
    second.stdin.flush()
    time.sleep(0.5)
    assert second.poll() is None, "it did not wait"
    first.communicate("\n")
    assert second.communicate()[0] == "here\ngone\n"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no such signal")
def test_who_is_killed_holds_nothing(tmp_path, programs):
    first = start(tmp_path)
    programs.append(first)
    assert first.stdout.readline() == "here\n"
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert (tmp_path / "_build" / "busy").exists()
    second = start(tmp_path)
    programs.append(second)
    assert second.stdout.readline() == "here\n"


def test_another_book_is_another_lock(tmp_path, programs):
    for name in ("one", "two"):
        programs.append(start(tmp_path / name))
        assert programs[-1].stdout.readline() == "here\n"


@pytest.mark.skipif(busy.fcntl is None, reason="Windows can't share a lock")
def test_readers_share_and_keep_writers_out(tmp_path, programs):
    for _ in range(2):
        programs.append(start(tmp_path, "shared"))
        assert programs[-1].stdout.readline() == "here\n"
    programs.append(start(tmp_path))
    assert "busy" in programs[-1].stdout.readline()
    for reader in programs[:2]:
        reader.communicate("\n")
    assert programs[-1].stdout.readline() == "here\n"


def test_what_the_holder_starts_works_for_it(tmp_path, programs):
    """Otherwise both would wait for ever: one for the other's end, the other for the lock."""
    with busy.site(tmp_path, "testing"):
        inner = start(tmp_path)
        programs.append(inner)
        assert inner.stdout.readline() == "here\n"
        with busy.site(tmp_path, "testing in the same process"):
            pass
        inner.communicate("\n")
        # The inner ones left the lock with whom they found it.
        programs.append(start(tmp_path, BOOK_LOCK_HOLDER=""))
        assert f"Process {os.getpid()} is busy testing." in programs[-1].stdout.readline()
    assert "BOOK_LOCK_HOLDER" not in os.environ
    assert programs[-1].stdout.readline() == "here\n"


def test_a_network_drive_without_locks_is_no_error(tmp_path, monkeypatch):
    def refuse(*arguments):
        raise OSError(min(busy.NO_LOCKS), "no locks here")

    monkeypatch.setattr(busy.fcntl, "flock", refuse)
    with busy.site(tmp_path, "testing"):
        pass


class Bytes:
    """Stand in for msvcrt, with the locks of another system under its names."""

    LK_NBLCK, LK_UNLCK = 1, 2

    def __init__(self):
        self.locked = None

    def locking(self, number, how, count):
        """Lock for the file that comes first."""
        assert os.lseek(number, 0, os.SEEK_CUR) == busy.FAR and count == 1
        if how == self.LK_UNLCK:
            assert self.locked == number, "it has not locked that"
            self.locked = None
        elif self.locked is None:
            self.locked = number
        else:
            raise PermissionError(13, "Permission denied")


def test_windows_locks_a_byte_behind_the_text(tmp_path, monkeypatch):
    stand_in = Bytes()
    monkeypatch.setattr(busy, "fcntl", None)
    monkeypatch.setattr(busy, "msvcrt", stand_in, raising=False)
    path = tmp_path / "_build" / "busy"
    with busy.site(tmp_path, "testing"):
        assert stand_in.locked is not None
        assert path.read_text() == f"{os.getpid()} testing\n"
        with busy.site(tmp_path, "reading", shared=True), busy.site(tmp_path, "inside"):
            pass
        assert stand_in.locked is not None
    assert stand_in.locked is None


def test_two_builds_at_once_end_with_a_book(tmp_path):
    chapter = small_chapter()
    chapter.cells[3] = new_code_cell("import time\ntime.sleep(3)\nprint(time.time_ns())")
    book = make_book(tmp_path, chapter)
    tool = [sys.executable, ROOT / "tools" / "build_book.py", book]
    builds = []
    for _ in range(2):
        builds.append(subprocess.Popen(tool, stdout=subprocess.PIPE, text=True))
        while not (book / "_build" / "busy").exists():
            time.sleep(0.05)
    said = [build.communicate()[0] for build in builds]
    assert [build.returncode for build in builds] == [0, 0], said
    first, second = sorted(said, key=lambda text: "waits" in text)
    assert "The book is built" in first and "waits" not in first
    assert "is busy building the book. This one waits" in second
    assert "Nothing has changed" in second and "Running" not in second
    assert (book / "_build" / "html" / "index.html").exists()
