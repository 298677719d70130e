"""The student version: no solution is left, it runs, answers move to a newer one."""

import builtins
import copy
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell
from traitlets.config import Config

from lib.grading.__main__ import grade_notebook
from lib.grading.reading import KEY, PLACEHOLDER, Chapter, exercises, read, setup_cells, split
from lib.grading.sandbox import Limits
from lib.grading.syntax import bound_names, parse, used_names

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import plain_markdown  # noqa: E402
import student  # noqa: E402

CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
# To run them whole takes as long as to run the chapters; one stands for all but in `make test-all`.
WHOLE = CHAPTERS if os.environ.get("TEST_ALL") else CHAPTERS[:1]
# Solutions that train networks take minutes, so without `make test-all` one chapter of them stands
# for the others; that the checks accept all solutions, nbval proves with every run.
TRAINING = [path for path in CHAPTERS if "lib.training" in path.read_text(encoding="utf-8")]
GRADED = [path for path in CHAPTERS if os.environ.get("TEST_ALL") or path not in TRAINING[1:]]

# Lines of its solutions that a chapter must hold nowhere else, or the test below proves little.
OWN_LINES = 10


@pytest.fixture(scope="module")
def versions():
    """Return the student version of each chapter by its path."""
    return dict(student.chapters_of(ROOT))


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem)
def chapter(request):
    return request.param


def lines_of(text):
    """Return the lines of a text that are long enough to give something away."""
    return {line.strip() for line in text.splitlines() if len(line.strip()) >= 25}


def test_no_line_of_a_solution_is_left(chapter, versions):
    pieces = split(read(chapter))
    elsewhere = set().union(*(lines_of(p.source) for p in pieces if p.kind != "solution"))
    solution = set().union(*(lines_of(p.source) for p in pieces if p.kind == "solution"))
    assert len(solution - elsewhere) >= OWN_LINES, (
        f"{chapter.name}: of the lines of its solutions that have 25 characters or more, only "
        f"{len(solution - elsewhere)} stand nowhere else in the chapter. With fewer than "
        f"{OWN_LINES} this test could hardly notice a solution that is left in the student "
        "version: write out the solutions, with their reasons."
    )
    text = "\n".join(cell.source for cell in versions[chapter].cells)
    assert not (solution - elsewhere) & lines_of(text)
    assert not re.search(r"\bsolution-start\b|\bsol-", text)


def test_all_else_of_the_chapter_is_there(chapter, versions):
    own = [p.source for p in split(read(chapter)) if p.is_code and p.kind != "solution"]
    assert [c.source for c in versions[chapter].cells if c.cell_type == "code"] == own
    text = "\n".join(c.source for c in versions[chapter].cells if c.cell_type == "markdown")
    for heading in re.findall(r"^#+ [\w ]+$", "\n".join(p.source for p in split(read(chapter))
                                                        if p.kind == "body"), re.M):  # fmt: skip
        assert heading.lstrip("# ") in text


def test_every_exercise_has_a_cell_for_its_answer(chapter, versions):
    notebook = versions[chapter]
    nbformat.validate(notebook)
    assert notebook.metadata[KEY].chapter == chapter.stem
    for exercise in exercises(read(chapter)).values():
        cells = [
            c for c in notebook.cells if c.metadata.get(KEY, {}).get("exercise") == exercise.id
        ]
        roles = [cell.metadata[KEY].role for cell in cells]
        assert roles[0] == "statement" and "answer" in roles
        answers = [cell for cell in cells if cell.metadata[KEY].role == "answer"]
        assert answers[0]["id"] == f"answer-{exercise.id}"
        assert answers[0].cell_type == ("code" if exercise.stubs else "markdown")
        if "derive" in exercise.statement.partition("·")[0]:
            assert answers[-1].source == PLACEHOLDER
        assert [c.source for c in answers if c.cell_type == "code"] == exercise.stubs


def test_it_reads_well_without_an_extension(chapter, versions):
    for cell in versions[chapter].cells:
        if cell.cell_type == "code":
            assert not cell.outputs and cell.execution_count is None
            continue
        text = re.sub(r"^```.*?^```|`[^`]*`", "", cell.source, flags=re.M | re.S)
        assert not re.search(r"\{[\w:+-]+\}`|^`{3,}\{|^:{3,}|^\([\w-]+\)=|^:\w+:", text, re.M), text
        assert not re.search(r"\b(fig|eq|ch|sec|ex|thm|lem|prf|def|tbl)-[a-z]+-[a-z0-9-]+", text), (
            text
        )


