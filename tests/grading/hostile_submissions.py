"""More hostile submissions, and files as real ones arrive, with what they deserve.

Each names what to write: the bytes of a file, or a function that makes something else of a path.
"""

import json
import os
import textwrap

from made_up_submissions import FIRST, RIGHT, SECOND, but, submission
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, writes

OK, TEXT = "ok", "read"
ALL_RIGHT = (OK, OK, OK, TEXT)
UNREADABLE = ("unreadable",) * 4
STOPPED = "crashed or timeout"
# How a student who has read the grader finds what sends its messages, with its secret.
TELL = """
import gc, types
for found in gc.get_objects():
    if isinstance(found, types.FunctionType) and found.__qualname__ == "main.<locals>.tell":
        tell = found
"""


def forged(message):
    """Return a first answer that sends a message of its own."""
    return TELL + message


def raising(code):
    """Return a first answer that raises when it is called."""
    return "def repaired_correlation(X):\n" + textwrap.indent(textwrap.dedent(code).strip(), "    ")


def changed(**changes):
    """Return the right submission with other keys in the first code cell of the exercises."""
    notebook = json.loads(submission())
    cell = next(c for c in notebook["cells"] if FIRST in "".join(c["source"]))
    cell.update(changes)
    return json.dumps(notebook)


def first(code):
    """Return a submission whose first answer is replaced, and the others are right."""
    return submission(but(first=code))


