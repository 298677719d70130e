"""The form of a chapter as rules, each of which says in sentences what is wrong and what to do.

A rule is a generator function that takes a `Chapter`; `RULES` has them all by name. They read the
notebook and run nothing. CONTRIBUTING.md describes the form.
"""

import ast
import re
from statistics import median

import nbformat
from chapter_list import ROOT, read_header, shorten, word_of

CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
COMPARED, STUB, SOLUTION, FOLDED = "nbval-check-output", "exercise", "solution", "hide-input"
UNSEEN = "remove-input"  # of cells that hold an interactive figure
GATE = re.compile(r"^`{3,}\{(exercise|solution)-(start|end)\}\s*(\S*)", re.M)
DRAWS = re.compile(r"\bplots\.plot_|\.subplots\(|\bplt\.(figure|plot|scatter|hist|imshow)\b")
KIND = re.compile(r"\*Kind: (?P<kind>[^*·]+) · (?:[^*·]+ · )?(?P<time>[^*·]+)\.\*")
FORBIDDEN = {
    "sys.path": (r"\bsys\.path\b", "`lib` is installed: import it."),
    "pip": (r"^\s*[!%]?pip\b|\bsubprocess\b", "Packages belong into pyproject.toml."),
    "a download": (
        r"https?://|\burlopen\b|\brequests\.|\bfetch_\w+\(",
        "A chapter runs without a network: take data from lib.datasets or scikit-learn.",
    ),
    "Keras from elsewhere": (
        r"^(import|from) (keras|tensorflow)",
        "Write `from lib.training import keras`.",
    ),
    "an absolute path": (
        r"""['"](/|[A-Z]:\\)\w""",
        "Other machines have other folders: take data from lib.datasets.",
    ),
}

COMPARED_CELLS = (3, 8)
LINES, MEDIAN, WIDTH = 20, 6, 80
CELLS = (35, 90)
EXERCISES = (3, 6)

RULES = {}


def rule(function):
    """Note a function as a rule of the form."""
    RULES[function.__name__] = function
    return function


class Chapter:
    """A notebook, and the views of it that the rules need.

    Parameters
    ----------
    path : Path
        Where it stands, or would stand; its name gives number and word.
    notebook : NotebookNode, optional
        Default: what stands there.
    """

    def __init__(self, path, notebook=None):
        self.name = path.stem
        self.word = word_of(path.stem)
        self.file = f"chapters/{path.name}"
        self.notebook = notebook or nbformat.read(path, as_version=4)
        self.cells = self.notebook.cells
        self.code = [cell for cell in self.cells if cell.cell_type == "code"]
        self.text = "\n\n".join(c.source for c in self.cells if c.cell_type == "markdown")

    def tagged(self, *names):
        """Return the code cells that have one of these tags."""
        return [cell for cell in self.code if set(names) & tags(cell)]

    def at(self, cell):
        """Return where a cell is, in words: file, number from 1, first line."""
        number = next(i for i, c in enumerate(self.cells, start=1) if c is cell)
        lines = [line for line in cell.source.splitlines() if line.strip()]
        first = f"`{shorten(lines[0].strip())}`" if lines else "empty"
        return f"{self.file}, cell {number} ({first}):"


def tags(cell):
    """Return the tags of a cell."""
    return set(cell.metadata.get("tags", []))


def statements(cell):
    """Return the statements of a code cell, without what only IPython understands."""
    return ast.parse(re.sub(r"^[%!].*", "", cell.source, flags=re.M)).body


def functions(cells):
    """Return the functions that some cells define at their top level, by name, with their cells."""
    return {
        node.name: (node, cell)
        for cell in cells
        for node in statements(cell)
        if isinstance(node, ast.FunctionDef)
    }


def without_fences(text):
    """Return a text without its fenced blocks."""
    return re.sub(r"^(`{3,}|~{3,}).*?^\1", "", text, flags=re.M | re.S)


# The whole


