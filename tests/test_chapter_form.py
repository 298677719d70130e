"""The rules of the form, each on a sound chapter in which one thing has been spoilt."""

import ast
import copy
import re
from pathlib import Path

import nbformat
import pytest
from chapter_form import RULES, Chapter, Drawing, statements, unseeded, verdicts_in
from chapter_list import ROOT
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

TEMPLATE = ROOT / "tools" / "chapter_template" / "chapter.ipynb"
FILE = "chapters/12_made_up.ipynb"
# The template of a chapter, of which nothing but more is wanted.
WANTS_MORE = {"has_35_to_90_cells", "has_3_to_6_exercises"}


def made_up():
    """Return a chapter as `make chapter` begins it."""
    text = TEMPLATE.read_text(encoding="utf-8").replace("NEWPREVIOUS", "11")
    return nbformat.reads(text.replace("NEWWORD", "made-up"), as_version=4)


def said_of(notebook, rule):
    """Return what a rule says of a notebook."""
    return list(RULES[rule](Chapter(Path(FILE), notebook)))


def cell_with(notebook, text):
    """Return the first cell that holds a text."""
    return next(cell for cell in notebook.cells if text in cell.source)


def stub_of(notebook):
    return next(c for c in notebook.cells if "exercise" in c.metadata.get("tags", []))


def solution_of(notebook):
    return next(c for c in notebook.cells if "solution" in c.metadata.get("tags", []))


def figure_of(notebook):
    return next(c for c in notebook.cells if "mystnb" in c.metadata)


@pytest.mark.parametrize("rule", RULES)
def test_a_new_chapter_wants_nothing_but_more(rule):
    said = said_of(made_up(), rule)
    assert bool(said) == (rule in WANTS_MORE), said
    assert all(sentence.startswith(FILE) and sentence.endswith(".") for sentence in said)


def replace(text, other):
    """Return a change that replaces a text in the first cell that holds it."""

    def change(notebook):
        cell = cell_with(notebook, text)
        cell.source = cell.source.replace(text, other, 1)

    return change


def add(source, place=4, **metadata):
    """Return a change that puts a code cell into a chapter."""

    def change(notebook):
        notebook.cells.insert(place, new_code_cell(source, metadata=metadata))

    return change


def tag(find, *names):
    """Return a change of the tags of a cell."""

    def change(notebook):
        find(notebook).metadata["tags"] = list(names)

    return change


def first_code(notebook):
    return next(cell for cell in notebook.cells if cell.cell_type == "code")


def spoil_kernel(notebook):
    notebook.metadata.kernelspec.name = "conda-env-mine"


def forget_caption(notebook):
    del figure_of(notebook).metadata.mystnb["figure"]["caption"]


def shorten_alt(notebook):
    figure_of(notebook).metadata.mystnb.image.alt = "A cloud."


def rename_figure(notebook):
    figure_of(notebook).metadata.mystnb.figure.name = "fig-cloud"


def forget_metadata(notebook):
    del figure_of(notebook).metadata["mystnb"]


def draw_twice(notebook):
    notebook.cells.append(copy.deepcopy(figure_of(notebook)))


def draw_nothing(notebook):
    notebook.cells.remove(figure_of(notebook))


def forget_outputs(notebook):
    cell_with(notebook, "samples, features").outputs = []


def keep_outputs(notebook):
    cell_with(notebook, "about the origin").execution_count = 3


def output(text):
    """Return a change of what the first compared cell printed."""

    def change(notebook):
        cell = cell_with(notebook, "samples, features")
        cell.outputs = [new_output("stream", name="stdout", text=text)]

    return change


def show_a_figure(notebook):
    cell = cell_with(notebook, "samples, features")
    cell.outputs = [new_output("display_data", data={"text/plain": "<Figure>"})]


def many_cells(notebook):
    notebook.cells += [new_markdown_cell("Words.") for _ in range(90)]