def test_the_same_chapter_gives_the_same_file(versions):
    path = CHAPTERS[0]
    again = next(notebook for where, notebook in student.chapters_of(ROOT) if where == path)
    assert again == versions[path]


def test_nothing_in_it_needs_a_solution(chapter):
    """So it runs, since nbval has run all its cells in this order, with the solutions between.

    After the first solution come stubs only, and none of them reads a name that a solution before
    it binds or changes.
    """
    pieces = [piece for piece in split(read(chapter)) if piece.is_code]
    kinds = [piece.kind for piece in pieces]
    assert "body" not in kinds[kinds.index("solution") :], (
        f"{chapter.name}: a code cell after the first solution is no part of an exercise. Move it "
        "before the exercises."
    )
    changed, needs = set(), []
    for piece in pieces:
        tree = parse(piece.source)
        if piece.kind == "solution":
            changed |= bound_names(tree)
        elif piece.kind == "answer":
            needs += sorted(used_names(tree) & changed)
    assert not needs, f"in {chapter.name} an exercise needs what a solution makes: {needs}"


@pytest.mark.parametrize("chapter", WHOLE, ids=lambda path: path.stem)
def test_a_whole_one_runs(chapter, versions, tmp_path):
    """In an empty folder: it needs nothing but the installed lib."""
    notebook = copy.deepcopy(versions[chapter])
    run(notebook, tmp_path)
    assert all(c.execution_count for c in notebook.cells if c.cell_type == "code" and c.source)


def test_the_grader_runs_what_the_answers_use(chapter):
    """Of the chapter's own cells it runs only some; with them, solutions and stubs lack no name."""
    own = read(chapter)
    for kind in ("solution", "answer"):
        codes = [piece.source for piece in split(own) if piece.kind == kind and piece.is_code]
        trees = [parse(code) for code in [*setup_cells(own, codes), *codes]]
        bound = set(dir(builtins)).union({"__name__"}, *map(bound_names, trees))
        lacking = set().union(*map(used_names, trees)) - bound
        assert not lacking, f"the {kind}s of {chapter.name} use {lacking}, which nothing binds"


@pytest.mark.parametrize("chapter", GRADED, ids=lambda path: path.stem)
def test_the_grader_gives_the_solutions_full_marks_and_the_stubs_none(chapter, versions, tmp_path):
    asked = exercises(read(chapter))
    solved = copy.deepcopy(versions[chapter])
    for cell in solved.cells:
        marks = cell.metadata.get(KEY, {})
        if marks.get("role") == "answer" and cell.cell_type == "markdown":
            cell.source = "Because."
        elif marks.get("role") == "answer":
            cell.source = "\n\n".join(asked[marks.exercise].solutions)
    teachers = [Chapter(chapter)]
    limits = Limits(seconds=240)
    for notebook, expected in ((solved, "ok"), (versions[chapter], "todo")):
        path = tmp_path / "returned.ipynb"
        nbformat.write(notebook, path)
        rows = grade_notebook(path, "a", teachers, limits, seed=1)
        assert [row.exercise for row in rows] == list(asked)
        for row in rows:
            checked = asked[row.exercise].answer is not None
            assert row.status == ("read" if not checked and expected == "ok" else expected), row


def run(notebook, folder):
    """Run a notebook; an error in it is one here."""
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": folder}}).execute()


LABELS = """(ch-a)=
# A chapter

(sec-a-b)=
## A *section*

$$
x
$$ (eq-a-x)

`````{prf:theorem} Big
:label: thm-a
See {eq}`eq-a-x` and {cite:p}`pearson1901lines`, {cite:t}`hotelling1933analysis`.

```{note}
Nested {term}`score`s, {term}`text <score>`.
```
`````

```{prf:proof}
It is {prf:ref}`thm-a`.
```

```python
s = "{ref}`stays`"
```
{ref}`ch-a`, {ref}`here <sec-a-b>`, {numref}`fig-a-f`, {kbd}`Tab`, [below](sec-a-b),
{numref}`tbl-a-t`.

```{comparison}
:name: tbl-a-t
All so far.
```

:::{tip}
Last.
:::"""
PLAIN = r"""# A chapter

## A *section*

$$
x
\tag{7.1}
$$

**Theorem 7.1 (Big).** See (7.1) and (Pearson 1901), Hotelling (1933).

**Note.** Nested scores, text.

*Proof.* It is Theorem 7.1. ∎

```python
s = "{ref}`stays`"
```
A chapter, here, Figure 7.1, `Tab`, below,
Table 7.1.

*Table 7.1, which collects all chapters, stands on the book's page.* All so far.

**Tip.** Last."""


