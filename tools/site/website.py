"""A Sphinx extension that turns the theme's pages into this site.

- Formulas are typeset at build time (`formulas`), pictures get their sizes and become WebP.
- Each page loads one style sheet and one script of the site; no page asks anybody else.
- A content-security policy lets the browser enforce that.
- Pages have descriptions, a menu to download or launch the notebook, and foldable solutions.

Two settings of `_config.yml` can be overruled from outside: the repository's address
(`repository.url`) by BOOK_REPOSITORY, the site's own address (`html.baseurl`) by BOOK_URL.
"""

import base64
import hashlib
import html
import io
import json
import os
import re
import shutil
from pathlib import Path

import formulas
import public_address
from bs4 import BeautifulSoup
from docutils import nodes
from fontTools import subset
from fontTools.ttLib import TTFont
from PIL import Image
from sphinx.jinja2glue import BuiltinTemplateLoader
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
HERE = Path(__file__).parent

# What the bundles are made of, in this order, from the folder _static of the built site.
STYLES = [
    "basic.css", "styles/pydata-sphinx-theme.css", "pygments.css",
    "styles/sphinx-book-theme.css", "copybutton.css", "mystnb.*.css", "proof.css",
    "exercise.css", "sphinx-design.min.css", "book.css",
]  # fmt: skip
SCRIPTS = [
    "documentation_options.js", "doctools.js", "sphinx_highlight.js", "clipboard.min.js",
    "copybutton.js", "scripts/sphinx-book-theme.js", "scripts/pydata-sphinx-theme.js", "book.js",
]  # fmt: skip
SEARCH = ["_static/searchtools.js", "_static/language_data.js", "searchindex.js"]
# What is copied into the site and no page of ours uses.
UNUSED = [
    "vendor", "scripts", "styles", "locales", "images", "mathjax", "sphinx-thebe.*",
    "togglebutton.*", "webpack-macros.html", "sbt-webpack-macros.html", "file.png", "plus.png",
    "minus.png", "copybutton_funcs.js", "play-solid.svg", "screenshot.png", "pdf.css",
]  # fmt: skip

# The whole book, if `tools/pdf.py` has printed it.
PDF = "from-pca-to-autoencoders.pdf"

# The folder of JupyterLite, if `tools/lite.py` has put it there, and whom it asks for packages.
LITE = "lite"
HOSTS_OF_LITE = "cdn.jsdelivr.net, pypi.org and files.pythonhosted.org"

# Browsers break lines between a formula and the comma after it. Here they shall not. (The letters
# of private use mark the places of formulas, as `typeset_formulas` says.)
FORMULA = '<span class="math[^>]*>\ue000\\d+\ue001</span>'
KEPT_TOGETHER = re.compile(f"[([“]+{FORMULA}[])”,.;:!?]*|{FORMULA}[])”,.;:!?]+")

# Before the first paint: the theme last chosen, or else the system's.
EARLY = (
    "{const r=document.documentElement,d=matchMedia('(prefers-color-scheme: dark)').matches;"
    "let m='auto';try{m=localStorage.getItem('mode')||m}catch(e){}"
    "r.dataset.mode=m;r.dataset.theme=m=='auto'?(d?'dark':'light'):m;r.classList.add('js')}"
)


def sha256(text):
    """Return the source expression of a content-security policy for an inline script or style."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


# The reasons for what is allowed are in CONTRIBUTING.md.
POLICY = "; ".join(
    [
        "default-src 'none'",
        f"script-src 'self' file: {sha256(EARLY)}",
        "style-src 'self' file:",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' file: data:",
        "font-src 'self' file:",
        "connect-src 'self'",
        "form-action 'self' file:",
        "base-uri 'none'",
    ]
)


def is_notebook(app, pagename):
    """Tell whether a page is a chapter made from a notebook."""
    return pagename.startswith("chapters/") and app.env.doc2path(pagename).endswith(".ipynb")


# --- one page --------------------------------------------------------------------------------


class Pages(BuiltinTemplateLoader):
    """Sphinx's templates; each page is put in order after it is filled in."""

    def init(self, builder, theme=None, dirs=None):
        """Remember the builder."""
        super().init(builder, theme, dirs)
        self.app = builder.app

    def render(self, template, context):
        """Fill in a template."""
        text = super().render(template, context)
        if not text.lstrip().startswith("<!DOCTYPE html"):
            return text  # a part of a page
        return finish(text, context, self.app)