@rule
def is_a_valid_notebook_for_any_python(chapter):
    try:
        nbformat.validate(chapter.notebook)
    except nbformat.ValidationError as error:
        yield f"{chapter.file} is no valid notebook: {error.message}. Save it from JupyterLab."
    if chapter.notebook.metadata.get("kernelspec", {}).get("name") != "python3":
        yield (
            f"{chapter.file}: its kernel must be called python3, which every Jupyter has. "
            "Run `make clean-notebooks`."
        )


@rule
def opens_in_the_form_of_all_chapters(chapter):
    try:
        read_header(chapter.cells[0].source, chapter.name)
    except ValueError as error:
        yield str(error)
    titles = re.findall(r"^# .*", without_fences(chapter.text), re.M)
    for title in titles[1:]:
        yield f"{chapter.file}: `{title}` is a second title. Only one line begins with `# `."


@rule
def has_the_sections_that_every_chapter_has(chapter):
    for heading in ("Exercises", "Summary", "Further reading"):
        if not re.search(rf"^## .*{heading}", chapter.text, re.M):
            yield f"{chapter.file} has no section `## {heading}`. Add it."


@rule
def has_35_to_90_cells(chapter):
    shown = [cell for cell in chapter.cells if UNSEEN not in tags(cell)]
    if not CELLS[0] <= len(shown) <= CELLS[1]:
        yield (
            f"{chapter.file} has {len(shown)} cells, not {CELLS[0]} to {CELLS[1]}. "
            + ("Say more." if len(shown) < CELLS[0] else "Shorten it, or make two chapters of it.")
        )


@rule
def code_stays_at_home(chapter):
    for cell in chapter.code:
        for what, (pattern, remedy) in FORBIDDEN.items():
            if re.search(pattern, cell.source, re.M):
                yield f"{chapter.at(cell)} {what} has no place in a chapter. {remedy}"


# Outputs


@rule
def has_3_to_8_compared_cells_beside_the_exercises(chapter):
    least, most = COMPARED_CELLS
    shown = [cell for cell in chapter.tagged(COMPARED) if not {STUB, SOLUTION} & tags(cell)]
    if not least <= len(shown) <= most:
        yield (
            f"{chapter.file} has {len(shown)} cells tagged `{COMPARED}` beside stubs and "
            f"solutions, not {least} to {most}. Tag the cells that print the results the chapter "
            "rests on, and run `make run-notebooks` for it."
        )


@rule
def stores_output_on_exactly_the_compared_cells(chapter):
    for cell in chapter.code:
        if COMPARED not in tags(cell):
            if cell.outputs or cell.execution_count is not None:
                yield f"{chapter.at(cell)} output is stored. Run `make clean-notebooks`."
        elif not (cell.outputs and cell.execution_count):
            yield (
                f"{chapter.at(cell)} it is tagged `{COMPARED}` and stores no output to compare "
                "with. Run `make run-notebooks` for this chapter. If the cell prints nothing, "
                "take the tag away."
            )
        elif not all(o.output_type in ("stream", "execute_result") for o in cell.outputs):
            yield (
                f"{chapter.at(cell)} a compared cell may only print, or show a value. Draw in "
                "another cell."
            )


def stored_texts(chapter):
    """Yield each cell whose output is stored, and what it printed or showed."""
    for cell in chapter.tagged(COMPARED):
        for output in cell.outputs:
            text = output.get("text") or output.get("data", {}).get("text/plain", "")
            yield cell, text


@rule
def compares_nothing_that_hangs_on_the_machine(chapter):
    remedies = {
        r"np\.\w+\(": "NumPy's names of types are printed. Convert by float(…), int(…) or round(…)",
        r" at 0x": "an address in memory is printed, which is another in each run. Print a value",
        r"\d\.\d{8,}": "more than seven decimals are printed. Round them",
        r"(?<![\d.])-0\.0*(?![\d])": "a minus zero is printed, whose sign is luck. Round and add 0",
    }
    for cell, text in stored_texts(chapter):
        for pattern, remedy in remedies.items():
            found = re.search(pattern, text)
            if found:
                yield f"{chapter.at(cell)} {remedy} (`{line_around(text, found)}`)."


