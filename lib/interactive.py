"""Figures that a reader of the website can move.

The chapter draws a picture as always. The cell after it shows an `InteractiveFigure`, which holds
what a script of ``_static/interactive/`` needs to draw the same thing with handles and sliders. On
paper, without scripts and in JupyterLab there is the picture alone.
"""

import base64
import io
import json
import math
import re
from html import escape

import numpy as np
from PIL import Image

from lib._validation import check_int, check_numbers


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
        If `script` or `figure` is not a plain name, `invitation` is no text, or the data hold a
        number that is not finite or something that JSON does not know.

    Examples
    --------
    >>> InteractiveFigure("rank", "fig-svd-photo", "Choose the rank.", s=np.array([2.0, 1.0]))
    On the book's website: Choose the rank.
    """

    def __init__(self, script, figure, invitation, **data):
        for argument, name in {"script": script, "figure": figure}.items():
            if not (isinstance(name, str) and re.fullmatch(r"[a-z][a-z0-9_-]*", name)):
                raise ValueError(
                    f"{argument}={name!r} is no name: use small letters, digits, - and _, "
                    "without an ending"
                )
        if not isinstance(invitation, str):
            raise ValueError(
                f"invitation={invitation!r} is no text. Say what to do, in a sentence."
            )
        self.script, self.figure, self.invitation = script, figure, invitation
        self.data = {key: _prepared(value, key) for key, value in data.items()}

    def __repr__(self):
        return f"On the book's website: {self.invitation}"

    def _repr_html_(self):
        # "<" would let a string in the data end the element.
        text = json.dumps(self.data, allow_nan=False, separators=(",", ":")).replace("<", r"\u003c")
        return (
            f'<div class="interactive" data-figure="{self.figure}" '
            f'data-script="interactive/{self.script}.js">'
            f'<script type="application/json">{text}</script>'
            f"<p><span>On the book's website:</span> {escape(self.invitation)}</p></div>"
        )


def eight_bits(A):
    """Round each row of an array to 256 levels, for a figure whose data would be too large.

    Parameters
    ----------
    A : ndarray of shape (n_rows, …)
        Dimensionless, or in any units.

    Returns
    -------
    dict
        `levels`, uint8 and of the shape of `A`, and `low` and `step` of shape (n_rows,): row i is
        nearly ``low[i] + step[i] * levels[i]``. Scripts receive the array that this makes, as
        they receive every other.

    Raises
    ------
    ValueError
        If `A` is empty or an entry is not a finite number.

    Examples
    --------
    >>> eight_bits(np.array([[0.0, 0.5, 1.0]]))["levels"]
    array([[  0, 128, 255]], dtype=uint8)
    """
    A = np.atleast_1d(check_numbers(A, "A"))
    rows = A.astype(float).reshape(len(A), -1)
    low = rows.min(axis=1)
    step = (rows.max(axis=1) - low) / 255
    step[step == 0] = 1  # a constant row: all its levels are 0
    levels = np.round((rows - low[:, None]) / step[:, None]).astype(np.uint8)
    return {"levels": levels.reshape(A.shape), "low": low, "step": step}


def dense_layers(model):
    """Take a Keras model of dense layers apart, for a script that computes the same.

    Parameters
    ----------
    model : keras.Model
        Dense layers in line; layers without weights only reshape.

    Returns
    -------
    list of dict
        For each layer from q to q' units `W` of shape (q', q), each row rounded by `eight_bits`,
        `b` of shape (q',) and the name of the `activation`.

    Raises
    ------
    ValueError
        If `model` is no model, or has layers with other weights than a matrix and biases.
    """
    if not hasattr(model, "layers"):
        raise ValueError(f"model is a {type(model).__name__}. Pass a keras.Model.")
    parts = []
    for layer in model.layers:
        if layer.weights:
            weights = layer.get_weights()
            if [w.ndim for w in weights] != [2, 1] or not hasattr(layer, "activation"):
                raise ValueError(
                    f"the layer {layer.name!r} of model is not dense with biases. Pass a model, or "
                    "a part such as model.get_layer('decoder'), that has only such layers."
                )
            kernel, bias = weights
            activation = layer.activation.__name__
            parts.append({"W": eight_bits(kernel.T), "b": bias, "activation": activation})
    return parts


def picture_sheet(images, columns=40):
    """Put many small grey images side by side into one compressed picture.

    Sixteen levels of grey take half the bytes of 256, and the eye misses nothing.

    Parameters
    ----------
    images : ndarray of shape (n_images, height, width)
        Grey values in [0, 1]; beyond, they are clipped. 0 is white, as in the book.
    columns : int, default 40
        Images to a row; the last row is filled with white.

    Returns
    -------
    str
        The picture, a PNG file, as an address that a browser can show: "data:image/png;base64,…".

    Raises
    ------
    ValueError
        If `images` is not of finite numbers or three dimensions, or `columns` no positive int.

    Examples
    --------
    >>> picture_sheet(np.zeros((3, 28, 28)), columns=2)[:22]
    'data:image/png;base64,'
    """
    images = check_numbers(images, "images", ndim=3)
    check_int(columns, "columns")
    n_images, height, width = images.shape
    n_rows = -(-n_images // columns)
    tiles = np.full((n_rows * columns, height, width), 255, dtype=np.uint8)
    tiles[:n_images] = 17 * np.round(15 * (1 - np.clip(images, 0, 1)))
    tiles = tiles.reshape(n_rows, columns, height, width).transpose(0, 2, 1, 3)
    file = io.BytesIO()
    picture = Image.fromarray(tiles.reshape(n_rows * height, columns * width))
    picture.save(file, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _prepared(value, name):
    """Return `value` in a form that JSON knows."""
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise ValueError(f"{name} has keys that are no text. Use str(key) for its keys.")
        return {key: _prepared(part, f"{name}[{key!r}]") for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_prepared(part, f"{name}[{i}]") for i, part in enumerate(value)]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, np.ndarray):
        if value.dtype != np.uint8:
            if value.size:
                check_numbers(value, name)
            with np.errstate(over="ignore"):
                value = value.astype("<f4")
            if not np.isfinite(value).all():
                raise ValueError(f"{name} has numbers beyond the range of float32. Rescale it.")
        return {
            "shape": list(value.shape),
            "dtype": value.dtype.name,
            "base64": base64.b64encode(np.ascontiguousarray(value).tobytes()).decode(),
        }
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{name}={value!r} is not finite. Leave it out, or pass None.")
    if not (value is None or isinstance(value, (str, int, float))):
        raise ValueError(
            f"{name} is a {type(value).__name__}, which JSON does not know. Pass numbers, text, "
            "arrays, or lists and dictionaries of these."
        )
    return value