def finish(text, context, app):
    """Return a page as it is served, from what the theme made of it."""
    soup = BeautifulSoup(text, "html.parser")
    typeset = typeset_formulas(soup, context["pagename"])
    move_data_out(soup, app)
    tidy(soup)
    fold_solutions(soup)
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


def measure_pictures(soup, app):
    """Say how large each picture is, so that nothing moves when it arrives."""
    sources = {name: uri for uri, name in app.builder.images.items()}
    for image in soup.select("article img[src]"):
        name = image["src"].rsplit("/", 1)[-1]
        if name in sources and "width" not in image.attrs and name.endswith(".png"):
            with Image.open(Path(app.srcdir, sources[name])) as picture:
                image["width"], image["height"] = picture.size
        image["loading"], image["decoding"] = "lazy", "async"
        if "/_images/" in f"/{image['src']}":
            image["src"] = re.sub(r"\.png$", ".webp", image["src"])


def write_head(soup, context, app):
    """Write the page's head anew."""
    page, here = context["pagename"], "../" * context["pagename"].count("/")
    links = soup.head.select("link[rel=next], link[rel=prev], link[rel=index], link[rel=search]")
    title, body = page_title(context), soup.body
    head = soup.new_tag("head")

    def add(tag, /, **attributes):
        attributes = {key.strip("_").replace("_", "-"): text for key, text in attributes.items()}
        head.append("\n")
        head.append(soup.new_tag(tag, attrs=attributes))
        return head.contents[-1]

    def has(asset):
        return Path(app.srcdir, "_static", asset).exists()

    add("meta", charset="utf-8")
    add("meta", http_equiv="Content-Security-Policy", content=POLICY)
    add("meta", name="viewport", content="width=device-width, initial-scale=1")
    add("title").string = title
    add("meta", name="description", content=context["description"])
    add("script").string = EARLY
    add("link", rel="stylesheet", href=f"{here}_static/site.css")
    add("script", defer="", src=f"{here}_static/site.js")
    for script in SEARCH if page == "search" else []:
        add("script", defer="", src=here + script)
    if body.select_one(".sd-tab-set"):
        tabs = f"{here}_static/design-tabs.js"
        add("script", defer="", src=tabs, data_sd_tabs_storage_prefix="sphinx-design-tab-id-")
    if body.select_one("div.interactive"):
        add("script", defer="", src=f"{here}_static/interactive.js")
    # A script of _static/ for some pages only: an element there has data-script="its-name.js".
    for script in dict.fromkeys(e["data-script"] for e in body.select("[data-script]")):
        add("script", defer="", src=f"{here}_static/{script}")
    add("meta", name="color-scheme", content="light dark")
    if has("favicon.svg"):
        add("link", rel="icon", type="image/svg+xml", href=f"{here}_static/favicon.svg")
    add("meta", property="og:type", content="website" if page == app.config.root_doc else "article")
    add("meta", property="og:title", content=title)
    add("meta", property="og:description", content=context["description"])
    add("meta", property="og:site_name", content=app.config.html_title)
    add("meta", name="twitter:card", content="summary_large_image")
    if context["address"]:
        add("link", rel="canonical", href=context["address"])
        add("meta", property="og:url", content=context["address"])
        if has("card.png"):
            card = f"{app.config.html_baseurl}_static/card.png"
            add("meta", property="og:image", content=card)
            add("meta", property="og:image:width", content="1200")
            add("meta", property="og:image:height", content="630")
            add("meta", property="og:image:alt", content=app.config.html_title)
    if page == "search":
        add("meta", name="robots", content="noindex")
    for link in links:
        head.extend(["\n", link.extract()])
    head.append("\n")
    soup.head.replace_with(head)


