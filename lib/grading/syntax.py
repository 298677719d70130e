"""What a cell's code says without being run: the names it defines, changes and needs."""

import ast
import re
import symtable

#: What `parse` raises, whatever a student has written.
NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)
LONGEST = 10**6  # characters of a cell; its syntax tree takes some hundred times as much memory
# IPython's commands that run Python in the notebook: for the whole cell, and for a line.
TIMES = re.compile(r"%%(?:time|prun|capture(?:[ \t]+([^\W\d]\w*))?)(?:[ \t]|$)")
COMMAND = "run_line_magic"
LINES = {"time": "{}", "prun": "{}", "pylab": "from matplotlib.pylab import *"}
# What such a function or method is called on changes, though no name is bound anew.
TRAINS = re.compile(r"(fit|train|compile|load_weights|set_weights)(_|$)")


def parse(code):
    """Return the syntax tree of a cell, as IPython would run it.

    IPython's own commands become calls of ``get_ipython()``. Those that run Python, such as
    ``%%time``, are replaced by what they run.

    Raises
    ------
    NOT_PYTHON
        As `ast.parse`; and SyntaxError if the cell is longer than `LONGEST`.

    Examples
    --------
    >>> ast.unparse(parse("%%time\\nfiles = !ls\\n%time x = f(1)"))
    "pass\\nfiles = get_ipython().getoutput('ls')\\nx = f(1)"
    """
    text = python(code)
    tree = ast.parse(text)
    return ast.fix_missing_locations(_RunsPython().visit(tree)) if COMMAND in text else tree


def python(code):
    """Return a cell's code with IPython's own commands as calls, on the same lines if it can."""
    if len(code) > LONGEST:
        raise SyntaxError(f"the cell has {len(code)} characters, and more than {LONGEST} are too "
                          "many. Read such data from a file.")  # fmt: skip
    try:
        ast.parse(code)
        return code
    except SyntaxError:
        text = _without_timing(code)
    try:
        from IPython.core.inputtransformer2 import TransformerManager
    except ImportError:  # then no student's notebook is one of IPython's here
        return text
    try:
        return TransformerManager().transform_cell(text)
    except RuntimeError as error:  # IPython gives up after 500 commands
        raise SyntaxError(str(error)) from None


def _without_timing(code):
    """Return a cell without the commands at its top that run the whole of it and time it, or so."""
    lines = code.split("\n")
    for place, line in enumerate(lines):
        found = TIMES.match(line)
        if found:
            lines[place] = f"{found[1]} = get_ipython()" if found[1] else "pass"
        elif line.strip():
            break
    return "\n".join(lines)


class _RunsPython(ast.NodeTransformer):
    """Puts the Python that IPython's commands for a line run, in the place of these commands."""

    def visit_Expr(self, node):
        return self._replaced(node, node.value, "exec")

    def visit_Assign(self, node):
        node.value = self._replaced(node.value, node.value, "eval")
        return node

    def _replaced(self, node, call, mode):
        found = isinstance(call, ast.Call) and getattr(call.func, "attr", "") == COMMAND
        values = [getattr(argument, "value", None) for argument in call.args] if found else []
        if len(values) != 2 or values[0] not in LINES or not isinstance(values[1], str):
            return node
        try:
            inner = ast.parse(LINES[values[0]].format(values[1].strip()), mode=mode)
        except SyntaxError:  # it has options
            return node
        for part in ast.walk(inner):
            if hasattr(part, "lineno"):
                part.lineno = part.end_lineno = node.lineno
        return inner.body


def is_check(node):
    """Whether a statement only calls ``check``."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    function = node.value.func
    return getattr(function, "id", getattr(function, "attr", None)) == "check"


def bound_names(tree):
    """Return the names that a cell defines or changes at its top level."""
    names = set()
    nodes = list(tree.body)
    while nodes:
        node = nodes.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        if isinstance(node, ast.ExceptHandler):
            names.add(node.name)
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            names.add(_root(node))
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and TRAINS.match(node.func.attr):
                names.add(_root(node.func))  # model.fit(X)
            elif isinstance(node.func, ast.Name) and TRAINS.match(node.func.id):
                names |= {_root(argument) for argument in node.args}  # train(model, X)
        nodes += ast.iter_child_nodes(node)
    return names - {None}


def _root(node):
    """Return a in a.b[c].d, or None if it does not start with a name."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def used_names(tree):
    """Return the global names that a cell reads before it has bound them itself.

    Examples
    --------
    >>> sorted(used_names(ast.parse("a = b\\ndef f(x): return x + a + c\\n")))
    ['b', 'c']
    """
    used, bound = set(), set()

    def visit(statements):
        for statement in statements:
            blocks = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
            for handler in getattr(statement, "handlers", []):
                blocks.append(handler.body)
                bound.add(handler.name)
            is_scope = isinstance(
                statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Match)
            )
            head = [statement]
            if any(blocks) and not is_scope:  # for, while, if, with, try: their head first
                heads = ("iter", "test", "target", *("items",) * hasattr(statement, "items"))
                head = [getattr(statement, name, None) for name in heads]
                head = [part for x in head for part in (x if isinstance(x, list) else [x]) if part]
            for part in head:
                if not isinstance(getattr(part, "ctx", None), ast.Store):
                    code = ast.unparse(getattr(part, "context_expr", part))
                    used.update(_globals_read(symtable.symtable(code, "cell", "exec")) - bound)
                bound.update(bound_names(ast.Module([part], [])))
            if head != [statement]:
                for block in blocks:
                    visit(block)

    visit(tree.body)
    return used


def _globals_read(scope):
    """Return the global names that a scope and the scopes in it read."""
    names = {
        symbol.get_name()
        for symbol in scope.get_symbols()
        if symbol.is_referenced() and (scope.get_type() == "module" or symbol.is_global())
    }
    return names.union(*(_globals_read(child) for child in scope.get_children()))


def is_import(node):
    """Whether a statement is an import."""
    return isinstance(node, (ast.Import, ast.ImportFrom))


def modules(code):
    """Return the names of the modules that a cell imports anywhere, in a function too."""
    return set(re.findall(r"^[ \t]*(?:import|from) +([\w.]+)", code, re.M))
