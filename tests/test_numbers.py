"""Every decimal number in the text of a chapter comes from somewhere that can be looked up."""

import json
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from chapter_form import CHAPTERS, COMPARED, Chapter
from chapter_list import ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from numbers_in_text import EVIDENCE, QUOTED, agrees, numbers, quotes, unfounded, worked_out
from run_chapters import Runs
from sourced_numbers import SOURCED, WAITING, WORKED_OUT

MADE_UP = ROOT / "chapters" / "12_made_up.ipynb"
LISTED = {**WORKED_OUT, **SOURCED, **WAITING}


@cache
def run_of(path):
    """Return a chapter with the outputs of its last run; skip the test if there is none."""
    executed = Runs().results(path)
    if executed is None:
        pytest.skip(f"{path.stem} has not run as it is now: `make run-notebooks` or `make book`")
    return Chapter(path, executed)


def listed(path):
    return {number for chapter, number in LISTED if chapter == path.name.partition("_")[0]}


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_numbers_in_the_text_come_from_somewhere(path):
    complaints = list(unfounded(run_of(path), listed(path)))
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_no_number_is_listed_in_vain(path):
    quoted = {match[1] for _, _, match in quotes(Chapter(path))}
    gone = listed(path) - quoted
    assert not gone, f"{path.stem} does not say {gone} any more: take it from sourced_numbers.py"


@pytest.mark.parametrize("key", WORKED_OUT, ids=" ".join)
def test_what_is_worked_out_is_right(key):
    [(quoted, _)] = numbers(QUOTED, key[1])
    assert agrees(quoted, worked_out(WORKED_OUT[key])), f"{WORKED_OUT[key]} is not {key[1]}"


def test_a_number_waits_only_for_a_table_that_is_not_there():
    for key, experiment in WAITING.items():
        assert (ROOT / "experiments" / f"{experiment}.py").exists()
        assert not (EVIDENCE / f"{experiment}.csv").exists(), (
            f"{key}: the results of experiments/{experiment}.py are stored. Load them in the "
            "chapter, quote what they say, and take the number from sourced_numbers.py."
        )


def said(text, code="x = 1", output="", compared=False, first="import numpy", **metadata):
    """Return what is said of a chapter of one sentence and one cell."""
    cell = new_code_cell(code, metadata={"tags": [COMPARED] * compared, **metadata})
    cell.outputs = [new_output("stream", name="stdout", text=output)]
    cells = [new_code_cell(first), cell, new_markdown_cell(text)]
    return list(unfounded(Chapter(MADE_UP, new_notebook(cells=cells))))


TRAINS = "from lib.training import keras"
TABLE = 'evidence.load("made_up")'


@pytest.mark.parametrize(
    "text, cell",
    [
        ("It is 0.87.", {"output": "accuracy 0.8651"}),
        ("It is 0.87.", {"code": "a = -0.87"}),
        ("It is $0.87$.", {"output": "[-8.7e-01]"}),
        ("It is 86.5 %.", {"output": "accuracy 0.8651"}),
        ("It is $86.5\\,\\%$.", {"output": "accuracy 0.8651"}),
        ("It is 0.87.", {"output": "accuracy 86.5%"}),
        ("It is 0.87.", {"output": "0.8651", "compared": True, "first": TRAINS}),
        ("It is 1.0.", {"output": "1"}),
        ("See {numref}`fig 1.2` and section 3.4 of the book, https://a.org/1.5, NumPy 2.4.", {}),
        ("We had 12 of 13.", {}),
    ],
)
def test_a_number_that_was_printed_or_written_is_found(text, cell):
    assert said(text, **cell) == []


@pytest.mark.parametrize(
    "text, cell, remedy",
    [
        ("It is 0.88.", {"output": "accuracy 0.8651"}, "let a cell beside it print it"),
        ("It is 0.870.", {"output": "accuracy 0.8651"}, "let a cell beside it print it"),
        ("It is 0.87 %.", {"output": "accuracy 0.8651"}, "let a cell beside it print it"),
        ("It is 86.5.", {"output": "accuracy 0.8651"}, "let a cell beside it print it"),
        ("It is 0.87.", {"output": "0.8651", "first": TRAINS}, "Quote a stored table"),
        (
            "It takes 0.87 s.",
            {"output": "0.8651", "code": "start = perf_counter()"},
            "Quote a stored table",
        ),
    ],
)
def test_a_number_from_nowhere_is_named(text, cell, remedy):
    [sentence] = said(text, **cell)
    number = text.split()[2].rstrip(".")
    assert sentence.startswith("chapters/12_made_up.ipynb, cell 3 (`It ")
    assert f"it says {number} " in sentence and remedy in sentence


def test_captions_and_alt_texts_are_read():
    shown = {"figure": {"caption": "It falls to 0.34."}, "image": {"alt": "A curve from 0.56."}}
    caption, alt = said("Words.", mystnb=shown)
    assert "it says 0.34" in caption and "it says 0.56" in alt


def test_a_stored_table_holds_means_and_bounds_of_its_settings(tmp_path, monkeypatch):
    rows = {"model": ["a"] * 3 + ["b"], "seed": [0, 1, 2, 0], "mse": [0.31, 0.32, 0.45, 0.7]}
    runs = pd.DataFrame(rows).assign(seconds=1.0, versions=json.dumps({}), digest="0")
    runs.to_csv(tmp_path / "made_up.csv", index=False)
    monkeypatch.setattr("numbers_in_text.EVIDENCE", Path(tmp_path))
    right = "Mean 0.36, median 0.32, 0.31 to 0.45, and 0.70."
    assert said(right, code=TABLE, first=TRAINS) == []
    assert len(said(right)) == 5  # the chapter does not load it
    assert len(said("Of all models 0.44.", code=TABLE)) == 1
