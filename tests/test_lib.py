"""What holds for `lib` as a whole: it is light, and bad input gets an error with a remedy."""

import ast
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import lib
from lib.covariance import correlation, covariance
from lib.pca import PCA

LIB = Path(lib.__file__).parent
HEAVY = {"tensorflow", "keras", "matplotlib", "pandas", "scipy", "sklearn"}


def modules_after(statement):
    """Return the names of the top-level modules that a fresh interpreter has loaded."""
    code = f"{statement}\nimport sys; print(*{{name.split('.')[0] for name in sys.modules}})"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(result.stdout.split())


def test_import_lib_loads_nothing_heavy():
    assert not modules_after("import lib") & HEAVY


def test_the_grader_itself_loads_nothing_heavy():
    assert not modules_after("import lib.grading.__main__") & HEAVY


def imported(path):
    """Return the full names of all that a file imports, in its functions too."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize(
    "files, above",
    [
        ("*.py", ("lib.checks", "lib.grading")),
        ("checks/*.py", ("lib.grading",)),
        ("checks/core/*.py", ("lib.grading",)),
    ],
)
def test_checks_and_grading_stand_on_the_others_and_carry_none(files, above):
    assert "lib.pca.PCA" in imported(Path(__file__))  # what is looked for would be found
    for path in LIB.glob(files):
        found = {name for name in imported(path) if name.startswith(above)}
        assert not found, (path.name, found)


@pytest.mark.parametrize("module", ["datasets", "covariance", "pca", "metrics", "plots"])
def test_no_module_of_the_linear_chapters_loads_tensorflow(module):
    assert not modules_after(f"import lib.{module}") & {"tensorflow", "keras"}


ENTRIES = {"covariance": covariance, "correlation": correlation, "PCA.fit": PCA().fit}
GOOD = np.array([[0.0, 1.0], [1.0, 3.0], [2.0, 2.0]])


@pytest.fixture(params=ENTRIES)
def entry(request):
    """Return one of the functions that take a data matrix."""
    return ENTRIES[request.param]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_finite(entry, bad):
    X = GOOD.copy()
    X[1, 0] = bad
    with pytest.raises(ValueError, match=r"1 value.* NaN or infinity.*\(1, 0\).*SimpleImputer"):
        entry(X)


def test_finite_data_whose_sum_overflows_are_accepted():
    X = np.array([[3e38, 0], [3e38, 1], [3e38, 3]], dtype=np.float32)
    with np.errstate(over="ignore"):
        PCA(svd_solver="full").fit(X * np.float32(1e-3))  # the sum of X itself is infinite
        from lib._validation import check_finite

        check_finite(X, "X")


@pytest.mark.parametrize("shape", [(0, 2), (1, 2)])
def test_too_few_samples(entry, shape):
    with pytest.raises(ValueError, match=r"sample\(s\).*at least 2 are needed.*X\.T"):
        entry(np.ones(shape))


def test_no_features(entry):
    with pytest.raises(ValueError, match=r"0 feature"):
        entry(np.ones((3, 0)))


def test_wrong_rank(entry):
    with pytest.raises(ValueError, match="Reshape your data"):
        entry(np.ones(3))
    with pytest.raises(ValueError, match="dim 3"):
        entry(np.ones((2, 3, 4)))


def test_not_numeric(entry):
    with pytest.raises(ValueError, match=r"numbers only.*'red'.*Encode or drop"):
        entry(pd.DataFrame({"length": [1.0, 2.0, 3.0], "colour": ["red", "blue", "red"]}))
