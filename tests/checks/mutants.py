"""Makes wrong programs of right ones, and others of wrong ones, by one small change each."""

import ast
import copy
import importlib
import inspect
import textwrap

from notebooks import answer

# Another function in its place; None stands for its argument.
CALLS = {
    "mean": ("median", "sum"), "median": ("mean",), "sum": ("mean", "max"), "average": ("sum",),
    "std": ("var", "ptp"), "var": ("std",), "ptp": ("std",), "max": ("min",), "min": ("max",),
    "argmax": ("argmin",), "argmin": ("argmax",), "cov": ("corrcoef",), "corrcoef": ("cov",),
    "eigh": ("eig",), "eigvalsh": ("eigvals",), "ceil": ("floor", "round"), "floor": ("ceil",),
    "round": ("floor",), "abs": (None,), "sqrt": (None,), "sort": (None,), "sorted": (None,),
    "cumsum": (None,), "flip": (None,), "square": (None, "abs"), "log": ("log2",),
    "tanh": (None,), "StandardScaler": ("MinMaxScaler", "RobustScaler", "MaxAbsScaler"),
    "clip": (None,), "any": ("all",), "all": ("any",), "argsort": (None,), "unique": (None,),
    "set": ("list",), "minimum": ("maximum",), "maximum": ("minimum",), "diff": (None,),
    "expit": ("tanh",),
}  # fmt: skip
KEYWORDS = {
    "norm": ("ord=1", "ord=float('inf')", "ord=2"), "std": ("ddof=1",), "var": ("ddof=1",),
    "cov": ("ddof=0",), "quantile": ("method='higher'", "method='lower'"),
    "searchsorted": ("side='right'",), "mean": ("axis=0", "axis=1"), "sum": ("axis=0", "axis=1"),
    "max": ("axis=0",), "min": ("axis=0",),
}  # fmt: skip
REVERSED = {"sort", "sorted", "argsort", "cumsum", "eigvalsh", "svdvals"}
WHOLE = {
    "eigh": "(lambda r: (r[0][::-1], r[1][:, ::-1]))({})",
    "eig": "(lambda r: (r[0][::-1], r[1][:, ::-1]))({})",
}
OPERATORS = {
    ast.Add: (ast.Sub,), ast.Sub: (ast.Add,), ast.Mult: (ast.Div,), ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,), ast.Pow: (ast.Mult,), ast.MatMult: (), ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}  # fmt: skip
COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE), ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,),
}  # fmt: skip


class Mutate(ast.NodeTransformer):
    """Makes one change to a program: the `number`-th that it finds."""

    def __init__(self, number):
        self.left, self.what = number, None

    def change(self, node, *news):
        """Return the node, or what is to stand in its place."""
        for new in news:
            self.left -= 1
            if self.left == -1:
                self.what = f"{ast.unparse(node)} → {ast.unparse(new)}"
                return new
        return node

    def visit_Attribute(self, node):
        self.generic_visit(node)
        return self.change(node, node.value) if node.attr == "T" else node

    def visit_Subscript(self, node):
        self.generic_visit(node)
        return self.change(node, node.value) if isinstance(node.ctx, ast.Load) else node

    def visit_Slice(self, node):
        self.generic_visit(node)
        if node.step is None:
            return node
        return self.change(node, ast.Slice(node.lower, node.upper, None))

    def visit_Constant(self, node):
        if type(node.value) not in (int, float):
            return node
        steps = (node.value + 1, node.value - 1)
        return self.change(node, *map(ast.Constant, steps))

    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        return self.change(node, node.operand)

    def visit_BinOp(self, node):
        self.generic_visit(node)
        news = [ast.BinOp(node.left, new(), node.right) for new in OPERATORS.get(type(node.op), ())]
        return self.change(node, *news, node.left)

    def visit_Compare(self, node):
        self.generic_visit(node)
        news = COMPARISONS.get(type(node.ops[0]), ())
        return self.change(
            node, *(ast.Compare(node.left, [n(), *node.ops[1:]], node.comparators) for n in news)
        )

    def visit_Call(self, node):
        self.generic_visit(node)
        name = getattr(node.func, "attr", getattr(node.func, "id", None))
        first = node.args[0] if node.args else getattr(node.func, "value", None)
        news = []
        for other in CALLS.get(name, ()):
            if other is None:
                news.append(first)
                continue
            func = copy.copy(node.func)
            setattr(func, "attr" if isinstance(func, ast.Attribute) else "id", other)
            if other in ("median", "ptp") and not _of_numpy(node):
                of = ast.parse(f"np.{other}", mode="eval").body
                news.append(ast.Call(of, [node.func.value, *node.args], node.keywords))
            else:
                news.append(ast.Call(func, node.args, node.keywords))
        given = [keyword.arg for keyword in node.keywords]
        for text in KEYWORDS.get(name, ()):
            extra = ast.parse(f"f({text})", mode="eval").body.keywords
            if extra[0].arg not in given:
                news.append(ast.Call(node.func, node.args, [*node.keywords, *extra]))
        for i in range(len(given)):
            rest = node.keywords[:i] + node.keywords[i + 1 :]
            news.append(ast.Call(node.func, node.args, rest))
        if name in REVERSED:
            news.append(ast.parse(f"({ast.unparse(node)})[::-1]", mode="eval").body)
        if name in WHOLE:
            news.append(ast.parse(WHOLE[name].format(ast.unparse(node)), mode="eval").body)
        return self.change(node, *(new for new in news if new is not None))


