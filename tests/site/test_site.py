"""The rendered site in _build/html, as `make book` left it."""

import copy
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "_build" / "html"


def pages_of_the_book():
    """Return the files of _toc.yml without their endings."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [toc["root"], *(c["file"] for part in toc["parts"] for c in part["chapters"])]


PAGES = pages_of_the_book()
CHAPTERS = [page for page in PAGES if page.startswith("chapters/")]


@cache
def soup(path):
    """Return the parsed page at `path`."""
    assert path.exists(), f"{path} is missing: run `make book` first"
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def html(page):
    """Return the parsed page of the book called `page`."""
    return soup(HTML / f"{page}.html")


def target(page, link):
    """Return the file and the anchor that a link on `page` leads to; no file if off the site."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None, None
    here = HTML / f"{page}.html"
    return (here.parent / unquote(parts.path)).resolve() if parts.path else here, parts.fragment


@pytest.mark.parametrize("page", PAGES)
def test_links_pictures_and_scripts_are_there(page):
    article = html(page)
    for tag, attribute in (("a", "href"), ("img", "src"), ("script", "src"), ("link", "href")):
        for element in article.find_all(tag, attrs={attribute: True}):
            path, anchor = target(page, element[attribute])
            if path is None or element[attribute] == "#":
                continue
            assert path.exists(), element
            if anchor and path.suffix == ".html":
                assert soup(path).find(id=unquote(anchor)), element


@pytest.mark.parametrize("page", PAGES)
def test_formulas_were_typeset_by_the_build(page):
    for formula in html(page).select("article .math"):
        assert formula.find("mjx-container") and formula.find("math"), formula
    scripts = [script["src"] for script in html(page).find_all("script", src=True)]
    assert all(target(page, script)[0] for script in scripts), "a script comes from elsewhere"
    assert not any("mathjax" in script.lower() for script in scripts)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_every_figure_of_the_notebook_is_on_the_page_with_its_number(chapter):
    notebook = nbformat.read(ROOT / f"{chapter}.ipynb", as_version=4)
    names = [
        cell.metadata.mystnb.figure.name
        for cell in notebook.cells
        if "figure" in cell.metadata.get("mystnb", {})
    ]
    figures = html(chapter).select("article figure")
    assert {figure["id"] for figure in figures} >= set(names)
    for figure in figures:
        assert figure.img["alt"] and figure.figcaption.select_one(".caption-number")


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_exercises_are_numbered_and_solutions_folded(chapter):
    exercises = html(chapter).select("article div.exercise")
    solutions = html(chapter).select("article div.solution")
    assert len(exercises) == len(solutions) >= 3
    assert all("dropdown" in solution["class"] for solution in solutions)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_code_that_is_not_the_lesson_is_folded(chapter):
    notebook = nbformat.read(ROOT / f"{chapter}.ipynb", as_version=4)
    tagged = sum("hide-input" in cell.metadata.get("tags", []) for cell in notebook.cells)
    cells = html(chapter).select("article div.cell.tag_hide-input")
    assert len(cells) == tagged
    for cell in cells:
        (folded,) = cell.find_all("details", recursive=False)
        assert folded.pre and not folded.has_attr("open")
        names = r"Imports|Code of (Figures? \d[\d. and]*|the table)|Code that draws this figure"
        assert re.fullmatch(names, folded.summary.get_text())


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_stubs_show_no_output(chapter):
    stubs = html(chapter).select("article div.cell.tag_exercise")
    assert len(stubs) >= 3
    assert not [stub for stub in stubs if stub.select(".cell_output")]
    assert "not attempted yet" not in html(chapter).article.get_text()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_student_version_can_be_downloaded(chapter):
    headings = html(chapter).find_all("h2")
    heading = next(h2 for h2 in headings if "Exercises" in h2.get_text())
    link = heading.find_next("a", download=True)
    path, _ = target(chapter, link["href"])
    notebook = nbformat.read(path, as_version=4)
    assert path.stem == chapter.removeprefix("chapters/") == notebook.metadata.book.chapter


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_error_or_raw_markup_reaches_the_reader(chapter):
    article = copy.copy(html(chapter).article)  # the other tests want it whole
    assert not article.select(".stderr, .traceback, .problematic, .system-message")
    for code in article.select("pre, code, .math"):
        code.extract()
    text = article.get_text()
    for raw in ("```", "{ref}", "{term}", "{cite", "{prf:", "{numref}", "**", "$$"):
        assert raw not in text, raw


@pytest.mark.parametrize("page", CHAPTERS)
def test_interactive_figures_have_their_picture_script_and_data(page):
    assert not html(page).select("script[type='application/json']")
    asked = {element["src"] for element in html(page).select("head script[src]")}
    for box in html(page).select("div.interactive"):
        assert html(page).find(id=box["data-figure"]).img
        assert f"../_static/{box['data-script']}" in asked
        assert (HTML / "_static" / box["data-script"]).exists()
        data = HTML / "_static" / "interactive" / f"{box['data-figure']}.data.js"
        assert data.read_text(encoding="utf-8").startswith(
            f'interactive.receive("{data.name[:-8]}"'
        )
        assert box.has_attr("hidden")  # until the script has drawn it


def test_there_are_interactive_figures_in_six_places():
    assert sum(len(html(page).select("div.interactive")) for page in CHAPTERS) >= 6
