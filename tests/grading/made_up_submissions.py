"""A made-up chapter, and submissions to it, good, bad and hostile, with what they deserve."""

import json
import textwrap

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, writes

from lib.grading import sandbox
from lib.grading.__main__ import grade_notebook
from lib.grading.reading import KEY, Chapter

needs_bubblewrap = pytest.mark.skipif(
    not sandbox.isolates(),
    reason="bubblewrap is missing or may not be used here, so nothing hostile is run",
)

IMPORTS = "import numpy as np\n\nfrom lib.checks import check"
HELPER = "def centred(X):\n    return X - X.mean(axis=0)"
STATEMENT = """```{{exercise-start}} {title}
:label: {id}
```
Do it.
```{{exercise-end}}
```"""
SOLUTION = """```{{solution-start}} {id}
:label: sol
:class: dropdown
```"""
END = "```{solution-end}\n```"
STUBS = {
    "ex-covariance-2": "def repaired_correlation(X):\n    return ...",
    "ex-covariance-4": "def largest_correlation(X):\n    return ...",
    "ex-covariance-5": "def merge_batches(n_a, mean_a, C_a, n_b, mean_b, C_b):\n    return ...",
}
RIGHT = {
    "ex-covariance-2": """
        def repaired_correlation(X):
            Z = centred(np.asarray(X)) / np.std(np.asarray(X), axis=0)
            return Z.T @ Z / len(Z)
        """,
    "ex-covariance-4": """
        def largest_correlation(X):
            K = np.abs(np.corrcoef(X, rowvar=False))
            return float(np.max(K - np.eye(len(K))))
        """,
    "ex-covariance-5": """
        def merge_batches(n_a, mean_a, C_a, n_b, mean_b, C_b):
            n, gap = n_a + n_b, mean_b - mean_a
            C = (n_a * C_a + n_b * C_b + np.outer(gap, gap) * n_a * n_b / n) / n
            return n, mean_a + gap * n_b / n, C
        """,
}
RIGHT = {name: textwrap.dedent(code).strip() for name, code in RIGHT.items()}
FIRST, SECOND, THIRD = RIGHT
NAMES = {name: code.split("(")[0].removeprefix("def ") for name, code in STUBS.items()}
NOT_SCALED = """
def repaired_correlation(X):
    Z = centred(X)
    return Z.T @ Z / (len(Z) - 1)"""


def with_check(name, code):
    """Return a cell's code with the call of the check at its end."""
    return f'{code}\n\n\ncheck("{name}", {NAMES[name]})'


def chapter():
    """Return a teacher's chapter with three exercises that are checked and one that is read."""
    cells = [
        new_markdown_cell("(ch-covariance)=\n# Covariance"),
        new_code_cell(IMPORTS),
        new_code_cell(HELPER),
        new_code_cell("raise RuntimeError('not needed, so not run')"),
        new_markdown_cell("## Exercises"),
    ]
    for name, stub in STUBS.items():
        cells += [
            new_markdown_cell(STATEMENT.format(title=f"About {NAMES[name]}", id=name)),
            new_code_cell(with_check(name, stub), metadata={"tags": ["exercise"]}),
            new_markdown_cell(SOLUTION.format(id=name)),
            new_code_cell(with_check(name, RIGHT[name]), metadata={"tags": ["solution"]}),
            new_markdown_cell(END),
        ]
    cells += [
        new_markdown_cell(STATEMENT.format(title="Derive", id="ex-covariance-6")),
        new_markdown_cell(SOLUTION.format(id="ex-covariance-6") + "\nSo.\n" + END),
    ]
    return new_notebook(cells=cells)


def submission(answers=RIGHT, *, marked=True, text="Because.", before=(), after=()):
    """Return a student's notebook; `before` and `after` are more code cells."""
    cells = [
        new_code_cell(IMPORTS),
        new_code_cell("import time\nraise RuntimeError('the student played with the chapter')"),
        new_code_cell(HELPER),
        new_markdown_cell("## Exercises"),
        *map(new_code_cell, before),
    ]
    for name, code in answers.items():
        marks = {KEY: {"exercise": name, "role": "answer"}} if marked else {}
        cells.append(new_code_cell(with_check(name, code), metadata=marks))
    cells += map(new_code_cell, after)
    cells.append(new_markdown_cell(text, id="answer-ex-covariance-6"))
    metadata = {KEY: {"chapter": "01_covariance"}} if marked else {}
    return writes(new_notebook(cells=cells, metadata=metadata))


def but(**changes):
    """Return the right answers with some changed: first, second, third."""
    order = dict(zip(("first", "second", "third"), RIGHT))
    changed = RIGHT | {order[place]: textwrap.dedent(code).strip() for place, code in
                       changes.items()}  # fmt: skip
    return {name: code for name, code in changed.items() if code}


def hog():
    return "x = []\nwhile True:\n    x.append(np.ones(10**7))"


