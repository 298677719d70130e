"""What a cell's code says without being run: the names it defines, changes and needs."""

import ast
import re
import symtable

#: What `parse` raises, whatever a student has written.
NOT_PYTHON = (SyntaxError, ValueError, RecursionError, MemoryError)
# What such a function or method is called on changes, though no name is bound anew.
TRAINS = re.compile(r"(fit|train|compile|load_weights|set_weights)(_|$)")


def parse(code):
    """Return the syntax tree of a cell, without IPython's own commands.

    Raises
    ------
    NOT_PYTHON
        As `ast.parse`.
    """
    try:
        return ast.parse(code)
    except SyntaxError:
        plain = re.sub(r"^([ \t]*)[%!?].*$", r"\1pass", code, flags=re.M)
        return ast.parse(plain)


def is_check(node):
    """Whether a statement only calls ``check``."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return False
    return ast.unparse(node.value.func).split(".")[-1] == "check"


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


def imports(code):
    """Return the import statements at the top level of a cell, and none if it does not parse."""
    try:
        body = parse(code).body
    except NOT_PYTHON:
        return []
    return [ast.unparse(node) for node in body if isinstance(node, (ast.Import, ast.ImportFrom))]


def modules(code):
    """Return the names of the modules that a cell imports anywhere, in a function too."""
    return set(re.findall(r"^\s*(?:import|from) +([\w.]+)", code, re.M))
