"""The one style sheet and the one script of the site, its icons and its search."""

import logging as messages
import re
import shutil

import formulas
from fontTools import subset
from fontTools.ttLib import TTFont
from sphinx.util import logging

LOGGER = logging.getLogger(__name__)
messages.getLogger("fontTools").setLevel(messages.WARNING)  # it tells each table of a font

# What the bundles are made of, in this order, from the folder _static of the built site.
STYLES = [
    "basic.css", "styles/pydata-sphinx-theme.css", "pygments.css",
    "styles/sphinx-book-theme.css", "copybutton.css", "mystnb.*.css", "proof.css",
    "exercise.css", "sphinx-design.min.css", (OUR_STYLE := "book.css"),
]  # fmt: skip
SCRIPTS = [
    "documentation_options.js", "doctools.js", "sphinx_highlight.js", "clipboard.min.js",
    "copybutton.js", "scripts/sphinx-book-theme.js", "scripts/pydata-sphinx-theme.js", "book.js",
]  # fmt: skip
# What is copied into the site and no page of ours uses.
UNUSED = [
    "vendor", "scripts", "styles", "locales", "images", "mathjax", "sphinx-thebe.*",
    "togglebutton.*", "webpack-macros.html", "sbt-webpack-macros.html", "file.png", "plus.png",
    "minus.png", "copybutton_funcs.js", "play-solid.svg", "screenshot.png", "pdf.css",
]  # fmt: skip


def write(out):
    """Make the bundles of the site in the folder `out`, and remove what they were made of."""
    static = out / "_static"
    if (static / "basic.css").exists():  # or else no page was out of date, and nothing is copied
        missing = [name for name in STYLES + SCRIPTS if not read(static / name)]
        if set(missing) - {"book.css", "book.js"}:
            LOGGER.warning("the theme lacks %s", ", ".join(missing))
        pages = [path.read_text(encoding="utf-8") for path in out.rglob("*.html")]
        write_style_sheet(static, pages)
        write_script(static)
        write_search(static)
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
    # What Sphinx writes into the history would wipe out the place that book.js keeps there.
    text, kept = re.subn(r"replaceState\(\{\}", "replaceState(history.state", text)
    if not found:
        LOGGER.warning("the theme's script does not look for boxes that scroll any more")
    if not kept:
        LOGGER.warning("Sphinx's script does not write into the history any more")
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
    css = "\n".join(read(static / name) for name in STYLES if name != OUR_STYLE)
    # Each icon of Font Awesome has a rule; the few that are used stay, in a font of their own.
    css = re.sub(
        r"((?:\.fa-[a-z0-9-]+::?before,?)+)\{content:\"[^\"]*\"\}",
        lambda rule: rule[0] if used & set(re.findall(r"fa-[a-z0-9-]+", rule[1])) else "",
        css,
    )
    css = re.sub(r"@font-face\{[^}]*Font Awesome[^}]*\}", "", css)
    css += read(static / OUR_STYLE)
    icons = {int(code, 16) for code in re.findall(r"\\(f[0-9a-f]{3})\b", css)}
    icons |= {ord(char) for char in css if "\ue000" <= char <= "\uf8ff"}
    font = static / "vendor" / "fontawesome" / "webfonts" / "fa-solid-900.ttf"
    if font.exists():
        write_icons(font, icons, static / "icons.woff")
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
