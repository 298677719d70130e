"""The process that runs one student's notebook: `sandbox` starts it, and tells it what to run.

It answers on what was its standard output, a line of JSON for each step. Every line bears a secret
that came in on standard input before any of the student's code ran, so printing a line, even into
this very pipe, does not make a pass.
"""

import __future__

import ast
import asyncio
import contextlib
import importlib
import inspect
import json
import linecache
import os
import pickle
import sys
import time
import traceback
import types

from lib.grading.reading import read_submission
from lib.grading.syntax import is_check, is_import, parse, python

#: Modules whose functions are put back before each check, if a student's code has replaced them.
GUARDED = ("lib", "numpy", "builtins", "scipy", "sklearn", "pandas", "keras")
REFUSED = {
    *("os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"),
    *("os.kill", "os.killpg", "subprocess.Popen", "pty.spawn", "socket.connect", "socket.bind"),
    *("socket.getaddrinfo", "socket.sendto", "os.startfile", "webbrowser.open"),
    "sqlite3.connect",  # which files it writes is said in SQL
}
CHANGES = {
    *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate"),
    *("os.chmod", "os.chown", "os.utime", "shutil.rmtree", "shutil.move"),
    *("os.setxattr", "os.removexattr"),
}
FEATURES = [getattr(__future__, name).compiler_flag for name in __future__.all_feature_names]
future = set()  # those that a cell has asked for
HANDED = 3  # how many of the answers that a student handed to `check` are tried


def main():
    """Read the job, run it, report; never return."""
    job = pickle.load(sys.stdin.buffer)
    channel, process = os.dup(1), os.getpid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    set_limits(job["memory"], job["file_size"])
    nonce = job.pop("nonce")

    def tell(event, **what):
        if os.getpid() != process:  # the student's code has forked, and this is the copy
            os._exit(0)
        line = json.dumps({"nonce": nonce, "event": event, **what})
        data = memoryview(f"\n{line}\n".encode())
        while data:
            data = data[os.write(channel, data) :]

    try:
        if job["task"] == "read":
            tell("read", submission=read_submission(*job["arguments"]).message())
        else:
            run(job, tell)
    except BaseException:
        tell("broken", message=traceback.format_exc(limit=-3)[-1000:])
    tell("done")
    os._exit(0)


def set_limits(memory, file_size):
    """Limit memory and the size of files, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, value in (("AS", memory), ("FSIZE", file_size), ("CORE", 0)):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(getattr(resource, f"RLIMIT_{kind}"), (value, value))


def run(job, tell):
    """Set up, run the student's cells, and check each exercise after its own cells."""
    import lib.checks as checks

    task = {}
    for exercise in job["exercises"]:
        task |= checks.registered(exercise["id"].removeprefix("ex-").rpartition("-")[0])
    check, limit, handed = checks.check, checks.limit, {}

    def hand_in(exercise, answer, *, seed=None):
        """Stand in for `check`: note what the student hands to it; it is checked in the end."""
        handed.setdefault(str(exercise), []).append(answer)
        return checks.Feedback(str(exercise), "ok", "")

    checks.check = checks.core.judging.check = hand_in
    # A module, so that classes that students define have a place they belong to.
    sys.path.append(os.getcwd())
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    space = module.__dict__
    space["display"] = lambda *_, **__: None  # nobody looks
    space["get_ipython"] = get_ipython = IPython
    if any("IPython" in cell["code"] for cell in job["cells"]):
        with contextlib.suppress(ImportError):
            import IPython as package

            package.get_ipython = package.core.getipython.get_ipython = get_ipython
    for number, code in enumerate(job["setup"]):
        execute(code, space, f"chapter {number}")
    for name in job["imports"]:
        with contextlib.suppress(BaseException):
            importlib.import_module(name)
    for exercise in job["exercises"]:
        for name in exercise["names"]:
            space.pop(name, None)
    if job["fence"]:
        put_up_fence(job["fence"])
    originals = snapshot()
    waiting = {exercise["id"]: exercise for exercise in job["exercises"]}
    errors = {}

    def grade(exercise, last_chance):
        """Tell the verdict on an exercise, unless its answer may still come; tell whether it did.

        A student who hands two functions to `check` sees it say "right" of one of them, so the
        best verdict counts.
        """
        item, known, verdict = f"check {exercise['id']}", task.get(exercise["id"]), None
        replaced = restore(originals)
        tell("begin", item=item)
        start, most = time.monotonic(), 0.8 * job["seconds"]
        answers = handed.get(exercise["id"], [])[-HANDED:]
        try:
            answers = [*answers, eval(exercise["answer"], space)]
        except NameError:
            pass
        except BaseException as error:
            verdict = {"status": "error", "hint": None, "message": describe(error)}
        for place, answer in enumerate(reversed(answers)):  # first what bears the name asked for
            left = most - (time.monotonic() - start)
            if any(answer is other for other in answers[len(answers) - place :]) or left < most / 4:
                continue
            # Twice a reader's time: several notebooks may run side by side.
            try:
                with limit(min(2 * known.seconds if known else 10, left)):
                    said = check(exercise["id"], answer, seed=job["seed"])
                found = {"status": said.status, "hint": said.hint, "message": said.message}
            except BaseException as error:
                found = {"status": "error", "hint": None, "message": describe(error)}
            if verdict is None or verdict["status"] == "todo" or found["status"] == "ok":
                verdict = found
            if found["status"] == "ok":
                break
        if verdict is None:
            if not last_chance:
                return False
            names = " and ".join(f"`{name}`" for name in exercise["names"]) or exercise["answer"]
            message = f"{names} is not defined, and nothing else was handed to `check`."
            status = "error" if exercise["id"] in errors else "missing"
            message = errors.get(exercise["id"], message)
            verdict = {"status": status, "hint": None, "message": message}
        if replaced:
            restore(originals)
            verdict["message"] += f" [It had replaced {', '.join(replaced)}; put back.]"
        tell("end", item=item, **verdict)
        return True

    for cell in job["cells"]:
        item = f"cell {cell['number']}"
        tell("begin", item=item)
        try:
            execute(cell["code"], space, item)
        except BaseException as error:
            if cell["exercise"]:
                errors.setdefault(cell["exercise"], describe(error))
        tell("end", item=item)
        for exercise in cell["completes"]:
            if exercise in waiting and grade(waiting[exercise], last_chance=False):
                del waiting[exercise]
    for exercise in waiting.values():
        grade(exercise, last_chance=True)


