"""Run Python that nobody trusts: a process of its own, with limits, cut off from the machine.

With bubblewrap (Linux) the process sees the system and the packages read-only, an empty folder in
memory, no network and no other process. Without it there are the limits, and in the process itself
a fence of audit hooks that stops accidents, not malice; `without_protection` says what is open.
"""

import contextlib
import functools
import json
import math
import os
import pickle
import platform
import queue
import secrets
import shutil
import signal
import struct
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

LIB = Path(__file__).resolve().parents[1]
SETUP_SECONDS = 600  # imports and the chapter's own cells; only against a machine that hangs
WORKER = "import sys; sys.path.insert(0, {!r}); from lib.grading.worker import main; main()"
DEVICES = ("null", "zero", "full", "random", "urandom")
#: Set to end all processes at once; whoever iterates over one gets `Stopped`.
stopping = threading.Event()
# Calls that make memory which belongs to no process, so that no limit would count it: shmget,
# memfd_create, memfd_secret, add_key. Both AUDIT_ARCH and the numbers are the machine's.
UNCOUNTED = {
    "x86_64": (0xC000003E, (29, 319, 447, 248)),
    "aarch64": (0xC00000B7, (194, 279, 447, 217)),
}
OUT_OF_TIME = "passed the time of the notebook"
NO_SUCH_CALL = 38  # ENOSYS: programs go on without it


class Stopped(Exception):
    """All processes were told to end."""


@dataclass(frozen=True)
class Limits:
    """What a notebook may use.

    Attributes
    ----------
    seconds : float
        For each cell and for each check; imports are not limited.
    notebook_seconds : float
        For all of it; after that, what is left is not graded.
    memory : float
        Gigabytes, over all its processes where the system tells.
    processes : int
        How many may exist at once.
    file_megabytes : int
        Size of each file and of the whole folder.
    output_megabytes : int
        What the process may send back.
    """

    seconds: float = 60
    notebook_seconds: float = 600
    memory: float = 3
    processes: int = 32
    file_megabytes: int = 64
    output_megabytes: int = 4


@functools.cache
def isolates():
    """Whether bubblewrap is installed and works here: it may be forbidden inside a container."""
    if not shutil.which("bwrap"):
        return False
    with _filter() as filters:
        test = [*_bubblewrap(64, filters), sys.executable, "-I", "-c", "import json"]
        result = subprocess.run(test, capture_output=True, timeout=60, pass_fds=filters)
    return result.returncode == 0


def without_protection():
    """Return a warning that says what is not protected; empty if everything is."""
    if isolates():
        return ""
    reason = "does not work here" if shutil.which("bwrap") else "is not installed"
    return (
        f"WARNING: bubblewrap {reason}. The submissions run as you on this machine: they can read\n"
        "your files and reach the network, and code that means harm can get round the fence that\n"
        "keeps them from writing. Time, and on Linux memory, are limited. Grade in a throw-away\n"
        "virtual machine or container, or on Linux install it: apt-get install bubblewrap."
    )


def _bubblewrap(megabytes, filters):
    """Return the command under which a program runs in isolation.

    Parameters
    ----------
    megabytes : int
        Size of the folder that it can write into. Shared memory is there, too.
    filters : list of int
        Descriptor of the filter of system calls, if there is one.
    """
    readable = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/alternatives"]
    readable += ["/etc/ld.so.cache", "/etc/localtime", "/nix/store"]
    readable += [sys.base_prefix, sys.prefix, *sysconfig.get_paths().values(), str(LIB)]
    command = ["bwrap", "--die-with-parent", "--new-session", "--unshare-all", "--unshare-user"]
    command += ["--cap-drop", "ALL", "--proc", "/proc", "--tmpfs", "/dev"]
    for device in DEVICES:
        command += ["--dev-bind-try", f"/dev/{device}", f"/dev/{device}"]
    command += ["--symlink", "/proc/self/fd", "/dev/fd", "--symlink", "/tmp", "/dev/shm"]
    command += ["--size", str(megabytes << 20), "--tmpfs", "/tmp"]
    for path in dict.fromkeys(readable):
        command += ["--ro-bind-try", path, path]
    command += ["--dir", "/tmp/work", "--chdir", "/tmp/work"]
    for path in ("/proc", "/dev", "/"):  # root's processes could change the machine by /proc/sys
        command += ["--remount-ro", path]
    return command + [part for number in filters for part in ("--seccomp", str(number))]


@contextlib.contextmanager
def _filter():
    """Give the descriptors of a filter that refuses the calls in `UNCOUNTED`; none if unknown."""
    if platform.machine() not in UNCOUNTED:
        yield []
        return
    machine, numbers = UNCOUNTED[platform.machine()]

    def step(code, value, yes=0, no=0):  # of the kernel's packet filter
        return struct.pack("=HBBI", code, yes, no, value)

    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    kill, allow, refuse = 0x80000000, 0x7FFF0000, 0x00050000 | NO_SUCH_CALL
    program = step(load, 4) + step(equal, machine, 1) + step(answer, kill) + step(load, 0)
    program += step(at_least, 0x40000000, 0, 1) + step(answer, kill)  # another numbering
    for number in numbers:
        program += step(equal, number, 0, 1) + step(answer, refuse)
    reading, writing = os.pipe()
    try:
        with open(writing, "wb") as file:
            file.write(program + step(answer, allow))
        yield [reading]
    finally:
        os.close(reading)


