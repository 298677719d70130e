"""What has been graded so far, in a file beside the table: a later run goes on from it."""

import hashlib
import json
import random
from contextlib import suppress
from dataclasses import asdict

from lib.grading.running import content
from lib.grading.table import Row


class Progress:
    """The rows of all submissions that were graded, written as they come.

    Parameters
    ----------
    path : Path
        Of the file. If it is of a run with the same chapters, limits and seed, its rows are read.
    chapters : list of Path
    limits : lib.grading.sandbox.Limits
    seed : int or None
        None: that of the file, else by chance.

    Attributes
    ----------
    rows : dict of str to list of lib.grading.table.Row
        By submission.
    seed : int
    note : str
        What to tell about a file of another run; "" if nothing.
    """

    def __init__(self, path, chapters, limits, seed):
        self.path, self.note, self.rows, self.kept = path, "", {}, {}
        digests = [hashlib.sha256(chapter.read_bytes()).hexdigest() for chapter in chapters]
        settings = [digests, *asdict(limits).values()]
        head, lines = None, []
        with suppress(OSError, ValueError):
            head, *lines = map(_line, path.read_text(encoding="utf-8").splitlines())
        same = isinstance(head, dict) and head.get("settings") == settings
        if same and seed in (None, head["seed"]):
            seed = head["seed"]
        elif path.exists():
            lines, self.note = (
                [],
                (f"{path} is of a run with other chapters, limits or seed, and is begun anew."),
            )
        self.seed = random.SystemRandom().randrange(2**31) if seed is None else seed
        for line in filter(None, lines):
            with suppress(TypeError, KeyError):
                rows = [Row(**row) for row in line["rows"]]
                if all(row.status != "broken" for row in rows):
                    self.kept[line["submission"]] = line["digest"], rows
        with path.open("w", encoding="utf-8") as file:
            file.write(json.dumps({"settings": settings, "seed": self.seed}) + "\n")
        for name, (found, rows) in self.kept.items():
            self._write(name, found, rows)

    def has(self, name, path):
        """Whether this file has been graded; then its rows are taken over."""
        found, rows = self.kept.get(name, (None, []))
        if not found or found != digest(path):
            return False
        self.rows[name] = rows
        return True

    def keep(self, name, path, rows):
        """Keep the rows of a submission."""
        self.rows[name] = rows
        self._write(name, digest(path), rows)

    def _write(self, name, found, rows):
        line = {"submission": name, "digest": found, "rows": [asdict(row) for row in rows]}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def finish(self):
        """Remove the file: the table is whole."""
        self.path.unlink(missing_ok=True)


def _line(text):
    """Return what a line holds, None if it was not written to its end."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def digest(path):
    """Return a fingerprint of a file; "" for what can't be read, which is never the same."""
    try:
        return hashlib.sha256(content(path)).hexdigest()
    except (OSError, ValueError):
        return ""
