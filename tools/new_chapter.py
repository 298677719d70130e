"""Begin a chapter: its notebook, its checks, their answers, and its place in the book.

    python tools/new_chapter.py random_matrices "Random matrices"    # make chapter does it

The chapter gets the next number and stands at the end of the last part of `_toc.yml`. What is
written comes from `tools/chapter_template`: a chapter in small, whole and true, to be replaced.
"""

import argparse
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import command
from chapter_list import BEYOND, ROOT, names_and_parts, word_of, write

TEMPLATE = Path(__file__).parent / "chapter_template"
NEXT = """\
Chapter {number} has been begun. These files are new or have changed:

{files}

What to do now:

1. Write the chapter: make lab, chapters/{name}.ipynb. CONTRIBUTING.md describes its form. Each
   figure has its caption in the metadata of its cell.
2. For each exercise with code, write its check and its answers in the two files beside the first.
3. make run-notebooks CH={number} runs it and stores the outputs that are compared.
4. make format lays out the code, and writes title, question, needs and minutes of the first cell
   into README.md, intro.md, how_to_use.md and teaching.md.
5. In coverage.md, name the chapter in the rows of what it teaches, or say in its row under
   "{beyond}" what it adds.
6. make book CH={number} to see the page, make test CH={number}, and in the end make test. Until the
   chapter is written, there are too few cells, exercises and lines of solutions; everything else
   should pass from the beginning.

To begin it in another place, rename its file (the number is its place) and move its line in
_toc.yml. To drop it, delete the three new files and run: git checkout -- _toc.yml '*.md'
"""


class Refused(Exception):
    """The chapter can't be begun; the words say why."""


def begin(stem, title, book=ROOT):
    """Write a new chapter into a book.

    Parameters
    ----------
    stem : str
        The chapter's word as in file names, ``random_matrices``.
    title : str
    book : Path

    Returns
    -------
    name : str
        ``12_random_matrices``.
    changed : list of str
        The files that are new or have changed.

    Raises
    ------
    Refused
        If the word or the title can't be taken. Nothing is written then.
    """
    listed = list(names_and_parts(book))
    word = stem.replace("_", "-")
    checks, answers = f"lib/checks/{stem}.py", f"tests/checks/answers_{stem}.py"
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", stem):
        raise Refused(
            f"{stem!r} can't name a chapter's files. Take small letters, digits and _, such as "
            "NAME=random_matrices."
        )
    if not title.strip() or "\n" in title:
        raise Refused('A chapter needs a title on one line, such as TITLE="Random matrices".')
    if word in map(word_of, listed):
        raise Refused(f"There is a chapter called {stem} already. Take another NAME.")
    for path in (checks, answers, f"lib/checks/{stem}"):
        if (book / path).exists():
            raise Refused(f"{path} exists already. Take another NAME.")
    name = f"{len(listed) + 1:02d}_{stem}"
    fill = {
        "NEWNUMBER": name[:2],
        "NEWPREVIOUS": listed[-1][:2],
        "NEWWORD": word,
        "NEWTITLE": title.strip(),
    }
    for source, target in (
        ("chapter.ipynb", f"chapters/{name}.ipynb"),
        ("checks.py", checks),
        ("answers.py", answers),
    ):
        text = (TEMPLATE / source).read_text(encoding="utf-8")
        for mark, value in fill.items():
            value = json.dumps(value, ensure_ascii=False)[1:-1] if "ipynb" in source else value
            text = text.replace(mark, value)
        command.write(book / target, text)
    add_to_contents(book / "_toc.yml", listed[-1], name)
    add_to_coverage(book / "coverage.md", name, title.strip())
    pages = write(book)
    return name, [f"chapters/{name}.ipynb", checks, answers, "_toc.yml", "coverage.md", *pages]


def add_to_contents(toc, previous, name):
    """Put a chapter behind another one in the table of contents."""
    text = toc.read_text(encoding="utf-8")
    line = re.compile(rf"^( *- file: chapters/){previous} *\n", re.M)
    command.write(toc, line.sub(lambda m: f"{m[0]}{m[1]}{name}\n", text))


def add_to_coverage(coverage, name, title):
    """Give a chapter a row among those that hold no item of the lecture."""
    text = coverage.read_text(encoding="utf-8").rstrip("\n") + "\n"
    if f"## {BEYOND}" not in text:
        text += f"\n## {BEYOND}\n\n| chapter | what it adds |\n|---|---|\n"
    text += f"| {{doc}}`{name[:2]} <chapters/{name}>` | {title} |\n"
    command.write(coverage, text)


def main(arguments=None):
    """Begin the chapter that the command line names, and say what to do next."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", help="of the files, such as random_matrices")
    parser.add_argument("title", help='such as "Random matrices"')
    options = parser.parse_args(arguments)
    try:
        name, changed = begin(options.name, options.title)
    except Refused as reason:
        parser.exit(2, f"{reason}\n")
    files = "\n".join(f"    {path}" for path in changed)
    print(NEXT.format(number=name[:2], name=name, files=files, beyond=BEYOND))


if __name__ == "__main__":
    command.run(main)