def line_around(text, match):
    """Return the line of a text that holds the beginning of a match."""
    return shorten(text[text.rfind("\n", 0, match.start()) + 1 :].split("\n")[0].strip())


@rule
def prints_no_true_and_no_false(chapter):
    remedy = "Assert what must hold, and print what is worth saying as a number."
    reported = set()
    for cell in chapter.code:
        for node in ast.walk(ast.Module(statements(cell), [])):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print":
                told = [verdict for value in node.args for verdict in verdicts_in(value)]
                if told and cell.source not in reported:
                    reported.add(cell.source)
                    yield f"{chapter.at(cell)} it prints whether `{told[0]}`. {remedy}"
    for cell, text in stored_texts(chapter):
        found = re.search(r":\s+(np\.)?(True|False)\b", text)
        if found and cell.source not in reported:
            yield f"{chapter.at(cell)} it prints `{line_around(text, found)}`. {remedy}"


VERDICTS = {
    "all", "any", "allclose", "array_equal", "array_equiv", "bool", "isclose", "isfinite",
    "isinstance", "isnan", "issubset", "startswith", "endswith",
}  # fmt: skip


def verdicts_in(value):
    """Return the source of each truth value that printing an expression would show."""
    if isinstance(value, ast.JoinedStr):
        parts = [part.value for part in value.values if isinstance(part, ast.FormattedValue)]
        return [verdict for part in parts for verdict in verdicts_in(part)]
    if isinstance(value, ast.Call):
        name = getattr(value.func, "attr", getattr(value.func, "id", ""))
        return [shorten(ast.unparse(value))] if name in VERDICTS else []
    if isinstance(value, (ast.Compare, ast.BoolOp)) or (
        isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    ):
        return [shorten(ast.unparse(value))]
    return []


# Code cells


def code_lines(cell):
    """Return how many lines of a cell are not empty."""
    return sum(bool(line.strip()) for line in cell.source.splitlines())


@rule
def code_cells_have_at_most_20_lines(chapter):
    for cell in chapter.code[1:]:  # the first one holds the imports
        if code_lines(cell) > LINES:
            yield (
                f"{chapter.at(cell)} {code_lines(cell)} lines of code, and {LINES} are allowed. "
                "Cut the cell in two with a sentence between, or move to `lib/` what is not the "
                "lesson."
            )


@rule
def code_lines_have_at_most_80_characters(chapter):
    for cell in chapter.code:
        for number, line in enumerate(cell.source.splitlines(), start=1):
            if len(line) > WIDTH:
                yield (
                    f"{chapter.at(cell)} line {number} has {len(line)} characters, and the page "
                    f"shows {WIDTH}. Run `make format`; break strings and comments by hand."
                )


@rule
def code_cells_to_be_read_are_short(chapter):
    read = [cell for cell in chapter.code if not {STUB, SOLUTION, FOLDED, UNSEEN} & tags(cell)]
    middle = median(code_lines(cell) for cell in read) if read else 0
    if middle > MEDIAN:
        longest = sorted(read, key=code_lines, reverse=True)[:3]
        yield (
            f"{chapter.file}: the median of its code cells is {middle:g} lines (folded ones and "
            f"exercises not counted), and {MEDIAN} are allowed. Fold what only draws by the tag "
            f"`{FOLDED}`, cut cells in two, or move to `lib/` what is not the lesson. The longest: "
            + "; ".join(f"{chapter.at(cell)} {code_lines(cell)} lines" for cell in longest)
            + "."
        )


@rule
def imports_are_folded(chapter):
    first = chapter.code[0] if chapter.code else None
    if first is None or not any(is_import(node) for node in statements(first)):
        yield f"{chapter.file}: the first code cell must hold the imports. Put them there."
    for cell in chapter.code:
        body = statements(cell)
        only_imports = body and all(is_import(node) for node in body)
        if (only_imports or cell is first) and not {FOLDED, STUB, SOLUTION} & tags(cell):
            yield (
                f"{chapter.at(cell)} imports are not the lesson. Tag the cell `{FOLDED}`, and the "
                "page folds it."
            )


