"""The form of the chapters, read without running them. CONTRIBUTING.md describes it."""

import ast
from collections import defaultdict

import pytest
from chapter_form import CHAPTERS, LAYERS, RULES, Chapter, called, labels_of, unseeded
from chapter_list import ROOT


@pytest.fixture(params=CHAPTERS, ids=lambda path: path.stem, scope="module")
def chapter(request):
    return Chapter(request.param)


@pytest.mark.parametrize("rule", RULES)
def test_form(chapter, rule):
    complaints = list(RULES[rule](chapter))
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)


def test_labels_are_unique_in_the_book():
    places = defaultdict(list)
    for path in CHAPTERS:
        for label in labels_of(Chapter(path)):
            places[label].append(path.name)
    double = {label: files for label, files in places.items() if len(files) > 1}
    assert not double, f"a label stands for one thing only; rename all but one of {double}"


@pytest.mark.parametrize("folder", ["lib", "experiments"])
def test_what_is_random_has_a_seed(folder):
    for path in sorted((ROOT / folder).rglob("*.py")):
        program = path.read_text(encoding="utf-8")
        seeds_layers = "set_random_seed(" in program
        for call, seed in unseeded(ast.parse(program)):
            assert called(call) in LAYERS and seeds_layers, (
                f"{path.relative_to(ROOT)}, line {call.lineno}: `{ast.unparse(call)}` draws random "
                f"numbers without a seed. Give it `{seed}=…`."
            )