class Worker:
    """A process that runs one job; iterate over it for the messages it sends.

    The last message is always ``{"event": "stopped", "reason": …}``, where the reason is None if
    the job was finished, and else says what ended it.

    Parameters
    ----------
    job : dict
        What `lib.grading.worker` needs.
    limits : Limits
    until : float, default infinity
        When it has to end, whatever it does then, on the clock ``time.monotonic()``.
    """

    def __init__(self, job, limits, until=math.inf):
        if stopping.is_set():
            raise Stopped
        self.limits = limits
        self.until = until
        self.nonce = secrets.token_hex(16)
        self.folder = tempfile.mkdtemp(prefix="grade-")
        command = [sys.executable, "-I", "-B", "-X", "utf8", "-c", WORKER.format(str(LIB.parent))]
        home = "/tmp/work" if isolates() else self.folder
        environment = {
            "PATH": os.defpath,
            "HOME": home,
            "TMPDIR": home,
            "MPLCONFIGDIR": home,
            "IPYTHONDIR": home,
            "MPLBACKEND": "agg",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        if os.name == "nt":
            environment |= {k: os.environ[k] for k in ("SYSTEMROOT", "PATH") if k in os.environ}
            environment |= {"TEMP": home, "TMP": home, "USERPROFILE": home}
        with _filter() if isolates() else contextlib.nullcontext([]) as filters:
            if isolates():
                command = [*_bubblewrap(limits.file_megabytes, filters), *command]
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                cwd=self.folder,
                start_new_session=os.name != "nt",
                pass_fds=filters,
            )
        order = job | {
            "nonce": self.nonce,
            "fence": None if isolates() else self.folder,
            "memory": int((limits.memory + 2) * 2**30),
            "file_size": limits.file_megabytes << 20,
        }
        self.received, self.chunks = 0, queue.Queue()
        sender = threading.Thread(target=self._send, args=[pickle.dumps(order)], daemon=True)
        self.threads = [sender, threading.Thread(target=self._receive, daemon=True)]
        for thread in self.threads:
            thread.start()

    def _send(self, order):
        with contextlib.suppress(OSError), self.process.stdin as stdin:
            stdin.write(order)

    def _receive(self):
        descriptor, most = self.process.stdout.fileno(), self.limits.output_megabytes << 20
        with contextlib.suppress(OSError):
            while self.received <= most and (chunk := os.read(descriptor, 1 << 16)):
                self.received += len(chunk)
                self.chunks.put(chunk)
        self.chunks.put(None)

    def __iter__(self):
        """Yield the messages, and see to it that the process is gone in the end."""
        try:
            yield from self._messages()
        finally:
            self._kill()
            for thread in self.threads:
                thread.join(timeout=5)
            if not self.threads[1].is_alive():
                self.process.stdout.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _messages(self):
        parts, reason = [], None
        deadline, took = time.monotonic() + SETUP_SECONDS, SETUP_SECONDS
        while True:
            try:
                chunk = self.chunks.get(timeout=0.2)
            except queue.Empty:
                chunk = b""
            if stopping.is_set():
                raise Stopped
            if chunk is None or (not chunk and self.process.poll() is not None):
                reason = reason or self._excess() or self._last_words()
                yield {"event": "stopped", "reason": reason}
                return
            head, *rest = chunk.split(b"\n")
            parts.append(head)
            for piece in rest:
                message, parts = self._open(b"".join(parts)), [piece]
                if message is None:
                    continue
                if message["event"] == "done":
                    yield {"event": "stopped", "reason": None}
                    return
                if message["event"] == "begin":
                    took = self.limits.seconds
                    deadline = time.monotonic() + took
                yield message
            if not reason:
                reason = self._excess()
                late = self.chunks.empty() and time.monotonic() > min(deadline, self.until)
                if late and self.until < deadline:
                    reason = OUT_OF_TIME
                elif late:
                    reason = f"did not end within {took:g} seconds"
                if reason:  # what it still said before tells which cell is to blame
                    self._kill()

    def _open(self, line):
        """Return a message if it bears the secret of this process, which no student's code saw."""
        try:
            message = json.loads(line)
            if message.pop("nonce") != self.nonce:
                return None
            return {"event": "forged"} if message["event"] == "stopped" else message
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def _excess(self):
        """Return which limit has been passed, or None."""
        if self.received > self.limits.output_megabytes << 20:
            return "sent too much output"
        family = descendants(self.process.pid)
        if len(family) > self.limits.processes:
            return f"started more than {self.limits.processes} processes"
        if sum(map(memory_of, family)) > self.limits.memory * 2**30:
            return f"took more than {self.limits.memory:g} GB of memory"
        return None

    def _last_words(self):
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        status = self.process.returncode
        if status is not None and status > 128:  # bubblewrap passes a signal on like a shell
            status = 128 - status
        if status is not None and status < 0:
            with contextlib.suppress(ValueError):
                return f"was ended by the system ({signal.Signals(-status).name})"
        return "ended the interpreter"

    def _kill(self):
        family = descendants(self.process.pid)
        self.process.kill()
        if os.name != "nt":
            with contextlib.suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL)
            for process in family - {self.process.pid}:
                with contextlib.suppress(OSError):
                    os.kill(process, signal.SIGKILL)
        self.process.wait()


def descendants(root):
    """Return the ids of a process's descendants and of its session; itself only if not Linux."""
    parents, found = {}, {root}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = stat.read_text().rpartition(")")[2].split()  # the name may hold anything
            process = int(stat.parent.name)
            parents[process] = int(fields[1])
            if int(fields[3]) == root:
                found.add(process)
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def memory_of(process):
    """Return how much memory a process has, in bytes; 0 where the system won't say.

    What it shares with its children is counted, and what belongs to files on the disk is not.
    """
    with contextlib.suppress(OSError, ValueError, LookupError):
        lines = Path(f"/proc/{process}/status").read_text(errors="replace").splitlines()
        fields = dict(line.split(":", 1) for line in lines if ":" in line)
        return sum(int(fields[name].split()[0]) << 10 for name in ("RssAnon", "RssShmem"))
    return 0
