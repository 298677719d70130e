"""A Sphinx extension: below the heading "Exercises" of a chapter, a link to its student version.

`tools/build_book.py` puts the notebooks into the folder `student` of the site.
"""

from docutils import nodes

HTML = (
    '<p class="student-version"><a class="reference download" href="{path}student/{name}.ipynb" '
    'download="{name}.ipynb">Download this chapter as a notebook without the solutions</a>'
    " (to run it, see <em>How to use this book</em>)</p>"
)


def add_link(app, doctree, docname):
    """Put the link into the page of a chapter."""
    if not docname.startswith("chapters/") or app.builder.format != "html":
        return
    for section in doctree.findall(nodes.section):
        if section[0].astext().strip() == "Exercises":
            path = "../" * docname.count("/")
            html = HTML.format(path=path, name=docname.rpartition("/")[2])
            section.insert(1, nodes.raw("", html, format="html"))
            return


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-resolved", add_link)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
