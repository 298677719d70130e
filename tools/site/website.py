"""A Sphinx extension that turns the theme's pages into this site.

Each of its modules does one thing:

- `pages`: what is done to a page, with `formulas`, `pictures`, `code_cells` and `page_head`;
- `bundles`: the one style sheet and the one script that a page loads;
- `offers`: what there is beside the pages, with `public_address`.

No page asks anybody else, and a content-security policy lets the browser enforce that.

Two settings of `_config.yml` can be overruled from outside: the repository's address
(`repository.url`) by BOOK_REPOSITORY, the site's own address (`html.baseurl`) by BOOK_URL.
"""

import os
from pathlib import Path

import bundles
import formulas
import offers
from code_cells import drop_output_of_stubs
from page_head import description, web_address
from pages import finish
from pictures import compress_pictures
from sphinx.jinja2glue import BuiltinTemplateLoader

TEMPLATES = Path(__file__).parent / "templates"
TYPESET = "../formulas.json"  # beside the site


class Pages(BuiltinTemplateLoader):
    """Sphinx's templates; each page is put in order after it is filled in."""

    def render(self, template, context):
        """Fill in a template."""
        text = super().render(template, context)
        if not text.lstrip().startswith("<!DOCTYPE html"):
            return text  # a part of a page
        return finish(text, context)


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
    config.templates_path.insert(0, str(TEMPLATES))
    logo = Path(app.srcdir, "_static", "logo.svg")
    if logo.exists():
        config.html_logo = str(logo)
        config.html_theme_options["logo"] = {"text": config.html_title}


def begin(app):
    """Take up the formulas that were typeset by an earlier build."""
    formulas.remember(Path(app.outdir, TYPESET))


def prepare(app, pagename, templatename, context, doctree):
    """Give the templates, and what follows them, what they need to know of a page."""
    if doctree is not None:  # a page has changed, so what was made of them is out of date
        offers.withdraw(Path(app.outdir))
    context["app"] = app
    context["description"] = description(pagename, context, doctree)
    context["address"] = web_address(app, pagename)
    context["launch"] = offers.launch(app, pagename) if doctree is not None else None


def finish_site(app, exception):
    """Make the bundles, the pictures and the small files of the site."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    bundles.write(out)
    compress_pictures(out / "_images")
    offers.write(app, out)
    formulas.store(out / TYPESET)


def setup(app):
    """Register with Sphinx."""
    app.config.template_bridge = "website.Pages"
    app.connect("config-inited", configure)
    app.connect("builder-inited", begin)
    app.connect("doctree-read", drop_output_of_stubs)
    app.connect("html-page-context", prepare, priority=900)
    app.connect("build-finished", finish_site, priority=900)
    return {"version": "2", "parallel_read_safe": True, "parallel_write_safe": False}