def test_myst_becomes_plain_markdown(tmp_path):
    figure = {"mystnb": {"figure": {"name": "fig-a-f", "caption": "F."}}}
    cells = [new_markdown_cell(LABELS), new_code_cell("f()", metadata=figure)]
    path = tmp_path / "07_a.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    labels = plain_markdown.Labels([path], [], ROOT / "references.bib")
    got = plain_markdown.plain(cells[0].source, labels)
    assert re.sub(r"\n{2,}", "\n\n", got).strip() == PLAIN


# Updating


@pytest.fixture
def new(versions):
    """Return a student version that is not changed yet."""
    return copy.deepcopy(versions[CHAPTERS[1]])


def answer_cells(notebook):
    """Return the answer cells by id."""
    return {
        cell.id: cell
        for cell in notebook.cells
        if cell.metadata.get(KEY, {}).get("role") == "answer"
    }


def solved(notebook):
    """Return a notebook in which a student has worked, and the three sources."""
    old = copy.deepcopy(notebook)
    code = next(c for c in answer_cells(old).values() if c.cell_type == "code")
    text = next(c for c in answer_cells(old).values() if c.cell_type == "markdown")
    code.source, text.source = "def mine():\n    return 42", "Because of symmetry."
    place = old.cells.index(code)
    old.cells.insert(place, new_code_cell("helper = 1"))
    return old, code, text


def test_answers_and_own_cells_move_to_the_newer_version(new):
    old, code, text = solved(new)
    new.cells[0].source += "\n\nNew words."
    new.metadata[KEY]["cells"][new.cells[0].id] = student.digest(new.cells[0].source)
    untouched = copy.deepcopy(new)
    merged, report = student.merge(old, new)
    assert new == untouched
    answers = answer_cells(merged)
    for cell in (code, text):
        assert answers[cell.id].source == cell.source
    sources = [cell.source for cell in merged.cells]
    assert sources.index("helper = 1") == sources.index(code.source) - 1
    assert "New words." in merged.cells[0].source
    assert len(report) == 3 and len(merged.cells) == len(new.cells) + 1
    nbformat.validate(merged)


def test_nothing_to_move_changes_nothing(new):
    assert student.merge(copy.deepcopy(new), new) == (new, [])


def test_an_answer_without_its_exercise_is_kept_at_the_end(new):
    old, code, _ = solved(new)
    gone = code.metadata[KEY].exercise
    new.cells = [c for c in new.cells if c.metadata.get(KEY, {}).get("exercise") != gone]
    merged, report = student.merge(old, new)
    assert code.source in merged.cells[-1].source and gone in merged.cells[-1].source
    assert merged.cells[-1].cell_type == "markdown", "it must not run"
    assert any("no longer there" in line for line in report)


def test_a_changed_stub_is_reported(new):
    old, code, _ = solved(new)
    cell = answer_cells(new)[code.id]
    cell.source = "def new_name():\n    return ..."
    new.metadata[KEY]["cells"][cell.id] = student.digest(cell.source)
    merged, report = student.merge(old, new)
    assert answer_cells(merged)[code.id].source == code.source
    assert any("its stub has changed" in line for line in report)


def test_an_answer_that_is_already_there_is_not_overwritten(new):
    old, code, _ = solved(new)
    cell = answer_cells(new)[code.id]
    cell.source = "def better():\n    return 43"
    merged, report = student.merge(old, new)
    assert answer_cells(merged)[code.id].source == cell.source
    assert code.source in merged.cells[-1].source
    assert any("NEW has an answer" in line for line in report)


def test_a_changed_cell_of_the_text_is_kept_at_the_end(new):
    old = copy.deepcopy(new)
    old.cells[2].source += "\n\nMy note."
    merged, _ = student.merge(old, new)
    assert merged.cells[2].source == new.cells[2].source
    assert "My note." in merged.cells[-1].source


