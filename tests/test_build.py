"""The build fails on what a reader would notice, and runs again only what has changed.

Each test builds a small book of one chapter in a folder of its own.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ROOT = Path(__file__).resolve().parents[1]
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
    shutil.copy(ROOT / "_config.yml", tmp_path)
    shutil.copy(ROOT / "references.bib", tmp_path)
    toc = "format: jb-book\nroot: intro\nchapters:\n  - file: chapters/small\n"
    (tmp_path / "_toc.yml").write_text(toc)
    (tmp_path / "intro.md").write_text("# A book\n")
    (tmp_path / "chapters").mkdir()
    write(tmp_path, small_chapter())
    return tmp_path


def write(book, chapter):
    """Make `chapter` the only chapter of `book`."""
    nbformat.write(chapter, book / "chapters" / "small.ipynb")


def build(book, project=ROOT):
    """Build `book`, return whether that went well and everything it printed."""
    tool = project / "tools" / "build_book.py"
    result = subprocess.run([sys.executable, tool, book], capture_output=True, text=True)
    return result.returncode == 0, result.stdout + result.stderr


def page(book, name="small"):
    """Return the HTML of a chapter."""
    return (book / "_build" / "html" / "chapters" / f"{name}.html").read_text(encoding="utf-8")


def test_a_sound_book_is_built_and_then_left_alone(book, tmp_path_factory):
    project = tmp_path_factory.mktemp("project")
    for folder in ("lib", "tools"):
        shutil.copytree(
            ROOT / folder, project / folder, ignore=shutil.ignore_patterns("data", "__pycache__")
        )
    shutil.copy(ROOT / "requirements.txt", project)

    passed, text = build(book, project)
    assert passed, text
    assert str(book / "_build" / "html" / "index.html") in text
    first = page(book)
    assert "math notranslate" in first and "Two points." in first

    passed, text = build(book, project)
    assert passed, text
    assert page(book) == first, "nothing has changed, but the chapter ran again"

    with (project / "lib" / "checks" / "forms.py").open("a") as file:
        file.write("# an edit\n")
    passed, text = build(book, project)
    assert passed, text
    assert page(book) != first, "lib has changed, but the chapter did not run again"


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
    "spoil, message",
    [
        (spoil_code, "this chapter is broken"),
        (spoil_with_a_warning, "stderr was found in the cell outputs"),
        (spoil_reference, "ch-nowhere"),
        (spoil_citation, "nobody1900nothing"),
        (spoil_output, "the compared output has changed"),
        (spoil_alt, "has no alt text"),
        (spoil_caption, "has no caption"),
    ],
)
def test_a_spoilt_book_is_refused(book, spoil, message):
    chapter = small_chapter()
    spoil(chapter)
    write(book, chapter)
    passed, text = build(book)
    assert not passed
    assert message in text


@pytest.mark.parametrize("spoil", [spoil_reference, spoil_output])
def test_the_leftovers_of_a_failed_build_are_not_taken_for_a_success(book, spoil):
    chapter = small_chapter()
    spoil(chapter)
    write(book, chapter)
    assert not build(book)[0]
    assert not build(book)[0]
    write(book, small_chapter())
    passed, text = build(book)
    assert passed, text


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
    pdf = html / "from-pca-to-autoencoders.pdf"
    assert build(book)[0]
    assert pdf.name not in (html / "index.html").read_text(encoding="utf-8")
    pdf.write_bytes(b"%PDF, as far as the site knows")
    for change, offered in ((None, True), ("Three points.", False)):
        if change:
            chapter = small_chapter()
            chapter.cells[0].source += f"\n\n{change}"
            write(book, chapter)
        assert build(book)[0]
        assert pdf.exists() == offered
        for name in ("index.html", "intro.html"):
            assert (pdf.name in (html / name).read_text(encoding="utf-8")) == offered