def hostile(outside):
    """Return name: (content or what makes it, expected status of the four exercises).

    Parameters
    ----------
    outside : Path
        A folder that no submission may change or show.
    """
    error, crashed = ("error", OK, OK, TEXT), ("crashed", OK, OK, TEXT)
    wide = "x = [" + "[1, 2]," * 900_000 + "]\n"
    database = (
        f"import sqlite3\nsqlite3.connect({str(outside / 'db')!r}).execute('create table a(b)')"
    )
    proc = """
        import os
        os.close(os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY))
        """
    memory = "import mmap\nm = mmap.mmap(-1, 2 << 30)\nfor i in range(0, 2 << 30, 4096): m[i] = 1"
    threads = """
        import threading
        def work():
            while True: pass
        for _ in range(3): threading.Thread(target=work, daemon=True).start()
        """
    texts = {
        # Reading: regular expressions, parsers and encodings.
        "ex- without end": (submission(text="ex-" * 60_000, marked=False), ALL_RIGHT),
        "ex-1-1-1 without end": (submission(text="ex-" + "1-" * 90_000), ALL_RIGHT),
        "empty lines": (submission(before=["\n" * 100_000]), ALL_RIGHT),
        "blanks": (submission(before=[" " * 200_000 + "x"], text=" " * 200_000), ALL_RIGHT),
        "six megabytes of brackets": (first(wide + RIGHT[FIRST]), error),
        "700 commands": (submission(before=["%time 1\n" * 700]), ALL_RIGHT),
        "deep expression": (first("x = " + "-" * 100_000 + "1"), error),
        "long chain": (first("x = a" + ".b" * 100_000), error),
        "2 000 cells": (submission(before=["1"] * 2000), ALL_RIGHT),
        "deep JSON": ("[" * 10**6, UNREADABLE),
        "huge number": ('{"cells": ' + "1" * 10_000 + "}", UNREADABLE),
        "cells are words": ('{"cells": ["a", "b"]}', UNREADABLE),
        "null metadata": (changed(metadata=None), ALL_RIGHT),
        "odd marks": (changed(metadata={"book": {"exercise": ["a"]}, "tags": 3}), ALL_RIGHT),
        "odd id": (changed(id=["a", {}]), ALL_RIGHT),
        "odd attachments": (
            submission().replace('"id": "answer-ex-covariance-6"',
                                 '"id": "answer-ex-covariance-6", "attachments": {"a": [1]}'),
            ALL_RIGHT),
        "half an emoji": (submission(text="\ud83d because \ud800").encode("utf-8", "surrogatepass"),
                          UNREADABLE),
        "half an emoji, escaped": (submission(text="because @").replace("@", "\\ud83d"), ALL_RIGHT),
        # Limits.
        "sleeps": (submission(before=["import time\ntime.sleep(2)"] * 20), ("timeout",) * 3 + (TEXT,)),
        "shared memory": (first(memory), (STOPPED, OK, OK, TEXT)),
        "memory of nobody": (first("import os\nos.memfd_create('a')"), error),
        "fills /dev/shm": (first("open('/dev/shm/x', 'wb').write(bytes(100 << 20))"), error),
        "threads": (submission(before=[textwrap.dedent(threads)]), ALL_RIGHT),
        "recursion": (first(raising("import sys\nsys.setrecursionlimit(10**9)\n"
                                    "return repaired_correlation(X)")),
                      ("error or crashed or timeout", OK, OK, TEXT)),
        "a signal": (first("import os, signal\nos.kill(os.getpid(), signal.SIGTERM)"), crashed),
        # The way out.
        "opens /proc": (first(proc), error),
        "database outside": (first(database), error),
        "kills its parent": (first("import os\nos.kill(1, 9)\nos.kill(os.getppid(), 9)"),
                             ("crashed or missing", OK, OK, TEXT)),
        # Messages.
        "forged item": (first(forged("tell('end', item='check ex-none-1', status='ok')")), crashed),
        "forged list": (first(forged("tell('begin', item=[['a']])")), crashed),
        "forged status": (
            first(forged(f"tell('end', item='check {FIRST}', status='great', message='')")), crashed),
        "forged hint": (
            first(forged(f"tell('end', item='check {FIRST}', status='ok', hint={{}}, message='')")),
            crashed),
        "forged end": (first(forged("tell('stopped', reason=None)")), crashed),
        "no event": (first(forged("tell(None)")), crashed),
        "json is replaced": (first("import json\njson.dumps = None"), crashed),
        "getpid is replaced": (first("import os\nos.getpid = lambda: 1"), crashed),
        "closes all": (first("import os\nos.closerange(0, 1000)"), crashed),
        "raises half an emoji": (first(raising("raise ValueError(chr(0xd800))")), error),
        "raises NUL": (first("raise ValueError(chr(0) + chr(27) + '[2J')"), error),
        "raises a formula": (first("raise ValueError('a;=1+1\\n=cmd()')"), error),
        "raises a megabyte": (first("raise ValueError('x' * 10**6)"), error),
        "raises what can't be shown": (
            first("class Evil(Exception):\n    def __str__(self): raise SystemExit\nraise Evil"),
            error),
        "raises without end": (
            first("class Evil(Exception):\n    def __str__(self):\n        while True: pass\nraise Evil"),
            ("timeout", OK, OK, TEXT)),
        # Names.
        "x;=1+1": (submission(), ALL_RIGHT),
        "+49 30": (submission(), ALL_RIGHT),
        "two\nlines": (submission(), ALL_RIGHT),
        "caf\udce9": (submission(), ALL_RIGHT),
        '"quoted", and more': (submission(), ALL_RIGHT),
    }  # fmt: skip
    return {name: (as_bytes(text), status) for name, (text, status) in texts.items()} | {
        "link": (lambda path: path.symlink_to(outside / "secret.ipynb"), UNREADABLE),
        "link to itself": (lambda path: path.symlink_to(path), UNREADABLE),
        "pipe": (os.mkfifo, UNREADABLE),
        "sparse": (lambda path: (path.touch(), os.truncate(path, 1 << 40)), UNREADABLE),
        "empty": (b"", UNREADABLE),
        "zip": (b"PK\x03\x04 and so on", UNREADABLE),
        "noise": (bytes(range(256)) * 100, UNREADABLE),
    }


def as_bytes(text):
    """Return a file's content."""
    return text if isinstance(text, bytes) else text.encode()


