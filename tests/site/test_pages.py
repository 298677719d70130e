"""Every page, on a desktop in the light theme and on a phone in the dark one.

A page is visited once and looked at in all ways, since most of the time goes into its loading.
"""

import gzip
import re
from functools import cache
from itertools import pairwise

import pytest
from test_site import CHAPTERS, HTML, PAGES, html

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

# Cells whose code is wider than they are: their first line, and how long the longest is.
CUT_CODE = """() => [...document.querySelectorAll("article .cell_input pre")]
  .filter(pre => pre.scrollWidth > pre.clientWidth)
  .map(pre => pre.textContent.trim().split("\\n"))
  .map(lines => [lines[0], Math.max(...lines.map(line => line.length))])"""
FONTS_MISSING = r"""() => {
  const classes = [...document.querySelectorAll("mjx-c")].flatMap((glyph) => [...glyph.classList]);
  const fonts = ["TEX", ...classes.filter((name) => name.startsWith("TEX-"))];
  return [...new Set(fonts)].filter((name) => !document.fonts.check(`16px MJX${name}`, "x"));
}"""


# The rules of axe-core about how a page looks. The others read the same elements in both themes.
LOOKS = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]


@pytest.fixture(scope="module")
def seen(visit, axe, lay_out, sideways, turn):
    """Return a function that visits a page and returns what is seen there."""

    @cache
    def seen(name):
        found, requested = {}, []
        with visit(f"{name}.html", requested=requested) as page:
            page.evaluate("document.fonts.ready")
            found["requested"] = requested.copy()
            found["formulas"] = page.locator("mjx-container").count()
            # Also of formulas far below: the page may be printed before it is scrolled.
            found["missing fonts"] = page.evaluate(FONTS_MISSING) if found["formulas"] else []
            found["raw TeX"] = page.evaluate(RAW)
            found["bad formulas"] = page.locator("mjx-merror").count()
            found["bad pictures"] = page.evaluate(PICTURES)
            lay_out(page)
            found["cut code"] = page.evaluate(CUT_CODE)
            turn(page, 360, "dark")
            found["sideways"] = sideways(page)
            found["dark"] = axe(page, rules=LOOKS)
            turn(page, 1280, "light")
            found["light"] = axe(page)
        return found

    return seen


@pytest.mark.parametrize("name", [*PAGES, *EXTRA])
def test_a_page_is_whole(seen, name):
    found = seen(name)
    assert found["raw TeX"] == []
    assert found["bad formulas"] == 0
    assert found["bad pictures"] == []
    assert found["missing fonts"] == []
    if name in PAGES:
        assert found["formulas"] == len(html(name).select("mjx-container"))


@pytest.mark.parametrize("name", [*PAGES, *EXTRA])
def test_a_page_is_accessible_in_both_themes(seen, name):
    assert seen(name)["light"] == []
    assert seen(name)["dark"] == []


@pytest.mark.parametrize("name", [*PAGES, *EXTRA])
def test_a_page_fits_a_phone(seen, name):
    assert seen(name)["sideways"] == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_no_code_scrolls_sideways_on_a_desktop(seen, name):
    problems = [
        f"{name}: the cell that begins with `{first}` scrolls sideways in a window of 1280 px; "
        f"its longest line has {longest} characters, and 80 fit."
        for first, longest in seen(name)["cut code"]
    ]
    assert not problems, "\n".join(problems)


def test_code_that_scrolls_is_found(visit):
    with visit("intro.html") as page:
        page.evaluate("""document.querySelector("article").innerHTML = [80, 200].map(length =>
          `<details><div class="cell"><div class="cell_input"><div class="highlight"><pre>first
${"x".repeat(length)}</pre></div></div></div></details>`).join("")""")
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert page.evaluate(CUT_CODE) == [["first", 200]]


@pytest.mark.parametrize("name", PAGES)
def test_the_first_view_is_light(seen, name):
    """At most 500 kB compressed, without figures and scripts of single pages."""
    paths = [url.split("/html/", 1)[1].split("?")[0] for url in seen(name)["requested"]
             if "/html/" in url]  # fmt: skip
    bodies = [(HTML / path).read_bytes() for path in set(paths) if "_images/" not in path]
    assert len(bodies) >= 3
    assert sum(len(gzip.compress(body, 6)) for body in bodies) <= 500_000


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
