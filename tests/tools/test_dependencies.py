"""What code uses is found, whichever way it is imported, and its digest changes with it alone."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from dependencies import closure, digest, reached  # noqa: E402

SMALL = {
    "lib/__init__.py": "",
    "lib/pca.py": "import numpy\nfrom lib import covariance",
    "lib/covariance.py": "centre = abs",
    "lib/training.py": "def train():\n    import lib._backend",
    "lib/_backend.py": "",
    "lib/circle.py": "import lib.square",
    "lib/square.py": "import lib.circle",
    "lib/checks/__init__.py": "from ._core import check\nfrom .. import covariance",
    "lib/checks/_core.py": "from . import words as said\ncheck = said",
    "lib/checks/words.py": "",
    "lib/checks/svd.py": "from lib.checks import check",
}


@pytest.fixture
def root(tmp_path):
    """Return a folder with a small `lib`."""
    for name, text in SMALL.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


CHECKS = "checks/__init__ checks/_core checks/words covariance"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import numpy, os.path", None),
        ("from numpy import *", None),
        ("import lib", ""),
        ("import lib.covariance", "covariance"),
        ("import json, lib.covariance as c", "covariance"),
        ("from lib import covariance", "covariance"),
        ("from lib.covariance import centre", "covariance"),
        ("from lib.pca import PCA", "covariance pca"),
        ("if True:\n    from lib.training import keras", "_backend training"),
        ("import lib.checks", CHECKS),
        ("from lib.checks import check", CHECKS),
        ("from lib.checks.svd import check", f"{CHECKS} checks/svd"),
        ("from lib.checks import *", f"{CHECKS} checks/svd"),
        ("import lib.circle", "circle square"),
        ("import lib.covariance.centre", "covariance"),
        ("import lib.missing", ""),
    ],
)
def test_imports_are_followed(root, source, expected):
    names = [] if expected is None else ["__init__", *expected.split()]
    assert closure(source, root) == sorted(root / f"lib/{name}.py" for name in names)


def test_a_file_is_read_from_where_it_stands(root):
    words = [root / f"lib/{name}.py" for name in ("__init__", "checks/__init__", "checks/words")]
    assert set(words) <= set(closure(root / "lib/checks/_core.py", root))
    assert closure(root / "lib/circle.py", root) == [
        root / f"lib/{name}.py" for name in ("__init__", "square")
    ]


@pytest.mark.parametrize("imports", ["import lib.pca, lib.metrics", "from lib import plots"])
def test_what_python_loads_is_in_the_closure(imports):
    """The oracle is a fresh interpreter: the files of the modules of `lib` that it has loaded."""
    show = "import sys; print(*(m.__file__ for n, m in sys.modules.items() if n[:3] == 'lib'))"
    loaded = subprocess.run(
        [sys.executable, "-c", f"{imports}\n{show}"], cwd=ROOT, capture_output=True, text=True
    ).stdout.split()
    assert [str(file) for file in closure(imports, ROOT)] == sorted(loaded)


def test_a_file_that_is_not_python_is_named(root):
    (root / "lib/covariance.py").write_text("def (")
    with pytest.raises(SyntaxError) as error:
        closure("import lib.pca", root)
    assert error.value.filename == str(root / "lib/covariance.py")


MODULES = {
    "lib/__init__.py": "",
    "lib/shapes.py": "import math, numpy as np\nfrom lib.units import cm as unit, inch\n"
    "PI = TAU / 2\nTAU = 6.28\nEDGES = CORNERS = 4\nsettings[PI] = 1\n"
    "def area(r):\n    '''Words.'''\n    return half(r) * unit\n"
    "def half(r):\n    return PI * r\ndef edges():\n    return EDGES\n"
    "def late():\n    from lib import words\n    return words\n"
    "class Box(Base):\n    size = area\nclass Base:\n    pass",
    "lib/units.py": "cm = 0.01\ninch = 2.54 * cm",
    "lib/words.py": "def say(): pass\nloud = say",
}
ALWAYS = {"PI = TAU / 2", "TAU = 6.28", "settings[PI] = 1"}
AREA = ALWAYS | {"from lib.units import cm as unit", "cm = 0.01", "def area", "def half"}
WORDS = {"def say", "loud = say"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import numpy", set()),
        ("from lib.shapes import half", ALWAYS | {"def half"}),
        ("from lib.shapes import area", AREA),
        ("from lib.shapes import Box as B", AREA | {"class Box", "class Base"}),
        (
            "def f():\n    from lib.shapes import edges",
            ALWAYS | {"EDGES = CORNERS = 4", "def edges"},
        ),
        ("from lib.shapes import late", ALWAYS | {"def late"} | WORDS),
        ("from lib.units import inch", {"inch = 2.54 * cm", "cm = 0.01"}),
        ("from lib.words import *", WORDS),
        ("import lib.words", WORDS),
        ("from lib import words", WORDS),
        ("from lib.words import missing", set()),
    ],
)
def test_statements_that_a_program_can_get_to(tmp_path, code, expected):
    (tmp_path / "lib").mkdir()
    for name, text in MODULES.items():
        (tmp_path / name).write_text(text)
    firsts = (text.splitlines()[0] for text in reached(code, tmp_path))
    assert {first.partition("(")[0].rstrip(":") for first in firsts} == expected


def test_nothing_else_is_needed():
    """The oracle: run only the statements that were found, and get NumPy's numbers."""
    found = reached("from lib.covariance import covariance", ROOT)
    program = sorted((s for s in found if "from lib" not in s), key=lambda s: "import " not in s)
    names = {}
    exec("\n".join(program), names)
    assert names["covariance"]([[1, 2], [3, 1], [2, 4]]).round(12).tolist() == [
        [1, -0.5], [-0.5, 2.333333333333]
    ]  # fmt: skip


