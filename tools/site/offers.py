"""What the site offers beside its pages: to download, to launch, to print; a map, a way back."""

import html
import re
import shutil
from pathlib import Path

import public_address
from page_head import sha256

# The whole book, if `tools/pdf.py` has printed it.
PDF = "from-pca-to-autoencoders.pdf"

# The folder of JupyterLite, if `tools/lite.py` has put it there, and whom it asks for packages.
LITE = "lite"
HOSTS_OF_LITE = "cdn.jsdelivr.net, pypi.org and files.pythonhosted.org"

TEMPLATES = Path(__file__).parent / "templates"


def is_notebook(app, pagename):
    """Tell whether a page is a chapter made from a notebook."""
    return pagename.startswith("chapters/") and Path(app.env.doc2path(pagename)).suffix == ".ipynb"


def launch(app, pagename):
    """Return what the menu above a chapter offers, None for other pages."""
    if not is_notebook(app, pagename):
        return None
    name = Path(pagename).name
    here = "../" * pagename.count("/")
    return {
        # tools/student.py writes these
        "notebook": f"{here}notebooks/{name}.ipynb",
        "student": f"{here}student/{name}.ipynb",
        "services": public_address.launchers(app.srcdir, pagename),
        "guide": "how_to_use" if "how_to_use" in app.env.all_docs else "",
    }


def withdraw(out):
    """Take back what was made of pages that have changed since."""
    (out / PDF).unlink(missing_ok=True)
    shutil.rmtree(out / LITE, ignore_errors=True)


def write(app, out):
    """Write all small files, and offer what there is."""
    root = f"{app.config.root_doc}.html"
    if root != "index.html" and (out / root).exists():
        shutil.copyfile(out / root, out / "index.html")
    write_map(app, out)
    write_not_found(app, out)
    offer_pdf(out, app.config.root_doc)
    offer_lite(out)


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
    text = (TEMPLATES / "404.html").read_text(encoding="utf-8")
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


def fill(page, start, content, end):
    """Put something between the two marks on a page, in place of what is there."""
    text = page.read_text(encoding="utf-8")
    filled = re.sub(f"({start}).*?({end})", rf"\1{content}\2", text)
    if filled != text:
        page.write_text(filled, encoding="utf-8")


def offer_pdf(out, root):
    """Let the landing page offer the book as a PDF if there is one; `tools/pdf.py` makes it."""
    pdf, offer = out / PDF, ""
    if pdf.exists():
        size = f"{pdf.stat().st_size / 1e6:.0f} MB"
        offer = f' Or read <a href="{PDF}">the whole book as a PDF</a> ({size}).'
    for page in (out / "index.html", out / f"{root}.html"):
        fill(page, '<span class="pdf">', offer, "</span>")


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
        fill(page, '<li class="lite">', offer, "</li>")
    return offered
