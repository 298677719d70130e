"""The whole book as one PDF, printed from the built site."""

import re
import shutil
import subprocess
import sys
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader
from test_site import CHAPTERS, HTML, PAGES, ROOT, html

sys.path.append(str(ROOT / "tools" / "site"))
from offers import offer_pdf

NAME = "from-pca-to-autoencoders.pdf"


def words(text):
    """Return a text without what line breaks do to it."""
    return re.sub(r"\s+", "", text)


def title(page):
    """Return the title of a page of the site."""
    return words(html(page).article.h1.get_text()).removesuffix("#")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Print a copy of the site and return its folder."""
    book = tmp_path_factory.mktemp("book")
    for name in ("_config.yml", "_toc.yml"):
        shutil.copy(ROOT / name, book)
    shutil.copytree(HTML, book / "_build" / "html")
    subprocess.run([sys.executable, ROOT / "tools" / "pdf.py", book], check=True)
    return book


@pytest.fixture(scope="module")
def pdf(book):
    """Return the printed book."""
    return PdfReader(book / "_build" / "html" / NAME)


@pytest.fixture(scope="module")
def starts(pdf):
    """Return the number of the page that each page of the site begins on, from its bookmark."""
    marks = [mark for mark in pdf.outline if not isinstance(mark, list)][1:]
    assert [words(mark.title) for mark in marks] == [title(page) for page in PAGES]
    return {page: pdf.get_destination_page_number(mark) for page, mark in zip(PAGES, marks)}


@pytest.fixture(scope="module")
def theorem(pdf, starts):
    """Return the text of the chapter that has the most formulas, and the page that it is from."""
    first, after = (starts[page] for page in CHAPTERS[1:3])
    return "\n".join(page.extract_text() for page in pdf.pages[first:after]), html(CHAPTERS[1])


def test_bookmarks_name_the_pages_in_their_order(pdf, starts):
    assert list(starts.values()) == sorted(set(starts.values()))
    assert all(10 <= after - start <= 60 for start, after in pairwise(map(starts.get, CHAPTERS)))


def test_the_table_of_contents_has_the_numbers_of_the_pages(pdf, starts):
    text = words("".join(page.extract_text() for page in pdf.pages[1 : starts["intro"]]))
    for page, start in starts.items():
        assert f"{title(page)}{start + 1}" in text


def test_links_lead_somewhere(pdf):
    inside = outside = 0
    for page in pdf.pages:
        for link in page.get("/Annots", []):
            action = link.get_object().get("/A", {})
            if "/URI" in action:
                assert re.match("https?:", action["/URI"]), action
                outside += 1
            else:
                place = link.get_object().get("/Dest") or action["/D"]
                assert place in pdf.named_destinations, place
                inside += 1
    assert inside > 800 and outside > 30


def test_formulas_are_typeset(theorem):
    text, page = theorem
    assert not re.search(r"\\[()\[\]]|\$\$|\\(frac|mathbb|begin)\b", text)
    # Sums and lambdas have their glyphs once each.
    for sign, glyph in (("∑", "mjx-c2211"), ("λ", "mjx-c1D706")):
        assert text.count(sign) >= len(page.select(f"article .{glyph}")) > 10, sign


def test_every_figure_is_printed_once(pdf):
    pictures = [
        entry.idnum
        for page in pdf.pages
        for entry in page["/Resources"].get("/XObject", {}).values()
        if entry.get_object()["/Subtype"] == "/Image"
    ]
    assert len(pictures) == sum(len(html(page).select("article img")) for page in PAGES)


def test_solutions_stand_at_the_end_of_the_chapter_and_exercises_say_where(theorem):
    text, page = theorem
    exercises, solutions = re.split(r"\n(?:\d+\n)?Solutions\n", text)
    count = len(page.select("article div.exercise"))
    assert len(re.findall(r"Solution on page \d", exercises)) == count
    assert len(re.findall("Solution to Exercise", exercises)) == 0
    assert len(re.findall("Solution to Exercise", solutions)) == count


def test_the_landing_page_offers_the_pdf_while_there_is_one(book):
    site = book / "_build" / "html"
    for name in ("index.html", "intro.html"):
        page = BeautifulSoup((site / name).read_text(encoding="utf-8"), "html.parser")
        assert len(page.select(f"article a[href='{NAME}']")) == 1
    (site / NAME).unlink()
    offer_pdf(site, "intro")
    for name in ("index.html", "intro.html"):
        assert NAME not in (site / name).read_text(encoding="utf-8")