CODE = '''
def area(radius, *, factor=3.14):
    """Return the area."""
    return factor * radius**2
'''


@pytest.mark.parametrize(
    "same",
    [
        "def area(radius, *, factor = 3.14,):\n\n    return (factor * radius ** 2)  # m²",
        CODE.replace("Return the area", "Compute it"),
        '"""A module."""\n' + CODE,
        CODE.replace("3.14", "3.140"),
    ],
)
def test_comments_docstrings_and_layout_do_not_count(same):
    assert digest([same]) == digest([CODE])


@pytest.mark.parametrize(
    "other",
    [
        CODE.replace("3.14", "3.15"),
        CODE.replace("radius**2", "radius**3"),
        CODE.replace("radius", "r"),
        CODE.replace("*, ", ""),
        CODE.replace("return", "yield"),
        CODE + "import os",
        "class area:\n    radius = '2'",
    ],
)
def test_code_counts(other):
    assert digest([other]) != digest([CODE])


def test_constants_of_different_type_differ():
    assert len({digest([f"x = {x}"]) for x in ("1", "1.0", "True", "'1'", "b'1'", "None")}) == 6


def test_files_their_order_and_what_is_beside_them_count(tmp_path):
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("x = 1")
    two.write_text("x = 2")
    digests = [
        digest([one, two]), digest([two, one]), digest([one]), digest([]),
        digest([one], ["numpy 2"]), digest([one], ["numpy", "2"]), digest([], ["x = 1"]),
    ]  # fmt: skip
    assert len(set(digests)) == len(digests)
    assert digest([one]) == digest(["x = 1"])


def test_the_digest_is_the_same_in_every_version_of_python():
    code = "@f\nasync def g(x: int = 1, /, *a, **k) -> None: ..."
    code += "\nmatch [*range(3)]:\n    case [0, *_] if (y := f'{g!r:>{3}}'): del y"
    assert digest([code])[:16] == "0b814dba0d9b354f"
