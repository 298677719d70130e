"""The form of the chapters, read without running them. CONTRIBUTING.md describes it."""

import ast
import re
from collections import Counter
from pathlib import Path
from statistics import median

import nbformat
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
COMPARED, STUB, SOLUTION = "nbval-check-output", "exercise", "solution"
GATE = re.compile(r"^`{3,}\{(exercise|solution)-(start|end)\}\s*(\S*)", re.M)
DRAWS = re.compile(r"\bplots\.plot_|\.subplots\(|\bplt\.(figure|plot|scatter|hist|imshow)\b")
FORBIDDEN = {
    "sys.path": r"\bsys\.path\b",
    "pip": r"^\s*[!%]?pip\b|\bsubprocess\b",
    "a download": r"https?://|\burlopen\b|\brequests\.|\bfetch_\w+\(",
    "Keras not from lib.training": r"^(import|from) (keras|tensorflow)",
    "an absolute path": r"""['"](/|[A-Z]:\\)\w""",
}


class Chapter:
    """A notebook, and the views of it that the tests need."""

    def __init__(self, path):
        self.word = path.stem.split("_", 1)[1].replace("_", "-")  # 02_pca_theorem: pca-theorem
        self.notebook = nbformat.read(path, as_version=4)
        self.cells = self.notebook.cells
        self.code = [cell for cell in self.cells if cell.cell_type == "code"]
        self.text = "\n\n".join(c.source for c in self.cells if c.cell_type == "markdown")

    def tagged(self, tag):
        return [cell for cell in self.code if tag in cell.metadata.get("tags", [])]


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem, scope="module")
def chapter(request):
    return Chapter(request.param)


def test_every_chapter_is_in_the_table_of_contents():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    listed = [entry["file"] for part in toc["parts"] for entry in part["chapters"]]
    chapters = [f"chapters/{path.stem}" for path in CHAPTERS]
    assert [file for file in listed if file.startswith("chapters/")] == chapters


def test_is_a_valid_notebook_for_any_python(chapter):
    nbformat.validate(chapter.notebook)
    assert chapter.notebook.metadata.kernelspec.name == "python3"


def test_opens_with_its_label_and_one_title(chapter):
    assert re.match(rf"\(ch-{chapter.word}\)=\n# \S", chapter.cells[0].source)
    outside_fences = re.sub(r"^(`{3,}|~{3,}).*?^\1", "", chapter.text, flags=re.M | re.S)
    assert len(re.findall(r"^# ", outside_fences, re.M)) == 1


def test_tells_what_one_learns_and_how_long_it_takes(chapter):
    assert "After this chapter you can" in chapter.cells[0].source
    assert re.search(r"\bmin(utes)?\b", chapter.cells[0].source)
    for heading in ("Exercises", "Summary", "Further reading"):
        assert re.search(rf"^## .*{heading}", chapter.text, re.M), heading


def test_output_is_stored_on_exactly_the_compared_cells(chapter):
    compared = chapter.tagged(COMPARED)
    shown = [cell for cell in compared if not {STUB, SOLUTION} & set(cell.metadata.tags)]
    assert 3 <= len(shown) <= 8
    for cell in chapter.code:
        if cell in compared:
            assert cell.outputs and cell.execution_count, f"run it and store:\n{cell.source}"
            assert all(o.output_type in ("stream", "execute_result") for o in cell.outputs)
        else:
            assert not cell.outputs and cell.execution_count is None, f"strip:\n{cell.source}"


def test_compared_output_does_not_hang_on_the_machine(chapter):
    for cell in chapter.tagged(COMPARED):
        for output in cell.outputs:
            text = output.get("text") or output.data["text/plain"]
            assert "np.float" not in text and " at 0x" not in text
            assert not re.search(r"\d\.\d{8,}", text), f"round it:\n{text}"
            assert not re.search(r"(?<![\d.])-0\.0*(?![\d])", text), f"minus zero:\n{text}"


def test_figures_have_caption_name_and_alt_text(chapter):
    names = []
    for cell in chapter.code:
        meta = cell.metadata.get("mystnb", {})
        if DRAWS.search(cell.source) and STUB not in cell.metadata.get("tags", []):
            assert meta, f"a figure without metadata:\n{cell.source}"
        if meta:
            names.append(meta["figure"]["name"])
            assert len(meta["figure"]["caption"]) > 20
            assert len(meta["image"]["alt"]) > 20
    assert all(name.startswith(f"fig-{chapter.word}-") for name in names)
    assert names and len(set(names)) == len(names)


