"""The figures that several chapters draw, in one style.

Every function takes the Axes to draw on (``ax=None`` makes new ones) and returns them. None
computes anything that a reader would want to keep.
"""

import functools
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.offsetbox import AnnotationBbox, OffsetImage
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator, PercentFormatter

from lib._validation import check_int, check_names, check_numbers, check_positive, check_real

# Okabe and Ito's palette without its yellow, which is too pale for points on white, and two more:
# told apart by readers with any common colour blindness, the first eight also in grey print.
COLORS = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00",
    "#56B4E9", "#000000", "#7A5195", "#8C6D31", "#6B6B6B",
]  # fmt: skip
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "<", ">", "*"]

STYLE = {
    "figure.figsize": (6.4, 4.0),
    "figure.dpi": 110,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "axes.prop_cycle": plt.cycler(color=COLORS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": "medium",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "0.9",
    "font.size": 11,
    "legend.frameon": False,
    "lines.markersize": 4,
    "image.cmap": "gray_r",
    "image.interpolation": "nearest",
}


def use_style():
    """Set the book's style for all figures that follow."""
    plt.rcParams.update(STYLE)


def _leaves_nothing(draw):
    """Let a function that fails close the figures it has opened."""

    @functools.wraps(draw)
    def wrapped(*args, **kwargs):
        before = plt.get_fignums()
        try:
            return draw(*args, **kwargs)
        except BaseException:
            for number in set(plt.get_fignums()) - set(before):
                plt.close(number)
            raise

    return wrapped


def _axes(ax, **figure):
    """Return `ax`, or the Axes of a new figure if it is None."""
    if ax is None:
        return plt.subplots(**figure)[1]
    if not isinstance(ax, Axes):
        raise ValueError(f"ax is a {type(ax).__name__}. Pass Axes, as from plt.subplots()[1].")
    return ax


def _columns(X, name):
    """Return `X` as a matrix of two columns."""
    X = check_numbers(X, name)
    if X.ndim != 2 or X.shape[1] != 2:
        raise ValueError(
            f"{name} has shape {X.shape}; pass two columns, for example {name}[:, :2]."
        )
    return X


def _check_fitted(pca, *attributes):
    for attribute in attributes:
        if not hasattr(pca, attribute):
            raise ValueError(f"pca is not a fitted PCA: no {attribute}. Call PCA().fit(X) first.")


def _check_classes(y, class_names, n_samples):
    """Return `y` as an array of classes, and a list with the name of each, if they have any."""
    if y is None:
        return None, None
    y = check_numbers(y, "y", ndim=1)
    if len(y) != n_samples:
        raise ValueError(f"y has {len(y)} entries, but Z has {n_samples} rows. Pass one a row.")
    if y.min() < 0 or np.any(y != y.astype(int)):
        raise ValueError("y must hold integers from 0. Pass np.unique(y, return_inverse=True)[1].")
    if class_names is not None:
        remedy = "Pass one for each class from 0 to the largest in y."
        class_names = check_names(class_names, "class_names", int(y.max()) + 1, remedy)
    return y, class_names


@_leaves_nothing
def plot_principal_axes(X, pca, *, n_std=2.0, ax=None):
    """Scatter two-dimensional data and draw the first two principal axes from their mean.

    Parameters
    ----------
    X : array-like of shape (n_samples, 2)
    pca : fitted PCA with two features
        Ours or scikit-learn's.
    n_std : float
        Length of an arrow, in standard deviations along it.
    ax : Axes or None

    Returns
    -------
    ax : Axes
        With the same scale on both axes: right angles look right.

    Raises
    ------
    ValueError
        If `X` has not two columns of finite numbers, `pca` is not fitted to such data, or `n_std`
        is no positive number.
    """
    X = _columns(X, "X")
    _check_fitted(pca, "components_", "explained_variance_", "mean_")
    if np.shape(pca.components_)[1] != 2:
        raise ValueError("pca has not two features. Fit it to the two columns that are drawn.")
    check_positive(n_std, "n_std")
    ax = plot_cloud(X, ax=ax)
    for j, (component, variance) in enumerate(zip(pca.components_, pca.explained_variance_)):
        tip = pca.mean_ + n_std * np.sqrt(variance) * component
        arrow = dict(arrowstyle="-|>", color=COLORS[j], linewidth=2.5, shrinkA=0, shrinkB=0)
        ax.annotate("", tip, pca.mean_, arrowprops=arrow, zorder=3)
        ax.annotate(
            f"$s_{j}$", tip, textcoords="offset points", xytext=11 * component, ha="center",
            va="center", color=COLORS[j], fontsize="large", weight="bold",
            bbox=dict(facecolor="white", alpha=0.8, edgecolor="none", pad=1),
        )  # fmt: skip
    return ax


@_leaves_nothing
def plot_scree(pca, *, threshold=None, ax=None):
    """Draw the share of variance of each component and the share of the first k together.

    Parameters
    ----------
    pca : fitted PCA
        Ours or scikit-learn's.
    threshold : float in (0, 1) or None
        Mark where the cumulative share first reaches it.
    ax : Axes or None

    Returns
    -------
    ax : Axes

    Raises
    ------
    ValueError
        If `pca` is not fitted, or `threshold` is not in (0, 1).
    """
    _check_fitted(pca, "explained_variance_ratio_")
    if threshold is not None:
        check_real(threshold, "threshold", lambda x: 0 < x < 1, "is a share, for example 0.9.")
    ax = _axes(ax)
    ratios = pca.explained_variance_ratio_
    cumulative = np.cumsum(ratios)
    number = np.arange(1, len(ratios) + 1)
    ax.bar(number, ratios, color=COLORS[0], label="each component")
    marker = "o" if len(ratios) <= 40 else ""
    ax.plot(number, cumulative, marker=marker, color=COLORS[1], label="first $k$ together")
    if threshold is not None:
        ax.axhline(threshold, color="0.3", linestyle="--", linewidth=1)
        if cumulative[-1] >= threshold:
            k = int(np.argmax(cumulative >= threshold)) + 1
            ax.axvline(k, color="0.3", linestyle=":", linewidth=1)
            ax.annotate(
                f"{threshold:.0%} at $k={k}$", (k, threshold),
                textcoords="offset points", xytext=(5, -14),
            )  # fmt: skip
    ax.set(xlabel="number of components $k$", ylabel="share of the variance", ylim=(0, 1.03))
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    ax.legend(loc="center right")
    return ax


@_leaves_nothing
def plot_image_rows(rows, *, titles=None, ax=None):
    """Show rows of images under each other: originals above their reconstructions.

    Parameters
    ----------
    rows : dict of str to array-like of shape (n_images, height, width)
        A label and the images of each row. Grey values in [0, 1]; beyond, they are clipped.
    titles : sequence of str or None
        One above each column.
    ax : ndarray of Axes of shape (n_rows, n_images), or None

    Returns
    -------
    ax : ndarray of Axes of shape (n_rows, n_images)

    Raises
    ------
    ValueError
        If the rows are no dict of images, or hold different numbers of them, or none; or if there
        are not as many titles or axes.
    """
    if not isinstance(rows, dict) or not rows:
        raise ValueError("rows must be a dict with a row. Pass {'a label': images, ...}.")
    for label, images in rows.items():
        if not hasattr(images, "__len__"):
            raise ValueError(
                f"rows[{label!r}] is no array. Pass images, (n_images, height, width)."
            )
    counts = {label: len(images) for label, images in rows.items()}
    if len(set(counts.values())) != 1 or 0 in counts.values():
        raise ValueError(
            f"the rows hold {counts} images; give each row the same number, at least 1."
        )
    rows = {label: check_numbers(images, f"rows[{label!r}]") for label, images in rows.items()}
    for label, images in rows.items():
        if images.ndim != 3 and not (images.ndim == 4 and images.shape[3] in (1, 3, 4)):
            raise ValueError(
                f"rows[{label!r}] has shape {images.shape}. Pass (n_images, height, width), for "
                "example X.reshape(-1, 28, 28)."
            )
    n_images = next(iter(counts.values()))
    if titles is not None:
        titles = check_names(titles, "titles", 0, "Pass one a column.")
    if ax is not None and not (
        isinstance(ax, np.ndarray)
        and ax.shape == (len(rows), n_images)
        and all(isinstance(a, Axes) for a in ax.flat)
    ):
        raise ValueError(
            f"ax must be an array of {len(rows)}×{n_images} Axes. Pass "
            f"plt.subplots({len(rows)}, {n_images}, "
            "squeeze=False)[1]."
        )
    if ax is None:
        size = (0.8 * n_images + 1.2, 0.84 * len(rows) + (0.3 if titles else 0))
        ax = plt.subplots(len(rows), n_images, figsize=size, squeeze=False)[1]
    for axes, (label, images) in zip(ax, rows.items(), strict=True):
        for a, image in zip(axes, images, strict=True):
            a.imshow(image, vmin=0, vmax=1)
            a.set(xticks=[], yticks=[])
            a.grid(False)
            a.spines[:].set_visible(False)
        axes[0].set_ylabel(label, rotation=0, ha="right", va="center", fontsize="medium")
    for a, title in zip(ax[0], titles or []):
        a.set_title(title, fontsize="small")
    return ax


@_leaves_nothing
def plot_learning_curves(histories, *, baselines=None, log=True, ax=None):
    """Draw the loss of one or more trainings against the epoch.

    Parameters
    ----------
    histories : dict of str to History
        A label, and what `lib.training.train` returned. The loss on the training data, averaged
        over the epoch while the weights change, is dashed; that on the validation data is solid.
    baselines : dict of str to float, or None
        Horizontal lines to compare with, for instance the error of PCA.
    log : bool, default True
        Make the axis of the loss logarithmic.
    ax : Axes or None

    Returns
    -------
    ax : Axes

    Raises
    ------
    ValueError
        If there are no histories, or one has no losses; or if a baseline is no number.
    """
    if not isinstance(histories, dict) or not histories:
        raise ValueError(
            "histories is no dict with a history to draw; pass {'a label': train(...)}."
        )
    for label, history in histories.items():
        if not (hasattr(history, "loss") and hasattr(history, "val_loss")):
            raise ValueError(f"histories[{label!r}] is no History. Pass what train(...) returned.")
        loss = check_numbers(history.loss, f"histories[{label!r}].loss", ndim=1)
        if len(history.val_loss) not in (0, len(loss)):
            raise ValueError(f"histories[{label!r}] has not one val_loss a loss. Pass both whole.")
    if not (baselines is None or isinstance(baselines, dict)):
        raise ValueError("baselines must be a dict. Pass {'a label': value}.")
    for label, value in (baselines or {}).items():
        name, remedy = f"baselines[{label!r}]", "must be a finite number."
        check_real(value, name, lambda x: True, remedy)
    ax = _axes(ax)
    for i, (label, history) in enumerate(histories.items()):
        epochs = np.arange(1, len(history.loss) + 1)
        again = i // len(COLORS)  # the colours come again, with other markers
        marker = MARKERS[(i + again) % len(MARKERS)]
        style = dict(color=COLORS[i % len(COLORS)])
        style["marker"] = marker if len(epochs) <= 40 or again else None
        style["markevery"] = -(-len(epochs) // 40)
        has_valid = bool(history.val_loss)
        training_label = f"{label}, training" if len(histories) == 1 or not has_valid else None
        ax.plot(epochs, history.loss, linestyle="--", label=training_label, **style)
        if has_valid:
            valid_label = f"{label}, validation" if len(histories) == 1 else label
            ax.plot(epochs, history.val_loss, label=valid_label, **style)
    styles = cycle([":", "-.", (0, (1, 3))])
    for linestyle, (label, value) in zip(styles, (baselines or {}).items()):
        ax.axhline(value, color="0.3", linestyle=linestyle, label=label)
    if log:
        ax.set_yscale("log")
        # The default labels of a range within one decade lie on top of each other.
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 3, 5)))
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel="epoch", ylabel="loss")
    ax.legend()
    return ax


