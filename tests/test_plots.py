"""`lib.plots`: what is drawn is what was given."""

from types import SimpleNamespace
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import sklearn.decomposition
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.offsetbox import AnnotationBbox
from numpy.testing import assert_allclose

from lib import plots
from lib.datasets import make_gaussian_cloud
from lib.pca import PCA

X = make_gaussian_cloud(300)
CALLS = {
    "principal_axes": lambda ax=None: plots.plot_principal_axes(X, PCA().fit(X), ax=ax),
    "cloud": lambda ax=None: plots.plot_cloud(X, ax=ax),
    "scree": lambda ax=None: plots.plot_scree(PCA().fit(X), threshold=0.9, ax=ax),
    "embedding": lambda ax=None: plots.plot_embedding(X, X[:, 0] > 0, ax=ax),
    "runs": lambda ax=None: plots.plot_runs(RUNS, "k", "mse", ax=ax),
    "biplot": lambda ax=None: plots.plot_biplot(X, np.eye(2), ["a", "b"], ax=ax),
}


@pytest.mark.parametrize("draw", CALLS.values(), ids=CALLS)
def test_draws_on_the_axes_it_is_given_or_on_new_ones(draw):
    ax = plt.subplots()[1]
    assert draw(ax) is ax
    assert len(ax.get_children()) > len(plt.subplots()[1].get_children())
    assert draw() is not ax


@pytest.mark.parametrize("estimator", [PCA, sklearn.decomposition.PCA])
def test_arrows_end_where_the_standard_deviation_says(estimator):
    pca = estimator().fit(X)
    ax = plots.plot_principal_axes(X, pca, n_std=3)
    tips = [note.xy for note in ax.texts if note.arrow_patch is not None]
    spread = 3 * np.sqrt(pca.explained_variance_)[:, None]
    assert_allclose(tips, pca.mean_ + spread * pca.components_)
    assert ax.get_aspect() == 1


def test_cloud_shows_every_point_on_equal_scales():
    ax = plots.plot_cloud(X.tolist(), size=9, alpha=0.7)
    (points,) = ax.collections
    assert_allclose(points.get_offsets(), X)
    assert points.get_sizes() == [9] and points.get_alpha() == 0.7
    assert ax.get_aspect() == 1


def test_scree_shows_the_shares_and_where_they_reach_the_threshold():
    pca = PCA().fit(np.diag([3.0, 2.0, 1.0, 0.0]))
    ratios = pca.explained_variance_ratio_
    ax = plots.plot_scree(pca, threshold=0.7)
    assert_allclose([bar.get_height() for bar in ax.patches], ratios)
    assert_allclose(ax.lines[0].get_ydata(), np.cumsum(ratios))
    k = int(np.sum(np.cumsum(ratios) < 0.7)) + 1
    assert ax.texts[0].get_text() == f"70% at $k={k}$"
    assert not plots.plot_scree(PCA(n_components=1).fit(X), threshold=0.99).texts


def test_image_rows_show_each_image_in_its_place():
    images = np.random.default_rng(0).uniform(size=(2, 3, 4, 4))
    ax = plots.plot_image_rows(dict(zip(["original", "copy"], images)), titles="abc")
    assert ax.shape == (2, 3)
    for row, axes in zip(images, ax):
        for image, a in zip(row, axes):
            assert_allclose(a.images[0].get_array(), image)
            assert a.images[0].get_clim() == (0, 1)
    assert [axes[0].get_ylabel() for axes in ax] == ["original", "copy"]
    assert [a.get_title() for a in ax[0]] == ["a", "b", "c"]


def test_embedding_tells_classes_apart_without_colour_too():
    y = np.arange(10).repeat(5)
    ax = plots.plot_embedding(np.random.default_rng(1).normal(size=(50, 2)), y)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list("0123456789")
    shapes = {tuple(c.get_paths()[0].vertices.ravel().round(3)) for c in ax.collections}
    colours = {tuple(c.get_facecolor()[0]) for c in ax.collections}
    assert len(shapes) == len(colours) == 10
    assert sum(len(c.get_offsets()) for c in ax.collections) == 50


