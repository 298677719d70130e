"""Print the built site as one book, _build/html/from-pca-to-autoencoders.pdf.

    python tools/pdf.py            # the site in _build/html, as `make book` left it
    python tools/pdf.py FOLDER     # the site of another Jupyter Book, such as a test's

The articles of all pages are joined into one page in the order of _toc.yml. Links between them
stay links, and the solutions stand at the end of their chapter. Chromium prints that page, with
page numbers and bookmarks, and the landing page then offers the result.
"""

import io
import sys
from datetime import date
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.append(str(Path(__file__).resolve().parent / "site"))
import busy
import command
import yaml
from bs4 import BeautifulSoup
from chromium import FLAGS, find_browser
from offers import PDF, offer_pdf
from playwright.sync_api import sync_playwright
from pypdf import PdfReader

ROOT = Path(__file__).resolve().parents[1]

STYLE = ROOT / "_static" / "pdf.css"
# What a page has for the screen alone.
NOT_PRINTED = ".headerlink, .student-version, .interactive, .folded-code, script, button, input"
# Links of the class "numbered" show the number of the page that they lead to.
NUMBER = """numbers => document.querySelectorAll("a.numbered").forEach(link => {
  link.dataset.page = numbers[link.hash.slice(1)];
})"""


def parse(markup):
    """Return parsed HTML."""
    return BeautifulSoup(markup, "html.parser")


def element(tag, *children, **attributes):
    """Return a new element, in which `children` are elements or text."""
    made = BeautifulSoup("", "html.parser").new_tag(tag, attrs=attributes)
    made.extend(children)
    return made


def read_site(book):
    """Return the settings of a book, its pages and where its parts begin.

    The pages are parsed, under their names and in the order of _toc.yml; the captions of the parts
    are under the names of their first pages.
    """
    settings, toc = (
        yaml.safe_load((book / name).read_text(encoding="utf-8"))
        for name in ("_config.yml", "_toc.yml")
    )
    names, captions = [toc["root"]], {}
    for part in toc.get("parts", [toc]):
        files = [chapter["file"] for chapter in part["chapters"]]
        captions[files[0]] = part.get("caption", "")
        names += files
    html = book / "_build" / "html"
    pages = {name: parse((html / f"{name}.html").read_text(encoding="utf-8")) for name in names}
    return settings, pages, captions


def place(page, fragment=""):
    """Return the id that an element of a page has in the book."""
    return f"{Path(page).name}--{fragment}" if fragment else Path(page).name


def join_links(name, pages):
    """Let the links of a page lead to places in the book, or else to the published site."""
    published = pages[name].find("link", rel="canonical")
    for link in pages[name].article.select("a[href]"):
        url = urlsplit(link["href"])
        if url.scheme:
            continue
        # As if the site were at the root of a host: this resolves ../ and ./
        page = urlsplit(urljoin(f"/{name}.html", url.path)).path[1:].removesuffix(".html")
        fragment = unquote(url.fragment)
        if page in pages:
            known = fragment and pages[page].article.find(id=fragment)
            link["href"] = f"#{place(page, fragment if known else '')}"
        elif published:
            link["href"] = urljoin(published["href"], link["href"])
        else:  # a file that the book does not have
            link.unwrap()


def gather_solutions(article, name):
    """Move the solutions of a chapter to its end, and say where they are."""
    solutions = article.select("div.solution")
    if not solutions:
        return
    section = element("section", element("h2", "Solutions"), id="solutions")
    article.section.append(section)
    for solution in solutions:
        exercise = article.find(id=solution["id"].replace("sol-", "ex-", 1))
        if exercise:
            link = element("a", "Solution", href=f"#{place(name, solution['id'])}")
            link["class"] = "numbered"
            exercise.p.append(link)
        section.append(solution.extract())


def chapter(name, pages):
    """Return the article of a page as it stands in the book."""
    article = pages[name].article
    for unwanted in article.select(NOT_PRINTED):
        unwanted.decompose()
    gather_solutions(article, name)
    for folded in article.select("details"):
        folded.name, folded.summary.name = "div", "p"
        folded.p["class"] = "unfolded"
    # Each element of the page is named in the PDF: those that only split up code double its size.
    for token in article.select("pre :is(.w, .n, .p, .o)"):
        token.unwrap()
    for image in article.select("img"):
        image["src"] = f"html/{urljoin(f'/{name}.html', image['src'])[1:]}"
        del image["loading"]
    for child in article.find_all(id=True):
        child["id"] = place(name, child["id"])
    article["id"] = place(name)
    article["style"] = f"page: {sheet(name)}"
    return article