def test_merge_overwrites_no_file_and_says_what_is_wrong(new, versions, tmp_path, capsys):
    paths = [tmp_path / name for name in ("old.ipynb", "new.ipynb", "out.ipynb")]
    nbformat.write(solved(new)[0], paths[0])
    nbformat.write(new, paths[1])
    command = ["merge", *map(str, paths)]
    assert student.main(command) == 0
    first = paths[2].read_bytes()
    assert student.main(command) == 1
    assert paths[2].read_bytes() == first and "not overwritten" in capsys.readouterr().err
    paths[2].unlink()
    nbformat.write(versions[CHAPTERS[0]], paths[1])
    assert student.main(command) == 1 and "of chapter" in capsys.readouterr().err
    paths[1].write_text((CHAPTERS[0]).read_text(encoding="utf-8"), encoding="utf-8")
    assert student.main(command) == 1 and "make student" in capsys.readouterr().err
    paths[1].write_text("{")
    assert student.main(command) == 1 and "can't be read" in capsys.readouterr().err


PICTURE = {"image.png": {"image/png": "iVBORw0KGgo="}}


def test_merging_carries_pictures_kind_and_metadata(new):
    old, code, text = solved(new)
    text.source, text["attachments"] = "![](attachment:image.png)", PICTURE
    code.metadata["tags"] = ["mine"]
    other = next(c for c in answer_cells(old).values() if c.cell_type == "code" and c is not code)
    other.cell_type, other.source = "markdown", "In words."
    del other["outputs"], other["execution_count"]
    old.cells[1].source += "\n\n![](attachment:image.png)"
    old.cells[1]["attachments"] = PICTURE
    merged, _ = student.merge(old, new)
    found = answer_cells(merged)
    assert found[text.id].attachments == PICTURE
    assert found[code.id].metadata.tags == ["mine"]
    assert found[other.id].cell_type == "markdown" and found[other.id].source == "In words."
    assert merged.cells[-1].attachments == PICTURE, "of a changed cell of the chapter"
    nbformat.validate(merged)


def no_ids(notebook):
    for cell in notebook.cells:
        del cell["id"]


def other_ids(notebook):
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"colab{number}"


def no_marks(notebook):
    other_ids(notebook)
    for cell in notebook.cells:
        cell.metadata.pop(KEY, None)


def no_marks_at_all(notebook):
    no_marks(notebook)
    del notebook.metadata[KEY]


def old_marks(notebook):
    other_ids(notebook)
    for cell in notebook.cells:
        cell.metadata.get(KEY, {}).pop("cell", None)


@pytest.mark.parametrize("damage", [no_ids, other_ids, no_marks, no_marks_at_all, old_marks])
def test_answers_are_found_though_a_tool_has_renamed_the_cells(new, damage):
    old, code, _ = solved(new)
    wanted = {cell.id: cell.source for cell in answer_cells(old).values()}
    code.source = wanted[code.id] = f'def mine():\n    return 42\n\n\ncheck("{code.id[7:]}", mine)'
    damage(old)
    merged, report = student.merge(old, new)
    assert {name: cell.source for name, cell in answer_cells(merged).items()} == wanted
    assert len(merged.cells) == len(new.cells) + 1
    assert sum("put in" in line for line in report) == 2 and len(report) == 3
    nbformat.validate(merged)


def test_what_cannot_be_told_is_refused_with_a_sentence(new):
    old, _, _ = solved(new)
    no_marks(old)
    for cell in old.cells:
        cell.source = f"All is new. {cell.source}"
    with pytest.raises(student.Refused, match=r"can't be told any more.*by hand"):
        student.merge(old, new)


def test_make_student_leaves_a_file_with_answers_alone(tmp_path):
    assert student.write_all(ROOT, tmp_path) == []
    assert {path.name for path in tmp_path.iterdir()} >= {path.name for path in CHAPTERS}
    assert student.write_all(ROOT, tmp_path) == []
    mine = tmp_path / CHAPTERS[1].name
    nbformat.write(solved(nbformat.read(mine, 4))[0], mine)
    before = mine.read_bytes()
    ((kept, fresh),) = student.write_all(ROOT, tmp_path)
    assert kept == mine and mine.read_bytes() == before and not student.has_work(fresh)


