"""A Sphinx directive, ``{comparison}``: the rows that this chapter and those before it have glued.

A chapter gives its rows away with ``glue("comparison", comparison)``, where `comparison` is a
`lib.comparison.Comparison`. MyST-NB writes what is glued beside the executed notebooks; the table
is made from these files when the pages are written, so it never shows numbers of another build.
"""

import json
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from lib.comparison import MIME, Row, to_frame

LOGGER = logging.getLogger(__name__)
MARK = "comparison"  # in the metadata of pages that show a table


class Table(nodes.General, nodes.Element):
    """Stands for the table until all chapters have run."""


class ComparisonDirective(SphinxDirective):
    """Put a table into the page; the text below the directive is its caption."""

    has_content = True
    option_spec = {"name": directives.unchanged_required}  # noqa: RUF012

    def run(self):
        """Return the placeholder, in a table that can be referred to by number."""
        caption = nodes.title()
        self.state.nested_parse(self.content, self.content_offset, caption)
        caption.children = caption.children[0].children if caption.children else []
        table = nodes.table("", caption, Table(docname=self.env.docname), classes=["comparison"])
        self.set_source_info(table)
        self.add_name(table)
        self.env.metadata[self.env.docname][MARK] = True
        return [table]


def glued_rows(app, docname):
    """Return the rows that a page has glued, in order; none if it has not."""
    path = Path(app.env.mystnb_config.output_folder, f"{docname}.glue.json")
    if not path.exists():
        return []
    glued = json.loads(path.read_text(encoding="utf-8")).get("comparison")
    return [] if glued is None else [Row(*row) for row in json.loads(glued["data"][MIME])]


def rows_up_to(app, docname):
    """Return the rows of all pages up to this one."""
    pages = [page for page in sorted(app.env.all_docs) if page <= docname]
    return [row for page in pages for row in glued_rows(app, page)]


def fill(app, doctree, docname):
    """Replace each placeholder by the rows of all pages up to this one."""
    for placeholder in list(doctree.findall(Table)):
        rows = rows_up_to(app, docname)
        if not rows:
            LOGGER.warning("no page up to here has glued rows", location=placeholder)
            placeholder.parent.remove(placeholder)
            continue
        placeholder.replace_self(table_group(to_frame(rows)))


def table_group(frame):
    """Return a table's content in docutils' form."""

    def line(cells):
        return nodes.row("", *(nodes.entry("", nodes.paragraph("", cell)) for cell in cells))

    columns = [nodes.colspec(colwidth=4 if i == 0 else 1) for i, _ in enumerate(frame.columns)]
    body = [line(cells) for cells in frame.itertuples(index=False)]
    head = nodes.thead("", line(frame.columns))
    return nodes.tgroup("", *columns, head, nodes.tbody("", *body), cols=len(columns))


def pages_to_write(app, env):
    """Have the pages written again whose tables have changed: any chapter before may do that."""
    pages = [page for page in env.all_docs if MARK in env.metadata[page]]
    rows = {page: [tuple(row) for row in rows_up_to(app, page)] for page in pages}
    written, env.comparison_rows = getattr(env, "comparison_rows", {}), rows
    return [page for page in pages if rows[page] != written.get(page)]


def setup(app):
    """Register the directive with Sphinx."""
    app.add_node(Table)
    app.add_directive("comparison", ComparisonDirective)
    app.connect("doctree-resolved", fill)
    app.connect("env-updated", pages_to_write)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
