"""Chromium, in which the book is printed, measured and tested."""

import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
# It runs as any user, root included, and asks no other host for anything on its own.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def installed():
    """Return the path of a Chromium, None if there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def find_browser():
    """Return the path of a Chromium; without one, say what to do and stop."""
    return installed() or sys.exit(
        "No Chromium was found. Install one and try again:\n"
        "    apt-get install chromium    (or Google Chrome, as google-chrome)"
    )
