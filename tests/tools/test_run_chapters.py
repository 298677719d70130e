"""Chapters run once, with nbval; again only if what they depend on has changed."""

import os
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from run_chapters import Runs, first_failure, run, run_stale

ROOT = Path(__file__).resolve().parents[2]
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def write(book, name, *codes, **metadata):
    """Write a chapter of some code cells; `metadata` belongs to the first of them."""
    cells = [new_code_cell(code) for code in codes]
    cells[0].metadata.update(metadata)
    notebook = new_notebook(
        cells=[new_markdown_cell(f"# {name}"), *cells], metadata={"kernelspec": KERNEL}
    )
    path = book / "chapters" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, path)
    return path


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a folder with a copy of lib, without the data."""
    folder = tmp_path_factory.mktemp("project")
    ignored = shutil.ignore_patterns("*.gz", "__pycache__")
    shutil.copytree(ROOT / "lib", folder / "lib", ignore=ignored)
    shutil.copy(ROOT / "requirements.txt", folder)
    return folder


@pytest.fixture
def keys(project, tmp_path):
    """Return a function that gives the keys of three chapters, by their words."""
    paths = {
        "covariance": write(
            tmp_path, "01_covariance", "from lib.checks import check\nfrom lib import covariance"
        ),
        "svd": write(tmp_path, "03_svd", "from lib.checks import check\nfrom lib.pca import PCA"),
        "plain": write(tmp_path, "05_plain", "import numpy\nname = 'nothing of lib'"),
    }
    runs = Runs(tmp_path, project)
    return lambda: {word: runs.key(path) for word, path in paths.items()}


@pytest.mark.parametrize(
    "file, code, again",
    [
        ("lib/covariance.py", "x = 1", {"covariance", "svd"}),  # lib.pca imports lib.covariance
        ("lib/pca.py", "x = 1", {"svd"}),
        ("lib/training.py", "x = 1", set()),
        ("lib/plots.py", "x = 1", set()),
        ("lib/checks/svd.py", "x = 1", {"svd"}),
        ("lib/checks/core/registry.py", "x = 1", {"covariance", "svd"}),
        ("lib/checks/cancer_data.py", "x = 1", set()),
        ("lib/grading/report.py", "x = 1", set()),
        ("lib/covariance.py", "# only a comment", set()),
        ("requirements.txt", "one-more==1 \\", {"covariance", "svd", "plain"}),
        ("requirements.txt", "    --hash=sha256:0123 \\\n    --hash=sha256:4567", set()),
    ],
)
def test_a_chapter_runs_again_if_what_it_imports_has_changed(keys, project, file, code, again):
    before, path = keys(), project / file
    text = path.read_text(encoding="utf-8")
    try:
        path.write_text(f"{text}\n{code}\n", encoding="utf-8")
        after = keys()
    finally:
        path.write_text(text, encoding="utf-8")
    assert {word for word in before if after[word] != before[word]} == again


def test_a_docstring_changes_nothing(keys, project):
    before, path = keys(), project / "lib" / "covariance.py"
    text = path.read_text(encoding="utf-8")
    assert '"""' in text
    try:
        path.write_text(text.replace('"""', '"""Indeed: ', 1), encoding="utf-8")
        assert keys() == before
    finally:
        path.write_text(text, encoding="utf-8")


def test_a_stored_table_that_a_chapter_shows_counts(project, tmp_path):
    path = write(tmp_path, "05_table", 'load("made_up")')
    runs, tables = Runs(tmp_path, project), project / "lib" / "data" / "evidence"
    tables.mkdir(parents=True, exist_ok=True)
    before = runs.key(path)
    (tables / "another.csv").write_text("1\n")
    assert runs.key(path) == before
    (tables / "made_up.csv").write_text("1\n")
    assert runs.key(path) != before