class Nothing(list):
    """What a command of IPython's or of the shell gives: empty, and whatever is asked of it."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Nothing()

    def __call__(self, *arguments, **options):
        return Nothing()

    def __getitem__(self, place):
        return Nothing()


class IPython(Nothing):
    """Stands in for IPython, which cells call for ``%magic``, ``!command`` and ``help?``."""

    def run_cell_magic(self, name, line, cell):
        """Do nothing for a command, but write the file that a student wants to import."""
        if name in ("writefile", "file"):
            option, _, path = line.strip().rpartition(" ")
            with open(path.strip("'\""), "a" if "-a" in option else "w", encoding="utf-8") as file:
                file.write(cell)
        return Nothing()


def execute(code, space, name):
    """Run the code of one cell as IPython would; messages can show its lines.

    An import that fails does not keep the rest of the cell from running: what it brings may be
    missing here only. The error is raised in the end.
    """
    tree, filename, failed = parse(code), f"<{name}>", None
    text = python(code)
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    for may_fail, nodes in parts(tree.body):
        try:
            flags = sum(future) | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            part = compile(ast.Module(nodes, []), filename, "exec", flags)
            # What is imported from the future holds for all cells below it.
            future.update(feature for feature in FEATURES if part.co_flags & feature)
            waits = eval(part, space)
            if inspect.iscoroutine(waits):
                asyncio.run(waits)
        except Exception as error:
            if not may_fail:
                raise
            failed = failed or (error if is_import(nodes[0]) else None)
    if failed:
        raise failed


def parts(nodes):
    """Yield (whether it may fail, statements): imports and calls of check each by themselves."""
    together = []
    for node in nodes:
        if not is_import(node) and not is_check(node):
            together.append(node)
            continue
        if together:
            yield False, together
        yield True, [node]
        together = []
    if together:
        yield False, together


def describe(error):
    """Return an exception in one line, with the line of the student's cell it came from."""
    try:
        text = f"{type(error).__name__}: {error}"
        if isinstance(error, SystemExit):
            text = "the cell ended the interpreter (SystemExit)"
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame for frame in frames if frame.filename.startswith("<cell")]
        where = f" in line {lines[-1].lineno}: {lines[-1].line}" if lines else ""
    except BaseException:  # its class is the student's, too
        return "The cell raised an error that can't be shown."
    return f"The cell raised {text[:300]}{where[:200]}"


def snapshot():
    """Return the functions and classes of the guarded modules as they are now."""
    return {
        name: {key: value for key, value in vars(module).items() if callable(value)}
        for name, module in sys.modules.items()
        if name.partition(".")[0] in GUARDED and isinstance(module, types.ModuleType)
    }


def restore(originals):
    """Put back what was replaced, and return its names."""
    replaced = []
    for name, functions in originals.items():
        space = vars(sys.modules.setdefault(name, types.ModuleType(name)))
        for key, value in functions.items():
            if space.get(key) is not value and key != "_":
                space[key] = value
                replaced.append(f"{name}.{key}")
    return replaced[:3]


def put_up_fence(folder):
    """Refuse what would change anything outside `folder`: against accidents, not malice."""
    home = os.path.realpath(folder)
    writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

    def outside(path):
        if isinstance(path, int) or path is None:
            return False
        path = os.fsdecode(path)
        # It may be relative to an open folder, which is one inside, so it must not lead upwards.
        upwards = not os.path.isabs(path) and os.pardir in path.split(os.sep)
        real = os.path.realpath(path)
        return upwards or (real != os.devnull and os.path.commonpath([home, real]) != home)

    def hook(event, arguments):
        if event in REFUSED:
            raise PermissionError(f"{event} is not allowed while grading")
        if event == "open":
            path, mode, flags = arguments
            changes = bool(set(mode or "") & set("wax+")) or bool((flags or 0) & writes)
            changes = changes or (
                mode is None and not isinstance(path, int) and os.path.isdir(path)
            )
            paths = [path] if changes else []
        elif event in CHANGES:
            paths = [a for a in arguments[:2] if isinstance(a, (str, bytes, os.PathLike))]
        else:
            return
        for path in paths:
            if outside(path):
                raise PermissionError(f"{event} outside the working folder: {path}")

    sys.addaudithook(hook)