def _of_numpy(node):
    return isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "np"


MOST = 400  # changes of one program
SCALERS = ("MinMaxScaler", "RobustScaler", "MaxAbsScaler")


def of_solution(task):
    """Yield what is changed in the chapter's solution, and the program."""
    for number in range(MOST):
        mutate = Mutate(number)

        def change(body, mutate=mutate):
            functions = [copy.deepcopy(n) for n in body if isinstance(n, ast.FunctionDef)]
            for function in functions:
                function.body = [mutate.visit(node) for node in function.body]
            return [n for n in body if not isinstance(n, ast.FunctionDef)] + functions

        mutant = answer(task.id, "solution", change)
        if mutate.what is None:
            return
        yield f"solution: {mutate.what}", mutant


def of_function(function):
    """Yield the same for a function of a file of answers."""
    if not inspect.isfunction(function) or function.__name__ == "<lambda>":
        return
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    tree.decorator_list = []
    for number in range(MOST):
        mutate, mutant = Mutate(number), copy.deepcopy(tree)
        mutant.body = [mutate.visit(node) for node in mutant.body]
        if mutate.what is None:
            return
        yield f"{function.__name__}: {mutate.what}", _made(mutant, function.__globals__)


def _made(tree, names):
    from sklearn import preprocessing

    names = {name: getattr(preprocessing, name) for name in SCALERS} | dict(names)
    module = ast.fix_missing_locations(ast.Module([tree], type_ignores=[]))
    exec(compile(module, "<mutant>", "exec"), names)
    return names[tree.name]


def of_mistakes(task):
    """Yield the same for the lambdas in the exercise's table of mistakes."""
    module = importlib.import_module(task.verify.__module__)
    tree = ast.parse(inspect.getsource(module))
    verify = next(n for n in tree.body if getattr(n, "name", "") == task.verify.__name__)
    (table,) = (k.value for k in verify.decorator_list[0].keywords if k.arg == "mistakes")
    for key, value in zip(table.keys, table.values):
        program = value.elts[0] if isinstance(value, ast.Tuple) else value
        for number in range(MOST):
            mutate = Mutate(number)
            mutant = ast.Expression(mutate.visit(copy.deepcopy(program)))
            if mutate.what is None:
                break
            code = compile(ast.fix_missing_locations(mutant), "<mutant>", "eval")
            try:
                yield f"{key.value}: {mutate.what}", eval(code, dict(vars(module)))
            except Exception:  # such as a factor that is no function any more
                continue


def mutants(task, right=(), wrong=()):
    """Yield names and programs: of the solution, of other answers, of the table of mistakes."""
    yield from of_solution(task)
    for function in (*right, *wrong):
        yield from of_function(function)
    if task.mistakes:
        yield from of_mistakes(task)
