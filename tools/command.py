"""What the commands of tools/ share: files are written whole, and their errors are sentences."""

import errno
import os
import re
import sys
import tempfile
from contextlib import contextmanager, suppress

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
IN_THE_WAY = {errno.EEXIST, errno.EISDIR, errno.ENOTDIR}
REMEDIES = {
    "full": "Make room on the disk, and give the same command again.",
    "forbidden": (
        "The book is built inside its own folder: copy that to a place where you may write, or "
        "get the right to write there, and give the same command again."
    ),
    "in the way": (
        "A file is where a folder is needed, or the other way round: move it away, and give the "
        "same command again."
    ),
}


def sentence(error):
    """Say what is the matter with a file, and what to do.

    Parameters
    ----------
    error : BaseException

    Returns
    -------
    text : str or None
        None if the error is not about a file that can't be read or written.

    Examples
    --------
    >>> print(sentence(OSError(28, "No space left on device", "a.html")).partition(".")[0])
    a
    >>> sentence(ValueError("something else")) is None
    True
    """
    while error is not None:
        # jupyter-cache keeps the results of the chapters in a database.
        if type(error).__module__ == "sqlite3" and type(error).__name__ == "OperationalError":
            kind = "full" if "full" in str(error) else "forbidden"
            return f"The database in _build/.jupyter_cache can't be used: {error}. {REMEDIES[kind]}"
        if isinstance(error, OSError):
            for kind, numbers in zip(REMEDIES, (FULL, FORBIDDEN, IN_THE_WAY)):
                if error.errno in numbers:
                    file = error.filename or "A file"
                    verb = "be written" if kind == "full" else "be opened or written"
                    return f"{file} can't {verb}: {error.strerror}. {REMEDIES[kind]}"
        error = error.__cause__
    return None


@contextmanager
def sentences():
    """End the program with a `sentence` where a file can't be read or written."""
    try:
        yield
    except Exception as error:
        text = sentence(error)
        if text is None:
            raise
        sys.exit(text)


def run(main, *arguments):
    """Run a command, and end the program with its status: 1, and a sentence, for a file's trouble.

    Parameters
    ----------
    main : callable
        Returns the status.
    *arguments
        For `main`.
    """
    sys.stdout.reconfigure(line_buffering=True)
    try:
        with sentences():
            sys.exit(main(*arguments))
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        sys.exit(130)


def raise_what_was_said(said, folder):
    """Raise the error of a full or forbidden disk that another program has ended with.

    Parameters
    ----------
    said : str
        All that it printed, with the error in Python's form.
    folder : Path
        Where it was to write; named if it names no file.

    Raises
    ------
    OSError
        If there is such an error.
    """
    for number, words, file in re.findall(r"\[Errno (\d+)\] ([^:\n]+)(?:: '([^'\n]+)')?", said):
        if int(number) in FULL | FORBIDDEN:
            raise OSError(int(number), words, file or str(folder))


def write(path, text):
    """Write a text file whole: where that fails, what was there before is there still.

    Parameters
    ----------
    path : Path
    text : str

    Raises
    ------
    OSError
        If the file can't be written. It carries the name of the file.
    """
    if path.exists() and not os.access(path, os.W_OK):  # it could be replaced all the same
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        unfinished.write_text(text, encoding="utf-8")
        os.replace(unfinished, path)
    except OSError as error:  # one of a full disk names no file
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)


def write_notebook(notebook, path):
    """Write a notebook as `write` does."""
    import nbformat

    write(path, nbformat.writes(notebook).rstrip("\n") + "\n")


def try_to_write(folder):
    """Raise the error now, before long work, that writing into a folder would raise after it.

    Parameters
    ----------
    folder : Path
        Made, if it is not there.

    Raises
    ------
    OSError
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(folder)) from None
