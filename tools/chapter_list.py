"""The list of chapters: what each asks, needs and takes, and the pages that are made of it.

    python tools/chapter_list.py    # write the lists into the pages; `make format` does it too

The first cell of a chapter holds its title, question, answer, needs and minutes; `_toc.yml` holds
the order and the part. They are the only list. In each page of `LISTS` a list made of them stands
between two marks, `<!-- chapters: needs -->` and `<!-- end of chapters -->`. `complaints` says
what in the book does not fit.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import command
import nbformat
import yaml

ROOT = Path(__file__).resolve().parents[1]

FORM = """\
(ch-word)=
# Title

**Question.** …

**Answer.** …

After this chapter you can

- …

*Needs: chapters 02 and 04; what logistic regression is. Reading: 40 minutes. Running: 1 minute. \
Exercises: 90 minutes, and a project of 2 hours.*"""

# The parts of a first cell in order: what each is called, and how it is written.
PARTS = (
    ("the label `(ch-{word})=`", r"\(ch-{word}\)=\n"),
    ("the title, `# …`", r"# (?P<title>\S.*)\n\n"),
    ("`**Question.** …`", r"\*\*Question\.\*\* (?P<question>\S.*)\n\n"),
    ("`**Answer.** …`", r"\*\*Answer\.\*\* (?P<answer>\S.*)\n\n"),
    ("`After this chapter you can`", r"After this chapter you can\n\n"),
    ("the list of what one can do then, `- …`", r"(?:- \S.*\n)+\n"),
    ("`*Needs: ….`", r"\*Needs: (?P<needs>\S.*?)\. "),
    ("`Reading: 40 minutes.`", r"Reading: (?P<reading>\d+) minutes\. "),
    ("`Running: 1 minute.`", r"Running: (?P<running>\d+ (?:second|minute)s?)\. "),
    (
        "`Exercises: 90 minutes, and a project of 2 hours.*`, of which the project may be missing",
        r"Exercises: (?P<exercises>\d+) minutes(?:, and a project of (?P<project>[^.]+))?\.\*\Z",
    ),
)


@dataclass(frozen=True)
class Chapter:
    """What the list knows of a chapter.

    Attributes
    ----------
    name : str
        ``02_pca_theorem``, the file without its ending.
    title, question, answer, needs : str
        In MyST.
    reading, exercises : int
        Minutes.
    running : str
        "40 seconds" or "1 minute".
    project : str or None
        How long the project takes.
    part : str
        The caption in `_toc.yml`.
    """

    name: str
    title: str
    question: str
    answer: str
    needs: str
    reading: int
    running: str
    exercises: int
    project: str | None
    part: str = ""

    @property
    def number(self):
        """Return "02"."""
        return self.name[:2]


def word_of(name):
    """Return the word of a chapter in labels and ids.

    >>> word_of("02_pca_theorem")
    'pca-theorem'
    """
    return name.split("_", 1)[1].replace("_", "-")


def read_header(text, name, part=""):
    """Return what the first cell of a chapter says, as a `Chapter`.

    Parameters
    ----------
    text : str
    name : str
        ``02_pca_theorem``.
    part : str
        The part of the book that the chapter is in.

    Raises
    ------
    ValueError
        If the cell has another form. The sentence says where it begins to differ, and what to do.
    """
    word, found, position = word_of(name), {}, 0
    for what, pattern in PARTS:
        match = re.compile(pattern.replace("{word}", word)).match(text, position)
        if match is None:
            rest = text[position:].strip().split("\n")[0]
            raise ValueError(
                f"chapters/{name}.ipynb, first cell: {what.replace('{word}', word)} must stand "
                f"where {f'`{shorten(rest)}` stands' if rest else 'the cell ends'}. "
                f"The first cell of every chapter has this form:\n\n{FORM}\n"
            )
        found.update(match.groupdict())
        position = match.end()
    for key in ("reading", "exercises"):
        found[key] = int(found[key])
    return Chapter(name, part=part, **found)


def shorten(text, width=60):
    """Return the beginning of a text."""
    return text if len(text) <= width else text[: width - 1] + "…"


def names_and_parts(book=ROOT):
    """Return the chapters' names in the order of `_toc.yml`, each with the caption of its part."""
    toc = yaml.safe_load((book / "_toc.yml").read_text(encoding="utf-8"))
    return {
        entry["file"].removeprefix("chapters/"): part["caption"]
        for part in toc["parts"]
        for entry in part["chapters"]
        if entry["file"].startswith("chapters/")
    }


