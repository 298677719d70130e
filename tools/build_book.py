"""Run the chapters, write the site into _build/html, and fail on what a reader would notice.

    python tools/build_book.py              # the book
    python tools/build_book.py --chapter 03 # run this one, and write the pages that change by it
    python tools/build_book.py FOLDER       # another Jupyter Book, such as a test's

Fails if a chapter raises or warns, a reference leads nowhere, a compared output differs from the
stored one, or a figure lacks its caption or alt text. Chapters run only if their results are out
of date (`run_chapters`); if nothing at all has changed since a build that passed, nothing is done.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from surroundings import neutral  # first, since it spares the others an import

# isort: split
import busy
import command
import nbformat
from bs4 import BeautifulSoup
from run_chapters import COMPARED, Runs, run_stale
from student import write_for_download

ROOT = Path(__file__).resolve().parents[1]
# Jupyter Book with our Sphinx extensions on its path, and on that of no kernel.
JUPYTER_BOOK = (
    "import sys; sys.path[:0] = sys.argv.pop(1).split('|'); sys.argv[0] = 'jupyter-book';"
    "import surroundings; from jupyter_book.cli.main import main; main()"
)
COMPLAINT = re.compile(r"^.*\b(?:WARNING|ERROR|CRITICAL|Exception|Traceback)\b.*$", re.M)


def digest(files):
    """Return a digest of the names and contents of some files."""
    total = hashlib.sha256()
    for path in sorted(files):
        total.update(f"{path}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def files_in(folder, but=()):
    """Return the files below a folder, without those that are made."""
    skipped = {"_build", "__pycache__", ".git", ".venv", ".ipynb_checkpoints", *but}
    found = []
    for base, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in skipped]
        found += [Path(base, name) for name in names if not name.endswith(".pyc")]
    return found


def sources(book, project=ROOT):
    """Return digests of what the site is made of: the makers of all pages, and everything."""
    makers = digest([*files_in(project / "tools"), *files_in(book / "_static")])
    # The chapters' notebooks are digested as they are, with text and stored outputs.
    text = [path for path in book.iterdir() if path.suffix in (".md", ".yml", ".bib")]
    everything = [*text, *files_in(book / "chapters")]
    code = [project / "requirements.txt", *files_in(project / "lib", but=["fashion_mnist"])]
    address = [os.environ.get(name, "") for name in ("BOOK_REPOSITORY", "BOOK_URL")]
    return makers, " ".join([makers, digest([*everything, *code]), *address])


def remember(path, text):
    """Write a small file, and the folder around it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    command.write(path, text)