def six_lines_each(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = cell.source + "\nx = 1" * 6


def check_twice(notebook):
    notebook.cells.insert(-1, copy.deepcopy(stub_of(notebook)))


SPOILT = [
    ("is_a_valid_notebook_for_any_python", spoil_kernel, "make clean-notebooks"),
    ("opens_in_the_form_of_all_chapters", replace("(ch-made-up)=", "(ch-other)="), "`(ch-made-up)"),
    ("opens_in_the_form_of_all_chapters", replace("# NEWTITLE", "NEWTITLE"), "the title"),
    (
        "opens_in_the_form_of_all_chapters",
        replace("**Question.**", "**The question.**"),
        "Question",
    ),
    ("opens_in_the_form_of_all_chapters", replace("**Answer.**", "**In short.**"), "In short"),
    ("opens_in_the_form_of_all_chapters", replace("After this chapter", "Then"), "Then you can"),
    ("opens_in_the_form_of_all_chapters", replace("- do", "* do"), "the list of what one can do"),
    ("opens_in_the_form_of_all_chapters", replace("Needs: ", "For: "), "`*Needs: ….`"),
    (
        "opens_in_the_form_of_all_chapters",
        replace("Reading: 10 min", "Reading: ten min"),
        "Reading",
    ),
    ("opens_in_the_form_of_all_chapters", replace("10 seconds", "short"), "Running"),
    ("opens_in_the_form_of_all_chapters", replace(" Exercises: 15 minutes.", ""), "Exercises: 90"),
    ("opens_in_the_form_of_all_chapters", replace("## By hand", "# By hand"), "a second title"),
    ("has_the_sections_that_every_chapter_has", replace("## Summary", "## End"), "`## Summary`"),
    ("has_35_to_90_cells", many_cells, "has 109 cells, not 35 to 90. Shorten it"),
    ("code_stays_at_home", add("import sys\nsys.path.append('..')"), "`lib` is installed"),
    ("code_stays_at_home", add("%pip install this"), "pyproject.toml"),
    ("code_stays_at_home", add("data = fetch_openml('mnist')"), "without a network"),
    ("code_stays_at_home", add("import keras"), "from lib.training import keras"),
    ("code_stays_at_home", add("open('/home/me/data.csv')"), "an absolute path"),
    (
        "has_3_to_8_compared_cells_beside_the_exercises",
        tag(lambda notebook: cell_with(notebook, "samples, features")),
        "has 2 cells tagged `nbval-check-output`",
    ),
    ("stores_output_on_exactly_the_compared_cells", forget_outputs, "make run-notebooks"),
    ("stores_output_on_exactly_the_compared_cells", keep_outputs, "make clean-notebooks"),
    ("stores_output_on_exactly_the_compared_cells", show_a_figure, "may only print"),
    ("compares_nothing_that_hangs_on_the_machine", output("x: np.float64(1.0)"), "NumPy's names"),
    ("compares_nothing_that_hangs_on_the_machine", output("<A at 0x7f1>"), "an address"),
    ("compares_nothing_that_hangs_on_the_machine", output("a\nb: 0.123456789"), "(`b: 0.1234567"),
    ("compares_nothing_that_hangs_on_the_machine", output("-0.00"), "a minus zero"),
    ("prints_no_true_and_no_false", output("they agree: True"), "`they agree: True`"),
    (
        "prints_no_true_and_no_false",
        add('print(f"equal: {np.allclose(X, X + 1)}")'),
        "whether `np.allclose(X, X + 1)`",
    ),
    ("code_cells_have_at_most_20_lines", add("x = 1\n\n" * 21), "21 lines of code, and 20"),
    ("code_lines_have_at_most_80_characters", add("x = 1\n#" + 80 * "-"), "line 2 has 81 char"),
    ("code_cells_to_be_read_are_short", six_lines_each, "(`rng = np.random.default_rng(0)`"),
    ("imports_are_folded", tag(first_code), "Tag the cell `hide-input`"),
    ("imports_are_folded", add("x = 1", place=1), "the first code cell must hold the imports"),
    ("imports_are_folded", add("import time"), "cell 5 (`import time`)"),
    ("what_hands_over_a_table_is_folded", add('glue("comparison", 1)'), "cell 5 (`glue("),
    ("what_only_draws_is_folded", tag(figure_of), "(`fig, ax = plt.subplots(figsize"),
    ("figures_have_caption_name_and_alt_text", forget_metadata, "without metadata"),
    ("figures_have_caption_name_and_alt_text", forget_caption, "caption` is missing"),
    ("figures_have_caption_name_and_alt_text", shorten_alt, "alt` is only 'A cloud.'"),
    ("figures_have_caption_name_and_alt_text", rename_figure, "Call it `fig-made-up-…`"),
    ("figures_have_caption_name_and_alt_text", draw_twice, "already the name"),
    ("figures_have_caption_name_and_alt_text", draw_nothing, "has no figure"),
    (
        "figures_have_caption_name_and_alt_text",
        replace("{numref}`fig-made-up-cloud`", "the figure"),
        "no text speaks of this figure",
    ),
    (
        "each_exercise_has_one_solution_right_after_it",
        replace(":label: ex-made-up-1", ":label: ex-made-up-7"),
        "exercise 1 has the label ex-made-up-7",
    ),
    (
        "each_exercise_has_one_solution_right_after_it",
        replace(":label: sol-made-up-1\n", ""),
        "no solution has the label `sol-made-up-1`",
    ),
    (
        "each_exercise_has_one_solution_right_after_it",
        replace("{solution-start} ex-made-up-1", "{solution-start} ex-other-1"),
        "`{solution-start} ex-other-1` stands",
    ),
    (
        "each_exercise_has_one_solution_right_after_it",
        replace("```{solution-end}\n```", ""),
        "3 gates for 1 exercises, not 4",
    ),
    (
        "each_exercise_has_one_solution_right_after_it",
        replace(":class: dropdown", ""),
        "which folds it",
    ),
    (
        "exercises_take_the_minutes_that_the_first_cell_says",
        replace("easy · 15 minutes", "easy · 25 minutes"),
        "Write `Exercises: 25 minutes.`",
    ),
    (
        "exercises_take_the_minutes_that_the_first_cell_says",
        replace("write a function · easy · 15 minutes", "open project · 3 hours"),
        "Write `Exercises: 0 minutes, and a project of 3 hours.`",
    ),
    (
        "exercises_take_the_minutes_that_the_first_cell_says",
        replace(" · easy · 15 minutes", ""),
        "ex-made-up-1: its first line must say kind",
    ),
    ("stub_and_solution_define_the_same_function", tag(stub_of), "has no stub"),
    (
        "stub_and_solution_define_the_same_function",
        replace(
            '    """Return the root mean square distance of the rows from their mean."""\n', ""
        ),
        "Add a docstring",
    ),
    (
        "stub_and_solution_define_the_same_function",
        replace("return ...  # your code here", "return X"),
        "`spread` must hold `return ...`",
    ),
    ("stub_and_solution_define_the_same_function", tag(solution_of), "no solution defines"),
    (
        "stub_and_solution_define_the_same_function",
        replace("def spread(X):\n    squared", "def spread(data):\n    squared"),
        "has the parameters (data), in the stub (X)",
    ),
    (
        "stub_and_solution_end_with_the_check_of_their_exercise",
        replace('check("ex-made-up-1", spread)', ""),
        'a stub ends with `check("ex-made-up-1", …)`',
    ),
    (
        "stub_and_solution_end_with_the_check_of_their_exercise",
        add('check("ex-made-up-1", 3)'),
        "a check is the last line of a cell tagged",
    ),
    (
        "stub_and_solution_end_with_the_check_of_their_exercise",
        replace('check("ex-made-up-1"', 'check("ex-made-up-2"'),
        "it checks ex-made-up-2, and stands in ex-made-up-1",
    ),
    (
        "stub_and_solution_end_with_the_check_of_their_exercise",
        replace('check("ex-made-up-1", spread)', 'check("ex-made-up-1", spread_of)'),
        "only the exercise ends with",
    ),
    (
        "stub_and_solution_end_with_the_check_of_their_exercise",
        tag(solution_of, "solution"),
        "its stored output must be `✓ ex-made-up-1: right.`",
    ),
    (
        "stub_and_solution_end_with_the_check_of_their_exercise",
        check_twice,
        "ex-made-up-1: it is checked twice",
    ),
    ("what_is_random_has_a_seed", add("KMeans(3).fit(X)"), "Give it `random_state=…`."),
    ("what_is_random_has_a_seed", add("train_test_split(X, random_state=None)"), "no seed is"),
    ("what_is_random_has_a_seed", add("draw = np.random.default_rng()"), "Give it `seed=…`."),
    ("what_is_random_has_a_seed", add("PCA(2, svd_solver='randomized')"), "`PCA(2, svd_solver"),
    ("what_is_random_has_a_seed", add("how = dict(shuffle=True)\nKFold(**how)"), "`KFold(**how)`"),
    (
        "what_is_random_has_a_seed",
        add("for how in ('lbfgs', 'saga'):\n    LogisticRegression(solver=how)"),
        "`LogisticRegression(solver=how)`",
    ),
    ("what_is_random_has_a_seed", add("keras.layers.Dense(2)"), "or call `keras.utils.set_random"),
    (
        "maps_from_several_seeds_start_at_random",
        add("for seed in range(3):\n    TSNE(random_state=seed).fit_transform(X)"),
        'Say `init="random"`',
    ),
    (
        "maps_from_several_seeds_start_at_random",
        add("for s in (1, 2):\n    how = dict(random_state=s, init='pca')\n    MDS(**how)"),
        "`MDS` starts from another map",
    ),
]


@pytest.mark.parametrize("rule, change, words", SPOILT)
def test_what_is_spoilt_is_named(rule, change, words):
    notebook = made_up()
    change(notebook)
    said = [sentence for sentence in said_of(notebook, rule) if words in sentence]
    assert len(said) == 1, said_of(notebook, rule)
    assert said[0].startswith(FILE)
    if ", cell " in said[0]:
        assert re.search(r", cell \d+ \((`.+`|empty)\):", said[0])


def test_an_invalid_notebook_is_named():
    notebook = made_up()
    notebook.cells[0]["metadata"] = 3
    assert "Save it from JupyterLab" in said_of(notebook, "is_a_valid_notebook_for_any_python")[0]


def test_every_rule_is_tried():
    assert {rule for rule, _, _ in SPOILT} | WANTS_MORE == set(RULES)


@pytest.mark.parametrize(
    "source",
    [
        "KMeans(3, random_state=0)",
        "rng = np.random.default_rng(1)",
        "def draw(seed):\n    return np.random.default_rng(seed)",
        "PCA(2)",
        "for solver in ('full', 'auto'):\n    PCA(svd_solver=solver)",
        "for how, k in {'lbfgs': 2}.items():\n    LogisticRegression(solver=how)",
        "KFold(5)",
        "settings = dict(random_state=3)\nTSNE(**settings)",
        "Dropout(0.5, seed=0)",
        "Dense(3, kernel_initializer='zeros')",
    ],
)
def test_what_has_a_seed_or_draws_nothing_is_left_alone(source):
    assert list(unseeded(ast.parse(source))) == []


def test_layers_after_the_seed_of_keras_are_left_alone():
    notebook = made_up()
    add("keras.utils.set_random_seed(0)\nkeras.layers.Dense(2)")(notebook)
    assert said_of(notebook, "what_is_random_has_a_seed") == []


def test_maps_from_random_starts_are_left_alone():
    notebook = made_up()
    add("for s in (0, 1):\n    TSNE(init='random', random_state=s)")(notebook)
    add("TSNE(random_state=0)")(notebook)
    assert said_of(notebook, "maps_from_several_seeds_start_at_random") == []


@pytest.mark.parametrize(
    "printed",
    [
        "a == b", "not a", "a and b", "np.isclose(a, b).all()", "isinstance(a, int)", "0 < a < 1",
        'f"a: {a < b}"', 'f"{a:.2f}, close: {np.allclose(a, b)}"',
    ],
)  # fmt: skip
def test_a_truth_value_is_seen_in_what_is_printed(printed):
    call = statements(new_code_cell(f"print({printed})"))[0].value
    assert verdicts_in(call.args[0])


@pytest.mark.parametrize(
    "printed",
    ["a", "a - b", 'f"{a:.2f}"', '"yes" if a < b else "no"', "np.mean(a < b)", "(a < b).sum()"],
)
def test_a_number_is_no_truth_value(printed):
    call = statements(new_code_cell(f"print({printed})"))[0].value
    assert not verdicts_in(call.args[0])


@pytest.mark.parametrize(
    "source",
    [
        "plots.plot_scree(pca)",
        "_ = plt.plot(x[:, 0], -y)",
        "fig, (left, right) = plt.subplots(1, 2)\nleft.plot(x)\nright.set(title=f'{a + b:.1f}')",
        "fig, axes = plt.subplots(2)\nfor ax, (n, y) in zip(axes, maps.items()):\n    ax.plot(y)",
        "for i, ax in enumerate(axes.flat):\n    ax.plot(x[i].reshape(28, 28))",
        "names = ['a', 'b']\nax.legend(names)",
        "fig, ax = plt.subplots()\ndraw(ax, X)\nplt.show()",
        "for ax in axes:\n    if ax is not axes[0]:\n        ax.legend().remove()",
        "with plt.rc_context({'lines.linewidth': 1}):\n    plt.plot(x)",
    ],
)
def test_a_program_that_only_draws_is_known(source):
    assert Drawing(statements(new_code_cell(source))).is_all


@pytest.mark.parametrize(
    "source",
    [
        "Z = pca.transform(X)\nplots.plot_embedding(Z)",  # computes
        "plt.plot(x, np.sin(x))",
        "plt.plot(x, a * x + b)",
        "plots.plot_embedding(PCA(2).fit_transform(X))",
        "for ax, model in zip(axes, models):\n    model.fit(X)\n    ax.plot(model.loss)",
        "plt.plot(x)\nprint(x.mean())",
        "fig, ax = plt.subplots()\ntrain(model, X)",
        "for k in range(3):\n    plt.plot(solve(k))",
        "def draw(ax):\n    ax.plot(x)",
        "",
    ],
)
def test_a_program_that_may_compute_is_left_alone(source):
    assert not Drawing(statements(new_code_cell(source))).is_all