def is_import(node):
    """Tell whether a statement imports something."""
    return isinstance(node, (ast.Import, ast.ImportFrom))


@rule
def what_only_draws_is_folded(chapter):
    for cell in chapter.code:
        figure = "figure" in cell.metadata.get("mystnb", {})
        if not figure or {STUB, SOLUTION, FOLDED, UNSEEN} & tags(cell):
            continue
        if Drawing(statements(cell)).is_all:
            yield (
                f"{chapter.at(cell)} it draws and computes nothing. Tag it `{FOLDED}`, and the "
                "page folds the code above the figure."
            )


@rule
def what_hands_over_a_table_is_folded(chapter):
    for cell in chapter.code:
        if re.search(r"^glue\(", cell.source, re.M) and FOLDED not in tags(cell):
            yield (
                f"{chapter.at(cell)} what hands rows to the table is not the lesson. Tag it "
                f"`{FOLDED}`, and the page folds the code above the table."
            )


class Drawing:
    """Tells whether a program does nothing but draw.

    Where it is not sure it says no: any calculation may be what the cell is about. So the
    arguments of what draws may name, index, reshape and count things, but not compute with them.

    Attributes
    ----------
    is_all : bool
    """

    HARMLESS = frozenset("zip enumerate range len list tuple dict reversed str".split())
    RESHAPES = frozenset("reshape ravel transpose squeeze items keys values copy tolist".split())

    def __init__(self, body):
        self.canvas = {"plt", "plots", "ax", "axes", "fig", "figure"}
        self.is_all = bool(body) and all(self.draws(node) for node in body)

    def draws(self, node):
        """Tell whether a statement only draws."""
        if isinstance(node, ast.Expr):
            value = node.value
            return isinstance(value, ast.Constant) or self.on_canvas(value) or self.helps(value)
        if isinstance(node, ast.Assign):
            if self.on_canvas(node.value):
                self.canvas |= {
                    name.id
                    for target in node.targets
                    for name in ast.walk(target)
                    if isinstance(name, ast.Name)
                }
                return True
            return all(isinstance(n, LITERAL) for n in ast.walk(node.value))
        if isinstance(node, ast.For) and self.given(node.iter):
            self.bind(node.target, node.iter)
            return all(self.draws(inner) for inner in node.body) and not node.orelse
        if isinstance(node, ast.If) and isinstance(node.test, ast.Compare):
            sides = [node.test.left, *node.test.comparators]
            return all(self.given(side) for side in sides) and all(
                self.draws(inner) for inner in [*node.body, *node.orelse]
            )
        if isinstance(node, ast.With):
            return all(self.on_canvas(item.context_expr) for item in node.items) and all(
                self.draws(inner) for inner in node.body
            )
        return False

    def bind(self, target, iterated):
        """Note which variables of a loop are something to draw on."""
        name = getattr(getattr(iterated, "func", None), "id", "")
        if name == "zip" and isinstance(target, ast.Tuple):
            for inner, argument in zip(target.elts, iterated.args):
                self.bind(inner, argument)
        elif name == "enumerate" and isinstance(target, ast.Tuple):
            self.bind(target.elts[1], iterated.args[0])
        elif self.on_canvas(iterated):
            self.canvas |= {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}

    def on_canvas(self, node):
        """Tell whether an expression starts at something to draw on, and computes nothing."""
        if isinstance(node, ast.Name):
            return node.id in self.canvas
        if isinstance(node, ast.Attribute):
            return self.on_canvas(node.value)
        if isinstance(node, ast.Subscript):
            return self.on_canvas(node.value) and self.given(node.slice)
        if isinstance(node, ast.Call):
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
            return self.on_canvas(node.func) and all(self.given(value) for value in values)
        return False

    def helps(self, node):
        """Tell whether a call hands something to draw on to a function of the chapter."""
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            return False
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        return any(map(self.on_canvas, values)) and all(map(self.given, values))

    def given(self, node):
        """Tell whether an expression is there already: it names, indexes, reshapes or formats."""
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None)
            reshapes = isinstance(node.func, ast.Attribute) and (
                node.func.attr in self.RESHAPES and self.given(node.func.value)
            )
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
            free = name in self.HARMLESS or reshapes
            return self.on_canvas(node) or (free and all(self.given(value) for value in values))
        if isinstance(node, ast.JoinedStr):
            return True  # a title says a number; the figure is not made of it
        if isinstance(node, (*LITERAL, ast.Name, ast.Attribute, ast.Subscript, ast.Slice)):
            inner = (n for n in ast.iter_child_nodes(node) if isinstance(n, ast.expr))
            return all(self.given(n) for n in inner)
        return isinstance(node, ast.Starred) and self.given(node.value)