def recall(path):
    """Return what `remember` wrote, "" if it did not."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def changed_outputs(runs, paths):
    """Yield a message for each compared cell that printed something else than is stored."""
    for path in paths:
        notebook, executed = nbformat.read(path, as_version=4), runs.results(path)
        if executed is None:  # it raised an error, and that has been said
            continue
        for number, (stored, ran) in enumerate(zip(notebook.cells, executed.cells)):
            if COMPARED not in stored.metadata.get("tags", []):
                continue
            if printed(stored) != printed(ran):
                yield (
                    f"{path.name}, cell {number}: the compared output has changed.\n"
                    f"--- stored\n{printed(stored)}\n--- now\n{printed(ran)}\n"
                    f"If the new one is right, store it: make run-notebooks CH={path.stem[:2]}"
                )


def printed(cell):
    """Return what a code cell printed or showed, as text."""
    return "".join(
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in cell.outputs
    ).strip()


def bare_figures(html, paths):
    """Yield a message for each picture of a chapter without alt text or caption."""
    for page in (html / "chapters" / f"{path.stem}.html" for path in paths):
        if not page.exists():  # not in _toc.yml
            continue
        article = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").article
        for image in article.find_all("img"):
            name = Path(image["src"]).stem
            # Sphinx fills a missing alt text with the path of the file.
            if not image.get("alt") or name in image["alt"]:
                yield f"{page.name}: the figure {name} has no alt text (mystnb.image.alt)."
            if not image.find_parent("figure") or not image.find_parent("figure").figcaption:
                yield f"{page.name}: the figure {name} has no caption (mystnb.figure.caption)."


def write_pages(book, without, strict):
    """Let Jupyter Book write the site.

    Parameters
    ----------
    book : Path
    without : list of Path
        Chapters that have never run: their pages have no outputs.
    strict : bool
        Whether every warning is an error.

    Returns
    -------
    complaints : list of str
        The lines in which Sphinx warns or complains; if it failed without one, its last lines.
    """
    log = book / "_build" / "sphinx.log"
    folders = "|".join(str(ROOT / "tools" / name) for name in ("site", ""))
    call = [sys.executable, "-P", "-c", JUPYTER_BOOK, folders, "build", "-n", "--keep-going"]
    result = subprocess.run(
        [*call, *["-W"] * strict, book],
        env=neutral() | {"BOOK_WITHOUT": " ".join(path.name for path in without)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    said = re.sub(r"\x1b\[[\d;]*m", "", result.stdout)
    remember(log, said)
    if result.returncode:
        command.raise_what_was_said(said, book / "_build")
    complaints = [line for line in COMPLAINT.findall(said) if "treated as errors" not in line]
    if result.returncode and not complaints:
        complaints = said.strip().splitlines()[-15:]
    return complaints if result.returncode or not strict else []


def build(book=ROOT, only=None, say=print):
    """Build the book in a folder.

    Parameters
    ----------
    book : Path
    only : str, optional
        The number of the one chapter that is run and judged; pages of other chapters show the
        results that there are.
    say : callable
        Gets lines that tell a person what is going on.

    Returns
    -------
    status : int
        For the shell: 0 if all is well.
    """
    start = time.monotonic()
    folder = book / "_build"
    passed, made_with, html = folder / "passed", folder / "made_with", folder / "html"
    makers, everything = sources(book)
    index = html / "index.html"
    if recall(passed) == everything and index.exists():
        say(f"Nothing has changed since the book was built. Open it in a browser:\n    {index}")
        return 0

    # Sphinx does not repeat the warnings of pages that it has read already, so what a build left
    # that failed, or was made with other tools, is not built upon.
    if not recall(passed) or recall(made_with) != makers:
        shutil.rmtree(folder / ".doctrees", ignore_errors=True)
        shutil.rmtree(html, ignore_errors=True)
    passed.unlink(missing_ok=True)
    runs = Runs(book)
    every = runs.chapters()
    asked = runs.chapters([only]) if only else every
    failed = run_stale(runs, asked, say=say)
    if failed:
        say(f"\nThe book was not built: {len(failed)} chapter(s) raised an error, see above.")
        return 1

    say("Writing the pages …")
    remember(made_with, makers)
    without = [path for path in every if runs.results(path) is None]
    complaints = write_pages(book, without, strict=not only)
    if only:  # what concerns other chapters, or leads to them, can't be judged now
        unknown = tuple(path.name for path in every if path not in asked and runs.stale(path))
        own = [line for line in complaints if asked[0].name in line]
        others = [line for line in complaints if line not in own]
        complaints = [line for line in own if not (unknown and leads_away(line, every, asked))]
    else:
        unknown, others = (), []
    if html.exists():
        write_for_download(book, html)
    problems = [*complaints, *changed_outputs(runs, asked), *bare_figures(html, asked)]
    for problem in problems:
        say(problem)
    if problems:
        say(f"\nThe book has {len(problems)} problem(s), see above. All that Sphinx said is in")
        say(f"    {folder / 'sphinx.log'}")
        return 1
    if not unknown and not others:
        remember(passed, everything)
    page = html / "chapters" / f"{asked[0].stem}.html" if only else index
    what = f"Chapter {only}" if only else "The book"
    say(f"{what} is built ({time.monotonic() - start:.0f} s). Open it in a browser:\n    {page}")
    if unknown:
        say(f"Out of date, and not run now: {', '.join(unknown)}")
    return 0


def leads_away(line, every, asked):
    """Tell whether a warning is about a label of another chapter, which may not have run."""
    labels = re.findall(r"[\"'`]?([a-z]+-[\w-]+)", line)
    elsewhere = "".join(path.read_text(encoding="utf-8") for path in every if path not in asked)
    return any(label in elsewhere for label in labels)


def main(arguments=None):
    """Do what the command line says; return an exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("book", nargs="?", type=Path, default=ROOT, help="default: this one")
    parser.add_argument("--chapter", metavar="NN", help="run and judge only this one")
    options = parser.parse_args(arguments)
    book = options.book.resolve()
    with busy.site(book, "building the book"):
        return build(book, options.chapter)


if __name__ == "__main__":
    command.run(main)
