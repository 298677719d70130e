"""A limit on the time that a call may take, in any thread of any system.

In the main thread of Linux and macOS a signal interrupts the call, elsewhere an exception that
another thread asks for. Neither can stop a long call into C before it returns, nor a loop that
catches everything (`except:`). Python inside a browser (Pyodide) has neither signals that come by
themselves nor threads: there, nothing is stopped.
"""

import ctypes
import os
import signal
import threading
from contextlib import contextmanager, suppress

DEFAULT = 5.0  # seconds
AGAIN = 1.0  # seconds until the next try, in case the first was swallowed, as in a destructor

_chosen = None


class TimedOut(BaseException):
    """Raised inside a call that takes too long. No Exception, so that few programs catch it."""


@contextmanager
def limit(seconds):
    """Let answers that are checked in this context take `seconds` of wall time in all.

    Parameters
    ----------
    seconds : float

    Examples
    --------
    >>> from lib.checks import check, limit
    >>> with limit(20):
    ...     check("ex-covariance-2", ...)
    ○ ex-covariance-2: not attempted yet. Replace the three dots by your code.
    """
    global _chosen
    before, _chosen = _chosen, float(seconds)
    try:
        yield
    finally:
        _chosen = before


def seconds_allowed(default=DEFAULT):
    """Return what `limit` says, else the environment's CHECK_SECONDS, else `default`."""
    if _chosen is not None:
        return _chosen
    try:
        return float(os.environ["CHECK_SECONDS"])
    except (KeyError, ValueError):
        return default


def call_within(seconds, function, *args):
    """Return ``function(*args)``, or raise TimedOut after some seconds.

    Parameters
    ----------
    seconds : float
    function : callable

    Raises
    ------
    TimedOut
    """
    main = threading.current_thread() is threading.main_thread()
    alarm = _Signal() if main and hasattr(signal, "setitimer") else _OtherThread()
    try:
        try:
            alarm.start(max(seconds, 1e-3))
            return function(*args)
        finally:
            alarm.stop()
    finally:
        alarm.stop()  # once more: the time may have run out on the way into the first


@contextmanager
def keyboard():
    """Yield a function that tells whether the reader's own Ctrl-C, or "stop", came meanwhile.

    A KeyboardInterrupt without it was raised by a program.
    """
    came = []
    main = threading.current_thread() is threading.main_thread()
    before = signal.getsignal(signal.SIGINT) if main else None
    if not callable(before):
        yield lambda: False
        return

    def note(*args):
        came.append(True)
        return before(*args)

    signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(came)
    finally:
        signal.signal(signal.SIGINT, before)


class _Signal:
    """Interrupts the main thread by SIGALRM; leaves an alarm that was set before as it was."""

    armed = False

    def start(self, seconds):
        self.armed = True
        self.before = signal.signal(signal.SIGALRM, self.interrupt)
        self.timer = signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)

    def interrupt(self, *_):
        if self.armed:
            raise TimedOut

    def stop(self):
        if self.armed:
            self.armed = False
            signal.setitimer(signal.ITIMER_REAL, *self.timer)
            signal.signal(signal.SIGALRM, self.before)


class _OtherThread:
    """Asks the interpreter to raise TimedOut in the thread that made it."""

    def __init__(self):
        self.thread = ctypes.c_ulong(threading.get_ident())
        self.lock, self.done = threading.Lock(), threading.Event()

    def start(self, seconds):
        with suppress(RuntimeError):  # no threads
            threading.Thread(target=self.wait, args=(seconds,), daemon=True).start()

    def wait(self, seconds):
        while not self.done.wait(seconds):
            with self.lock:
                if not self.done.is_set():
                    self.ask(ctypes.py_object(TimedOut))
            seconds = AGAIN

    def stop(self):
        with self.lock:
            self.done.set()
            self.ask(None)  # takes back what was asked for and has not happened yet

    def ask(self, exception):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(self.thread, exception)