def test_thumbnails_stand_at_their_points_and_do_not_pile_up():
    Z = np.array([[0.0, 0.0], [0.001, 0.0], [1.0, 1.0], [0.5, 0.5]])
    images = np.arange(4)[:, None, None] * np.ones((4, 3, 3))
    ax = plots.plot_embedding(Z, images=images)
    boxes = [a for a in ax.artists if isinstance(a, AnnotationBbox)]
    shown = {int(box.offsetbox.get_data()[0, 0]): box.xy for box in boxes}
    assert shown.keys() == {0, 2, 3}
    for index, place in shown.items():
        assert_allclose(place, Z[index])


def test_biplot_draws_the_longest_features_in_their_directions():
    components = np.array([[0.9, 0.1, 0.0, -0.4], [0.0, 0.1, 0.8, -0.4]])
    ax = plots.plot_biplot(X, components, list("pqrs"), n_features=3)
    names = {note.get_text() for note in ax.texts if note.arrow_patch is None}
    assert names == {"p", "r", "s"}
    tips = np.array([note.xy for note in ax.texts if note.arrow_patch is not None])
    cosines = (
        tips
        @ components
        / np.outer(np.linalg.norm(tips, axis=1), np.linalg.norm(components, axis=0))
    )
    assert sorted(np.flatnonzero(np.isclose(cosines, 1).any(axis=0))) == [0, 2, 3]


def test_biplot_ties_each_name_to_its_arrow():
    components = np.array([[0.9, 0.8, -0.7], [0.1, 0.12, 0.4]])
    ax = plots.plot_biplot(X, components, list("pqr"))
    names = [note for note in ax.texts if note.arrow_patch is None]
    tips = [note.xy for note in ax.texts if note.arrow_patch is not None]
    assert len(ax.lines) == len(names) == 3
    for line, name, tip in zip(ax.lines, names, tips):
        ends = line.get_xydata()
        assert_allclose(ends[0], tip)
        assert_allclose(ends[1], name.xy)
        assert abs(ends[1, 0]) > abs(tip[0])


def test_crowded_labels_are_pushed_apart_and_the_others_stay():
    moved = plots._spread([0.0, 0.01, 0.02, 5.0], spacing=0.5)
    assert np.diff(moved).min() > 0.49
    assert moved[3] == 5
    assert_allclose(moved[:3].mean(), 0.01)


def test_what_cannot_be_drawn():
    three = np.ones((4, 3))
    with pytest.raises(ValueError, match=r"X\[:, :2\]"):
        plots.plot_principal_axes(three, PCA())
    with pytest.raises(ValueError, match=r"Z\[:, :2\]"):
        plots.plot_embedding(three)
    with pytest.raises(ValueError, match="y has 3 entries"):
        plots.plot_embedding(np.ones((4, 2)), y=[0, 1, 2])
    with pytest.raises(ValueError, match="images has 1 entries"):
        plots.plot_embedding(np.ones((4, 2)), images=np.ones((1, 2, 2)))
    with pytest.raises(ValueError, match="same number"):
        plots.plot_image_rows({"a": np.ones((2, 3, 3)), "b": np.ones((1, 3, 3))})
    with pytest.raises(ValueError, match="at least 1"):
        plots.plot_image_rows({"a": []})
    with pytest.raises(ValueError, match="1 feature names for 2"):
        plots.plot_biplot(X, np.eye(2), ["a"])
    with pytest.raises(ValueError, match="n_components >= 2"):
        plots.plot_biplot(X, np.eye(2)[:1], ["a", "b"])


def test_style_is_set_for_the_figures_that_follow():
    with plt.rc_context():
        plots.use_style()
        assert plt.rcParams["axes.prop_cycle"].by_key()["color"] == plots.COLORS
        assert plt.subplots()[0].get_facecolor() == (1, 1, 1, 1)


class Trained(NamedTuple):
    """As `lib.training.History`, without TensorFlow."""

    loss: list[float]
    val_loss: list[float]


def test_learning_curves_show_every_epoch_and_the_baselines():
    histories = {"slow": Trained([4.0, 2.0], [5.0, 3.0]), "fast": Trained([1.0, 0.5, 0.4], [])}
    ax = plots.plot_learning_curves(histories, baselines={"PCA": 0.7})
    drawn = [line.get_ydata() for line in ax.lines]
    expected = [[4.0, 2.0], [5.0, 3.0], [1.0, 0.5, 0.4], [0.7, 0.7]]
    assert len(drawn) == len(expected)
    for a, b in zip(drawn, expected):
        assert_allclose(a, b)
    assert_allclose(ax.lines[1].get_xdata(), [1, 2])
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["slow", "fast, training", "PCA"]
    assert ax.get_yscale() == "log"