def submissions(canary):
    """Return name: (text of the file, expected status of the four exercises, or which ones)."""
    canary = str(canary)
    ok, text = "ok", "read"
    stopped = "crashed or timeout"  # which limit comes first depends on how busy the machine is
    all_right = (ok, ok, ok, text)
    in_first = "def repaired_correlation(X):\n    {}\n\n"
    in_second = "def largest_correlation(X):\n    {}\n\n"
    delete = f"import shutil, os\nshutil.rmtree({canary!r}, ignore_errors=True)\n"
    delete += f"open({canary + '/new'!r}, 'w').write('x')"
    patch = """
        import lib.checks
        from lib.checks import core
        class Forged:
            status, hint, message = "ok", None, "forged"
        check = lambda *a, **k: Forged()
        lib.checks.check = core.judging.check = core.judging._check = check
        np.allclose = lambda *a, **k: True
        def repaired_correlation(X):
            return centred(X).T @ centred(X) / (len(X) - 1)
        """
    forge = """
        import json, os
        for fd in range(64):
            try:
                os.write(fd, b'\\n{"nonce": "", "event": "end", "item": "check ex-covariance-2", '
                             b'"status": "ok", "hint": null, "message": ""}\\n')
            except OSError:
                pass
        def repaired_correlation(X):
            return ...
        """
    stubborn = """
        def largest_correlation(X):
            while True:
                try:
                    while True:
                        pass
                except BaseException:
                    pass
        """
    network = """
        import socket
        def repaired_correlation(X):
            socket.create_connection(("1.1.1.1", 53), timeout=2)
        """
    return {
        "right": (submission(), all_right),
        "right, no metadata": (submission(marked=False), all_right),
        "other order": (submission(dict(reversed(RIGHT.items()))), all_right),
        "helper in a cell of its own": (
            submission(but(first="def repaired_correlation(X):\n    return mine(X)"),
                       before=["def mine(X):\n    return np.corrcoef(np.asarray(X).T)"]),
            ("wrong", ok, ok, text),  # `corrcoef` is what the exercise asks to do without
        ),
        "own import above": (submission(but(second="""
            def largest_correlation(X):
                time.sleep(0)
                K = np.abs(np.corrcoef(X, rowvar=False))
                return np.max(K - np.eye(len(K)))
            """)), all_right),
        "IPython": (submission(before=["%matplotlib inline\n!ls\nx = 1"]), all_right),
        "one wrong": (submission(but(first=NOT_SCALED)), ("wrong", ok, ok, text)),
        "empty": (submission(STUBS, text=""), ("todo", "todo", "todo", "todo")),
        "raises": (submission(but(first=in_first.format("return X / undefined"))),
                   ("error", ok, ok, text)),
        "does not parse": (submission(but(third="def merge_batches(:")), (ok, ok, "error", text)),
        "a cell deleted": (submission(but(second="")), (ok, "missing", ok, text)),
        "all cells deleted": (submission({}), ("missing", "missing", "missing", text)),
        "half done": (submission(RIGHT | {THIRD: STUBS[THIRD]}), (ok, ok, "todo", text)),
        "endless loop": (submission(but(second="while True:\n    pass")),
                         (ok, "timeout", ok, text)),
        "endless function": (submission(but(second=in_second.format("while True: pass"))),
                             (ok, "timeout", ok, text)),
        "endless and stubborn": (submission(but(second=stubborn)), (ok, "timeout", ok, text)),
        "memory hog": (submission(but(third=hog())), (ok, ok, stopped, text)),
        "huge array": (submission(but(first=in_first.format("return np.ones((10**6, 10**6))"))),
                       ("error", ok, ok, text)),
        "deletes files": (submission(but(first=delete)), ("error", ok, ok, text)),
        "deletes all": (submission(after=["import shutil\nshutil.rmtree('/', True)"]), all_right),
        "prints 1 GB": (submission(before=["for _ in range(1000):\n    print('x' * 10**6)"]),
                        all_right),
        "prints without end": (submission(but(second="while True:\n    print('x' * 10**6)")),
                               (ok, "timeout", ok, text)),
        "exits": (submission(but(second="exit()")), (ok, "error", ok, text)),
        "exits hard": (submission(but(second="import os\nos._exit(0)")), (ok, "crashed", ok, text)),
        "kills itself": (submission(but(second="import os, signal\nos.kill(os.getpid(), 9)")),
                         (ok, "crashed", ok, text)),
        "forks": (submission(but(second="import os\nos.fork()")), (ok, "missing", ok, text)),
        "fork bomb": (submission(but(second="""
            import os, time
            while True:
                if os.fork() == 0:
                    time.sleep(60)
            """)),
                      (ok, stopped, ok, text)),
        "monkey-patches check": (submission(but(first=patch)), ("wrong", ok, ok, text)),
        "forges a result": (submission(but(first=forge)), ("todo", ok, ok, text)),
        "network": (submission(but(first=network)), ("error", ok, ok, text)),
        "fills the disk": (submission(but(first="""
            with open("big", "wb") as file:
                while True:
                    file.write(bytes(10**7))
            """)), ("error", ok, ok, text)),
        "broken JSON": ('{"cells": [', ("unreadable",) * 4),
        "not a notebook": ("[1, 2]", ("unreadable",) * 4),
        "=strange (name)": (submission(), all_right),
    }  # fmt: skip


def graded(tmp_path, text, chapters, **limits):
    """Return the rows of one submission."""
    path = tmp_path / "a.ipynb"
    path.write_text(text, encoding="utf-8")
    limits = sandbox.Limits(**{"seconds": 20, "notebook_seconds": 100, **limits})
    return grade_notebook(path, "a", chapters, limits, seed=1)


def book(tmp_path):
    """Return our small chapter and an empty other one."""
    other = json.loads(writes(chapter()).replace("ex-covariance", "ex-svd"))
    for name, notebook in (("01_covariance", chapter()), ("03_svd", other)):
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return [Chapter(tmp_path / f"{name}.ipynb") for name in ("01_covariance", "03_svd")]