# nbgrader


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Return the folder of a course for nbgrader."""
    folder = tmp_path_factory.mktemp("nbgrader") / "course"
    student.write_nbgrader(ROOT, folder)
    return folder


def source_version(course, chapter):
    """Return what the teacher gets."""
    return nbformat.read(course / "source" / chapter.stem / chapter.name, as_version=4)


def released(notebook):
    """Return what nbgrader makes of a source version for the students (its ClearSolutions)."""
    config, notebook = Config(), copy.deepcopy(notebook)
    exec(student.NBGRADER_CONFIG, {"get_config": lambda: config})
    clear = config.ClearSolutions
    for cell in notebook.cells:
        stub = clear.code_stub["python"] if cell.cell_type == "code" else clear.text_stub
        region = re.compile(r"^### BEGIN SOLUTION$.*?^### END SOLUTION$", re.M | re.S)
        cell.source, count = region.subn(lambda _, stub=stub: stub, cell.source)
        assert "SOLUTION" not in cell.source
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = cell.source if count else stub
        else:
            assert not count, "nbgrader refuses such a cell"
    return notebook


def graded(notebook):
    """Return nbgrader's marks by their ids: (by hand, by a test or neither), and the points."""
    found = {}
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader")
        if not marks:
            continue
        assert marks.schema_version == 3 and not marks.task and marks.grade_id not in found
        assert marks.locked != marks.solution  # what is not for the student cannot be changed
        by = {(True, True): "hand", (True, False): "test", (False, True): "answer"}
        found[marks.grade_id] = by[marks.grade, marks.solution], marks.get("points", 0)
        if cell.cell_type == "markdown":
            assert marks.grade, "nbgrader refuses text that has no points"
    return found


def tight(text):
    """Return a text without its blank lines."""
    return re.sub("\n+", "\n", text).strip()


def test_nbgrader_gives_a_point_for_each_answer(chapter, course):
    notebook = source_version(course, chapter)
    nbformat.validate(notebook)
    expected = {}
    for exercise in exercises(read(chapter)).values():
        name = f"answer-{exercise.id}"
        if exercise.stubs:
            checked = exercise.answer is not None
            expected[name] = ("answer", 0) if checked else ("hand", 1)
            if checked:
                expected[f"test-{exercise.id}"] = "test", 1
        if student.wants_words(exercise):
            expected[name + "-words" * bool(exercise.stubs)] = "hand", 1
    assert graded(notebook) == expected


def test_nbgraders_source_holds_the_solutions(chapter, course, versions):
    marked = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in source_version(course, chapter).cells
        if "nbgrader" in cell.metadata
    }
    words = {}
    for piece in split(read(chapter)):
        if piece.kind == "solution" and not piece.is_code:
            words.setdefault(piece.exercise, []).append(piece.source)
    labels = student.labels_of(ROOT)
    for exercise in exercises(read(chapter)).values():
        name = f"answer-{exercise.id}"
        if exercise.stubs:
            begin, solution, end = re.split("### (?:BEGIN|END) SOLUTION", marked[name])
            assert tight(begin + end) == tight(exercise.stubs[-1]) and exercise.solutions
            for code in exercise.solutions:
                last = f'check("{exercise.id}", {exercise.answer})'
                assert code.strip().removesuffix(last).strip() in solution
            assert "check(" not in solution
        if student.wants_words(exercise):
            text = marked[name + "-words" * bool(exercise.stubs)]
            begin, solution, end = re.split("### (?:BEGIN|END) SOLUTION", text)
            assert not begin and not end and words[exercise.id]
            for part in words[exercise.id]:
                assert plain_markdown.plain(part, labels).strip() in solution


def test_nbgraders_release_is_the_student_version(chapter, course, versions):
    """But for the test cells and what is said about the file's name."""
    solution, elsewhere = set(), set()
    for piece in split(read(chapter)):
        lines = solution if piece.kind == "solution" else elsewhere
        lines |= {line.strip() for line in piece.source.splitlines()}
    release = released(source_version(course, chapter))
    cells = [c for c in release.cells if not c.metadata.get("nbgrader", {}).get("locked")]
    own = versions[chapter].cells
    for cell, other in zip(cells, own, strict=True):
        text = other.source.replace("its name does not matter", "keep its name")
        assert tight(cell.source) == tight(text)
        assert cell.id == other.id and KEY not in cell.metadata
    assert sum("keep its name" in cell.source for cell in cells) == 1  # nbgrader goes by it
    lines = {line.strip() for cell in release.cells for line in cell.source.splitlines()}
    assert not (solution - elsewhere) & lines


