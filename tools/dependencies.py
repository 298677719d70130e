"""What a piece of code imports from this repository, through other modules too, and its digest.

Results that are kept (the cache of executed chapters, the tables of the experiments) are good as
long as the code that made them is the same. `closure` finds that code, `digest` condenses it.
"""

import ast
import hashlib
import re
from pathlib import Path

__all__ = ["closure", "digest", "pins"]


def closure(source, root):
    """List the files that a piece of code imports, and those that they import, and so on.

    Imports are followed wherever they stand, in functions too, if the module is a file below
    `root`. A module that is named only when the code runs, as in ``importlib.import_module(name)``,
    is not found: add a line that imports it to `source`.

    Parameters
    ----------
    source : Path or str
        A file, or the text of a program in the folder `root`.
    root : Path
        The folder that ``import lib`` starts from.

    Returns
    -------
    files : list of Path
        Sorted; without `source` itself. The ``__init__.py`` of every package on the way is there.

    Raises
    ------
    SyntaxError
        If `source`, or a file that it imports, is not Python. The error names the file.
    """
    root = Path(root).resolve()
    start = source.resolve() if isinstance(source, Path) else source
    found, waiting = set(), [start]
    while waiting:
        current = waiting.pop()
        new = {file for name in _imported(current, root) for file in _files(name, root)} - found
        found |= new
        waiting += new
    return sorted(found - {start})


def digest(sources, extra=()):
    """Condense code to a short text that changes with the code.

    Comments, docstrings, layout and the names of the files do not count, nor do the machine and
    the version of Python.

    Parameters
    ----------
    sources : iterable of Path or str
        Files or texts of programs; their order counts.
    extra : iterable of str
        What else counts: versions of packages, settings.

    Returns
    -------
    digest : str of 64 hexadecimal digits

    Raises
    ------
    SyntaxError
        If one of them is not Python. The error names the file.

    Examples
    --------
    >>> digest(["x = 1  # metres"]) == digest(["x=1"]) != digest(["x = 2"])
    True
    """
    parts = [repr(_essence(_parse(source))) for source in sources]
    return hashlib.sha256("\0".join([*parts, "", *extra]).encode()).hexdigest()


def pins(requirements):
    """List the packages in a file of requirements, without the hashes of their files.

    Parameters
    ----------
    requirements : Path

    Returns
    -------
    lines : list of str
        ``"numpy==2.4.6"`` and the like, with the conditions that stand behind some.
    """
    text = requirements.read_text(encoding="utf-8")
    return re.findall(r"^(\w.*?)[ \\]*$", text, re.M)


def _parse(source):
    if isinstance(source, Path):
        return ast.parse(source.read_bytes(), filename=str(source))
    return ast.parse(source)


def _imported(source, root):
    """Yield the absolute name of everything that the source imports, module or not."""
    file = isinstance(source, Path) and source.is_relative_to(root)
    package = source.relative_to(root).parent.parts if file else ()
    for node in ast.walk(_parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            # One dot is the package of the module itself, each further dot the one around it.
            base = package[: len(package) + 1 - node.level] if node.level else ()
            base = [*base, node.module] if node.module else base
            # `from a import b` may mean a variable of a, or the module a.b.
            yield from (".".join([*base, alias.name]) for alias in node.names)


def _files(name, root):
    """Yield the files below `root` that an import of `name` runs."""
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        path = root.joinpath(*parts[:length])
        if parts[length - 1] == "*":
            yield from path.parent.glob("*.py")  # `import *` takes the modules in __all__ too
        yield from (f for f in (path / "__init__.py", path.with_suffix(".py")) if f.is_file())


def _essence(node):
    """Return a syntax tree as nested tuples, without what does nothing.

    `ast.dump` would do, but for what it writes of empty fields, which depends on the version.
    """
    if isinstance(node, list):
        return tuple(_essence(item) for item in node if not _is_docstring(item))
    if not isinstance(node, ast.AST):
        return node
    fields = ((name, getattr(node, name, None)) for name in node._fields if name != "kind")
    return (
        type(node).__name__,
        *((name, _essence(value)) for name, value in fields if value is not None and value != []),
    )


def _is_docstring(node):
    """Tell whether a statement is only a string: a docstring, or a comment in its shape."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