@_leaves_nothing
def plot_decoded_grid(images, *, extent=None, ax=None):
    """Show images that belong to the points of a grid in the plane of two codes, side by side.

    Parameters
    ----------
    images : array-like of shape (n_rows, n_columns, height, width)
        The first row is drawn at the bottom, as the second code grows upwards.
    extent : tuple (left, right, bottom, top) or None
        The codes at the outer edges, to put numbers on the axes.
    ax : Axes or None

    Returns
    -------
    ax : Axes

    Raises
    ------
    ValueError
        If `images` has another number of dimensions or is not of finite numbers, or `extent` is
        not four numbers.

    Examples
    --------
    >>> import numpy as np
    >>> plot_decoded_grid(np.zeros((3, 5, 28, 28))).images[0].get_array().shape
    (84, 140)
    """
    images = check_numbers(images, "images")
    if images.ndim != 4:
        raise ValueError(
            f"images has shape {images.shape}; pass (n_rows, n_columns, height, width), for "
            "example decoded.reshape(15, 15, 28, 28)."
        )
    if extent is not None and check_numbers(extent, "extent").shape != (4,):
        raise ValueError(f"extent={extent!r} must be (left, right, bottom, top).")
    n_rows, n_columns, height, width = images.shape
    tiles = images[::-1].transpose(0, 2, 1, 3).reshape(n_rows * height, n_columns * width)
    ax = _axes(ax, figsize=(6, 6 * n_rows / n_columns + 0.5))
    ax.imshow(tiles, vmin=0, vmax=1, extent=extent, aspect="auto" if extent else "equal")
    ax.grid(False)
    if extent is None:
        ax.set(xticks=[], yticks=[])
    ax.set(xlabel="code 0", ylabel="code 1")
    return ax


