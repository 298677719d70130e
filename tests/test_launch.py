"""The buttons that download and launch chapters, and what they lead to."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from test_build import build, small_chapter, write

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tools"))
import website  # noqa: E402


@pytest.fixture
def book(tmp_path):
    """Return the folder of a small book with the settings of ours, outside of any repository."""
    for name in ("_config.yml", "references.bib"):
        shutil.copy(ROOT / name, tmp_path)
    toc = "format: jb-book\nroot: intro\nchapters:\n  - file: chapters/small\n"
    (tmp_path / "_toc.yml").write_text(toc)
    (tmp_path / "intro.md").write_text("# A book\n\nThis book has one small chapter and no more.\n")
    (tmp_path / "chapters").mkdir()
    write(tmp_path, small_chapter())
    return tmp_path


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


def first_cells(book):
    """Return the cells of the notebook that can be downloaded."""
    return nbformat.read(book / "_build" / "html" / "notebooks" / "small.ipynb", 4).cells


def test_an_unknown_repository_has_no_buttons(book, monkeypatch):
    assert menu(book, monkeypatch) == {
        "Download the notebook": "../notebooks/small.ipynb",
        "Download it without the solutions": "../student/small.ipynb",
    }
    assert all("pip" not in cell.source for cell in first_cells(book))
    assert not (book / "_build" / "html" / "sitemap.xml").exists()


def test_a_setting_gives_the_buttons_and_the_addresses(book, monkeypatch):
    links = menu(
        book,
        monkeypatch,
        BOOK_REPOSITORY="https://github.com/someone/some-book.git",
        BOOK_URL="https://example.org/book",
    )
    assert links["Run in Binder"] == (
        "https://mybinder.org/v2/gh/someone/some-book/main?urlpath=lab/tree/chapters/small.ipynb"
    )
    assert links["Run in Colab"] == (
        "https://colab.research.google.com/github/someone/some-book/blob/main/chapters/small.ipynb"
    )
    assert "git+https://github.com/someone/some-book@main" in first_cells(book)[1].source
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
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    if address:
        subprocess.run(["git", "-C", tmp_path, "remote", "add", "origin", address], check=True)

    class app:
        """What the function needs of a Sphinx application."""

        srcdir = tmp_path

        class config:
            """Its settings."""

            html_theme_options = {"repository_url": ""}  # noqa: RUF012

    assert website.repository(app) == known


def bare_clone(folder):
    """Return a bare clone of what is in this repository now, and its commit.

    Not of its history: that may be incomplete, and pip cannot clone from such a clone.
    """
    copy, clone = folder / "copy", folder / "clone.git"
    listing = ["git", "-C", ROOT, "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    files = subprocess.run(listing, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in filter(None, files):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    who = ["-c", "user.name=A tester", "-c", "user.email=tester@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "A copy"]):
        subprocess.run(["git", "-C", copy, *command], check=True)
    subprocess.run(["git", "clone", "-q", "--bare", copy.as_uri(), clone], check=True)
    head = ["git", "--git-dir", clone, "rev-parse", "HEAD"]
    commit = subprocess.run(head, check=True, capture_output=True, text=True).stdout.strip()
    return clone, commit


def test_the_set_up_cell_installs_lib_and_its_data(tmp_path):
    """As in Colab, but from a clone on this machine, and without the packages that are there."""
    clone, commit = bare_clone(tmp_path)
    source = website.set_up_cell(clone.as_uri(), commit).source
    requirement = re.search(r'^ +%pip install --quiet "(git\+file://.+)"$', source, re.M)[1]
    target = tmp_path / "site-packages"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target]
    result = subprocess.run([*pip, requirement], capture_output=True, text=True)
    if "No matching distribution found for setuptools" in result.stderr:
        pytest.skip("no package index in reach, which building `lib` needs")
    assert result.returncode == 0, result.stderr
    code = (
        "import lib, lib.datasets as d; print(lib.__file__); print(len(d.load_fashion_mnist()[0]))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(target)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert result.stdout.split() == [str(target / "lib" / "__init__.py"), "55000"], result.stderr


def test_binder_gets_the_pinned_packages_and_a_python_that_takes_them():
    # repo2docker installs this from the root of the repository, where `-e .` is `lib`.
    lines = (ROOT / "binder" / "requirements.txt").read_text().split("\n")
    assert lines == ["-r ../requirements.txt", ""]
    assert "-e ." in (ROOT / "requirements.txt").read_text().splitlines()
    assert (ROOT / "binder" / "runtime.txt").read_text() == "python-3.11\n"


def test_the_workflow_runs_the_same_commands_with_pinned_actions():
    text = (ROOT / ".github" / "workflows" / "publish.yml").read_text()
    steps = [s for job in yaml.safe_load(text)["jobs"].values() for s in job["steps"]]
    assert [s["run"] for s in steps if "run" in s] == [".ci/run", "make pdf"]
    assert "\nmake test\n" in (ROOT / ".ci" / "run").read_text()
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", s["uses"]) for s in steps if "uses" in s)