def test_learning_curve_of_one_training_names_both_lines():
    ax = plots.plot_learning_curves({"model": Trained([2.0, 1.0], [2.5, 1.5])}, log=False)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["model, training", "model, validation"]
    assert ax.get_yscale() == "linear"


def test_learning_curves_need_a_history():
    with pytest.raises(ValueError, match=r"train\(\.\.\.\)"):
        plots.plot_learning_curves({})


def test_decoded_grid_puts_the_first_row_at_the_bottom():
    images = np.arange(6).reshape(2, 3, 1, 1) * np.ones((2, 3, 4, 5))
    ax = plots.plot_decoded_grid(images, extent=(-1, 1, -2, 2))
    tiles = ax.images[0].get_array()
    assert tiles.shape == (8, 15)
    assert_allclose(tiles[::4, ::5], [[3, 4, 5], [0, 1, 2]])
    assert ax.get_xlim() == (-1, 1) and ax.get_ylim() == (-2, 2)
    with pytest.raises(ValueError, match=r"reshape\(15, 15, 28, 28\)"):
        plots.plot_decoded_grid(images[0])


RUNS = pd.DataFrame(
    {"model": list("aabb"), "k": [2, 2, 5, 5], "seed": [0, 1, 0, 1], "mse": [4.0, 2.0, 1.0, 2.0]}
)


def test_runs_of_numeric_settings_are_points_and_a_line_through_their_means():
    ax = plots.plot_runs(RUNS, "k", "mse")
    assert_allclose(ax.collections[0].get_offsets(), RUNS[["k", "mse"]])
    assert_allclose(ax.lines[0].get_xydata(), [[2, 3], [5, 1.5]])
    assert not ax.patches  # no bars
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("k", "mse")


def test_runs_of_named_settings_have_a_line_each_and_their_mean_is_marked():
    ax = plots.plot_runs(RUNS, "model", "mse")
    clouds = [c for c in ax.collections if isinstance(c, PathCollection)]
    means = [c for c in ax.collections if isinstance(c, LineCollection)]
    for row, (cloud, mean) in enumerate(zip(clouds, means)):
        x, y = cloud.get_offsets().T
        assert_allclose(x, RUNS.mse[2 * row : 2 * row + 2])
        assert np.all(np.abs(y - row) < 0.5) and y[0] != y[1]
        assert_allclose(mean.get_segments()[0][:, 0], x.mean())
    assert [text.get_text() for text in ax.get_yticklabels()] == ["a", "b"]
    bottom, top = ax.get_ylim()
    assert bottom > top  # the first one is above


@pytest.mark.parametrize("setting", ["k", "model"])
def test_groups_of_runs_have_their_colour_and_legend(setting):
    both = pd.concat([RUNS.assign(budget="short"), RUNS.assign(budget="long", mse=RUNS.mse / 2)])
    ax = plots.plot_runs(both, setting, "mse", group="budget")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["short", "long"]
    clouds = [c for c in ax.collections if isinstance(c, PathCollection)]
    colors = {tuple(c.get_facecolor()[0]) for c in clouds}
    assert len(colors) == 2
    assert sum(len(c.get_offsets()) for c in clouds) == len(both)


def test_runs_that_are_not_there_are_refused():
    with pytest.raises(ValueError, match=r"no column 'size'. There are: model, k, seed, mse"):
        plots.plot_runs(RUNS, "size", "mse")
    with pytest.raises(ValueError, match="no runs"):
        plots.plot_runs(RUNS[RUNS.k > 9], "k", "mse")


def test_a_dozen_learning_curves_are_all_drawn_and_differ():
    history = SimpleNamespace(loss=[1.0, 0.5], val_loss=[])
    ax = plots.plot_learning_curves({str(i): history for i in range(12)})
    looks = {(line.get_color(), line.get_marker()) for line in ax.lines}
    assert len(ax.lines) == len(looks) == 12


def test_a_plot_that_fails_leaves_no_figure():
    with pytest.raises(ValueError, match=r"fit\(X\)"):
        plots.plot_scree(PCA())
    assert not plots.plt.get_fignums()