@_leaves_nothing
def plot_embedding(Z, y=None, *, class_names=None, images=None, ax=None):
    """Map samples to points of the plane, coloured by class, with thumbnails if there are images.

    Parameters
    ----------
    Z : array-like of shape (n_samples, 2)
        Coordinates, in arbitrary units.
    y : array-like of shape (n_samples,) or None
        Class of each sample, integers from 0. Each class has a colour and a marker of its own.
    class_names : sequence of str or None
        What the legend calls the classes; their numbers if None.
    images : array-like of shape (n_samples, height, width) or None
        Thumbnails are drawn where they do not hide each other.
    ax : Axes or None

    Returns
    -------
    ax : Axes

    Raises
    ------
    ValueError
        If `Z` has not two columns of finite numbers, `y` or `images` another length, or a class
        is no integer from 0 or has no name.
    """
    Z = _columns(Z, "Z")
    y, class_names = _check_classes(y, class_names, len(Z))
    if images is not None:
        images = check_numbers(images, "images")
        if len(np.atleast_1d(images)) != len(Z):
            raise ValueError(
                f"images has {len(np.atleast_1d(images))} entries, but Z has {len(Z)} rows."
            )
        if images.ndim not in (3, 4):
            raise ValueError(f"images has shape {images.shape}; pass X.reshape(-1, 28, 28).")
    ax = _axes(ax, figsize=(7.2, 5.4))
    _scatter_classes(ax, Z, y, class_names)
    if images is not None:
        _add_thumbnails(ax, Z, images)
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    return ax


