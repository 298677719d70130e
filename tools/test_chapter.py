"""Test one chapter: run it, write its page, and try all that concerns it.

    python tools/test_chapter.py 03

That is its form, the modules of lib that it imports, the checks of its exercises, its student
version and its page. What fails only elsewhere is found by `make test`.
"""

import argparse
import ast
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import busy
import command
import nbformat
from build_book import build
from run_chapters import Runs
from surroundings import settle

ROOT = Path(__file__).resolve().parents[1]


def imported_modules(path):
    """Return the names of lib's modules that a chapter's cells import, without "lib."."""
    names = set()
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.ImportFrom) and node.module:
                names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
    words = {name.split(".")[1] for name in names if name.startswith("lib.")}
    return sorted(word for word in words if (ROOT / "lib" / f"{word}.py").exists())


def selection(path):
    """Return what pytest is told to try for a chapter: files, and an expression for ``-k``."""
    modules = imported_modules(path)
    word = path.stem.partition("_")[2]
    files = [ROOT / "lib" / f"{name}.py" for name in modules]
    files += [ROOT / "tests" / f"test_{name}.py" for name in modules]
    files += [ROOT / "tests" / name for name in ("test_notebooks.py", "tools/test_student.py")]
    files += [ROOT / "tests" / "checks", ROOT / "tests" / "site"]
    whole = [f"test_{name}.py" for name in modules] + [f"lib/{name}.py" for name in modules]
    names = [path.stem, f"ex-{word.replace('_', '-')}-", *whole]
    return [str(file) for file in files if file.exists()], " or ".join(names)


def main():
    """Test the chapter that the command line names; return an exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("number", help="of the chapter, such as 03")
    number = parser.parse_args().number
    [path] = Runs().chapters([number])
    code = [sys.executable, "-m", "ruff"]
    with busy.site(ROOT, "building the book"):
        layout = [
            subprocess.run([*code, *action, "--quiet", "--line-length=80", path], cwd=ROOT)
            for action in (["check"], ["format", "--check"])
        ]
        status = build(only=number)
    settle()
    files, expression = selection(path)
    call = [sys.executable, "-m", "pytest", "-q", *files, "-k", expression]
    tests = subprocess.run(call, cwd=ROOT).returncode
    return int(any([*(ran.returncode for ran in layout), status, tests]))


if __name__ == "__main__":
    command.run(main)
