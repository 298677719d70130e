"""Code cells on the page: what is folded and under which words, and stubs without output."""

import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell
from small_book import make_book
from test_build import build, small_chapter

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools" / "site"))
from code_cells import only_imports  # noqa: E402


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Return the page of a small book whose cells have our tags."""
    chapter = small_chapter()
    chapter.cells[2].metadata["tags"] = ["hide-input"]
    fold = {"tags": ["hide-input"]}
    chapter.cells += [
        new_code_cell("import time\nfrom math import pi\n\ntime.sleep(0)", metadata=fold),
        new_code_cell("print(3)", metadata=fold),
        new_code_cell(
            "from myst_nb import glue\n\nx = 3\nglue('x', x, display=False)", metadata=fold
        ),
        new_code_cell("print('not attempted yet')", metadata={"tags": ["exercise"]}),
        new_code_cell("print('kept')", metadata={"tags": ["solution"]}),
    ]
    book = make_book(tmp_path_factory.mktemp("book"), chapter)
    passed, text = build(book)
    assert passed, text
    html = (book / "_build" / "html" / "chapters" / "small.html").read_text(encoding="utf-8")
    return BeautifulSoup(html, "html.parser")


def test_the_words_say_what_is_folded(page):
    folded = page.select("article div.cell > details")
    assert [details.summary.get_text() for details in folded] == [
        "Code of Figure 1",
        "Imports",
        "Code",
        "Code of the table",
    ]
    assert not any(details.has_attr("open") for details in folded)
    assert folded[0].pre.get_text().startswith("import matplotlib")
    assert folded[0].parent.select_one("figure img"), "the figure is not folded"
    assert len(page.select("article div.cell_input")) == 8


def test_a_stub_shows_no_output_but_a_solution_does(page):
    (stub,), (solution,) = page.select(".tag_exercise"), page.select(".tag_solution")
    assert "not attempted yet" in stub.pre.get_text() and not stub.select(".cell_output")
    assert solution.select_one(".cell_output").get_text().strip() == "kept"


@pytest.mark.parametrize(
    "code, expected",
    [
        ("import a", True),
        ("from a import b\n\nb.use_style()\nnp.set_printoptions(precision=3)", True),
        ("import a\n\nx = a.x\ny, z = a.y, a.z\na.use_style()", True),
        ("import a\n\nx = a.load()", False),
        ("import a\n\nx, y = a.x, 1", False),
        ("a.draw()", False),
        ("import a\n%matplotlib inline", False),
        ("import a\n\nfor i in range(3):\n    a.draw(i)", False),
        ("", False),
    ],
)
def test_a_cell_that_only_imports(code, expected):
    assert only_imports(code) == expected