def _scatter_classes(ax, Z, y, class_names):
    """Scatter the rows of `Z`, each class of `y` in a colour and with a marker of its own."""
    if y is None:
        ax.scatter(*Z.T, s=10, alpha=0.6, linewidths=0)
        return
    for label in np.unique(y):
        c = int(label) % len(COLORS)
        name = str(label) if class_names is None else class_names[int(label)]
        ax.scatter(*Z[y == label].T, s=14, alpha=0.7, linewidths=0, color=COLORS[c],
                   marker=MARKERS[c], label=name)  # fmt: skip
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5), fontsize="small", markerscale=1.6)


def _add_thumbnails(ax, Z, images, spacing=0.075):
    """Draw each image at its point unless it would come too near to one already drawn."""
    unit = (Z - Z.min(axis=0)) / np.ptp(Z, axis=0).clip(min=1e-12)  # [0, 1]²
    drawn = np.empty((0, 2))
    for place, point, image in zip(unit, Z, images):
        if drawn.size and np.min(np.sum((drawn - place) ** 2, axis=1)) < spacing**2:
            continue
        drawn = np.vstack([drawn, place])
        thumbnail = OffsetImage(image, zoom=26 / max(np.shape(image)[:2]), cmap="gray_r")
        frame = dict(edgecolor="0.7", linewidth=0.5, boxstyle="square,pad=0")
        ax.add_artist(AnnotationBbox(thumbnail, point, pad=0, bboxprops=frame))