def page_title(context):
    """Return what the browser's tab shows: the page's title, and the book's."""
    title = html.unescape(re.sub(r"<[^>]+>", "", context.get("title", "")))
    title = re.sub(r"\\[()]", "", title)
    book = html.unescape(context["docstitle"])
    return f"{book}: a course book" if title in ("", book) else f"{title} — {book}"


def describe(doctree, title):
    """Return the first sentences of a page: what search engines and social media show of it."""
    texts = []
    for paragraph in doctree.findall(nodes.paragraph):
        copy = paragraph.deepcopy()
        for formula in list(copy.findall(nodes.math)):
            formula.replace_self(nodes.Text(formula.astext()))
        text = re.sub(r"^(Question|Answer)\.\s*", "", " ".join(copy.astext().split()))
        if len(text) > 30 and "\\" not in text:
            texts.append(text)
        if sum(map(len, texts)) > 60:
            break
    text = " ".join(texts) or title
    if len(text) <= 160:
        return text
    sentence = re.match(r".{50,160}?[.?!](?=\s)", text)
    return sentence[0] if sentence else text[:157].rsplit(" ", 1)[0].rstrip(",;:") + " …"


DESCRIPTIONS = {
    "search": "Search the course book From PCA to Autoencoders.",
    "genindex": "Index of the terms of the course book From PCA to Autoencoders.",
}


def prepare(app, pagename, templatename, context, doctree):
    """Give the templates, and `write_head`, what they need to know of a page."""
    if doctree is not None:  # a page has changed, so what was made of them is out of date
        Path(app.outdir, PDF).unlink(missing_ok=True)
        shutil.rmtree(Path(app.outdir, LITE), ignore_errors=True)
    known = DESCRIPTIONS.get(pagename, context.get("title", ""))
    context["description"] = describe(doctree, known) if doctree is not None else known
    base = app.config.html_baseurl
    file = "" if pagename == app.config.root_doc else f"{pagename}.html"
    context["address"] = base + file if base else ""
    context["launch"] = None
    if doctree is not None and is_notebook(app, pagename):
        name = Path(pagename).name
        here = "../" * pagename.count("/")
        context["launch"] = {
            # tools/student.py writes these
            "notebook": f"{here}notebooks/{name}.ipynb",
            "student": f"{here}student/{name}.ipynb",
            "services": public_address.launchers(app.srcdir, pagename),
            "guide": "how_to_use" if "how_to_use" in app.env.all_docs else "",
        }


# --- the whole site --------------------------------------------------------------------------


def finish_site(app, exception):
    """Make the bundles, the pictures and the small files of the site."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    static = out / "_static"
    pages = {path: path.read_text(encoding="utf-8") for path in out.rglob("*.html")}
    if (static / "basic.css").exists():  # or else no page was out of date, and nothing is copied
        missing = [name for name in STYLES + SCRIPTS if not read(static / name)]
        if set(missing) - {"book.css", "book.js"}:
            LOGGER.warning("the theme lacks %s", ", ".join(missing))
        write_style_sheet(static, pages.values())
        write_script(static)
        write_search(static)
    compress_pictures(out / "_images")
    root = f"{app.config.root_doc}.html"
    if root != "index.html" and out / root in pages:
        (out / "index.html").write_text(pages[out / root], encoding="utf-8")
    write_map(app, out)
    write_not_found(app, out)
    offer_pdf(out, app.config.root_doc)
    offer_lite(out)
    for name in [*UNUSED, *STYLES, *SCRIPTS]:
        for path in static.glob(name):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def read(path):
    """Return a file's text; a name with a star stands for the file that fits, "" for none."""
    return "".join(file.read_text(encoding="utf-8") for file in path.parent.glob(path.name))


