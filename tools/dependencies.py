"""What a piece of code imports from this repository, through other modules too, and its digest.

Results that are kept (the cache of executed chapters, the tables of the experiments) are good as
long as the code that made them is the same. `closure` finds the files with that code, `reached`
only the statements in them that a program can get to by name; `digest` condenses either. A chapter
runs again in a minute, so it is asked for by file. An experiment takes half an hour, and a function
that is new in a module it imports should not repeat it.
"""

import ast
import copy
import hashlib
import re
from pathlib import Path

__all__ = ["closure", "digest", "pins", "reached"]


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
        names = _imported(_parse(current), _package(current, root))
        new = {file for name in names for file in _files(name, root)} - found
        found |= new
        waiting += new
    return sorted(found - {start})


def reached(code, root):
    """List the statements below `root` that a program uses, found by the names in them.

    Of a module these are the definitions that the program imports by name, what stands behind the
    names in these, and so on; and whatever the module does, when it is imported, that defines
    nothing. A module that is imported as a whole is used as a whole. What is named only when the
    code runs, as in ``getattr(module, name)``, is not found.

    Parameters
    ----------
    code : str
        A program in the folder `root`.
    root : Path
        The folder that ``import lib`` starts from.

    Returns
    -------
    statements : list of str
        Without comments; by the names of their files, then their own.

    Raises
    ------
    SyntaxError
        If a file is not Python. The error names the file.
    """
    root = Path(root).resolve()
    modules, asked, found = {}, set(), {}
    wanted = {pair for name in _imported(_parse(code)) for pair in _definitions(name, root)}
    while wanted:
        file, name = pair = wanted.pop()
        asked.add(pair)
        if file not in modules:
            modules[file] = _statements(file)
        for own, line, statement in modules[file]:
            if name in (own, "*") or own == "":
                found[file.relative_to(root).as_posix(), own, line] = ast.unparse(statement)
                names = {(file, n.id) for n in ast.walk(statement) if isinstance(n, ast.Name)}
                for imported in _imported(statement, _package(file, root)):
                    names.update(_definitions(imported, root))
                wanted |= names - asked
    return [found[key] for key in sorted(found)]


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


def _package(source, root):
    """Return the package that a file belongs to, as the tuple of its names."""
    file = isinstance(source, Path) and source.is_relative_to(root)
    return source.relative_to(root).parent.parts if file else ()


def _imported(tree, package=()):
    """Yield the absolute name of everything that the code imports, module or not."""
    for node in ast.walk(tree):
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


def _definitions(name, root):
    """Yield the files that an import of `name` runs, each with the name that it takes from there.

    That is "*" for a module that is imported as a whole.
    """
    files = [*_files(name, root)]
    module, _, last = name.rpartition(".")
    inside = {
        root.joinpath(*module.split("."), "__init__.py"),
        root / f"{module.replace('.', '/')}.py",
    }
    taken = last if files and files[-1] in inside else "*"
    yield from ((file, taken if file in inside else "*") for file in files)


def _statements(file):
    """Return the statements of a module, each with the name that it defines, or "", and its line.

    One that defines several names is there for each, an import with this name alone.
    """
    found = []
    for node in _parse(file).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                alone = copy.copy(node)
                alone.names = [alias]
                found.append((alias.asname or alias.name.partition(".")[0], node.lineno, alone))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append((node.name, node.lineno, node))
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            stored = (n for target in targets for n in ast.walk(target) if isinstance(n, ast.Name))
            names = [n.id for n in stored if isinstance(n.ctx, ast.Store)]
            found += [(name, node.lineno, node) for name in names or [""]]
        elif not _is_docstring(node):
            found.append(("", node.lineno, node))
    return found


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