@_leaves_nothing
def plot_biplot(Z, components, feature_names, *, y=None, class_names=None, n_features=8, ax=None):
    """Draw scores as points and features as arrows, on the first two components.

    Parameters
    ----------
    Z : array-like of shape (n_samples, k), k >= 2
        Scores.
    components : array-like of shape (k, n_features)
        Directions, one a row. They show as they are, scaled alike to the size of the cloud.
    feature_names : sequence of str
        One for each column of `components`.
    y, class_names
        As in `plot_embedding`.
    n_features : int
        Draw only the arrows of the features that are longest in this plane.
    ax : Axes or None

    Returns
    -------
    ax : Axes

    Raises
    ------
    ValueError
        If there is not one name a feature, there are fewer than two components, or as in
        `plot_embedding`.
    """
    Z, components = check_numbers(Z, "Z", ndim=2), check_numbers(components, "components", ndim=2)
    y, class_names = _check_classes(y, class_names, len(Z))
    check_int(n_features, "n_features")
    feature_names = check_names(feature_names, "feature_names", 1, "Pass one a feature.")
    if min(Z.shape[1], len(components)) < 2:
        raise ValueError("a biplot needs two components; fit PCA with n_components >= 2.")
    if len(feature_names) != components.shape[1]:
        raise ValueError(
            f"{len(feature_names)} feature names for {components.shape[1]} features; give one each."
        )
    ax = _axes(ax, figsize=(7.2, 5.4))
    _scatter_classes(ax, Z[:, :2], y, class_names)
    arrows = components[:2].T  # (n_features, 2)
    length = np.linalg.norm(arrows, axis=1)
    arrows = arrows * 0.8 * np.abs(Z[:, :2]).max() / length.max()
    longest = np.argsort(-length, kind="stable")[:n_features]
    ax.set(xlabel="score on component 0", ylabel="score on component 1")
    ax.update_datalim(arrows[longest])
    ax.autoscale_view()
    spacing = np.ptp(ax.get_ylim()) / 22  # one line of text
    for side in (arrows[longest, 0] >= 0, arrows[longest, 0] < 0):
        names = sorted(longest[side], key=lambda j: arrows[j, 1])
        height = _spread(arrows[names, 1], spacing)
        edge = max(arrows[names, 0], key=abs, default=0) * 1.12  # where the names stand
        ax.update_datalim(np.column_stack([np.full(len(height), edge), height]))
        ax.autoscale_view()
        for j, y_text in zip(names, height):
            right = arrows[j, 0] >= 0
            arrow = dict(arrowstyle="-|>", color="0.15", shrinkA=0, shrinkB=0)
            ax.annotate("", arrows[j], (0, 0), zorder=4, arrowprops=arrow)
            ax.plot([arrows[j, 0], edge], [arrows[j, 1], y_text], color="0.5", linewidth=0.8)
            ax.annotate(
                feature_names[j], (edge, y_text), fontsize="small", zorder=5,
                textcoords="offset points", xytext=(3 if right else -3, 0),
                ha="left" if right else "right", va="center",
                bbox=dict(facecolor="white", alpha=0.5, edgecolor="none", pad=0.5),
            )  # fmt: skip
    return ax


def _spread(heights, spacing):
    """Push ascending `heights` apart, as little as needed, to at least `spacing`."""
    heights = np.array(heights, dtype=float)
    for _ in range(100):
        push = np.clip(spacing - np.diff(heights), 0, None) / 2
        heights[:-1] -= push
        heights[1:] += push
    return heights