def test_every_figure_is_spoken_of_in_the_text(chapter):
    for cell in chapter.code:
        name = cell.metadata.get("mystnb", {}).get("figure", {}).get("name")
        assert name is None or name in chapter.text, f"no reference to {name}"


@pytest.mark.parametrize("what", FORBIDDEN)
def test_code_stays_at_home(chapter, what):
    for cell in chapter.code:
        assert not re.search(FORBIDDEN[what], cell.source, re.M), f"{what} in\n{cell.source}"


def test_code_cells_are_short(chapter):
    lines = {c.id: sum(bool(line.strip()) for line in c.source.splitlines()) for c in chapter.code}
    assert max(lines.values()) <= 20
    exercises = {cell.id for tag in (STUB, SOLUTION) for cell in chapter.tagged(tag)}
    assert median(count for id, count in lines.items() if id not in exercises) <= 6
    shown = [c for c in chapter.cells if "remove-input" not in c.metadata.get("tags", [])]
    assert 35 <= len(shown) <= 90


def test_each_exercise_has_one_solution_right_after_it(chapter):
    gates = [match.groups() for match in GATE.finditer(chapter.text)]
    labels = re.findall(r"^:label: (\S+)", chapter.text, re.M)
    exercises = [label for label in labels if label.startswith("ex-")]
    assert 3 <= len(exercises) <= 6
    assert exercises == [f"ex-{chapter.word}-{i + 1}" for i in range(len(exercises))]
    expected = []
    for label in exercises:
        assert f"sol{label.removeprefix('ex')}" in labels
        expected += [("exercise", "start"), ("exercise", "end")]
        expected += [("solution", "start"), ("solution", "end")]
    assert [gate[:2] for gate in gates] == expected
    solved = [name for kind, edge, name in gates if (kind, edge) == ("solution", "start")]
    assert solved == exercises
    assert chapter.text.count(":class: dropdown") >= len(exercises)


def test_stub_and_solution_define_the_same_function(chapter):
    """The stub returns `...`, and nothing else; the solution has the same parameters."""
    stubs = functions(chapter.tagged(STUB))
    solutions = functions(chapter.tagged(SOLUTION))
    assert stubs
    for name, stub in stubs.items():
        assert ast.get_docstring(stub), f"{name} does not say what to return"
        body = [node for node in stub.body if not isinstance(node, ast.Expr)]
        assert len(body) == 1 and isinstance(body[0], ast.Return), name
        assert isinstance(body[0].value, ast.Constant) and body[0].value.value is ...
        assert name in solutions, f"no solution defines {name}"
        assert ast.unparse(solutions[name].args) == ast.unparse(stub.args), name


def test_stub_and_solution_end_with_the_check_of_their_exercise(chapter):
    """The build proves by their outputs that a check accepts the solution, and not the stub."""
    exercise, asked = None, {STUB: [], SOLUTION: []}
    for cell in chapter.cells:
        if cell.cell_type == "markdown":
            labels = re.findall(r"^:label: (ex-\S+)", cell.source, re.M)
            exercise = labels[-1] if labels else exercise
            continue
        tags = {STUB, SOLUTION} & set(cell.metadata.get("tags", []))
        if "check(" not in cell.source:
            assert STUB not in tags, f"a stub without its check:\n{cell.source}"
            continue
        last = re.fullmatch(r'check\("([\w-]+)", (.+)\)', cell.source.splitlines()[-1])
        assert last and tags, f"a check belongs at the end of a stub or solution:\n{cell.source}"
        assert last[1] == exercise and COMPARED in cell.metadata.tags
        tag = tags.pop()
        said = {STUB: f"○ {exercise}: not attempted yet.", SOLUTION: f"✓ {exercise}: right."}[tag]
        assert cell.outputs[-1].data["text/plain"].startswith(said)
        asked[tag].append(last.groups())
    assert asked[STUB] and asked[STUB] == asked[SOLUTION]
    assert len(dict(asked[STUB])) == len(asked[STUB])


def functions(cells):
    """Return the functions that some cells define at their top level, by name."""
    nodes = [node for cell in cells for node in ast.parse(cell.source).body]
    return {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}


def test_labels_are_unique_in_the_book():
    labels = Counter()
    for path in CHAPTERS:
        text = Chapter(path).text
        labels.update(re.findall(r"^:label: (\S+)", text, re.M))
        labels.update(re.findall(r"^\(([\w-]+)\)=$", text, re.M))
        labels.update(re.findall(r"^\$\$ *\(([\w-]+)\)", text, re.M))
    assert not [label for label, count in labels.items() if count > 1]