def test_one_run_gives_all_outputs_and_is_not_repeated(tmp_path):
    code = "import matplotlib.pyplot as plt\n_ = plt.plot([1, 0])"
    path = write(tmp_path, "01_small", "print(1)\nprint(2)", code, "1 + 1", "x = 3")
    runs, said = Runs(tmp_path), []
    assert run_stale(runs, [path], say=said.append) == []
    assert "01_small" in said[-1] and "all have run" in said[-1]
    printed, drawn, value, nothing = runs.results(path).cells[1:]
    assert printed.outputs[0].text == "1\n2\n"
    assert "image/png" in drawn.outputs[0].data
    assert value.outputs[0].data["text/plain"] == "2"
    assert value.execution_count == value.outputs[0].execution_count == 3
    assert nothing.outputs == []

    said.clear()
    assert run_stale(runs, [path], say=said.append) == [] and said == []
    write(tmp_path, "01_small", "print(4)")
    assert runs.stale(path)


def test_a_chapter_that_raises_is_named_with_its_cell_and_log(tmp_path):
    good = write(tmp_path, "01_good", "print(1)")
    bad = write(tmp_path, "02_bad", "print(1)", "raise RuntimeError('a pity')")
    runs, said = Runs(tmp_path), []
    assert run_stale(runs, [good, bad], say=said.append) == [bad]
    text = "\n".join(said)
    assert "02_bad" in text and "RuntimeError" in text and "a pity" in text
    log = runs.folder / "02_bad.log"
    assert str(log) in text and "a pity" in log.read_text()
    assert runs.results(good) and runs.results(bad) is None and runs.stale(bad)


def test_an_output_that_differs_is_kept_for_storing(tmp_path):
    path = write(tmp_path, "01_small", "print(1)", tags=["nbval-check-output"])
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].outputs = [new_output("stream", name="stdout", text="2\n")]
    notebook.cells[1].execution_count = 1
    nbformat.write(notebook, path)
    executed, said = run(path, tmp_path / "log")
    assert executed.cells[1].outputs[0].text == "1\n"
    assert "Cell outputs differ" in first_failure(said)


def test_the_readers_own_settings_stay_outside(tmp_path, monkeypatch):
    home = tmp_path / "home"
    for name, text in {
        ".config/matplotlib/matplotlibrc": "font.family: no such font\nfigure.facecolor: red",
        ".ipython/profile_default/ipython_config.py": (
            "get_config().InteractiveShell.ast_node_interactivity = 'all'"
        ),
        ".ipython/profile_default/startup/00.py": "print('hello')",
        ".keras/keras.json": '{"image_data_format": "channels_first", "backend": "jax"}',
        "path/glob.py": "raise ImportError('not the standard library')",
        "path/sitecustomize.py": "print('hello')",
    }.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (home / "tmp").mkdir()
    for name, value in {
        "HOME": home,
        "IPYTHONDIR": home / ".ipython",
        "KERAS_HOME": home / ".keras",
        "KERAS_BACKEND": "jax",
        "MATPLOTLIBRC": home / ".config/matplotlib/matplotlibrc",
        "MPLBACKEND": "no-such-backend",
        "MPLCONFIGDIR": home / ".config/matplotlib",
        "PYTHONPATH": f"{home / 'path'}{os.pathsep}",
        "PYTHONSAFEPATH": "1",
        "PYTHONWARNINGS": "error",
        "TMPDIR": home / "tmp",
    }.items():
        monkeypatch.setenv(name, str(value))
    code = (
        "import glob, os, sys, matplotlib, matplotlib.pyplot as plt\n"
        "1\n"
        "print(matplotlib.rcParams['font.family'], matplotlib.rcParams['figure.facecolor'])\n"
        "print(os.environ.get('KERAS_BACKEND'), os.environ['TMPDIR'].endswith('tmp'))\n"
        "keras = os.environ['KERAS_HOME']\n"
        "print([n for n in os.listdir(keras) if 'first' in open(f'{keras}/{n}').read()])\n"
        "print('' in sys.path[:1], [p for p in sys.path if p.endswith(('path', 'tools'))])\n"
        "_ = plt.figure()"
    )
    path = write(tmp_path, "01_small", code)
    executed, said = run(path, tmp_path / "log")
    assert executed, said
    printed = [o for o in executed.cells[1].outputs if o.output_type != "display_data"]
    assert [o.get("text") for o in printed] == ["['sans-serif'] white\nNone True\n[]\nFalse []\n"]