LITERAL = (
    ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.Set, ast.UnaryOp, ast.unaryop,
    ast.expr_context,
)  # fmt: skip


# Seeds

# What draws random numbers, and the argument that takes the seed.
DRAWS_WITH = {
    **dict.fromkeys(
        "FastICA GaussianMixture GaussianRandomProjection KMeans MDS MiniBatchKMeans MLPClassifier "
        "MLPRegressor NMF RandomForestClassifier RandomForestRegressor RepeatedKFold "
        "RepeatedStratifiedKFold ShuffleSplit StratifiedShuffleSplit TSNE TruncatedSVD make_blobs "
        "make_circles make_classification make_moons make_s_curve make_swiss_roll "
        "permutation_importance randomized_svd train_test_split PCA KFold StratifiedKFold "
        "LogisticRegression KernelPCA".split(),
        "random_state",
    ),
    "svds": "v0", "eigsh": "v0", "default_rng": "seed", "RandomState": "seed",
}  # fmt: skip
# These draw only if an argument has another value than its default or those.
QUIET = {
    "PCA": ("svd_solver", {"auto", "full", "covariance_eigh"}),
    "KFold": ("shuffle", {False}),
    "StratifiedKFold": ("shuffle", {False}),
    "LogisticRegression": ("solver", {"lbfgs", "newton-cholesky", "newton-cg"}),
    "KernelPCA": ("eigen_solver", {"auto", "dense"}),
}
# Keras draws their weights or their noise, and `set_random_seed` seeds all that come after it.
LAYERS = set(
    "Conv1D Conv2D Conv2DTranspose Dense Dropout GaussianDropout GaussianNoise GRU LSTM MaskPixels "
    "SimpleRNN".split()
)
MAPS = {"TSNE", "MDS"}


