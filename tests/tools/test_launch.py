"""The buttons that download and launch chapters, and what they lead to."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from nbclient import NotebookClient
from small_book import make_book
from test_build import build, small_chapter

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tools" / "site")]
import public_address  # noqa: E402
import student  # noqa: E402

PUBLIC = "https://github.com/someone/some-book"


@pytest.fixture
def book(tmp_path):
    """Return the folder of a small book with the settings of ours, outside of any repository."""
    intro = "# A book\n\nThis book has one small chapter and no more.\n"
    return make_book(tmp_path, small_chapter(), intro)


def menu(book, monkeypatch, **settings):
    """Build the book and return the menu's links by their texts."""
    for name in ("BOOK_REPOSITORY", "BOOK_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, text in settings.items():
        monkeypatch.setenv(name, text)
    passed, text = build(book)
    assert passed, text
    page = book / "_build" / "html" / "chapters" / "small.html"
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    return {a.get_text(): a["href"] for a in soup.select("details.menu a")}


def downloads(book):
    """Return the cells of the notebooks that can be downloaded, with solutions and without."""
    html = book / "_build" / "html"
    return [
        nbformat.read(html / kind / "small.ipynb", 4).cells for kind in ("notebooks", "student")
    ]


def test_an_unknown_repository_has_no_buttons_and_is_told_how_to_run_locally(book, monkeypatch):
    assert menu(book, monkeypatch) == {
        "Download the notebook": "../notebooks/small.ipynb",
        "Download it without the solutions": "../student/small.ipynb",
    }
    page = book / "_build" / "html" / "chapters" / "small.html"
    assert "<code>make lab</code> opens" in page.read_text(encoding="utf-8")
    for cells in downloads(book):
        assert not any("pip" in cell.source for cell in cells)
    assert not (book / "_build" / "html" / "sitemap.xml").exists()


def test_a_setting_gives_the_buttons_and_the_addresses(book, monkeypatch):
    (book / "how_to_use.md").write_text(
        "(sec-how-to-use-run)=\n# How to run it\n\nBy `make lab`.\n"
    )
    with (book / "_toc.yml").open("a") as toc:
        toc.write("  - file: how_to_use\n")
    links = menu(
        book, monkeypatch, BOOK_REPOSITORY=f"{PUBLIC}.git", BOOK_URL="https://example.org/book"
    )
    assert links["Run in Binder"] == (
        "https://mybinder.org/v2/gh/someone/some-book/main?urlpath=lab/tree/chapters/small.ipynb"
    )
    assert links["Run in Colab"] == (
        "https://colab.research.google.com/github/someone/some-book/blob/notebooks/notebooks/"
        "small.ipynb"
    )
    assert links["Run it on your computer"] == "../how_to_use.html#sec-how-to-use-run"
    for cells in downloads(book):
        assert f"git+{PUBLIC}@main" in cells[1].source
    html = book / "_build" / "html"
    assert "https://example.org/book/chapters/small.html" in (html / "sitemap.xml").read_text()
    assert "https://example.org/book/sitemap.xml" in (html / "robots.txt").read_text()
    page = (html / "chapters" / "small.html").read_text(encoding="utf-8")
    assert 'href="https://example.org/book/chapters/small.html" rel="canonical"' in page


@pytest.mark.parametrize(
    "address, known",
    [
        ("https://github.com/a/b.git", "https://github.com/a/b"),
        ("git@github.com:a/b.git", "https://github.com/a/b"),
        ("ssh://git@gitlab.com/a/b", "https://gitlab.com/a/b"),
        ("https://gitlab.com/group/sub/b", "https://gitlab.com/group/sub/b"),
        ("https://example.org/a/b", ""),
        ("/somewhere/else", ""),
        (None, ""),
    ],
)
def test_the_git_remote_is_used_only_if_it_is_public(tmp_path, monkeypatch, address, known):
    monkeypatch.delenv("BOOK_REPOSITORY", raising=False)
    shutil.copy(ROOT / "_config.yml", tmp_path)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    if address:
        subprocess.run(["git", "-C", tmp_path, "remote", "add", "origin", address], check=True)
    assert public_address.address(tmp_path) == known
    assert bool(public_address.launchers(tmp_path, "chapters/small")) == bool(known)
    assert bool(public_address.set_up_cell(tmp_path)) == bool(known)


@pytest.fixture
def public(tmp_path, monkeypatch):
    """Return a clone of what is in this repository now; its origin is a bare clone.

    For git the address PUBLIC leads to the bare clone, and nothing leads to the real GitHub. This
    repository's history is left out: it may be incomplete, and such a clone can't be cloned.
    """
    copy, bare, clone = (tmp_path / name for name in ("copy", "bare.git", "clone"))
    listing = ["git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    files = subprocess.run(listing, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, files):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    who = ["-c", "user.name=A tester", "-c", "user.email=tester@example.org"]
    start = ["init", "-q", "-b", "main"]
    for command in (start, ["add", "-A"], [*who, "commit", "-q", "-m", "A copy"]):
        subprocess.run(["git", "-C", copy, *command], check=True)
    subprocess.run(["git", "clone", "-q", "--bare", copy.as_uri(), bare], check=True)
    for key, text in {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{bare.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": PUBLIC,
        "BOOK_REPOSITORY": PUBLIC,
    }.items():
        monkeypatch.setenv(key, text)
    subprocess.run(["git", "clone", "-q", PUBLIC, clone], check=True)
    return clone


def workflow():
    """Return the jobs of the workflow."""
    text = (ROOT / ".github" / "workflows" / "publish.yml").read_text()
    return yaml.safe_load(text)["jobs"]


def write_branch(clone):
    """Do what the workflow does after a build: push the notebooks."""
    student.write_for_download(clone, clone / "_build" / "html")
    (step,) = (step for step in workflow()["notebooks"]["steps"] if "run" in step)
    environment = os.environ | {"RUNNER_TEMP": str(clone.parent), "GITHUB_SHA": "a" * 40}
    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=clone, check=True, env=environment)


def test_colab_is_offered_where_its_branch_is(public, monkeypatch):
    monkeypatch.delenv("BOOK_REPOSITORY")  # so that the address comes from the remote, and
    monkeypatch.setattr(public_address, "git", lambda book, *what, git=public_address.git: (
        PUBLIC if what[0] == "remote" else git(book, *what)))  # fmt: skip
    assert [text for text, _ in public_address.launchers(public, "chapters/a")] == ["Run in Binder"]
    write_branch(public)
    write_branch(public)  # the second takes the place of the first
    log = ["git", "-C", public, "log", "--format=%s", "origin/notebooks"]
    assert subprocess.run(log, capture_output=True, text=True).stdout.count("\n") == 1
    texts = [text for text, _ in public_address.launchers(public, "chapters/a")]
    assert texts == ["Run in Binder", "Run in Colab"]


@pytest.mark.parametrize("kind", ["notebooks", "student"])
def test_a_notebook_of_the_branch_gets_lib_and_its_data(public, tmp_path, monkeypatch, kind):
    """Run the first cells as in Colab: the packages are there, `lib` is not."""
    write_branch(public)
    show = ["git", "-C", public, "show", f"origin/notebooks:{kind}/01_covariance.ipynb"]
    text = subprocess.run(show, capture_output=True, text=True, check=True).stdout
    notebook = nbformat.reads(text, as_version=4)
    data = next(i for i, cell in enumerate(notebook.cells) if "load_fashion_mnist()" in cell.source)
    notebook.cells = notebook.cells[: data + 1]
    notebook.cells.append(nbformat.v4.new_code_cell("import lib\nprint(lib.__file__, len(images))"))
    # A Python whose packages are those of this one, but for `lib`, which is there by a .pth file.
    colab = tmp_path / "colab"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", colab], check=True)
    here, there = (sysconfig.get_path("purelib", vars=v) for v in (None, {"base": str(colab)}))
    Path(there, "packages.pth").write_text(f"{here}\n")
    kernel = tmp_path / "share" / "jupyter" / "kernels" / "colab" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    argv = [str(colab / "bin" / "python"), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": argv, "display_name": "Colab", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(kernel.parents[2]))
    folder = {"metadata": {"path": tmp_path}}
    NotebookClient(notebook, kernel_name="colab", resources=folder).execute()
    output = "".join(
        o.get("text", "") for cell in notebook.cells[1:] for o in cell.get("outputs", [])
    )
    if "No matching distribution found for setuptools" in output:
        pytest.skip("no package index in reach, which building `lib` needs")
    file, count = notebook.cells[-1].outputs[0].text.split()
    assert file.startswith(str(colab)) and count == "55000"


def test_binder_gets_the_pinned_packages_and_a_python_that_takes_them():
    lines = (ROOT / "binder" / "requirements.txt").read_text().split("\n")
    assert lines == ["-r ../requirements.txt", ""]
    # repo2docker runs this after it, in the root of the repository, where `.` is `lib`.
    step = ROOT / "binder" / "postBuild"
    assert "pip install --no-index --no-deps" in step.read_text()
    assert "--editable ." in step.read_text() and os.access(step, os.X_OK)
    assert (ROOT / "binder" / "runtime.txt").read_text() == "python-3.11\n"


def test_the_workflow_runs_the_same_commands_with_pinned_actions():
    jobs = workflow()
    assert [s["run"] for s in jobs["build"]["steps"] if "run" in s] == [".ci/run", "make pdf lite"]
    assert "\nmake test\n" in (ROOT / ".ci" / "run").read_text()
    steps = [step for job in jobs.values() for step in job["steps"]]
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", s["uses"]) for s in steps if "uses" in s)
    assert jobs["deploy"]["needs"] == ["build", "notebooks"], "a button would lead nowhere"
