"""Run Python that nobody trusts: a process of its own, with limits, cut off from the machine.

With bubblewrap (Linux) the process sees the system and the packages read-only, an empty folder in
memory, no network and no other process. Without it there are the limits, and in the process itself
a fence of audit hooks that stops accidents, not malice; `without_protection` says what is open.
"""

import contextlib
import functools
import json
import os
import queue
import secrets
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

LIB = Path(__file__).resolve().parents[1]
PAGE = 4096 if os.name == "nt" else os.sysconf("SC_PAGE_SIZE")
SETUP_SECONDS = 600  # imports and the chapter's own cells; only against a machine that hangs
WORKER = "import sys; sys.path.insert(0, {!r}); from lib.grading.worker import main; main()"


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
    test = [*_bubblewrap(64), sys.executable, "-I", "-c", "import json"]
    return subprocess.run(test, capture_output=True, timeout=60).returncode == 0


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


def _bubblewrap(megabytes):
    """Return the command under which a program runs in isolation."""
    size = str(megabytes << 20)
    readable = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/alternatives"]
    readable += ["/etc/ld.so.cache", "/etc/localtime", "/nix/store"]
    readable += [sys.base_prefix, sys.prefix, *sysconfig.get_paths().values(), str(LIB)]
    command = ["bwrap", "--die-with-parent", "--new-session", "--unshare-all", "--unshare-user"]
    command += ["--cap-drop", "ALL", "--proc", "/proc", "--dev", "/dev"]
    command += ["--size", size, "--tmpfs", "/dev/shm", "--size", size, "--tmpfs", "/tmp"]
    for path in dict.fromkeys(readable):
        command += ["--ro-bind-try", path, path]
    return [*command, "--dir", "/tmp/work", "--chdir", "/tmp/work"] + [
        part for path in ("/dev", "/") for part in ("--remount-ro", path)
    ]


class Worker:
    """A process that runs one job; iterate over it for the messages it sends.

    The last message is always ``{"event": "stopped", "reason": …}``, where the reason is None if
    the job was finished, and else a sentence.

    Parameters
    ----------
    job : dict
        What `lib.grading.worker` needs.
    limits : Limits
    """

    def __init__(self, job, limits):
        self.limits = limits
        self.nonce = secrets.token_hex(16)
        self.folder = tempfile.mkdtemp(prefix="grade-")
        command = [sys.executable, "-I", "-B", "-X", "utf8", "-c", WORKER.format(str(LIB.parent))]
        home = self.folder
        if isolates():
            command = [*_bubblewrap(limits.file_megabytes), *command]
            home = "/tmp/work"
        environment = {
            "PATH": os.defpath,
            "HOME": home,
            "TMPDIR": home,
            "MPLCONFIGDIR": home,
            "MPLBACKEND": "agg",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        if os.name == "nt":
            environment |= {k: os.environ[k] for k in ("SYSTEMROOT", "PATH") if k in os.environ}
            environment |= {"TEMP": home, "TMP": home, "USERPROFILE": home}
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=self.folder,
            start_new_session=os.name != "nt",
        )
        order = job | {
            "nonce": self.nonce,
            "fence": None if isolates() else self.folder,
            "memory": int((limits.memory + 2) * 2**30),
            "file_size": limits.file_megabytes << 20,
        }
        self.chunks = queue.Queue()
        sender = threading.Thread(target=self._send, args=[json.dumps(order)], daemon=True)
        self.threads = [sender, threading.Thread(target=self._receive, daemon=True)]
        for thread in self.threads:
            thread.start()

    def _send(self, text):
        with contextlib.suppress(OSError), self.process.stdin as stdin:
            stdin.write(text.encode())

    def _receive(self):
        descriptor = self.process.stdout.fileno()
        with contextlib.suppress(OSError):
            while chunk := os.read(descriptor, 1 << 16):
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
        text, received, reason = b"", 0, None
        deadline = time.monotonic() + SETUP_SECONDS
        while True:
            try:
                chunk = self.chunks.get(timeout=0.2)
            except queue.Empty:
                chunk = b""
            if chunk is None or (not chunk and self.process.poll() is not None):
                yield {"event": "stopped", "reason": reason or self._last_words()}
                return
            received += len(chunk)
            text += chunk
            *lines, text = text.split(b"\n")
            for line in lines:
                message = self._open(line)
                if message is None:
                    continue
                if message["event"] == "done":
                    yield {"event": "stopped", "reason": None}
                    return
                if message["event"] == "begin":
                    deadline = time.monotonic() + self.limits.seconds
                yield message
            if not reason:
                reason = self._excess(received)
                if time.monotonic() > deadline and self.chunks.empty():
                    reason = f"did not end within {self.limits.seconds:g} seconds"
                if reason:  # what it still said before tells which cell is to blame
                    self._kill()

    def _open(self, line):
        """Return a message if it bears the secret of this process, which no student's code saw."""
        try:
            message = json.loads(line)
            return message if message.pop("nonce") == self.nonce else None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None

    def _excess(self, received):
        """Return which limit has been passed, or None."""
        if received > self.limits.output_megabytes << 20:
            return "sent too much output"
        family = descendants(self.process.pid)
        if len(family) > self.limits.processes:
            return f"started more than {self.limits.processes} processes"
        if sum(map(resident, family)) > self.limits.memory * 2**30:
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


def resident(process):
    """Return how much memory a process has to itself, in bytes; 0 where the system won't say."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{process}/statm").read_text().split()
        return (int(fields[1]) - int(fields[2])) * PAGE  # without pages shared with others' files
    return 0