@_leaves_nothing
def plot_runs(runs, setting, measure, *, group=None, ax=None):
    """Draw the stored runs of an experiment, a point for each run, and the mean of each setting.

    If the setting is a number it is on the horizontal axis, and a line joins the means. If not,
    each setting has a line of its own on the vertical axis, from the top down, and a bar marks
    the mean; runs in the same order (of seeds, folds, …) have the same height in all of them.

    Parameters
    ----------
    runs : DataFrame
        As from `lib.evidence.load`, or some of its rows.
    setting, measure : str
        The columns that are drawn.
    group : str or None
        A column whose values get a colour, a marker and an entry of the legend each.
    ax : Axes or None

    Returns
    -------
    ax : Axes

    Raises
    ------
    ValueError
        If `runs` is no DataFrame or has no rows, a column is missing, or the measure is no number.
    """
    if not isinstance(runs, pd.DataFrame):
        raise ValueError(
            f"runs is a {type(runs).__name__}. Pass a DataFrame, as lib.evidence.load."
        )
    columns = dict(setting=setting, measure=measure)
    for argument, column in (columns | ({} if group is None else dict(group=group))).items():
        if not isinstance(column, str) or column not in runs:
            there = ", ".join(map(str, runs))
            raise ValueError(
                f"{argument}: there is no column {column!r}. There are: {there}. Pass one of them."
            )
    if runs.empty:
        raise ValueError("there are no runs to draw; look at what selected them.")
    if not pd.api.types.is_numeric_dtype(runs[measure]):
        raise ValueError(f"measure={measure!r} holds no numbers. Choose another column.")
    numeric = runs[setting].dtype.kind in "iuf"
    names = [] if numeric else list(runs[setting].unique())
    groups = list(runs[group].unique()) if group else [None]
    ax = _axes(ax, figsize=(6.4, 4.0 if numeric else 1.2 + 0.4 * len(names)))
    for g, value in enumerate(groups):
        part = runs[runs[group] == value] if group else runs
        look = dict(color=COLORS[g % len(COLORS)], marker=MARKERS[g % len(MARKERS)])
        faint = dict(s=18, alpha=0.5, linewidths=0)
        if numeric:
            ax.scatter(part[setting], part[measure], **look, **faint, label=value)
            means = part.groupby(setting)[measure].mean()
            ax.plot(means.index, means, color=look["color"])
            continue
        centre = (g + 0.5) / len(groups) - 0.5  # of a line of height 1
        for row, name in enumerate(names):
            values = part.loc[part[setting] == name, measure]
            heights = row + 0.8 * (centre + np.linspace(-0.4, 0.4, len(values)) / len(groups))
            label = value if row == 0 else None
            ax.scatter(values, heights, **look, **faint, label=label)
            middle = row + 0.8 * centre
            reach = 0.4 / len(groups)
            ax.vlines(values.mean(), middle - reach, middle + reach, color=look["color"], lw=2)
    if numeric:
        ax.set(xlabel=setting, ylabel=measure)
    else:
        ax.set(yticks=range(len(names)), yticklabels=names, xlabel=measure)
        ax.set_ylim(len(names) - 0.5, -0.5)
    if group and numeric:
        ax.legend(title=group)
    elif group:
        ax.legend(title=group, loc="center left", bbox_to_anchor=(1, 0.5))  # beside the points
    return ax


@_leaves_nothing
def plot_cloud(X, *, size=4, alpha=0.3, ax=None):
    """Scatter two-dimensional data in grey, as the ground for axes and lines.

    Parameters
    ----------
    X : array-like of shape (n_samples, 2)
    size : float
        Area of a point, in points squared.
    alpha : float in (0, 1]
        Opacity of a point: the fewer points, the more.
    ax : Axes or None

    Returns
    -------
    ax : Axes
        With the same scale on both axes.

    Raises
    ------
    ValueError
        If `X` has not two columns of finite numbers, `size` is not positive or `alpha` not in
        (0, 1].
    """
    X = _columns(X, "X")
    check_positive(size, "size", 4)
    check_real(alpha, "alpha", lambda x: 0 < x <= 1, "is an opacity: 0 < alpha <= 1.")
    ax = _axes(ax)
    style = dict(s=size, alpha=alpha, color="0.45", linewidths=0, rasterized=True)
    ax.scatter(*np.transpose(X), **style)
    ax.set_aspect("equal", adjustable="datalim")
    return ax
