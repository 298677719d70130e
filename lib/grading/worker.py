"""The process that runs one student's notebook: `sandbox` starts it, and tells it what to run.

It answers on what was its standard output, a line of JSON for each step. Every line bears a secret
that came in on standard input before any of the student's code ran, so printing a line, even into
this very pipe, does not make a pass.
"""

import contextlib
import importlib
import json
import linecache
import os
import sys
import traceback
import types

from lib.grading.syntax import is_check, parse

#: Modules whose functions are put back before each check, if a student's code has replaced them.
GUARDED = ("lib", "numpy", "builtins", "scipy", "sklearn", "pandas", "keras")
REFUSED = {
    *("os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"),
    *("os.kill", "os.killpg", "subprocess.Popen", "pty.spawn", "socket.connect", "socket.bind"),
    *("socket.getaddrinfo", "socket.sendto", "os.startfile", "webbrowser.open"),
}
CHANGES = {
    *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate"),
    *("os.chmod", "os.chown", "os.utime", "shutil.rmtree", "shutil.move"),
}


def main():
    """Read the job, run it, report; never return."""
    job = json.loads(sys.stdin.buffer.read())
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
        run(job, tell)
    except BaseException:
        tell("broken", message=traceback.format_exc(limit=-3))
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
    check, limit = checks.check, checks.limit
    # A module, so that classes that students define have a place they belong to.
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    space = module.__dict__
    space["display"] = space["get_ipython"] = lambda *_, **__: None  # nobody looks
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
        item = f"check {exercise['id']}"
        replaced = restore(originals)
        tell("begin", item=item)
        try:
            value = eval(exercise["answer"], space)
        except NameError:
            if last_chance:
                status = "error" if exercise["id"] in errors else "missing"
                message = errors.get(exercise["id"], "Nothing of this name is defined.")
                tell("end", item=item, status=status, hint=None, message=message)
            return not last_chance
        except BaseException as error:
            tell("end", item=item, status="error", hint=None, message=describe(error))
            return False
        known = task.get(exercise["id"])
        seconds = min(2 * known.seconds if known else 10, 0.8 * job["seconds"])
        with limit(seconds):  # twice a reader's time: several notebooks may run side by side
            feedback = check(exercise["id"], value, seed=job["seed"])
        if replaced:
            restore(originals)
        note = f" [It had replaced {', '.join(replaced)}; put back.]" if replaced else ""
        tell("end", item=item, status=feedback.status, hint=feedback.hint,
             message=feedback.message + note)  # fmt: skip
        return False

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
            if exercise in waiting and not grade(waiting[exercise], last_chance=False):
                del waiting[exercise]
    for exercise in waiting.values():
        grade(exercise, last_chance=True)


def execute(code, space, name):
    """Run the code of one cell; messages can show its lines."""
    tree = parse(code)
    tree.body = [node for node in tree.body if not is_check(node)]
    filename = f"<{name}>"
    linecache.cache[filename] = (len(code), None, code.splitlines(keepends=True), filename)
    exec(compile(tree, filename, "exec"), space)


def describe(error):
    """Return an exception in one line, with the line of the student's cell it came from."""
    text = f"{type(error).__name__}: {error}"
    if isinstance(error, SystemExit):
        text = "the cell ended the interpreter (SystemExit)"
    lines = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith("<cell")]
    where = f" in line {lines[-1].lineno}: {lines[-1].line}" if lines else ""
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
        real = os.path.realpath(os.fsdecode(path))
        return real != os.devnull and os.path.commonpath([home, real]) != home

    def hook(event, arguments):
        if event in REFUSED:
            raise PermissionError(f"{event} is not allowed while grading")
        if event == "open":
            path, mode, flags = arguments
            changes = bool(set(mode or "") & set("wax+")) or bool((flags or 0) & writes)
            paths = [path] if changes else []
        elif event in CHANGES:
            paths = [a for a in arguments[:2] if isinstance(a, (str, bytes, os.PathLike))]
        else:
            return
        for path in paths:
            if outside(path):
                raise PermissionError(f"{event} outside the working folder: {path}")

    sys.addaudithook(hook)