def chapters(book=ROOT):
    """Return the list of chapters, in order.

    Raises
    ------
    ValueError
        If the first cell of one of them has another form.
    """
    found = []
    for name, part in names_and_parts(book).items():
        cells = nbformat.read(book / "chapters" / f"{name}.ipynb", as_version=4).cells
        found.append(read_header(cells[0].source, name, part))
    return found


def plain(text):
    """Return MyST as words that any Markdown reader shows.

    >>> plain("Keep $k$ numbers of a {term}`score <scores>`.")
    'Keep k numbers of a score.'
    """
    text = re.sub(r"\{[\w:+-]+\}`([^`<]*?)(?: ?<[^`>]*>)?`", r"\1", text)
    return re.sub(r"\$([A-Za-z])\$", r"\1", text)


def link(chapter, text):
    """Return a link from a page to a chapter."""
    return f"{{doc}}`{text} <chapters/{chapter.name}>`"


def hours(minutes):
    """Return a sum of minutes in hours, to the nearest half.

    >>> hours(285)
    '5 hours'
    """
    return f"{round(minutes / 30) / 2:g} hours"


def question_rows(chapters):
    """Return the rows of README's table."""
    head = "| | chapter | question |\n|---|---|---|"
    return head, [
        f"| {c.number} | [{plain(c.title)}](chapters/{c.name}.ipynb) | {plain(c.question)} |"
        for c in chapters
    ]


def cards(chapters):
    """Return the grid of cards of the first page."""
    pieces = [
        f":::{{grid-item-card}} {c.number} · {c.title}\n:link: chapters/{c.name}\n"
        f":link-type: doc\n\n{c.question}\n:::\n"
        for c in chapters
    ]
    return "::::{grid} 1 1 2 2\n:gutter: 3\n", [*pieces, "::::"]


def need_rows(chapters):
    """Return the rows of the table of needs; the numbers in them lead to the chapters."""
    numbers = {c.number: c for c in chapters}

    def linked(match):
        chapter = numbers.get(match[0])
        return link(chapter, match[0]) if chapter else match[0]

    head = "| | chapter | needs |\n|---|---|---|"
    needs = [re.sub(r"\b\d\d\b", linked, chapter.needs) for chapter in chapters]
    return head, [
        f"| {c.number} | {{doc}}`chapters/{c.name}` | {need} |" for c, need in zip(chapters, needs)
    ]


def time_rows(chapters):
    """Return the rows of the table of times: one for each chapter, then one for each part."""
    head = "| | chapter | reading | running | exercises | project |\n|---|---|---|---|---|---|"
    rows = [
        f"| {c.number} | {{doc}}`chapters/{c.name}` | {c.reading} minutes | {c.running} "
        f"| {c.exercises} minutes | {c.project or ''} |"
        for c in chapters
    ]
    for part in dict.fromkeys(chapter.part for chapter in chapters):
        own = [chapter for chapter in chapters if chapter.part == part]
        rows.append(
            f"| | *{part}*, {len(own)} chapters | {hours(sum(c.reading for c in own))} | "
            f"| {hours(sum(c.exercises for c in own))} | |"
        )
    return head, rows


# The page that holds a list, what the list is called in its mark, and what writes it.
LISTS = (
    ("README.md", "questions", question_rows),
    ("intro.md", "cards", cards),
    ("how_to_use.md", "needs", need_rows),
    ("teaching.md", "times", time_rows),
)
# The section of coverage.md for chapters without an item of the lecture.
BEYOND = "Chapters beyond the lecture"
REMEDY = "Run `make format` (python tools/chapter_list.py), which writes the list."


def marks(kind):
    """Return the pattern of a list between its marks."""
    return re.compile(rf"(<!-- chapters: {kind} -->\n)(.*?)(<!-- end of chapters -->)", re.S)


def filled(text, kind, head, pieces):
    """Return a page with its list written anew."""
    made = "\n".join([head, *pieces])
    return marks(kind).sub(lambda match: f"{match[1]}\n{made}\n\n{match[3]}", text)


def write(book=ROOT):
    """Write the lists into the pages; return the names of those that changed."""
    listed, changed = chapters(book), []
    for page, kind, make in LISTS:
        before = (book / page).read_text(encoding="utf-8")
        after = filled(before, kind, *make(listed))
        if after != before:
            command.write(book / page, after)
            changed.append(page)
    return changed


