"""The head of a page: its title and description, what it loads, and what the browser forbids it."""

import base64
import hashlib
import html
import re
from pathlib import Path

from docutils import nodes

# What the page of the search loads beside the bundle.
SEARCH = ["_static/searchtools.js", "_static/language_data.js", "searchindex.js"]
# Of the pages that have no text of their own.
DESCRIPTIONS = {
    "search": "Search the course book From PCA to Autoencoders.",
    "genindex": "Index of the terms of the course book From PCA to Autoencoders.",
}

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


def description(pagename, context, doctree):
    """Return the description of any page, also of one without a doctree."""
    known = DESCRIPTIONS.get(pagename, context.get("title", ""))
    return describe(doctree, known) if doctree is not None else known


def web_address(app, pagename):
    """Return the address of a page on the web, "" if that of the site is not known."""
    base = app.config.html_baseurl
    file = "" if pagename == app.config.root_doc else f"{pagename}.html"
    return base + file if base else ""
