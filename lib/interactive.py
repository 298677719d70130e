"""Figures that a reader of the website can move.

The chapter draws a picture as always. The cell after it shows an `InteractiveFigure`, which holds
what a script of ``_static/interactive/`` needs to draw the same thing with handles and sliders. On
paper, without scripts and in JupyterLab there is the picture alone.
"""

import base64
import json
import re
from html import escape

import numpy as np

from lib._validation import check_finite


class InteractiveFigure:
    """The data of a figure that a script of the website draws.

    Parameters
    ----------
    script : str
        Name of the script, without its ending: ``"rank"`` for ``_static/interactive/rank.js``.
    figure : str
        Label of the picture that shows the same without a script: ``"fig-svd-photo"``.
    invitation : str
        What to do and what to look for, one or two sentences; they stand above the figure.
    **data
        What the script draws: numbers, strings, lists and dictionaries of these, and arrays.
        Arrays of type uint8 keep their type, others become float32; each arrives in the script as
        ``{shape, values}``, `values` a typed array in row-major order.

    Raises
    ------
    ValueError
        If `script` or `figure` is not a plain name, or an array has an entry that is not finite.

    Examples
    --------
    >>> InteractiveFigure("rank", "fig-svd-photo", "Choose the rank.", s=np.array([2.0, 1.0]))
    On the book's website: Choose the rank.
    """

    def __init__(self, script, figure, invitation, **data):
        for name in (script, figure):
            if not re.fullmatch(r"[a-z][a-z0-9_-]*", name):
                raise ValueError(
                    f"{name!r} is no name: use small letters, digits, - and _, without an ending"
                )
        self.script, self.figure, self.invitation = script, figure, invitation
        self.data = {key: _prepared(value, key) for key, value in data.items()}

    def __repr__(self):
        return f"On the book's website: {self.invitation}"

    def _repr_html_(self):
        # "<" would let a string in the data end the element.
        text = json.dumps(self.data, separators=(",", ":")).replace("<", r"\u003c")
        return (
            f'<div class="interactive" data-figure="{self.figure}" '
            f'data-script="interactive/{self.script}.js">'
            f'<script type="application/json">{text}</script>'
            f"<p><span>On the book's website:</span> {escape(self.invitation)}</p></div>"
        )


def _prepared(value, name):
    """Return `value` in a form that JSON knows."""
    if isinstance(value, dict):
        return {key: _prepared(part, f"{name}[{key!r}]") for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_prepared(part, f"{name}[{i}]") for i, part in enumerate(value)]
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        if value.dtype != np.uint8:
            check_finite(value, name)
            value = value.astype("<f4")
        return {
            "shape": list(value.shape),
            "dtype": value.dtype.name,
            "base64": base64.b64encode(np.ascontiguousarray(value).tobytes()).decode(),
        }
    return value
