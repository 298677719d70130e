"""Put JupyterLite into the site: chapters that run inside the reader's browser, without a server.

    python tools/lite.py            # the site of the book
    python tools/lite.py FOLDER     # of another book, such as a test's

There is no TensorFlow for browsers, so only the chapters that do without it are taken. The browser
fetches Python and its packages from other hosts (`HOSTS_OF_LITE`); the notebooks, and `lib`
with its data, come from the site.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.append(str(Path(__file__).resolve().parent / "site"))
import busy
import command
import install
import nbformat
from nbformat.v4 import new_code_cell
from offers import HOSTS_OF_LITE, LITE, offer_lite
from student import chapters_of

ROOT = Path(__file__).resolve().parents[1]

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# JupyterLite has an environment of its own: its kernel wants a newer JupyterLab than `make lab`.
ENVIRONMENT = ROOT / "_build" / "jupyterlite"
LOCK = ROOT / "tools" / "locks" / "lite.txt"


def runs_in_browser(notebook):
    """Tell whether a chapter does without TensorFlow, which is what `lib.training` brings."""
    return not any(
        "lib.training" in cell.source for cell in notebook.cells if cell.cell_type == "code"
    )


def set_up_cell(wheel):
    """Return a code cell that brings `lib`, and the packages that it needs, into the browser."""
    return new_code_cell(
        "# Run this first. It takes the book's helpers and data "
        f"({wheel.stat().st_size / 1e6:.0f} MB) from this site, and\n"
        f"# the packages that they need from {HOSTS_OF_LITE}.\n"
        "import piplite\n\n"
        f'await piplite.install("{SETTINGS["project"]["name"]}")',
        id="set-up",
        metadata={"tags": ["set-up"]},
    )


def write_wheel(folder):
    """Write `lib` and its data as a wheel for browsers: one that asks for no TensorFlow."""
    asked, build = SETTINGS["project"], SETTINGS["tool"]["setuptools"]
    needed = [name for name in asked["dependencies"] if name != "tensorflow"]
    lines = [  # lists and strings look the same in JSON and TOML
        "[project]",
        *(f"{key} = {json.dumps(asked[key])}" for key in ("name", "version", "description")),
        f"dependencies = {json.dumps(needed)}",
        "[tool.setuptools]",
        f"packages = {json.dumps(build['packages'])}",
        "[tool.setuptools.package-data]",
        *(f"{key} = {json.dumps(names)}" for key, names in build["package-data"].items()),
    ]
    with tempfile.TemporaryDirectory() as source:
        shutil.copytree(
            ROOT / "lib", Path(source, "lib"), ignore=shutil.ignore_patterns("__pycache__")
        )
        shutil.copy(ROOT / "LICENSE", source)
        Path(source, "pyproject.toml").write_text("\n".join(lines), encoding="utf-8")
        options = ["--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", folder]
        if install.pip("wheel", *options, source):
            sys.exit("The wheel of lib was not made: see pip's words above.")
    return next(folder.glob("*.whl"))


def jupyter_lite():
    """Return JupyterLite's command, which is installed first if need be."""
    folder = ENVIRONMENT / ("Scripts" if sys.platform == "win32" else "bin")
    ready = ENVIRONMENT / "ready"
    wanted = LOCK.read_text(encoding="utf-8")
    with busy.held(ENVIRONMENT.with_suffix(".busy"), "installing JupyterLite"):
        if not ready.exists() or ready.read_text(encoding="utf-8") != wanted:
            venv.create(ENVIRONMENT, clear=True, with_pip=True)
            if install.pip_install_locked(LOCK, python=folder / "python"):
                sys.exit(
                    "JupyterLite was not installed: see pip's words above. Is a package index in "
                    "reach?"
                )
            command.write(ready, wanted)
    return folder / "jupyter-lite"


def main(book=ROOT):
    """Add JupyterLite with the chapters that can run there to the site of the book."""
    with busy.site(book, "adding JupyterLite to the site"):
        add_to(book)


def add_to(book):
    """Add JupyterLite to the site of a book, as nobody else changes it."""
    html = book / "_build" / "html"
    if not (html / "index.html").exists():
        sys.exit("There is no site to add to. Build it first: make book")
    shutil.rmtree(html / LITE, ignore_errors=True)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        (work / "chapters").mkdir()
        wheel = write_wheel(work)
        for path, notebook in chapters_of(book, solutions=True, set_up=set_up_cell(wheel)):
            if runs_in_browser(notebook):
                nbformat.write(notebook, work / "chapters" / path.name)
        call = [
            jupyter_lite(), "build",
            "--lite-dir", work, "--output-dir", html / LITE, "--contents", work / "chapters",
            "--apps", "notebooks", "--no-sourcemaps", "--no-unused-shared-packages",
            "--piplite-wheels", wheel,
        ]  # fmt: skip
        result = subprocess.run(call, cwd=work, capture_output=True, text=True)
        if result.returncode:
            command.raise_what_was_said(result.stderr, html / LITE)
            sys.exit(f"JupyterLite was not built:\n{result.stdout}\n{result.stderr}")
    taken = offer_lite(html)
    print(f"{len(taken)} chapters can run in the reader's browser: {', '.join(taken)}")


if __name__ == "__main__":
    command.run(main, *(Path(argument).resolve() for argument in sys.argv[1:2]))