MADE_UP = [
    "```{exercise-start} Two\n:label: ex-a-1\n```\n*Kind: open.* Do.\n```{exercise-end}\n```",
    ("exercise", "first = ..."),
    ("exercise", "# your code here"),
    "```{solution-start} ex-a-1\n:label: sol-a-1\n:class: dropdown\n```\nSo:",
    ("solution", "print(6 * 7)"),
    "Because.\n```{solution-end}\n```",
]


def test_code_without_a_check_keeps_its_stub_and_is_graded_by_hand(tmp_path):
    cells = [
        new_markdown_cell(cell) if isinstance(cell, str)
        else new_code_cell(cell[1], metadata={"tags": [cell[0]]})
        for cell in ["# A", *MADE_UP]
    ]  # fmt: skip
    path = tmp_path / "chapters" / "01_a.ipynb"
    path.parent.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    student.write_nbgrader(tmp_path, tmp_path / "course")
    notebook = source_version(tmp_path / "course", path)
    last = "answer-ex-a-1-2"
    assert graded(notebook) == {last: ("hand", 1), "answer-ex-a-1-words": ("hand", 1)}
    teacher, release = (
        {cell.id: cell.source for cell in book.cells} for book in (notebook, released(notebook))
    )
    assert "print(6 * 7)" in teacher[last] and "Because." in teacher["answer-ex-a-1-words"]
    assert release["answer-ex-a-1"] == "first = ..." and release[last].strip() == MADE_UP[2][1]
    assert release["answer-ex-a-1-words"] == PLACEHOLDER
    assert not re.search("6 . 7|Because", "".join(release.values()))


def test_nbgraders_test_cells_pass_solutions_only(course, tmp_path):
    """And what an answer writes to stderr, which nbgrader takes for a failure, is not left."""
    chapter = CHAPTERS[1]
    chosen = "ex-pca-theorem-4"
    source = source_version(course, chapter)
    for notebook, passed in ((source, True), (released(source), False)):
        sources = {cell.id: cell.source for cell in notebook.cells}
        answer, test = sources[f"answer-{chosen}"], sources[f"test-{chosen}"]
        loud = (
            "import sys\nquiet = power_iteration\ndef power_iteration(*args):\n"
            "    print('loud', file=sys.stderr)\n    return quiet(*args)"
        )
        codes = [*setup_cells(read(chapter), [answer]), answer, loud, test]
        cells = [new_code_cell(code) for code in codes]
        NotebookClient(
            nbformat.v4.new_notebook(cells=cells, metadata=notebook.metadata),
            timeout=300, allow_errors=True, resources={"metadata": {"path": tmp_path}},
        ).execute()  # fmt: skip
        errors = [o for cell in cells for o in cell.outputs if o.output_type == "error"]
        assert cells[-1].outputs == errors
        assert passed or "not attempted yet" in errors[0].evalue
        assert len(errors) == (not passed)


def test_the_hint_after_nbgrader_is_what_teaching_says(monkeypatch, capsys):
    monkeypatch.setattr(student, "write_nbgrader", lambda book, folder: None)
    assert student.main(["nbgrader", "course"]) == 0
    hint = capsys.readouterr().out.strip().partition("There: ")[2]
    teaching = (ROOT / "teaching.md").read_text(encoding="utf-8").splitlines()
    assert hint.startswith("nbgrader generate_assignment ") and hint in teaching


@pytest.mark.skipif(
    not os.environ.get("TEST_ALL"),
    reason="nbgrader brings 50 packages; make test-all gives it an environment of its own",
)
def test_nbgrader_accepts_them(course, tmp_path):
    venv.create(tmp_path, with_pip=True)
    python = tmp_path / ("Scripts" if os.name == "nt" else "bin") / "python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "nbgrader==0.9.6"], check=True)
    code = (
        "import sys\nfrom nbgrader.nbgraderformat import read\n"
        "for path in sys.argv[1:]:\n    read(path, as_version=4)"
    )
    paths = sorted(course.glob("source/*/*.ipynb"))
    assert len(paths) == len(CHAPTERS)
    subprocess.run([python, "-c", code, *paths], check=True)


def test_a_course_is_not_overwritten(course, capsys):
    assert student.main(["nbgrader", str(course)]) == 1
    assert "not overwritten" in capsys.readouterr().err