def sheet(name):
    """Return a page's name in style sheets: its sheets of paper carry its title."""
    return "p" + Path(name).name.replace("_", "-")


def contents(pages, captions):
    """Return the table of contents, without the numbers of the pages."""
    nav = element("nav", element("h1", "Contents"), id="contents")
    for name, page in pages.items():
        if captions.get(name):
            nav.append(element("p", captions[name], **{"class": "part"}))
        for heading in page.article.select("h1, h2"):
            kind, target = "chapter", place(name)
            if heading.name == "h2":
                kind, target = "section", heading.parent["id"]
            text = parse(f"<span>{heading.decode_contents()}</span>").span
            nav.append(element("a", text, href=f"#{target}", **{"class": f"numbered {kind}"}))
    return nav


def cover(settings, pages):
    """Return the title page, which asks the question that the landing page begins with."""
    today = date.today()
    return element(
        "header",
        element("p", settings["title"], **{"class": "title"}),
        element("p", next(iter(pages.values())).article.p.get_text()),
        element("p", settings.get("author", ""), **{"class": "author"}),
        element("p", f"{today.day} {today:%B %Y}"),
        id="cover",
    )


def join(settings, pages, captions):
    """Return the whole book as one page, to stand in the folder _build."""
    for name in pages:
        join_links(name, pages)
    import matplotlib  # not above: it wants to write when it is loaded

    articles = [chapter(name, pages) for name in pages]
    parts = [cover(settings, pages), contents(pages, captions), *articles]
    style = STYLE.read_text(encoding="utf-8").replace(
        "FONTS", Path(matplotlib.get_data_path(), "fonts", "ttf").as_uri()
    )
    style += "".join(
        f"@page {sheet(name)} {{ @top-left {{ content: {css_string(page)} }} }}\n"
        for name, page in pages.items()
    )
    return (
        '<!DOCTYPE html><html lang="en" data-theme="light"><head><meta charset="utf-8">'
        f"<title>{settings['title']}</title>"
        f'<link rel="stylesheet" href="html/_static/site.css"><style>{style}</style></head>'
        f'<body id="book">{"".join(part.decode(formatter="minimal") for part in parts)}</body>'
        "</html>"
    )


def css_string(page):
    """Return the title of a page as a string of a style sheet."""
    text = page.article.h1.get_text().replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def print_page(path, target):
    """Print the page at `path` into the file `target`."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        page = browser.new_page()
        page.set_default_timeout(0)  # a slow machine takes its time
        page.emulate_media(media="print")  # on the screen, much would not be laid out
        page.goto(path.as_uri())
        page.evaluate("document.fonts.ready")
        options = {"prefer_css_page_size": True, "print_background": True}
        # A style sheet does not know on which page something stands, but a printed book does.
        draft = PdfReader(io.BytesIO(page.pdf(**options)))
        numbers = {
            name.removeprefix("/"): draft.get_destination_page_number(place) + 1
            for name, place in draft.named_destinations.items()
        }
        page.evaluate(NUMBER, numbers)
        page.pdf(path=target, outline=True, tagged=True, **options)
        browser.close()


def main(book=ROOT):
    """Print the book in the folder `book`."""
    with busy.site(book, "printing the book"):
        print_book(book)


def print_book(book):
    """Print the book, as nobody else changes it."""
    html = book / "_build" / "html"
    if not (html / "index.html").exists():
        sys.exit("There is no site to print. Build it first: make book")
    settings, pages, captions = read_site(book)
    path = book / "_build" / "book.html"
    command.write(path, join(settings, pages, captions))
    print_page(path, html / PDF)
    offer_pdf(html, next(iter(pages)))
    print(f"The book is printed:\n    {html / PDF}")


if __name__ == "__main__":
    command.run(main, *(Path(argument).resolve() for argument in sys.argv[1:2]))
