"""The form of the chapters, read without running them. CONTRIBUTING.md describes it."""

from collections import defaultdict

import pytest
from chapter_form import CHAPTERS, RULES, Chapter, labels_of


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
