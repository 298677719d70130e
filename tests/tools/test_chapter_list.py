"""The list of chapters, and the pages that are made of it."""

import re
import shutil

import nbformat
import pytest
from chapter_list import LISTS, ROOT, chapters, complaints, hours, plain, write

NAMES = ["01_one", "02_two_ways", "03_three"]
FIRST = """\
(ch-{word})=
# The title of {word}

**Question.** Does $p$ of {{term}}`{word} <words>` matter?

**Answer.** Yes.

After this chapter you can

- count.

*Needs: {needs}. Reading: 50 minutes. Running: 1 minute. Exercises: 90 minutes, and a project of \
a day.*"""
NEEDS = ["patience", "chapter 01", "chapters 01 and 02; some time"]


def test_the_book_fits_its_list_of_chapters():
    found = list(complaints(ROOT))
    assert not found, "\n".join(found)


@pytest.fixture
def book(tmp_path):
    """Return a book of three chapters in two parts, all of whose lists are written."""
    (tmp_path / "chapters").mkdir()
    for name, needs in zip(NAMES, NEEDS):
        write_first_cell(tmp_path, name, needs)
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: intro\nparts:\n"
        "  - caption: Before\n    chapters:\n      - file: how_to_use\n"
        "  - caption: Early\n    chapters:\n"
        "      - file: chapters/01_one\n      - file: chapters/02_two_ways\n"
        "  - caption: Late\n    chapters:\n      - file: chapters/03_three\n"
    )
    for page, kind, _ in LISTS:
        text = f"# A page\n\n<!-- chapters: {kind} -->\n\n<!-- end of chapters -->\n\nMore.\n"
        (tmp_path / page).write_text(text)
    rows = "".join(
        f"| L{name[:2]} | it | {{doc}}`{name[:2]} <chapters/{name}>` |\n" for name in NAMES
    )
    (tmp_path / "coverage.md").write_text(f"# Coverage\n\n{rows}| L04 | that | to come |\n")
    write(tmp_path)
    assert not list(complaints(tmp_path))
    return tmp_path


def write_first_cell(book, name, needs):
    """Write a chapter that is nothing but its first cell."""
    word = name[3:].replace("_", "-")
    cell = nbformat.v4.new_markdown_cell(FIRST.format(word=word, needs=needs), id="a")
    path = book / "chapters" / f"{name}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)


def change(path, old, new):
    """Replace a text that stands in a file once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (old, text)
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_chapter_is_read_from_its_first_cell_and_the_contents(book):
    second = chapters(book)[1]
    assert (second.number, second.title, second.part) == ("02", "The title of two-ways", "Early")
    assert second.question == "Does $p$ of {term}`two-ways <words>` matter?"
    assert (second.needs, second.reading, second.running) == ("chapter 01", 50, "1 minute")
    assert (second.exercises, second.project) == (90, "a day")


def test_what_the_pages_say(book):
    def page(name):
        return (book / name).read_text(encoding="utf-8")

    assert (
        "| 02 | [The title of two-ways](chapters/02_two_ways.ipynb) "
        "| Does p of two-ways matter? |\n" in page("README.md")
    )
    assert "Does $p$ of {term}`two-ways <words>` matter?\n:::" in page("intro.md")
    linked = "chapters {doc}`01 <chapters/01_one>` and {doc}`02 <chapters/02_two_ways>`; some time"
    assert f"| 03 | {{doc}}`chapters/03_three` | {linked} |\n" in page("how_to_use.md")
    assert "| 50 minutes | 1 minute | 90 minutes | a day |\n" in page("teaching.md")
    assert "| | *Early*, 2 chapters | 1.5 hours | | 3 hours | |\n" in page("teaching.md")
    for name, _, _ in LISTS:
        assert page(name).startswith("# A page\n") and page(name).endswith("-->\n\nMore.\n")
    assert write(book) == []


@pytest.mark.parametrize("page, kind, make", LISTS)
def test_a_page_that_lacks_a_chapter_is_named(book, page, kind, make):
    piece = make(chapters(book))[1][1]
    change(book / page, piece, "")
    assert list(complaints(book)) == [
        f"{page}, list of {kind}: what it should say of chapter 02 (The title of two-ways) is "
        "missing or different. Run `make format` (python tools/chapter_list.py), which writes the "
        "list."
    ]
    assert write(book) == [page] and not list(complaints(book))


@pytest.mark.parametrize("page, kind, make", LISTS)
def test_a_page_without_its_marks_is_named(book, page, kind, make):
    change(book / page, f"<!-- chapters: {kind} -->", "")
    (said,) = complaints(book)
    assert said.startswith(f"{page} has no list between `<!-- chapters: {kind} -->`")


def test_a_row_too_many_is_noticed(book):
    change(book / "README.md", "\n<!-- end", "| 04 | A ghost | Who? |\n\n<!-- end")
    (said,) = complaints(book)
    assert said.startswith("README.md, list of questions: something in it belongs to no chapter")


CHANGES = [
    (
        "_toc.yml",
        "      - file: chapters/02_two_ways\n",
        "",
        "_toc.yml lacks chapters/02_two_ways.",
    ),
    ("_toc.yml", "chapters/03_three", "chapters/03_tree", "_toc.yml names chapters/03_tree, and"),
    ("coverage.md", "{doc}`02 <chapters/02_two_ways>`", "", "coverage.md lacks chapter 02 (The"),
    ("coverage.md", "{doc}`02 <chapters/02_two_ways>`", "", "coverage.md, row L02: no chapter"),
    (
        "coverage.md",
        "to come",
        "{doc}`04 <chapters/04_gone>`",
        "coverage.md leads to chapters/04_g",
    ),
    (
        "coverage.md",
        "{doc}`02 <",
        "{doc}`03 <",
        "coverage.md calls chapters/02_two_ways chapter 03",
    ),
    ("chapters/02_two_ways.ipynb", "chapter 01", "chapter 03", "it needs chapter 03, which does"),
    (
        "chapters/02_two_ways.ipynb",
        "Does $p$",
        "Does $p_0$",
        "can't show the formula in `Does $p_0",
    ),
    ("chapters/02_two_ways.ipynb", "**Answer.**", "So:", "`So: Yes.` stands. The first cell of"),
]


@pytest.mark.parametrize("file, old, new, words", CHANGES)
def test_what_does_not_fit_is_named_with_its_file(book, file, old, new, words):
    change(book / file, old, new)
    said = [sentence for sentence in complaints(book) if words in sentence]
    assert len(said) == 1 and said[0].startswith(file), list(complaints(book))
    assert re.search(r"\.\s|\.$", said[0])


def test_a_file_has_the_number_of_its_place(book):
    shutil.move(book / "chapters/03_three.ipynb", book / "chapters/04_three.ipynb")
    change(book / "_toc.yml", "03_three", "04_three")
    assert any("has chapters/04_three as chapter 3." in sentence for sentence in complaints(book))


def test_words_and_hours():
    assert plain("Keep $k$ of a {ref}`x <y>` and {term}`z`.") == "Keep k of a x and z."
    assert [hours(minutes) for minutes in (30, 90, 470)] == ["0.5 hours", "1.5 hours", "8 hours"]
