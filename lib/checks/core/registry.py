"""The exercises that can be checked: each is registered by the module of its chapter."""

import importlib
import pkgutil
import re
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lib.checks.core.mistakes import TEXTS
from lib.checks.core.results import alike
from lib.checks.core.time_limit import DEFAULT

_exercises = {}


@dataclass(frozen=True)
class Exercise:
    """All that is known about an exercise. Made by the decorator `exercise`.

    Attributes
    ----------
    id : str
        The label in the chapter, "ex-svd-2".
    title : str
    shows : str
        One sentence for a right answer: what it shows.
    look : str
        Where to look again after a wrong one, appended to the hint.
    verify : callable
        ``verify(result, *args)`` raises `Wrong` if the result for these arguments is not right.
    cases : callable
        ``cases(rng)`` returns or yields tuples of arguments, different for each state of `rng`.
    mistakes : dict of str to callable
        Hint id and a runnable wrong answer.
    texts : dict of str to str
        Hint id and words, of the hints that this exercise shares with no other.
    match : callable
        ``match(a, b)`` tells whether two results are the same but for what the exercise leaves
        free. Recognises mistakes.
    kind : {"function", "value"}
        Whether the answer is called with the arguments, or is the result itself.
    without : tuple of str
        Names of functions that the answer must not call; "for" stands for loops.
    seconds : float
        That all calls of the answer may take together.
    """

    id: str
    title: str
    shows: str
    look: str
    verify: object
    cases: object
    mistakes: dict = field(default_factory=dict)
    texts: dict = field(default_factory=dict)
    match: object = alike
    kind: str = "function"
    without: tuple = ()
    seconds: float = DEFAULT

    @property
    def word(self):
        """Return the word of the chapter, "svd" for "ex-svd-2"."""
        return re.fullmatch(r"ex-(.+)-\d+", self.id)[1]

    def words(self, hint):
        """Return what is said about a mistake."""
        return self.texts.get(hint) or TEXTS[hint]

    def make_cases(self, seed=None):
        """Return the list of the cases' arguments for a seed."""
        entropy = None if seed is None else [seed, zlib.crc32(self.id.encode())]
        return list(self.cases(np.random.default_rng(entropy)))


def exercise(
    id, *, title, shows, look, cases=lambda rng: [()], mistakes=None, hints=None, match=alike,
    kind="function", without=(), seconds=DEFAULT,
):  # fmt: skip
    """Register the decorated function as what verifies the answer to exercise `id`.

    See `Exercise` for the parameters. A value of `mistakes` is a runnable wrong answer, if
    `lib.checks.core.mistakes.TEXTS` has the words for its hint, or a pair of it and these words.
    `hints` holds the words of other hints that the decorated function raises `Wrong` with.

    Examples
    --------
    >>> from lib.checks import check
    >>> from lib.checks.core.results import agree
    >>> @exercise(
    ...     "ex-doctest-1", title="Sum", shows="A sum adds.", look="See the section 'Adding'.",
    ...     cases=lambda rng: [(rng.normal(size=3),), (rng.normal(size=8),)],
    ...     mistakes={"mean": (lambda x: x.mean(), "You divided by the number of terms.")},
    ... )
    ... def total(result, x):
    ...     agree(result, x.sum())
    >>> check("ex-doctest-1", lambda x: sum(x))
    ✓ ex-doctest-1: right. A sum adds.
    >>> check("ex-doctest-1", np.mean)
    ✗ ex-doctest-1: not yet. You divided by the number of terms. See the section 'Adding'.
    >>> del _exercises["ex-doctest-1"]
    """
    wrongs, texts = {}, dict(hints or {})
    for hint, entry in (mistakes or {}).items():
        if isinstance(entry, tuple):
            entry, texts[hint] = entry
        elif hint not in TEXTS:
            raise ValueError(f"the hint {hint!r} has no text. Add it to mistakes.TEXTS.")
        wrongs[hint] = entry
    if taken := texts.keys() & TEXTS.keys():
        raise ValueError(f"the hints {sorted(taken)} have a text in mistakes.TEXTS.")

    def register(verify):
        _exercises[id] = Exercise(
            id, title, shows, look, verify, cases, wrongs, texts, match, kind, tuple(without),
            seconds,
        )  # fmt: skip
        return verify

    return register


def registered(word=None):
    """Return the exercises that have checks, of one chapter or of all.

    Parameters
    ----------
    word : str, optional
        The chapter's word, such as "pca-theorem".

    Returns
    -------
    exercises : dict of str to Exercise
        In order.
    """
    folder = str(Path(__file__).resolve().parents[1])  # a file a chapter, beside the core
    names = [module.name for module in pkgutil.iter_modules([folder]) if not module.ispkg]
    for name in names if word is None else [word.replace("-", "_")]:
        if name in names:
            importlib.import_module(f"lib.checks.{name}")
    found = {e.id: e for e in _exercises.values() if word in (None, e.word)}
    return dict(sorted(found.items(), key=lambda pair: (pair[1].word, len(pair[0]), pair[0])))
