"""The build fails on what a reader would notice, says so in sentences, and repeats nothing.

Each test builds a small book of one chapter in a folder of its own.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import offers
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from small_book import make_book, write

ROOT = Path(__file__).resolve().parents[2]
FIGURE = {
    "mystnb": {
        "figure": {"caption": "Two points.", "name": "fig-small-points"},
        "image": {"alt": "Two points on a falling line."},
    }
}


def small_chapter():
    """Return a chapter that has everything: text, a compared cell, a figure."""
    compared = new_code_cell(
        "print(1 + 1)",
        metadata={"tags": ["nbval-check-output"]},
        execution_count=1,
        outputs=[new_output("stream", name="stdout", text="2\n")],
    )
    plot = "import matplotlib.pyplot as plt\n\n_ = plt.plot([1, 0])"
    cells = [
        new_markdown_cell("(ch-small)=\n# A chapter\n\nSee {ref}`ch-small`, and $x^2$."),
        compared,
        new_code_cell(plot, metadata=FIGURE),
        new_code_cell("import lib.covariance, time\nprint(time.time_ns())"),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


@pytest.fixture
def book(tmp_path):
    """Return the folder of a small book with the settings of ours."""
    return make_book(tmp_path, small_chapter())


def build(book, *options, project=ROOT):
    """Build `book`, return whether that went well and everything it printed."""
    tool = project / "tools" / "build_book.py"
    command = [sys.executable, tool, book, *options]
    result = subprocess.run(command, capture_output=True, text=True)
    return result.returncode == 0, result.stdout + result.stderr


def page(book, name="small"):
    """Return the HTML of a chapter."""
    return (book / "_build" / "html" / "chapters" / f"{name}.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a folder with a copy of the tools and of lib, without the data."""
    folder = tmp_path_factory.mktemp("project")
    ignored = shutil.ignore_patterns("*.gz", "__pycache__")
    for name in ("lib", "tools"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "requirements.txt", folder)
    return folder


def test_a_sound_book_is_built_and_then_left_alone(book, project):
    passed, text = build(book, project=project)
    assert passed, text
    assert "Running 1 of 1 chapters" in text and "all have run" in text
    assert "Writing the pages" in text and str(book / "_build" / "html" / "index.html") in text
    assert "WARNING" not in text and len(text.splitlines()) <= 6, "too many words"
    first = page(book)
    assert "math notranslate" in first and "Two points." in first

    passed, text = build(book, project=project)
    assert passed and "Nothing has changed" in text, text
    assert page(book) == first

    with (project / "lib" / "grading" / "report.py").open("a") as file:
        file.write("x = 1\n")
    passed, text = build(book, project=project)
    assert passed and "Running" not in text, text
    assert page(book) == first, "the chapter ran again, and what it imports has not changed"

    with (project / "lib" / "covariance.py").open("a") as file:
        file.write("x = 1\n")
    passed, text = build(book, project=project)
    assert passed and "Running 1 of 1" in text, text
    assert page(book) != first, "the page shows the results of before"


def test_one_chapter_of_a_book_is_built_without_the_others(book):
    """The other one has never run: its figures are not there, and links to them lead nowhere."""
    (book / "chapters" / "small.ipynb").rename(book / "chapters" / "01_small.ipynb")
    other = new_notebook(
        cells=[
            new_markdown_cell("(ch-other)=\n# Another\n\nSee {numref}`fig-small-points`."),
            new_code_cell("raise RuntimeError('it has run')"),
        ],
        metadata=small_chapter().metadata,
    )
    nbformat.write(other, book / "chapters" / "02_other.ipynb")
    toc = "format: jb-book\nroot: intro\nchapters:\n  - file: chapters/01_small\n"
    (book / "_toc.yml").write_text(f"{toc}  - file: chapters/02_other\n")
    passed, text = build(book, "--chapter", "01")
    assert passed, text
    assert "Running 1 of 1" in text and "Out of date, and not run now: 02_other.ipynb" in text
    assert "Two points." in page(book, "01_small") and page(book, "02_other")
    passed, text = build(book)
    assert not passed and "it has run" in text, "the whole book was not judged"
    passed, text = build(book, "--chapter", "03")
    assert not passed and "There is no chapter 03. There are 01, 02." in text


def spoil_code(chapter):
    chapter.cells[3].source = "raise RuntimeError('this chapter is broken')"


def spoil_with_a_warning(chapter):
    chapter.cells[3].source = "import warnings\n\nwarnings.warn('look here')"


def spoil_reference(chapter):
    chapter.cells[0].source += "\n\nSee {ref}`ch-nowhere`."


def spoil_citation(chapter):
    chapter.cells[0].source += "\n\nSee {cite:t}`nobody1900nothing`."


