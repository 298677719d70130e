"""One at a time: a lock for what two commands would spoil for each other.

The operating system lets go of the lock when its holder ends, however that happens. So the file is
never in the way: it may stay behind, and says nothing by being there.
"""

import errno
import os
import sys
import time
from contextlib import contextmanager

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None
    import msvcrt

# Those whom the holder has started know by it that they work for the holder.
HOLDER = "BOOK_LOCK_HOLDER"
NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
# Windows locks bytes, and nobody else can read these: one far behind the text.
FAR = 1 << 20


@contextmanager
def held(path, what, shared=False):
    """Hold a lock, after waiting for whoever holds it.

    A program that the holder has started goes on without waiting: it works for the holder.

    Parameters
    ----------
    path : Path
        The file that is locked; it and its folder are made if need be.
    what : str
        What others are told that this program is doing.
    shared : bool, default False
        Whether others may share the lock: those that read what nobody may write meanwhile. On
        Windows, they do without a lock.
    """
    if shared and not fcntl:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    before = os.environ.get(HOLDER)
    with open(path, "a+b", buffering=0) as file:
        told = False
        while not (taken := _take(file, shared)):
            holder, doing = _holder(file)
            if holder and holder in (before, str(os.getpid())):
                break
            if holder and not told:
                stop = "taskkill /PID" if sys.platform == "win32" else "kill"
                print(
                    f"Process {holder} is busy {doing}. This one waits until it has ended. To stop "
                    f"waiting, press Ctrl-C; to stop the other one, {stop} {holder}.",
                    flush=True,
                )
                told = True
            time.sleep(0.1)
        if not taken:
            yield
            return
        os.environ[HOLDER] = str(os.getpid())
        try:
            _sign(file, what)
            yield
        finally:
            os.environ.pop(HOLDER)
            if before is not None:
                os.environ[HOLDER] = before
            _let_go(file)


def site(book, what, shared=False):
    """Hold the lock of what is built of a book: its site and the results of its chapters.

    Parameters
    ----------
    book : Path
    what, shared
        As for `held`.
    """
    return held(book / "_build" / "busy", what, shared)


def _take(file, shared):
    """Try to lock an open file; tell whether nobody else keeps us from it."""
    try:
        if fcntl:
            fcntl.flock(file, fcntl.LOCK_NB | (fcntl.LOCK_SH if shared else fcntl.LOCK_EX))
        else:
            os.lseek(file.fileno(), FAR, os.SEEK_SET)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    except OSError as error:
        return error.errno in NO_LOCKS  # some network drives have none; then nothing protects
    return True


def _let_go(file):
    """Unlock a file, which closing would do as well, but on Windows only some time later."""
    if not fcntl:
        os.lseek(file.fileno(), FAR, os.SEEK_SET)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)


def _sign(file, what):
    """Write into a file which process has locked it, and what that is doing."""
    try:
        file.truncate(0)
        file.write(f"{os.getpid()} {what}\n".encode())
    except OSError as error:  # one of a full disk names no file
        raise OSError(error.errno, error.strerror, file.name) from None


def _holder(file):
    """Return the number of the process that wrote itself down in a file, and what it is doing."""
    file.seek(0)
    number, _, doing = file.read().decode().strip().partition(" ")
    return number, doing
