"""What is done to each page of the theme before it is written."""

import json
import re
from pathlib import Path

import formulas
from bs4 import BeautifulSoup
from code_cells import fold_code
from page_head import write_head
from pictures import measure_pictures
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)

# Browsers break lines between a formula and the comma after it. Here they shall not. (The letters
# of private use mark the places of formulas, as `typeset_formulas` says.)
FORMULA = '<span class="math[^>]*>\ue000\\d+\ue001</span>'
KEPT_TOGETHER = re.compile(f"[([“]+{FORMULA}[])”,.;:!?]*|{FORMULA}[])”,.;:!?]+")

# Nor inside of a number, or before its sign of per cent: 55 000 and 95 %.
NUMBER = re.compile(r"(?<![\d.])\d{1,3}(?: \d{3})+(?![\d.]*\d)(?: %)?|\d %")


def finish(text, context):
    """Return a page as it is served, from what the theme made of it."""
    app = context["app"]
    soup = BeautifulSoup(text, "html.parser")
    typeset = typeset_formulas(soup, context["pagename"])
    move_data_out(soup, app)
    tidy(soup)
    keep_numbers_together(soup)
    fold_solutions(soup)
    fold_code(soup)
    measure_pictures(soup, app)
    write_head(soup, context, app)
    text = soup.decode(formatter="minimal")
    text = KEPT_TOGETHER.sub(r"<span class=nobr>\g<0></span>", text)
    return re.sub("\ue000(\\d+)\ue001", lambda mark: typeset[int(mark[1])], text)


def typeset_formulas(soup, pagename):
    """Put a mark in place of each formula; return the formulas' HTML in the order of the marks."""
    typeset = []
    for element in soup.select(".math"):
        for string in element.find_all(string=True, recursive=False):
            match = re.fullmatch(r"\s*\\([(\[])(.*)\\[)\]]\s*", string, re.S)
            if not match:
                continue
            try:
                typeset.append(formulas.typeset(match[2], match[1] == "["))
            except ValueError as error:
                LOGGER.warning("MathJax: %s", error, location=pagename)
                continue
            string.replace_with(f"\ue000{len(typeset) - 1}\ue001")
    return typeset


def tidy(soup):
    """Remove what the theme leaves lying about, and mend what readers with aids stumble over."""
    for element in soup.select(
        "body script, style, #ethical-ad-placement, #jb-print-docs-body, #pst-back-to-top,"
        ".pst-async-banner-revealer, link[as=script]"
    ):
        element.decompose()
    # The theme's scripts look for this bar; its buttons are again above the article.
    if bar := soup.find(id="pst-header"):
        bar.clear()
    for element in soup.select("[data-bs-toggle]"):
        for attribute in ("data-bs-toggle", "data-bs-placement", "data-bs-title"):
            element.attrs.pop(attribute, None)
    for icon in soup.select("i[class*=fa-], span[class*=fa-]"):
        icon["aria-hidden"] = "true"
        icon.attrs.pop("title", None)
    for button in soup.select("button[title]"):
        button["aria-label"] = button["title"]
    for caption in soup.select("p.caption[role=heading]"):  # these come before the page's h1
        del caption["role"], caption["aria-level"]
    soup.html["data-theme"] = "light"  # without scripts; with them, EARLY decides
    for image in soup.select("img.logo__image.only-dark"):  # ours suits both themes
        image.decompose()
    for image in soup.select("img.logo__image"):
        image["class"], image["alt"] = "logo__image", ""
        image["width"], image["height"] = "100", "40"
    for element in soup.select(".citation-list[role], .citation[role]"):
        del element["role"]
    if sidebar := soup.find(id="pst-primary-sidebar"):
        sidebar["role"], sidebar["aria-label"] = "complementary", "Book"
    for table in soup.select("article table"):
        if not table.find_parent(class_="table-scroll"):
            table.wrap(soup.new_tag("div", attrs={"class": "table-scroll"}))
    for table in soup.select(".table-scroll > table[id]:has(> caption)"):
        caption = table.caption.extract()  # what is wide scrolls, and its caption stays
        caption.name, caption["class"] = "div", "table-caption"
        caption["id"] = table["aria-labelledby"] = table.attrs.pop("id")
        table.parent.insert_before(caption)
    for cell in soup.select("article th"):
        if not cell.get_text(strip=True):
            cell.name = "td"
    for identifier in ("exercise-content", "solution-content", "proof-content"):
        for section in soup.find_all(id=identifier):  # once per exercise, not once per page
            del section["id"]
            section.name = "div"


def keep_numbers_together(soup):
    """Let no line break inside of a number in the text."""
    for string in soup.find_all(string=NUMBER):
        if string.find_parent("article") and not string.find_parent(["pre", "code", "script"]):
            kept = NUMBER.sub(lambda number: number[0].replace(" ", "\u00a0"), string)
            string.replace_with(kept)


def fold_solutions(soup):
    """Fold what has the class `dropdown` with the means of HTML alone."""
    for box in soup.select("article .admonition.dropdown"):
        title = box.find(class_="admonition-title", recursive=False)
        if title is None:
            continue
        details, summary = soup.new_tag("details"), soup.new_tag("summary")
        title.name = "span"
        for link in title.find_all("a"):  # a click unfolds; the exercise stands right above
            link.unwrap()
        for child in list(box.children):
            (summary if child is title else details).append(child)
        details.insert(0, summary)
        box.append(details)


def move_data_out(soup, app):
    """Put the data of interactive figures into files, which a page asks for when they come near.

    They are scripts, since a page that was opened from the file system may not read other files.
    """
    for box in soup.select("div.interactive"):
        label = box["data-figure"]
        if soup.find(id=label) is None:
            LOGGER.warning("no picture %s for its interactive form", label)
        data = f"interactive.receive({json.dumps(label)},{box.script.extract().string});\n"
        target = Path(app.outdir, "_static", "interactive", f"{label}.data.js")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(data, encoding="utf-8")
        box.span.string = "Try it."
        box["hidden"] = ""
        box.find_parent("div", class_="cell").replace_with(box)