def called(node):
    """Return the last name of what a call calls."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def assigned(tree):
    """Return the expressions that each name gets somewhere in a program, or runs through."""
    known = {}
    for node in ast.walk(tree):
        pairs = []
        if isinstance(node, ast.Assign):
            pairs = [(target, [node.value]) for target in node.targets]
        elif isinstance(node, ast.For) and isinstance(node.iter, (ast.Tuple, ast.List)):
            pairs = [(node.target, node.iter.elts)]
        elif isinstance(node, ast.For) and isinstance(node.target, ast.Tuple):
            table = getattr(getattr(node.iter, "func", None), "value", None)
            if isinstance(table, ast.Dict):  # for key, value in {…}.items()
                pairs = [(node.target.elts[0], table.keys)]
        for target, values in pairs:
            if isinstance(target, ast.Name):
                known.setdefault(target.id, []).extend(values)
    return known


def arguments(call, known):
    """Return the keyword arguments of a call, those of a dictionary with a name among them."""
    found = {}
    for keyword in call.keywords:
        if keyword.arg:
            found[keyword.arg] = keyword.value
            continue
        for value in known.get(getattr(keyword.value, "id", ""), [keyword.value]):
            if isinstance(value, ast.Call) and called(value) == "dict":
                found |= {inner.arg: inner.value for inner in value.keywords if inner.arg}
            elif isinstance(value, ast.Dict):
                names = (getattr(key, "value", None) for key in value.keys)
                found |= dict(zip(names, value.values))
    return found


def is_none(node):
    """Tell whether an argument is missing, or None."""
    return node is None or (isinstance(node, ast.Constant) and node.value is None)


def unseeded(tree, known=None):
    """Yield call and missing argument of each call in a program that draws without a seed.

    `known` are expressions of names from elsewhere, as from `assigned`.
    """
    known = (known or {}) | assigned(tree)
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name, given = called(call), arguments(call, known)
        seed = DRAWS_WITH.get(name)
        if name in LAYERS and is_none(given.get("seed", given.get("kernel_initializer"))):
            yield call, "seed"
        if seed is None:
            continue
        if name in QUIET:
            decides, quiet = QUIET[name]
            chosen = given.get(decides)
            values = known.get(getattr(chosen, "id", ""), [chosen])
            if all(v is None or (isinstance(v, ast.Constant) and v.value in quiet) for v in values):
                continue
        in_place = name in ("default_rng", "RandomState") and call.args
        if is_none(call.args[0] if in_place else given.get(seed)):
            yield call, seed


@rule
def what_is_random_has_a_seed(chapter):
    known = assigned(ast.Module([node for c in chapter.code for node in statements(c)], []))
    seeded = False
    for cell in chapter.code:
        seeded = seeded or "set_random_seed(" in cell.source
        for call, seed in unseeded(ast.Module(statements(cell), []), known):
            layer = called(call) in LAYERS
            if layer and seeded:
                continue
            other = ", or call `keras.utils.set_random_seed(…)` above it" if layer else ""
            yield (
                f"{chapter.at(cell)} `{shorten(ast.unparse(call))}` draws random numbers, and no "
                f"seed is in sight. Give it `{seed}=…`{other}."
            )


@rule
def maps_from_several_seeds_start_at_random(chapter):
    """With the usual start, at the map of PCA or of classical MDS, a seed changes nothing."""
    known = assigned(ast.Module([node for c in chapter.code for node in statements(c)], []))
    for cell in chapter.code:
        for call in ast.walk(ast.Module(statements(cell), [])):
            if not isinstance(call, ast.Call) or called(call) not in MAPS:
                continue
            given = arguments(call, known)
            seed, start = given.get("random_state"), given.get("init")
            varies = seed is not None and not isinstance(seed, ast.Constant)
            if varies and getattr(start, "value", None) != "random":
                yield (
                    f"{chapter.at(cell)} `{called(call)}` starts from another map than a random "
                    'one, so its seeds hardly differ. Say `init="random"`.'
                )


# Figures


@rule
def figures_have_caption_name_and_alt_text(chapter):
    names = {}
    for cell in chapter.code:
        meta = cell.metadata.get("mystnb", {})
        if DRAWS.search(cell.source) and not meta and STUB not in tags(cell):
            yield (
                f"{chapter.at(cell)} it draws a figure without metadata. Give the cell "
                "`mystnb.figure.name`, `mystnb.figure.caption` and `mystnb.image.alt` (the gears "
                "at the right of JupyterLab); CONTRIBUTING.md shows them."
            )
        if not meta:
            continue
        figure, image = meta.get("figure", {}), meta.get("image", {})
        for what, text in (
            ("mystnb.figure.caption", figure.get("caption", "")),
            ("mystnb.image.alt", image.get("alt", "")),
        ):
            if len(text) <= 20:
                yield (
                    f"{chapter.at(cell)} its `{what}` is {f'only {text!r}' if text else 'missing'}."
                    " Say in a sentence what there is to see."
                )
        name = figure.get("name", "")
        if not name.startswith(f"fig-{chapter.word}-"):
            yield (
                f"{chapter.at(cell)} its `mystnb.figure.name` is {name!r}. Call it "
                f"`fig-{chapter.word}-…`."
            )
        if name in names:
            yield f"{chapter.at(cell)} {name} is already the name of the figure in {names[name]}"
        names[name] = chapter.at(cell)
        if name and name not in chapter.text:
            yield (
                f"{chapter.at(cell)} no text speaks of this figure. Read it aloud below, with "
                f"{{numref}}`{name}`."
            )
    if not names:
        yield f"{chapter.file} has no figure. Draw the question, and what follows from it."


# Exercises


def blocks(chapter):
    """Return label and text of each exercise's statement."""
    return re.findall(
        r"^`{3,}\{exercise-start\}.*?^:label: (\S+)$(.*?)^`{3,}\{exercise-end\}",
        chapter.text,
        re.M | re.S,
    )


