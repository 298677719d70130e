"""Checks of the book's exercises: ``check("ex-svd-2", pca_reconstruct)``.

A check tries an answer on fresh random data and says what it found: not attempted yet, right, not
yet (with the likely mistake and where to look), or what the code raised. `Feedback` is what it
returns, `registered` lists the exercises, `limit` sets the time that an answer may take.

The exercises of a chapter are in the module of its name, which is imported when one of its ids is
asked for. What they share is in `lib.checks.core`: they use its `results` (read and compare what an
answer returned), `mistakes` (the hints) and `networks` (Keras models).
"""

from lib.checks.core.feedback import Feedback
from lib.checks.core.judging import check
from lib.checks.core.mistakes import Wrong
from lib.checks.core.registry import Exercise, exercise, registered
from lib.checks.core.time_limit import limit

__all__ = ["Exercise", "Feedback", "Wrong", "check", "exercise", "limit", "registered"]
