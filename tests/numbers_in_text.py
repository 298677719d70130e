"""The decimal numbers in the text of a chapter, and where they come from.

A number in the text is found where it was made: in what the cells of the chapter printed, in their
code, in a stored table that the chapter loads, or in the lists of `sourced_numbers`. Pictures are
not read. What a cell prints after a network was trained, or a time taken, is another number on
another machine: of these cells only the compared ones count.
"""

import re
from math import atan, degrees, exp, sqrt
from typing import NamedTuple

import pandas as pd
from chapter_form import COMPARED, tags
from chapter_list import ROOT

EVIDENCE = ROOT / "lib" / "data" / "evidence"
PERCENT = r"(\s*\\?,?(?:\\?%|per cent))?"
QUOTED = re.compile(r"(?<![\w.])(\d+\.\d+)(?!\w|\.\d)" + PERCENT)
PRINTED = re.compile(r"(?<![\w.])(\d+(?:\.\d*)?(?:e[+-]?\d+)?)(?![\d.])" + PERCENT)
# Addresses, references, options of directives, versions and sections of books are no results.
NO_RESULT = re.compile(
    r"https?://\S+|\{[\w:]+\}`[^`]*`|^:\w+:.*$|(?:Python|NumPy|Keras|[Ss]ection) [\d.]+\b", re.M
)
TIMED = re.compile(r"\b(perf_counter|process_time|timeit|time)\b")


class Number(NamedTuple):
    """A number: its value, whether it is in per cent, and its decimals."""

    value: float
    percent: bool = False
    decimals: int = 0


def numbers(pattern, text):
    """Yield each number in a text, with its match."""
    for match in pattern.finditer(text):
        yield (
            Number(float(match[1]), bool(match[2]), len(match[1].partition(".")[2])),
            match,
        )


def agrees(quoted, found):
    """Tell whether a number, rounded to the decimals that are quoted, is the one that is quoted."""
    scale = 100.0 ** (quoted.percent - found.percent)
    distance = abs(abs(found.value) * scale - quoted.value)
    return distance <= (0.5 + 1e-6) * 10**-quoted.decimals or (
        not quoted.percent and abs(abs(found.value) - quoted.value) < 1e-12  # "0.3 to 0.4 %"
    )


def quotes(chapter):
    """Yield cell, number and match of each decimal number in texts, captions and alt texts."""
    for cell in chapter.cells:
        shown = cell.metadata.get("mystnb", {})
        texts = [shown.get("figure", {}).get("caption", ""), shown.get("image", {}).get("alt", "")]
        for text in [cell.source] if cell.cell_type == "markdown" else texts:
            for number, match in numbers(QUOTED, NO_RESULT.sub("", text)):
                yield cell, number, match


def printed(cell):
    """Return all that a code cell printed, showed or glued, as text."""
    shown = [
        text
        for output in cell.outputs
        for kind, text in output.get("data", {}).items()
        if kind.endswith("text/plain")
    ]
    return "\n".join([*(output.get("text", "") for output in cell.outputs), *shown])


def stored(name):
    """Yield mean, median, least and largest value of each measure of a table, setting by setting.

    The seeds of a setting are taken together: a single run is no more than the chapter's own.
    """
    table = pd.read_csv(EVIDENCE / f"{name}.csv", keep_default_na=False, na_values=[""])
    table = table.drop(columns=["versions", "digest"])
    seed = list(table).index("seed")
    settings, measures = list(table)[:seed], list(table)[seed + 1 :]
    runs = table.groupby(settings, dropna=False)[measures]
    for found in (runs.mean(), runs.median(), runs.min(), runs.max()):
        yield from (Number(float(value)) for value in found.to_numpy().ravel())


def unfounded(chapter, elsewhere=()):
    """Yield a sentence for each decimal number in a chapter's text that comes from nowhere.

    Parameters
    ----------
    chapter : Chapter
        With the outputs of its last run, those of all cells.
    elsewhere : collection of str
        The numbers of this chapter that `sourced_numbers` accounts for, as the text writes them.
    """
    program = "\n".join(cell.source for cell in chapter.code)
    trains = "lib.training" in program
    safe, live = [number for number, _ in numbers(PRINTED, program)], []
    for cell in chapter.code:
        moves = COMPARED not in tags(cell) and (trains or TIMED.search(cell.source))
        (live if moves else safe).extend(number for number, _ in numbers(PRINTED, printed(cell)))
    for path in EVIDENCE.glob("*.csv"):
        if f'"{path.stem}"' in program:
            safe.extend(stored(path.stem))
    for cell, quoted, match in quotes(chapter):
        if match[1] in elsewhere or any(agrees(quoted, found) for found in safe):
            continue
        text = match.string
        words = " ".join(text[max(0, match.start() - 30) : match.end() + 20].split())
        if any(agrees(quoted, found) for found in live):
            remedy = (
                "only a cell that is not compared prints it, in a chapter that trains networks or "
                "takes times, so another machine prints another number. Quote a stored table "
                "(`lib.evidence`), print it in a compared cell, or say it in words, such as "
                '"about a third".'
            )
        else:
            remedy = (
                "no cell prints it, no code holds it, and no stored table that the chapter loads. "
                "Correct it, let a cell beside it print it, or give its source in "
                "tests/sourced_numbers.py."
            )
        yield f"{chapter.at(cell)} it says {match[1]} (`… {words} …`), and {remedy}"


def worked_out(expression):
    """Return the value of an expression of numbers, `sqrt`, `atan`, `degrees` and `exp`."""
    known = {"atan": atan, "degrees": degrees, "exp": exp, "sqrt": sqrt}
    return Number(float(eval(expression, known)))
