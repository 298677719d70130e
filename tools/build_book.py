"""Build the site into _build/html and fail on everything that a reader would notice.

    python tools/build_book.py            # the book
    python tools/build_book.py FOLDER     # another Jupyter Book, such as a test's

Fails if a chapter raises or warns, a reference leads nowhere, a compared output differs from the
stored one, or a figure lacks its caption or alt text. Chapters run only if their code, `lib/` or
the packages have changed since they last ran.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from clean_notebooks import COMPARED
from jupyter_cache import get_cache
from student import write_for_download

ROOT = Path(__file__).resolve().parents[1]


def digest(files):
    """Return a digest of the contents of `files`."""
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def fingerprint():
    """Return a digest of what the chapters' results depend on beside their own code."""
    return digest([ROOT / "requirements.txt", *sorted((ROOT / "lib").rglob("*.py"))])


def make_of_pages(book):
    """Return a digest of what the pages depend on beside their text and the settings."""
    files = [*(ROOT / "tools").rglob("*.*"), *(book / "_static").rglob("*.*")]
    return digest(path for path in sorted(files) if path.is_file() and path.suffix != ".pyc")


def forget_what_is_stale(build):
    """Remove results that may be out of date.

    Jupyter Book reuses the results of a chapter whose code is the same, even if `lib/` changed;
    and it does not repeat the warnings of a build that failed or was interrupted.
    """
    ran_with, passed, made_with = (build / name for name in ("ran_with", "passed", "made_with"))
    current, make = fingerprint(), make_of_pages(build.parent)
    if not made_with.exists() or made_with.read_text() != make:
        passed.unlink(missing_ok=True)
    if not ran_with.exists() or ran_with.read_text() != current:
        shutil.rmtree(build / ".jupyter_cache", ignore_errors=True)
        passed.unlink(missing_ok=True)
    if not passed.exists():
        shutil.rmtree(build / ".doctrees", ignore_errors=True)
        shutil.rmtree(build / "html", ignore_errors=True)
    passed.unlink(missing_ok=True)
    build.mkdir(exist_ok=True)
    ran_with.write_text(current)
    made_with.write_text(make)


def changed_outputs(book):
    """Yield a message for each compared cell that printed something else than is stored."""
    cache = get_cache(book / "_build" / ".jupyter_cache")
    for path in sorted((book / "chapters").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        try:
            _, executed = cache.merge_match_into_notebook(notebook)
        except KeyError:  # not in _toc.yml, so it did not run
            continue
        for number, (stored, ran) in enumerate(zip(notebook.cells, executed.cells)):
            if COMPARED not in stored.metadata.get("tags", []):
                continue
            if printed(stored) != printed(ran):
                yield (
                    f"{path.name}, cell {number}: the compared output has changed.\n"
                    f"--- stored\n{printed(stored)}\n--- now\n{printed(ran)}\n"
                    "If the new one is right, store it with `make run-notebooks`."
                )


def printed(cell):
    """Return what a code cell printed or showed, as text."""
    return "".join(
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    ).strip()


def bare_figures(html):
    """Yield a message for each picture of a chapter without alt text or caption."""
    for page in sorted((html / "chapters").glob("*.html")):
        article = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").article
        for image in article.find_all("img"):
            name = Path(image["src"]).stem
            # Sphinx fills a missing alt text with the path of the file.
            if not image.get("alt") or name in image["alt"]:
                yield f"{page.name}: the figure {name} has no alt text (mystnb.image.alt)."
            if not image.find_parent("figure") or not image.find_parent("figure").figcaption:
                yield f"{page.name}: the figure {name} has no caption (mystnb.figure.caption)."


def main(book=ROOT):
    """Build the book in the folder `book`; return an exit status."""
    build = book / "_build"
    forget_what_is_stale(build)
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    extensions = os.pathsep.join([str(ROOT / "tools" / "site"), os.environ.get("PYTHONPATH", "")])
    status = subprocess.run(
        [jupyter_book, "build", "-W", "-n", "--keep-going", book],
        env=os.environ | {"PYTHONPATH": extensions},  # where our Sphinx extensions are
    ).returncode
    if status:
        print("\nThe book was not built: see the warnings and errors above.", file=sys.stderr)
        return status
    write_for_download(book, build / "html")
    problems = [*changed_outputs(book), *bare_figures(build / "html")]
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print(f"\nThe book has {len(problems)} problem(s): see above.", file=sys.stderr)
        return 1
    (build / "passed").touch()
    print(f"\nThe book is built. Open it in a browser:\n    {build / 'html' / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*(Path(argument).resolve() for argument in sys.argv[1:2])))