@rule
def has_3_to_6_exercises(chapter):
    least, most = EXERCISES
    count = len(blocks(chapter))
    if not least <= count <= most:
        yield (
            f"{chapter.file} has {count} exercise{'s' if count != 1 else ''}, not {least} to "
            f"{most}, from a warm-up to an open project. "
            + ("Write more." if count < least else "Leave some out.")
        )


@rule
def each_exercise_has_one_solution_right_after_it(chapter):
    labels = re.findall(r"^:label: (\S+)", chapter.text, re.M)
    exercises = [label for label in labels if label.startswith("ex-")]
    for place, label in enumerate(exercises, start=1):
        if label != f"ex-{chapter.word}-{place}":
            yield (
                f"{chapter.file}: exercise {place} has the label {label}. Call it "
                f"`ex-{chapter.word}-{place}`."
            )
        if f"sol{label.removeprefix('ex')}" not in labels:
            yield (
                f"{chapter.file}: no solution has the label `sol{label.removeprefix('ex')}`. Put "
                f"it below `{{solution-start}} {label}`."
            )
    expected = [
        gate
        for label in exercises
        for gate in (
            ("exercise", "start", None),
            ("exercise", "end", None),
            ("solution", "start", label),
            ("solution", "end", None),
        )
    ]
    gates = [match.groups() for match in GATE.finditer(chapter.text)]
    for (kind, edge, name), (wanted, border, label) in zip(gates, expected):
        if (kind, edge) != (wanted, border) or label not in (None, name):
            yield (
                f"{chapter.file}: where `{{{wanted}-{border}}} {label or ''}` should stand, "
                f"`{{{kind}-{edge}}} {name}` stands. Each exercise is followed by its solution: "
                "exercise-start, exercise-end, solution-start with its label, solution-end."
            )
            break
    else:
        if len(gates) != len(expected):
            yield (
                f"{chapter.file} has {len(gates)} gates for {len(exercises)} exercises, not "
                f"{len(expected)}: exercise-start, exercise-end, solution-start, solution-end."
            )
    if chapter.text.count(":class: dropdown") < len(exercises):
        yield f"{chapter.file}: give every solution the option `:class: dropdown`, which folds it."


@rule
def exercises_take_the_minutes_that_the_first_cell_says(chapter):
    total, projects, unsaid = 0, [], False
    for label, text in blocks(chapter):
        kind = KIND.search(text)
        minutes = kind and re.fullmatch(r"(\d+) minutes", kind["time"])
        if kind and kind["kind"].startswith("open"):
            projects.append(kind["time"])
        elif minutes:
            total += int(minutes[1])
        else:
            unsaid = True
            yield (
                f"{chapter.file}, {label}: its first line must say kind, difficulty and time, "
                "such as `*Kind: write a function · easy · 15 minutes.*`."
            )
    try:
        header = read_header(chapter.cells[0].source, chapter.name)
    except ValueError:
        return  # another rule says so
    project = projects[0] if projects else None
    if not unsaid and (header.exercises, header.project) != (total, project):
        said = f"Exercises: {total} minutes" + (f", and a project of {project}" if project else "")
        yield (
            f"{chapter.file}, first cell: the exercises' own times add up to another sum. Write "
            f"`{said}.`, or correct a time."
        )


