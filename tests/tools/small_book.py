"""A book of one small chapter, with the settings of ours, for tests that build it."""

import shutil
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[2]


def write(book, chapter):
    """Make `chapter` the only chapter of `book`."""
    nbformat.write(chapter, book / "chapters" / "small.ipynb")


def make_book(folder, chapter, intro="# A book\n"):
    """Write the book into an empty folder, and return the folder."""
    for name in ("_config.yml", "references.bib"):
        shutil.copy(ROOT / name, folder)
    toc = "format: jb-book\nroot: intro\nchapters:\n  - file: chapters/small\n"
    (folder / "_toc.yml").write_text(toc)
    (folder / "intro.md").write_text(intro)
    (folder / "chapters").mkdir()
    write(folder, chapter)
    return folder