def complaints(book=ROOT):
    """Yield a sentence for everything in the book that does not fit its list of chapters."""
    yield from complaints_about_files(book)
    try:
        listed = chapters(book)
    except (ValueError, FileNotFoundError) as error:
        yield str(error)
        return
    yield from complaints_about_headers(listed)
    for page, kind, make in LISTS:
        text = (book / page).read_text(encoding="utf-8")
        yield from complaints_about_a_list(text, page, kind, listed, *make(listed))
    yield from complaints_about_coverage(book, listed)
    yield from complaints_about_links(book, listed)


def complaints_about_files(book):
    """Compare `_toc.yml` with the files of the folder."""
    listed = list(names_and_parts(book))
    there = sorted(path.stem for path in (book / "chapters").glob("*.ipynb"))
    for name in there:
        if name not in listed:
            yield (
                f"_toc.yml lacks chapters/{name}. Add `- file: chapters/{name}` to the part that "
                "it belongs to."
            )
    for name in listed:
        if name not in there:
            yield (
                f"_toc.yml names chapters/{name}, and there is no such notebook. Take the line "
                "out, or correct the name."
            )
    for place, name in enumerate(listed, start=1):
        if not re.match(rf"{place:02d}_", name):
            yield (
                f"_toc.yml has chapters/{name} as chapter {place}. A file's number is its place: "
                "rename the files, or change their order."
            )


def complaints_about_headers(listed):
    """A chapter may need only what comes before it; README shows its question without formulas."""
    for chapter in listed:
        cell = f"chapters/{chapter.name}.ipynb, first cell:"
        for number in re.findall(r"\b\d\d\b", chapter.needs):
            if not "00" < number < chapter.number:
                yield (
                    f"{cell} it needs chapter {number}, which does not come before it. Correct "
                    "`Needs: …`."
                )
        for text in (chapter.title, chapter.question):
            if "$" in plain(text):
                yield (
                    f"{cell} README.md can't show the formula in `{shorten(text)}`. Say it in "
                    "words; single letters, `$k$`, may stay."
                )


def complaints_about_a_list(text, page, kind, listed, head, pieces):
    """Compare the list in a page with what it should be."""
    match = marks(kind).search(text)
    if match is None:
        yield (
            f"{page} has no list between `<!-- chapters: {kind} -->` and "
            "`<!-- end of chapters -->`, each on a line of its own. "
            f"Put the marks back where the list belongs. {REMEDY}"
        )
        return
    if filled(text, kind, head, pieces) == text:
        return
    there = match[2]
    lacking = [
        f"{chapter.number} ({plain(chapter.title)})"
        for chapter, piece in zip(listed, pieces)
        if piece.strip() not in there
    ]
    if lacking:
        yield (
            f"{page}, list of {kind}: what it should say of chapter {', '.join(lacking)} is "
            f"missing or different. {REMEDY}"
        )
    else:
        yield (
            f"{page}, list of {kind}: something in it belongs to no chapter of _toc.yml, or "
            f"the order or a sum is another. {REMEDY}"
        )


def complaints_about_coverage(book, listed):
    """Each chapter has a row in coverage.md, and each item of the lecture a chapter."""
    text = (book / "coverage.md").read_text(encoding="utf-8")
    for chapter in listed:
        if f"<chapters/{chapter.name}>`" not in text:
            yield (
                f"coverage.md lacks chapter {chapter.number} ({plain(chapter.title)}): no row "
                f"leads to {link(chapter, chapter.number)}. Name it in the rows of what it "
                f"teaches, or under *{BEYOND}*."
            )
    for row in re.findall(r"^\| [LQ]\d\d \|.*$", text, re.M):
        if "<chapters/" not in row and "to come" not in row:
            yield (
                f"coverage.md, row {row[2:5]}: no chapter is named. Say where the item has its "
                "place, or write `to come`."
            )


def complaints_about_links(book, listed):
    """The number that a page gives a chapter is the chapter's own."""
    names = {chapter.name for chapter in listed}
    for page in sorted(book.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        for number, name in re.findall(r"\{doc\}`(\d\d) <chapters/(\w+)>`", text):
            if name not in names:
                yield f"{page.name} leads to chapters/{name}, which is no chapter of _toc.yml."
            elif not name.startswith(number):
                yield f"{page.name} calls chapters/{name} chapter {number}. Write {name[:2]}."


def main():
    """Write the lists, and name the pages that changed."""
    for page in write():
        print(f"{page}: list of chapters written")


if __name__ == "__main__":
    command.run(main)