@rule
def stub_and_solution_define_the_same_function(chapter):
    """The stub returns `...`, and nothing else; the solution has the same parameters."""
    solutions = functions(chapter.tagged(SOLUTION))
    stubs = functions(chapter.tagged(STUB))
    if not stubs:
        yield (
            f"{chapter.file} has no stub. At least one exercise asks for a function: a code cell "
            f"tagged `{STUB}` with `def …`, a docstring and `return ...`."
        )
    for name, (stub, cell) in stubs.items():
        if not ast.get_docstring(stub):
            yield f"{chapter.at(cell)} `{name}` does not say what to return. Add a docstring."
        body = [node for node in stub.body if not isinstance(node, ast.Expr)]
        value = getattr(body[0], "value", None) if len(body) == 1 else None
        if not (isinstance(value, ast.Constant) and value.value is ...):
            yield f"{chapter.at(cell)} `{name}` must hold `return ...` and nothing else."
        if name not in solutions:
            yield (
                f"{chapter.at(cell)} no solution defines `{name}`. Define it in a code cell tagged "
                f"`{SOLUTION}`."
            )
        elif ast.unparse(solutions[name][0].args) != ast.unparse(stub.args):
            solution, its_cell = solutions[name]
            yield (
                f"{chapter.at(its_cell)} `{name}` has the parameters "
                f"({ast.unparse(solution.args)}), in the stub ({ast.unparse(stub.args)}). Make "
                "them the same."
            )


@rule
def stub_and_solution_end_with_the_check_of_their_exercise(chapter):
    """The build proves by their outputs that a check accepts the solution, and not the stub."""
    exercise, asked = None, {STUB: [], SOLUTION: []}
    for cell in chapter.cells:
        if cell.cell_type == "markdown":
            labels = re.findall(r"^:label: (ex-\S+)", cell.source, re.M)
            exercise = labels[-1] if labels else exercise
            continue
        kinds = {STUB, SOLUTION} & tags(cell)
        if "check(" not in cell.source:
            if STUB in kinds:
                yield f'{chapter.at(cell)} a stub ends with `check("{exercise}", …)`. Add it.'
            continue
        last = re.fullmatch(
            r'check\(\s*"([\w-]+)",\s*(.+?),?\s*\)', last_statement(cell), flags=re.S
        )
        if not last or not kinds:
            yield (
                f"{chapter.at(cell)} a check is the last line of a cell tagged `{STUB}` or "
                f'`{SOLUTION}`, in the form `check("{exercise}", f)`. Move it there.'
            )
            continue
        if last[1] != exercise:
            yield f"{chapter.at(cell)} it checks {last[1]}, and stands in {exercise}. Correct it."
        kind = kinds.pop()
        said = {STUB: f"○ {last[1]}: not attempted yet.", SOLUTION: f"✓ {last[1]}: right."}[kind]
        data = cell.outputs[-1].get("data", {}) if cell.outputs else {}
        if COMPARED not in tags(cell) or not data.get("text/plain", "").startswith(said):
            yield (
                f"{chapter.at(cell)} its stored output must be `{said}`. Tag the cell "
                f"`{COMPARED}` and run `make run-notebooks` for this chapter."
            )
        asked[kind].append((last[1], last[2]))
    for label, answer in sorted(set(asked[STUB]) ^ set(asked[SOLUTION])):
        there = STUB if (label, answer) in asked[STUB] else SOLUTION
        yield (
            f"{chapter.file}, {label}: only the {there} ends with "
            f'`check("{label}", {answer})`. Stub and solution end with the same line.'
        )
    labels = [label for label, _ in asked[STUB]]
    for label in sorted({label for label in labels if labels.count(label) > 1}):
        yield f"{chapter.file}, {label}: it is checked twice. One check for an exercise."


def last_statement(cell):
    """Return the source of the last statement of a code cell."""
    body = ast.parse(cell.source).body
    return ast.get_source_segment(cell.source, body[-1]) if body else ""


def labels_of(chapter):
    """Return all labels that a chapter gives, figures not counted."""
    return [
        *re.findall(r"^:label: (\S+)", chapter.text, re.M),
        *re.findall(r"^\(([\w-]+)\)=$", chapter.text, re.M),
        *re.findall(r"^\$\$ *\(([\w-]+)\)", chapter.text, re.M),
    ]
