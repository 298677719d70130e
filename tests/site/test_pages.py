"""Every page, as it is on a desktop in the light theme."""

import re
from itertools import pairwise

import pytest
from test_site import CHAPTERS, PAGES, html

EXTRA = ["index", "search", "genindex"]
# Raw TeX that a reader would see, outside of code.
RAW = r"""() => {
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const code = node.parentElement.closest("pre, code, annotation");
    if (/\\[(\[]|\\[a-z]{3,}/.test(node.data) && !code)
      found.push(node.data.slice(0, 80));
  }
  return found;
}"""
PICTURES = """async () => {
  const bad = [];
  for (const image of document.images) {
    image.loading = "eager";
    await image.decode().catch(() => bad.push(image.src));
    if (!image.hasAttribute("alt")) bad.push("no alt: " + image.src);
    if (!image.hasAttribute("width") || !image.hasAttribute("height"))
      bad.push("no size: " + image.src);
    const shape = image.clientWidth / image.clientHeight * image.naturalHeight / image.naturalWidth;
    if (image.closest("figure") && Math.abs(shape - 1) > 0.05)
      bad.push("stretched: " + image.src);
  }
  return bad;
}"""

FONTS_MISSING = r"""() => {
  const classes = [...document.querySelectorAll("mjx-c")].flatMap((glyph) => [...glyph.classList]);
  const fonts = ["TEX", ...classes.filter((name) => name.startsWith("TEX-"))];
  return [...new Set(fonts)].filter((name) => !document.fonts.check(`16px MJX${name}`, "x"));
}"""


@pytest.mark.parametrize("name", [*PAGES, *EXTRA])
def test_a_page_is_whole(visit, axe, name):
    with visit(f"{name}.html") as page:
        assert page.evaluate(RAW) == [], "raw TeX"
        assert page.locator("mjx-merror").count() == 0
        assert page.evaluate(PICTURES) == []
        if name in PAGES:
            assert page.locator("mjx-container").count() == len(html(name).select("mjx-container"))
        assert axe(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_formulas_have_their_fonts(visit, name):
    with visit(f"{name}.html") as page:
        if page.locator("mjx-container").count():
            page.evaluate("document.fonts.ready")
            # Also of formulas far below: the page may be printed before it is scrolled.
            assert page.evaluate(FONTS_MISSING) == []


def test_titles_and_descriptions_are_each_pages_own():
    pages = [html(page) for page in PAGES]
    titles = [page.title.string for page in pages]
    descriptions = [page.find("meta", attrs={"name": "description"})["content"] for page in pages]
    assert len(set(titles)) == len(set(descriptions)) == len(PAGES)
    assert all(20 <= len(text) <= 165 for text in descriptions), descriptions


@pytest.mark.parametrize("name", PAGES)
def test_one_title_and_no_level_of_headings_left_out(name):
    levels = [int(h.name[1]) for h in html(name).select("main h1, main h2, main h3, main h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_says_how_long_it_takes(name):
    beginning = html(name).article.get_text()[:2500]
    assert re.search(r"\bread(ing)?\b[^.]*\bminutes?|\bminutes?\b[^.]*\bread", beginning, re.I)
    assert re.search(r"\brun(s|ning)?\b", beginning, re.I)
