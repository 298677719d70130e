"""The book's one table: every autoencoder below PCA with as many numbers in the code."""

import json
import time
from collections.abc import Iterable
from typing import NamedTuple

import pandas as pd

__all__ = ["Comparison", "Row", "to_frame"]

MIME = "application/vnd.pca-to-autoencoders.rows+json"  # read by tools/site/comparison_table.py


class Row(NamedTuple):
    """One line of the table.

    `mse` is the mean squared error per pixel on the validation images, `bce_excess` the binary
    cross-entropy per pixel (in nats) above its floor, None where it is not defined; `seconds` the
    wall time of the training on the machine that ran it.
    """

    model: str
    n_codes: int
    n_parameters: int
    mse: float
    bce_excess: float | None
    seconds: float


class Comparison:
    """Collect the rows of a chapter: each model, and above it PCA with the same code size.

    Parameters
    ----------
    X_train, X_valid : ndarray of shape (n_samples, ...)
        PCA is fitted to the first; errors are measured on the second.

    Raises
    ------
    ValueError
        If they are not arrays of finite numbers, or their samples differ in shape.

    Attributes
    ----------
    rows : list of Row

    Examples
    --------
    >>> import numpy as np
    >>> from lib.models import linear_autoencoder
    >>> X = np.random.default_rng(0).random((20, 5), dtype=np.float32)
    >>> comparison = Comparison(X, X)
    >>> comparison.add("untrained", linear_autoencoder(5, 5), seconds=0.0)
    >>> [(row.model, row.n_codes, row.n_parameters) for row in comparison.rows]
    [('PCA', 5, 30), ('untrained', 5, 60)]
    """

    def __init__(self, X_train, X_valid):
        # Late, here and below: the site takes only rows and table from this module, in every
        # build, and needs neither TensorFlow nor scikit-learn for them.
        from lib._validation import check_numbers
        from lib.pca import PCA

        X_train, X_valid = check_numbers(X_train, "X_train"), check_numbers(X_valid, "X_valid")
        if X_train.ndim < 2 or X_train.shape[1:] != X_valid.shape[1:]:
            raise ValueError(
                f"X_train has shape {X_train.shape} and X_valid {X_valid.shape}. Pass samples of "
                "the same shape, one a row."
            )
        start = time.perf_counter()
        self._pca = PCA(svd_solver="covariance_eigh").fit(X_train.reshape(len(X_train), -1))
        self._seconds = time.perf_counter() - start
        self._X_valid = X_valid
        self._baseline = None
        self.rows = []

    def add(self, name, model, seconds, *, X_in=None, note=""):
        """Evaluate `model` on the validation data, and append its row.

        A row of PCA is put above it, unless the row above compares with the same one.

        Parameters
        ----------
        name : str
        model : keras.Model
            With a part named "encoder", as all models of `lib.models` have.
        seconds : float
            Its training time, ``History.seconds``.
        X_in : ndarray of the shape of `X_valid`, optional
            What PCA and the model get to see, for instance noisy images. Default: `X_valid`.
        note : str
            Appended to both names, for instance "Gaussian noise 0.2 in".

        Raises
        ------
        ValueError
            If the model has no part named "encoder", `name` or `note` is no text, `seconds` is no
            time, or as `lib.training.evaluate`.
        """
        X_in = self._X_valid if X_in is None else X_in
        from lib._validation import check_numbers, check_real
        from lib.training import evaluate

        for argument, value in {"name": name, "note": note}.items():
            if not isinstance(value, str):
                raise ValueError(f"{argument}={value!r} is no text. Pass a str, such as 'dense'.")
        check_real(seconds, "seconds", lambda x: x >= 0, "is no time. Pass train(...).seconds.")
        X_in = check_numbers(X_in, "X_in")
        result = evaluate(model, X_in, self._X_valid)
        if result.n_codes is None:
            raise ValueError(
                "the model has no part named 'encoder', so the size of its code is unknown. Build "
                "it with lib.models.join(encoder, decoder)."
            )
        suffix = f", {note}" if note else ""
        baseline = (result.n_codes, suffix)
        if baseline != self._baseline:
            self._baseline = baseline
            self.rows.append(self._pca_row(f"PCA{suffix}", X_in, result.n_codes))
        self.rows.append(
            Row(
                name + suffix, result.n_codes, result.n_parameters, result.mse,
                result.bce_excess if result.bce == result.bce else None, seconds,
            )
        )  # fmt: skip

    def pca_mse(self, n_codes, X_in=None):
        """Return the validation error of PCA with `n_codes` components, per pixel.

        Raises
        ------
        ValueError
            If `n_codes` is not a positive int, or `X_in` has not the shape of the validation data.
        """
        from lib._validation import check_int, check_numbers
        from lib.metrics import reconstruction_mse

        X_in = self._X_valid if X_in is None else X_in
        check_int(n_codes, "n_codes")
        if (shape := check_numbers(X_in, "X_in").shape) != self._X_valid.shape:
            raise ValueError(
                f"X_in has shape {shape}, and X_valid {self._X_valid.shape}. Pass what "
                "became of the same samples, in the same shape."
            )
        V = self._pca.components_[:n_codes]
        Z = (X_in.reshape(len(X_in), -1) - self._pca.mean_) @ V.T  # (n_samples, k)
        X_hat = Z @ V + self._pca.mean_
        return reconstruction_mse(self._X_valid, X_hat.reshape(self._X_valid.shape))

    def _pca_row(self, name, X_in, n_codes):
        n_parameters = (n_codes + 1) * self._pca.mean_.size  # components and mean
        # No cross-entropy: PCA's reconstructions leave [0, 1].
        return Row(name, n_codes, n_parameters, self.pca_mse(n_codes, X_in), None, self._seconds)

    def _repr_mimebundle_(self, include=None, exclude=None):
        frame = to_frame(self.rows)
        return {
            "text/plain": frame.to_string(index=False),
            "text/html": frame.to_html(index=False, border=0),
            MIME: json.dumps(self.rows),
        }


def to_frame(rows):
    """Return rows as a table of text, rounded for reading.

    Parameters
    ----------
    rows : iterable of Row

    Returns
    -------
    frame : DataFrame
        Of strings.

    Raises
    ------
    ValueError
        If `rows` holds anything but rows.
    """
    rows = list(rows) if isinstance(rows, Iterable) else [rows]
    if not all(isinstance(row, Row) for row in rows):
        raise ValueError("rows must hold rows of a comparison. Pass comparison.rows.")
    return pd.DataFrame(
        {
            "model": row.model,
            "codes": f"{row.n_codes}",
            "parameters": f"{row.n_parameters:,}".replace(",", "\u202f"),
            "MSE per pixel": f"{row.mse:.5f}",
            "cross-entropy above floor": "–" if row.bce_excess is None else f"{row.bce_excess:.4f}",
            "seconds": f"{row.seconds:.1f}",
        }
        for row in rows
    )
