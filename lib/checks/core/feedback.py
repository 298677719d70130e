"""What a check says, as plain text and as HTML with the same words."""

import html
import re
from dataclasses import dataclass

# status: mark, words, colour. The mark and the words tell them apart without the colour.
LOOKS = {
    "ok": ("✓", "right", "#2e8b57"),
    "todo": ("○", "not attempted yet", "#808080"),
    "wrong": ("✗", "not yet", "#d2691e"),
    "error": ("!", "your code raised an error", "#d2691e"),
    "timeout": ("■", "stopped", "#d2691e"),
    "broken": ("?", "the check itself failed", "#9932cc"),
}


@dataclass(frozen=True, repr=False)
class Feedback:
    """The result of one check. True if and only if the answer is right.

    Attributes
    ----------
    exercise : str
        The exercise's label, such as "ex-svd-2".
    status : {"ok", "todo", "wrong", "error", "timeout", "broken"}
        "broken" means that the check is at fault, not the answer.
    message : str
        One to three sentences; code in backticks.
    hint : str or None
        The id of the mistake that was recognised, such as "ddof".

    Examples
    --------
    >>> feedback = Feedback("ex-covariance-2", "wrong", "The columns are not centred.")
    >>> feedback
    ✗ ex-covariance-2: not yet. The columns are not centred.
    >>> bool(feedback), feedback.points
    (False, 0.0)
    """

    exercise: str
    status: str
    message: str
    hint: str | None = None

    def __bool__(self):
        return self.status == "ok"

    @property
    def points(self):
        """Return 1.0 for a right answer, else 0.0."""
        return float(bool(self))

    def __repr__(self):
        mark, words, _ = LOOKS[self.status]
        return f"{mark} {self.exercise}: {words}. {self.message}".rstrip()

    def _repr_html_(self):
        mark, words, colour = LOOKS[self.status]
        message = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.message, quote=False))
        # No background: the text takes the colour of the page, light or dark.
        return (
            f'<div class="check check-{self.status}" role="status" style="border-left: 0.3em solid '
            f'{colour}; padding: 0.3em 0.8em;"><strong><span aria-hidden="true">{mark}</span> '
            f"{html.escape(self.exercise)}: {words}.</strong> {message}</div>"
        )