def spoil_output(chapter):
    chapter.cells[1].outputs[0].text = "3\n"


def spoil_alt(chapter):
    chapter.cells[2].metadata = {"mystnb": {"figure": FIGURE["mystnb"]["figure"]}}


def spoil_caption(chapter):
    chapter.cells[2].metadata = {"mystnb": {"image": FIGURE["mystnb"]["image"]}}


@pytest.mark.parametrize(
    "spoils, messages",
    [
        ([spoil_code], ["this chapter is broken", "small.log"]),
        ([spoil_with_a_warning], ["stderr was found in the cell outputs", "sphinx.log"]),
        (
            [spoil_reference, spoil_citation, spoil_output, spoil_alt],
            ["ch-nowhere", "nobody1900nothing", "the compared output has changed", "no alt text"],
        ),
        ([spoil_caption], ["has no caption"]),
    ],
)
def test_a_spoilt_book_is_refused(book, spoils, messages):
    chapter = small_chapter()
    for spoil in spoils:
        spoil(chapter)
    write(book, chapter)
    passed, text = build(book)
    assert not passed
    assert not [message for message in messages if message not in text], text


def test_the_leftovers_of_a_failed_build_are_not_taken_for_a_success(book):
    chapter = small_chapter()
    spoil_reference(chapter)
    spoil_output(chapter)
    write(book, chapter)
    assert not build(book)[0]
    passed, text = build(book)
    assert not passed and "ch-nowhere" in text and "output has changed" in text


TABLE = """
import json
from IPython.display import display
from lib.comparison import MIME, Row
from myst_nb import glue

class Rows:
    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": "rows", MIME: json.dumps([Row("net of NAME", 30, 7, 0.5, None, 2.0)])}

glue("comparison", Rows())
"""


def models_in_table(book, name):
    """Return the first column of the table in a chapter, without its head."""
    rows = BeautifulSoup(page(book, name), "html.parser").select("table.comparison tbody tr")
    return [row.td.get_text(strip=True) for row in rows]


def test_the_table_grows_from_chapter_to_chapter(book):
    for name in ("small", "tall"):
        chapter = small_chapter()
        chapter.cells[0].source = f"(ch-{name})=\n# A {name} chapter"
        chapter.cells[2].metadata = {}
        chapter.cells[2].source = ""
        code = new_code_cell(TABLE.replace("NAME", name), metadata={"tags": ["remove-output"]})
        directive = "```{comparison}\n:name: tbl-NAME\nAll so far.\n```\n\nSee {numref}`tbl-NAME`."
        chapter.cells += [code, new_markdown_cell(directive.replace("NAME", name))]
        nbformat.write(chapter, book / "chapters" / f"{name}.ipynb")
    toc = (book / "_toc.yml").read_text()
    (book / "_toc.yml").write_text(toc + "  - file: chapters/tall\n")
    passed, text = build(book)
    assert passed, text
    assert models_in_table(book, "small") == ["net of small"]
    assert models_in_table(book, "tall") == ["net of small", "net of tall"]
    assert "All so far." in page(book, "tall") and "See <a" in page(book, "tall")

    first = book / "chapters" / "small.ipynb"
    first.write_text(first.read_text().replace("net of small", "better net"))
    passed, text = build(book)
    assert passed, text
    # The second chapter has not changed, and must not show what the first one showed before.
    assert models_in_table(book, "tall") == ["better net", "net of tall"]


def test_a_table_without_rows_is_refused(book):
    chapter = small_chapter()
    chapter.cells.append(new_markdown_cell("```{comparison}\nNothing.\n```"))
    write(book, chapter)
    passed, text = build(book)
    assert not passed
    assert "no page up to here has glued rows" in text


def test_a_pdf_is_offered_until_a_page_changes(book):
    (book / "intro.md").write_text('# A book\n\nRead on.<span class="pdf"></span>\n')
    html = book / "_build" / "html"
    assert build(book)[0]
    pdf = html / offers.PDF
    pages = [html / name for name in ("index.html", "intro.html")]
    assert not any(pdf.name in page.read_text(encoding="utf-8") for page in pages)
    pdf.write_bytes(b"%PDF, as far as the site knows")
    offers.offer_pdf(html, "intro")  # as tools/pdf.py does
    assert build(book)[0] and pdf.exists()
    assert all(pdf.name in page.read_text(encoding="utf-8") for page in pages)
    chapter = small_chapter()
    chapter.cells[0].source += "\n\nThree points."
    write(book, chapter)
    assert build(book)[0] and not pdf.exists()
    assert not any(pdf.name in page.read_text(encoding="utf-8") for page in pages)
