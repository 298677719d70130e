"""Typeset TeX while the book is built, so that readers' browsers need not.

MathJax runs in V8 inside Python (mini-racer); the pages get its finished HTML, with MathML in it
for screen readers. No formula flashes, moves the page, or needs a script. What was typeset once is
kept in a file beside the site, so that a build of one changed page does not start MathJax for all.
"""

import atexit
import hashlib
import json
import re
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from py_mini_racer import MiniRacer

# The package's name is no identifier, so it can be found but not imported.
MATHJAX = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
FONTS = MATHJAX / "output" / "chtml" / "fonts" / "woff-v2"
PARTS = [
    "startup", "core", "adaptors/liteDOM", "input/tex-full", "output/chtml",
    "output/chtml/fonts/tex", "a11y/assistive-mml",
]  # fmt: skip
RULE = re.compile(r"\s*([^{}]+)\{(?:\"[^\"]*\"|[^}\"])*\}")

# What the results depend on beside the formulas: MathJax, and how this file calls it.
MADE_BY = [
    version("sphinx-mathjax-offline"),
    hashlib.sha256(Path(__file__).read_bytes()).hexdigest(),
]


RESULTS = {}  # what MathJax has returned, in this build and in those before


def ask(*call):
    """Return the result of a call of a function that `engine` defines."""
    key = json.dumps(call)
    if key not in RESULTS:
        RESULTS[key] = engine().call(*call)
    return RESULTS[key]


def remember(path):
    """Take up the results that `store` has left in a file, unless another MathJax made them."""
    RESULTS.clear()
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    if kept["made by"] == MADE_BY:
        RESULTS.update(kept["results"])


def store(path):
    """Leave the results for the next build, if there is a new one."""
    if engine.cache_info().currsize:
        text = json.dumps({"made by": MADE_BY, "results": RESULTS})
        path.write_text(text, encoding="utf-8")


@cache
def engine():
    """Return a V8 that knows MathJax."""
    v8 = MiniRacer()
    atexit.register(v8.close)  # or Python may wait for V8's thread for ever when it ends
    v8.eval(
        "var window = globalThis, global = globalThis;"
        "MathJax = {loader: {load: []}, startup: {typeset: false},"
        " chtml: {fontURL: 'fonts', adaptiveCSS: false}};"
    )
    for part in PARTS:
        v8.eval((MATHJAX / f"{part}.js").read_text(encoding="utf-8"))
    v8.eval(f"MathJax.loader.preLoad('loader', {', '.join(map(repr, PARTS))})")
    v8.eval("MathJax.config.startup.ready()")
    v8.eval(
        "var html = node => MathJax.startup.adaptor.outerHTML(node);"
        "var typeset = (tex, display) =>"
        " html(MathJax.tex2chtml(tex, {display, em: 16, ex: 7.2, containerWidth: 1280}));"
        "var styles = () => MathJax.startup.adaptor.textContent(MathJax.chtmlStylesheet());"
    )
    return v8


def typeset(tex, display=False):
    """Return the HTML of a formula; raise ValueError if MathJax does not understand it."""
    html = ask("typeset", tex, display)
    error = re.search(r'data-mjx-error="([^"]*)"', html)
    if error:
        raise ValueError(f"{error[1]}: {tex}")
    return html


def styles(glyphs):
    """Return MathJax's style sheet, with the rules of these glyphs (``"mjx-c3A3"``) only."""
    rules = RULE.finditer(ask("styles"))
    return "".join(
        rule[0] for rule in rules if glyphs.issuperset(re.findall(r"mjx-c[0-9A-F]+\b", rule[1]))
    )