def real(text=None):
    """Return name: content of notebooks that are right, as they come from real machines."""
    ipython = "np.linalg.svd?\nfiles = !ls\n!pip install a \\\n    b\n%matplotlib inline\n"
    modulo = "%matplotlib inline\nn = (7\n% (4))\nassert n == 3"
    file = "%%writefile mine.py\ndef scale(X):\n    return X"
    second, other = RIGHT[SECOND], "def mine(X):" + RIGHT[SECOND].partition("(X):")[2]
    cells = json.loads(submission())

    def with_cells(above=(), below=(), **changes):
        notebook = json.loads(submission(but(**changes)))
        notebook["cells"][3:3] = [json.loads(json.dumps(new_code_cell(code))) for code in above]
        notebook["cells"][-1:-1] = [json.loads(json.dumps(new_code_cell(code))) for code in below]
        return notebook

    closing = with_cells(second=second.replace("np.abs", "size"))
    closing["cells"].insert(4, new_code_cell("size = np.abs"))
    closing["cells"].append(new_markdown_cell("## Exercises: what I learned"))
    handed = json.loads(submission(but(second=""), after=[f'{other}\n\ncheck("{SECOND}", mine)']))
    renamed = json.loads(submission())
    for number, cell in enumerate(renamed["cells"]):
        cell["id"] = f"colab{number}"
    renamed["cells"][-1]["metadata"] = {"book": {"exercise": "ex-covariance-6", "role": "answer"}}
    umlaut = submission(text="Für alle ä, weil.").encode()
    notebooks = {
        "commands": with_cells(below=[], second=ipython + second),
        "modulo": with_cells(second=f"{modulo}\n{second}"),
        "timed": with_cells(second=f"%%time\n{second}", first=f"%%capture out\n{RIGHT[FIRST]}"),
        "a timed line": with_cells(second=f"{second}\n%time size = np.abs(3)\nassert size == 3"),
        "pylab": with_cells(second=f"%pylab inline\n{second.replace('np.', '')}"),
        "writes a file": with_cells(
            below=[], second=second.replace("np.abs(", "scale(np.abs(").replace("))\n", ")))\n", 1)),
        "asks for IPython": with_cells(
            second="from IPython import get_ipython\nget_ipython().run_line_magic('a', 'b')\n"
            + second),
        "awaits": with_cells(second=f"import asyncio\nawait asyncio.sleep(0)\n{second}"),
        "Colab's import": with_cells(
            above=["from google.colab import drive\ndrive.mount('/x')", "import scipy.linalg as la"],
            second=second.replace("np.max(", "la.norm(np.ravel(").replace(
                "np.eye(len(K)))", "np.eye(len(K))), np.inf)")),
        "Colab's import below": with_cells(
            second=f"from google.colab import drive\nimport scipy.linalg as la\n{second}"),
        "from the future": with_cells(
            above=["from __future__ import print_function\nimport math"], second=second),
        "closing heading": closing,
        "helper above": with_cells(
            above=["raise ValueError('a trial')", "eps = 0\ndef size(x):\n    return root(x * x) + eps",
                   "root = np.sqrt"],
            second=second.replace("np.abs", "size")),
        "handed under another name": handed,
        "handed as a lambda": with_cells(
            second=f'{second}\nf, largest_correlation = largest_correlation, None\n'
            f'check("{SECOND}", lambda X: f(X))'),
        "stub left": with_cells(
            second="def largest_correlation(X):\n    return ...",
            below=[f'{other}\nfeedback = check("{SECOND}", answer=mine)\nassert feedback']),
        "other ids": renamed,
    }  # fmt: skip
    notebooks["writes a file"]["cells"].insert(4, new_code_cell(f"{file}\n"))
    notebooks["writes a file"]["cells"].insert(5, new_code_cell("from mine import scale"))
    found = {f"{name}.ipynb": json.dumps(book).encode() for name, book in notebooks.items()}
    assert cells and writes and new_notebook
    return found | {
        "BOM.ipynb": b"\xef\xbb\xbf" + umlaut,
        "UTF-16.ipynb": umlaut.decode().encode("utf-16"),
        "UTF-32.ipynb": umlaut.decode().encode("utf-32"),
        "Latin-1.ipynb": umlaut.decode().encode("latin-1"),
        "HW.IPYNB": umlaut,
        "hw.Ipynb.txt": umlaut,
        "folder.ipynb/hw.ipynb": umlaut,
    }