def write_script(static):
    """Put all scripts into one."""
    texts = [read(static / name) for name in SCRIPTS]
    texts.insert(1, "DOCUMENTATION_OPTIONS.search_as_you_type = false;")
    text = re.sub(r"^//# sourceMappingURL=.*$", "", ";\n".join(texts), flags=re.M)
    # The theme lays out the whole page, once for each of these boxes; book.js does without.
    text, found = re.subn(r'\["pre",[^]]*\](?=\.join)', '["no-such-box"]', text)
    if not found:
        LOGGER.warning("the theme's script does not look for boxes that scroll any more")
    (static / "site.js").write_text(text, encoding="utf-8")


def write_search(static):
    """Let the search's excerpts come from the text of a page, without the buttons around it."""
    path = static / "searchtools.js"
    text = path.read_text(encoding="utf-8")
    if '[role="main"]' not in text:
        LOGGER.warning("the theme's search takes its excerpts from elsewhere now")
    path.write_text(text.replace('[role="main"]', "article"), encoding="utf-8")


def write_style_sheet(static, pages):
    """Put all style sheets into one, with the glyphs and icons that the pages use."""
    pages = " ".join(pages)
    used = set(re.findall(r"\bfa-[a-z-]+", pages))
    css = "\n".join(read(static / name) for name in STYLES)
    # Each icon of Font Awesome has a rule; the few that are used stay, in a font of their own.
    css = re.sub(
        r"((?:\.fa-[a-z0-9-]+::?before,?)+)\{content:\"[^\"]*\"\}",
        lambda rule: rule[0] if used & set(re.findall(r"fa-[a-z0-9-]+", rule[1])) else "",
        css,
    )
    css = re.sub(r"@font-face\{[^}]*Font Awesome[^}]*\}", "", css)
    icons = {int(code, 16) for code in re.findall(r"\\(f[0-9a-f]{3})\b", css)}
    icons |= {ord(char) for char in css if "\ue000" <= char <= "\uf8ff"}
    font = static / "vendor" / "fontawesome" / "webfonts" / "fa-solid-900.ttf"
    if font.exists():
        write_icons(font, icons, static / "icons.woff")
    css += (
        "@font-face{font-family:'Font Awesome 6 Free';font-weight:900;font-display:block;"
        "src:url(icons.woff) format('woff')}\n"
    )
    if glyphs := set(re.findall(r"\bmjx-c[0-9A-F]+\b", pages)):
        css += formulas.styles(glyphs)
        shutil.copytree(formulas.FONTS, static / "fonts", dirs_exist_ok=True)
    css = re.sub(
        r"/\*(?!!).*?\*/\s*|^@charset [^;]*;|^/\*# sourceMappingURL.*$", "", css, flags=re.S | re.M
    )
    (static / "site.css").write_text(css, encoding="utf-8")


def write_icons(source, codes, target):
    """Write a font that holds only the given characters."""
    font = TTFont(source)
    subsetter = subset.Subsetter(subset.Options(layout_features=[], name_IDs=[0, 1, 2, 13, 14]))
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    font.flavor = "woff"
    font.save(target)


def compress_pictures(folder):
    """Turn the pictures of the chapters into WebP, without loss."""
    for path in folder.glob("*.png"):
        with Image.open(path) as picture:
            buffer = io.BytesIO()
            picture.save(buffer, "webp", lossless=True, method=4, quality=60)
        path.with_suffix(".webp").write_bytes(buffer.getvalue())
        path.unlink()


