"""JupyterLite in a copy of the built site. No kernel is run: its packages come from elsewhere."""

import re
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from urllib.parse import urlsplit

import nbformat
import pytest
from bs4 import BeautifulSoup
from test_site import CHAPTERS, HTML, ROOT

sys.path.append(str(ROOT / "tools" / "site"))
from offers import HOSTS_OF_LITE, offer_lite

WITHOUT_TENSORFLOW = CHAPTERS[:6]
# Python in a browser: no TensorFlow, no threads, no timers. Runs the code that comes after it.
AS_IN_A_BROWSER = """
import signal, sys, threading
sys.modules["tensorflow"] = sys.modules["keras"] = None
sys.path.insert(0, sys.argv[1])
def refuse(thread):
    raise RuntimeError("can't start new thread")
threading.Thread.start = refuse
vars(signal).pop("setitimer", None)
import matplotlib
matplotlib.use("Agg")
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return a copy of the site with JupyterLite in it."""
    book = tmp_path_factory.mktemp("book")
    for path in (ROOT / "references.bib", *ROOT.glob("*.md")):
        shutil.copy(path, book)
    shutil.copytree(ROOT / "chapters", book / "chapters")
    shutil.copytree(HTML, book / "_build" / "html", ignore=shutil.ignore_patterns("lite"))
    command = [sys.executable, ROOT / "tools" / "lite.py", book]
    ran = subprocess.run(command, capture_output=True, text=True)
    if "No matching distribution found" in ran.stderr:
        pytest.skip("no package index in reach, and JupyterLite is not installed yet")
    assert ran.returncode == 0, ran.stderr
    return book / "_build" / "html"


@pytest.fixture(scope="module")
def notebooks(site):
    """Return the notebooks in JupyterLite by their names."""
    return {
        path.stem: nbformat.read(path, as_version=4)
        for path in sorted((site / "lite" / "files").glob("*.ipynb"))
    }


@pytest.fixture(scope="module")
def wheel(site):
    """Return the path of the wheel of `lib`."""
    (path,) = (site / "lite" / "pypi").glob("*.whl")
    return path


def offers(site, chapter):
    """Return what a chapter's menu says of JupyterLite."""
    page = BeautifulSoup((site / f"{chapter}.html").read_text(encoding="utf-8"), "html.parser")
    return page.select_one("details.menu li.lite")


def test_the_chapters_without_tensorflow_are_offered(site, notebooks):
    assert [f"chapters/{name}" for name in notebooks] == WITHOUT_TENSORFLOW
    for chapter in CHAPTERS:
        offer = offers(site, chapter)
        if chapter in WITHOUT_TENSORFLOW:
            address, _, query = offer.a["href"].partition("?path=")
            assert (site / "chapters" / address).is_file()
            assert (site / "lite" / "files" / query).is_file()
            assert HOSTS_OF_LITE in offer.get_text(), "the menu does not say who is asked"
        else:
            assert not offer.contents


def test_nothing_is_offered_once_it_is_gone(site):
    page = site / f"{CHAPTERS[0]}.html"
    before = page.read_text(encoding="utf-8")
    (site / "lite").rename(site / "away")
    try:
        assert offer_lite(site) == []
        assert not offers(site, CHAPTERS[0]).contents
    finally:
        (site / "away").rename(site / "lite")
    offer_lite(site)
    assert page.read_text(encoding="utf-8") == before


def test_the_second_cell_installs_the_wheel_and_says_whom_it_asks(wheel, notebooks):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        said = Parser().parsestr(archive.read(metadata).decode())
    assert said.get_all("Requires-Dist") == ["numpy", "pandas", "scikit-learn", "matplotlib"]
    for path in [*(ROOT / "lib").rglob("*.py"), *(ROOT / "lib" / "data").rglob("*.gz")]:
        assert path.relative_to(ROOT).as_posix() in names
    for notebook in notebooks.values():
        source = notebook.cells[1].source
        assert f'install("{said["Name"]}")' in source
        assert HOSTS_OF_LITE in source
        assert f"({wheel.stat().st_size / 1e6:.0f} MB)" in source
    assert HOSTS_OF_LITE in (ROOT / "how_to_use.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("chapter", WITHOUT_TENSORFLOW)
def test_imports_and_checks_need_what_a_browser_has(chapter, wheel, notebooks, tmp_path):
    code = [cell.source for cell in notebooks[chapter.split("/")[1]].cells[2:]]
    imports = next(source for source in code if "from lib.checks import" in source)
    word = chapter.split("_", 1)[1].replace("_", "-")
    program = f"""{AS_IN_A_BROWSER}
{imports}
from lib.checks import registered
import lib
assert lib.__file__.startswith(sys.argv[1]), lib.__file__
for name, exercise in registered({word!r}).items():
    nonsense = 1 if exercise.kind == "value" else lambda *arguments: 1
    print(name, check(name, ...).status, check(name, nonsense).status)
"""
    zipfile.ZipFile(wheel).extractall(tmp_path)
    ran = subprocess.run(
        [sys.executable, "-c", program, tmp_path], capture_output=True, text=True, cwd=tmp_path
    )
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert len(lines) >= 3
    for line in lines:
        _, untouched, nonsense = line.split()
        assert untouched == "todo" and nonsense in ("wrong", "error"), line


def test_it_opens_the_chapter_and_asks_nobody_else(site, browser, serve):
    asked = set()

    def route(request):
        url = request.request.url
        if url.startswith((address, "data:", "blob:")):
            request.continue_()
        else:
            asked.add(urlsplit(url).hostname)
            request.abort()

    title = BeautifulSoup((site / f"{CHAPTERS[1]}.html").read_bytes(), "html.parser").h1
    with serve(site) as address:
        context = browser.new_context()
        context.set_default_timeout(120_000)  # a notebook's page takes its time
        context.route("**/*", route)
        page = context.new_page()
        page.goto(f"{address}{CHAPTERS[1]}.html")
        page.click("details.menu > summary")
        with page.expect_event("requestfailed", lambda failed: "pyodide" in failed.url):
            page.click("details.menu li.lite a")
            page.get_by_role("heading", name=title.find(string=True).strip()).first.wait_for()
            page.get_by_text("piplite.install").first.wait_for()
        context.close()
    assert asked and asked <= set(re.split(", | and ", HOSTS_OF_LITE))
