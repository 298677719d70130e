"""The built site: what its files hold, and how it is in the system's Chromium.

Without a site the first test fails and says so; the others are skipped. Without a Chromium the
tests that need it are skipped; with CI=true in the environment they fail instead.
"""

import functools
import http.server
import os
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools"))
import busy  # noqa: E402
import chromium  # noqa: E402

HTML = ROOT / "_build" / "html"
CHROMIUM = chromium.installed()
NO_SITE = "There is no site in _build/html: run `make book` first."
SPEAKER = pytest.StashKey()
PATIENCE = 60_000  # milliseconds; only what hangs for ever meets it
# Sections far from the window are not laid out, and nothing can be found in them.
LAY_OUT = """document.querySelectorAll("article section").forEach(
  section => section.style.contentVisibility = "visible")"""
# Formulas and the tokens of code are most of the elements, and made alike: of the tokens, one of
# each class stays in each kind of box; of the formulas, aids get the MathML.
THINNED = """() => {
  document.querySelectorAll("mjx-container").forEach(
    formula => formula.textContent = "formula");
  const seen = new Set();
  for (const token of document.querySelectorAll("article pre span")) {
    const look = `${token.className} in ${token.closest("div").className}`;
    if (seen.has(look)) token.replaceWith(...token.childNodes);
    seen.add(look);
  }
  document.normalize();
}"""
SIDEWAYS = """() => {
  const width = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth <= width) return found;
  for (const element of document.querySelectorAll("main *"))
    if (element.getBoundingClientRect().right > width + 1 && element.checkVisibility())
      found.push(element.outerHTML.slice(0, 150));
  return ["the page scrolls sideways", ...found.slice(0, 5)];
}"""


@pytest.hookimpl(trylast=True)  # after tests were deselected
def pytest_collection_modifyitems(items):
    """Skip what cannot be tested, but let one test fail where there is no site."""
    here = [item for item in items if Path(__file__).parent in item.path.parents]
    if here and not (HTML / "index.html").exists():
        speaker, *here = here
        speaker.stash[SPEAKER] = True
        reason = NO_SITE
    elif CHROMIUM or os.environ.get("CI"):
        return
    else:
        here = [item for item in here if item.path.name != "test_site.py"]
        reason = "no Chromium found; `apt-get install chromium` or the like lets these tests run"
    for item in here:
        item.add_marker(pytest.mark.skip(reason=reason))


def pytest_runtest_setup(item):
    """Fail for all tests where there is no site."""
    if SPEAKER in item.stash:
        pytest.fail(NO_SITE, pytrace=False)


@pytest.fixture(autouse=True, scope="package")
def site_stays():
    """Keep others from building the site while it is read."""
    with busy.site(ROOT, "testing the site", shared=True):
        yield


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serve files without a log; the site's own page stands for those that are missing."""

    def log_message(self, *args):
        """Say nothing."""

    def send_error(self, code, message=None, explain=None):
        """Answer as static hosts do."""
        content = (HTML / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


@pytest.fixture(scope="session")
def serve():
    """Return a context manager that serves a site from a sub-path and yields its address."""

    @contextmanager
    def serve(html):
        handler = functools.partial(Quiet, directory=str(html.parent))
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}/{html.name}/"
            server.shutdown()

    return serve


@pytest.fixture(scope="session")
def address(serve):
    """Return the address at which the book's site is served."""
    with serve(HTML) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """Return a running Chromium."""
    assert CHROMIUM, "no Chromium found"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=chromium.FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def visit(browser, address):
    """Return a context manager that opens a page, and fails if it asks elsewhere or complains."""

    @contextmanager
    def visit(
        path, *, width=1280, theme="light", site=address, allowed=(), requested=None, **options
    ):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, **options
        )
        context.set_default_timeout(PATIENCE)
        elsewhere, complaints = [], []

        def route(request):
            url = request.request.url
            if requested is not None:
                requested.append(url)
            if url.startswith((site, "data:")):
                request.continue_()
            else:
                elsewhere.append(url)
                request.abort()

        def complain(text):
            if not any(part in text for part in allowed):
                complaints.append(text)

        context.route("**/*", route)
        page = context.new_page()
        page.on("console", lambda said: complain(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complain(str(error)))
        page.goto(site + path, wait_until="load")
        try:
            yield page
            assert not elsewhere, "the page asks other hosts"
            assert not complaints, "the browser's console shows errors"
        finally:
            context.close()

    return visit


@pytest.fixture(scope="session")
def axe():
    """Return a function that lists what axe-core finds on a page.

    It can be kept to what fits a selector, and to some rules. The page's formulas, and most of its
    tokens of code, are gone then.
    """
    checker = Axe()

    def axe(page, within=None, rules=None):
        context = {"exclude": [["mjx-container"]]}
        if within:
            context["include"] = [[within]]
        options = {"resultTypes": ["violations"], "preload": False}
        if rules:
            options["runOnly"] = {"type": "rule", "values": rules}
        page.evaluate(LAY_OUT)
        page.evaluate(THINNED)
        found = checker.run(page, context=context, options=options)
        return [
            f"{violation['id']}: {violation['help']}: {node['html'][:200]}"
            f" {[check['message'] for check in node['any'] + node['all'] + node['none']][:1]}"
            for violation in found.response["violations"]
            for node in violation["nodes"][:3]
        ]

    return axe


@pytest.fixture(scope="session")
def lay_out():
    """Return a function that has the whole of a page laid out, solutions too."""

    def lay_out(page):
        page.evaluate(LAY_OUT)
        page.evaluate("document.querySelectorAll('article details').forEach(d => d.open = true)")

    return lay_out


@pytest.fixture(scope="session")
def sideways():
    """Return a function that lists what makes a page scroll sideways."""

    def sideways(page):
        page.evaluate(LAY_OUT)
        return page.evaluate(SIDEWAYS)

    return sideways


@pytest.fixture(scope="session")
def turn():
    """Return a function that gives a page another width and theme without a reload."""

    def turn(page, width, theme):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        page.evaluate(
            """async (theme) => {
              document.documentElement.dataset.theme = theme;
              await Promise.allSettled(document.getAnimations().map(fading => fading.finished));
            }""",
            theme,
        )

    return turn