def write_map(app, out):
    """Write robots.txt and, if the site's address is known, a sitemap."""
    base, robots = app.config.html_baseurl, "User-agent: *\nAllow: /\n"
    if base:
        pages = sorted(app.env.found_docs, key=lambda page: (page != app.config.root_doc, page))
        addresses = [
            base + ("" if page == app.config.root_doc else f"{page}.html") for page in pages
        ]
        urls = "".join(f"<url><loc>{html.escape(url)}</loc></url>\n" for url in addresses)
        (out / "sitemap.xml").write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n',
            encoding="utf-8",
        )
        robots += f"Sitemap: {base}sitemap.xml\n"
    (out / "robots.txt").write_text(robots, encoding="utf-8")


def write_not_found(app, out):
    """Write the page for addresses that do not exist.

    It may be shown at any depth, so it carries its style and script with it.
    """
    text = (HERE / "templates" / "404.html").read_text(encoding="utf-8")
    text = text.replace("ROOT", f"{app.config.root_doc}.html").replace(
        "TITLE", app.config.html_title
    )
    style, script = (
        re.search(rf"<{tag}>(.*?)</{tag}>", text, re.S)[1] for tag in ("style", "script")
    )
    policy = (
        f"default-src 'none'; style-src {sha256(style)}; script-src {sha256(script)};"
        " connect-src 'self'; base-uri 'none'; form-action 'none'"
    )
    (out / "404.html").write_text(text.replace("POLICY", policy), encoding="utf-8")


def offer_pdf(out, root):
    """Let the landing page offer the book as a PDF if there is one; `tools/pdf.py` makes it."""
    pdf, offer = out / PDF, ""
    if pdf.exists():
        size = f"{pdf.stat().st_size / 1e6:.0f} MB"
        offer = f' Or read <a href="{PDF}">the whole book as a PDF</a> ({size}).'
    for page in (out / "index.html", out / f"{root}.html"):
        text = page.read_text(encoding="utf-8")
        text = re.sub(r'(<span class="pdf">).*?(</span>)', rf"\1{offer}\2", text)
        page.write_text(text, encoding="utf-8")


def offer_lite(out):
    """Let a chapter's menu offer to run it in the browser if JupyterLite is there and has it.

    Returns
    -------
    offered : list of str
        The names of these chapters.
    """
    offered = []
    for page in sorted((out / "chapters").glob("*.html")):
        offer = ""
        if (out / LITE / "files" / f"{page.stem}.ipynb").exists():
            offered.append(page.stem)
            offer = (
                f'<a href="../{LITE}/notebooks/index.html?path={page.stem}.ipynb">'
                "Run in this browser (JupyterLite)</a> "
                f"<small>fetches Python and packages from {HOSTS_OF_LITE}</small>"
            )
        text = page.read_text(encoding="utf-8")
        text = re.sub(r'(<li class="lite">).*?(</li>)', rf"\1{offer}\2", text)
        page.write_text(text, encoding="utf-8")
    return offered


def configure(app, config):
    """Change the settings that depend on where and for whom the site is built."""
    base = os.environ.get("BOOK_URL", config.html_baseurl or "")
    config.html_baseurl = f"{base.rstrip('/')}/" if base else ""
    config.html_context.setdefault("default_mode", "auto")
    # Chapters that have never run, while another one is looked at (`tools/build_book.py`).
    if without := os.environ.get("BOOK_WITHOUT"):
        config.nb_execution_excludepatterns = without.split()
    config.html_copy_source = False
    config.html_show_sourcelink = False
    config.html_domain_indices = False
    config.templates_path.insert(0, str(HERE / "templates"))
    logo = Path(app.srcdir, "_static", "logo.svg")
    if logo.exists():
        config.html_logo = str(logo)
        config.html_theme_options["logo"] = {"text": config.html_title}


def setup(app):
    """Register with Sphinx."""
    app.config.template_bridge = "website.Pages"
    app.connect("config-inited", configure)
    app.connect("html-page-context", prepare, priority=900)
    app.connect("build-finished", finish_site, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
