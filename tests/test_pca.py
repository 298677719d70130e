"""`lib.pca.PCA` against scikit-learn, closed forms and the identities of the theorem."""

import numpy as np
import pytest
import sklearn.decomposition
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose
from scipy.stats import ortho_group
from sklearn.utils.estimator_checks import parametrize_with_checks

from lib.covariance import covariance
from lib.datasets import make_gaussian_cloud, make_mass_spring_chain
from lib.pca import PCA

SOLVERS = ["full", "covariance_eigh"]


@parametrize_with_checks([PCA(), PCA(svd_solver="full"), PCA(svd_solver="covariance_eigh")])
def test_is_a_scikit_learn_estimator(estimator, check):
    check(estimator)


def random_data(shape, dtype=np.float64, rank=None, seed=0):
    """Return data whose standard deviations along their axes fall from 5 to 1, off centre."""
    n, p = shape
    k = rank or min(n, p)
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(n, k)) * np.linspace(5, 1, k)
    return (scores @ rng.normal(size=(k, p)) + rng.normal(size=p)).astype(dtype)


SHAPES = {"tall": (200, 6), "wide": (6, 30), "square": (12, 12)}


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("dtype, tolerance", [(np.float64, 1e-8), (np.float32, 5e-3)])
@pytest.mark.parametrize("rank", [None, 3], ids=["full rank", "rank 3"])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_agrees_with_scikit_learn(shape, rank, dtype, tolerance, solver):
    X = random_data(shape, dtype, rank)
    ours = PCA(svd_solver=solver).fit(X)
    theirs = sklearn.decomposition.PCA(svd_solver="full").fit(X.astype(np.float64))
    scale = theirs.explained_variance_[0]
    for name in ("explained_variance_", "singular_values_", "explained_variance_ratio_", "mean_"):
        a, b = getattr(ours, name), getattr(theirs, name)
        power = 2 if name == "singular_values_" else 1  # of a zero variance, the root is noise
        assert a.shape == b.shape and a.dtype == dtype
        assert_allclose(a**power, b**power, rtol=tolerance, atol=tolerance * scale**power)
    determined = theirs.explained_variance_ > 1e-6 * scale
    cosines = np.abs(np.sum(ours.components_ * theirs.components_, axis=1))
    assert_allclose(cosines[determined], 1, atol=tolerance)
    assert_allclose(ours.transform(X)[:, determined] ** 2,
                    theirs.transform(X.astype(np.float64))[:, determined] ** 2,
                    rtol=tolerance, atol=40 * tolerance * scale)  # fmt: skip


@pytest.mark.parametrize("solver", SOLVERS)
def test_eigenvalues_of_the_lecture_cloud(solver):
    """The population [[4, 2], [2, 2]] has eigenvalues 3 ± √5 and a first axis of slope (√5-1)/2."""
    # Eight points at (±a, ±b) along given axes have exactly this covariance.
    root = np.linalg.cholesky([[4.0, 2.0], [2.0, 2.0]])
    square = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]]) * np.sqrt(3 / 4)
    pca = PCA(svd_solver=solver).fit(square @ root.T + [-1, 2])
    assert_allclose(pca.explained_variance_, [3 + np.sqrt(5), 3 - np.sqrt(5)])
    assert_allclose(pca.components_[0, 1] / pca.components_[0, 0], (np.sqrt(5) - 1) / 2)
    assert_allclose(pca.explained_variance_ratio_[0], (3 + np.sqrt(5)) / 6)
    assert_allclose(pca.mean_, [-1, 2], atol=1e-14)


def test_mass_spring_chain_has_its_normal_modes_as_components():
    X, frequencies, modes = make_mass_spring_chain(n_masses=10, n_samples=50_000, temperature=2.0)
    pca = PCA().fit(X)
    # Relative scatter of a variance estimated from n samples: √(2/n) = 0.0063; five of it.
    assert_allclose(pca.explained_variance_ * frequencies**2 / 2.0, 1, atol=0.032)
    overlaps = np.abs(np.sum(pca.components_ * modes, axis=1))
    assert overlaps[:5].min() > 0.99


well_conditioned = st.builds(
    lambda seed, n, p: random_data((n, p), seed=seed),
    st.integers(0, 10_000), st.integers(8, 40), st.integers(2, 6),
)  # fmt: skip
anything = arrays(
    np.float64,
    st.tuples(st.integers(2, 12), st.integers(1, 6)),
    elements=st.floats(-1e3, 1e3, width=16),
)


@given(anything, st.sampled_from(SOLVERS))
def test_components_are_orthonormal_and_variances_fall_and_add_up(X, solver):
    pca = PCA(svd_solver=solver).fit(X)
    k = min(X.shape)
    assert_allclose(pca.components_ @ pca.components_.T, np.eye(k), atol=1e-10)
    assert np.all(np.diff(pca.explained_variance_) <= 0) and pca.explained_variance_.min() >= 0
    total = np.trace(covariance(X))
    assert_allclose(pca.explained_variance_.sum(), total, rtol=1e-9, atol=1e-9)
    any_variance = pca.explained_variance_.sum() > 0
    assert_allclose(pca.explained_variance_ratio_.sum(), 1 if any_variance else 0, atol=1e-9)


@given(anything, st.sampled_from(SOLVERS))
def test_all_components_lose_nothing(X, solver):
    pca = PCA(svd_solver=solver).fit(X)
    assert_allclose(pca.inverse_transform(pca.transform(X)), X, atol=1e-8)


@given(well_conditioned, st.data())
def test_error_of_k_components_is_the_sum_of_the_discarded_variances(X, data):
    k = data.draw(st.integers(1, X.shape[1]))
    full = PCA().fit(X)
    pca = PCA(n_components=k).fit(X)
    error = np.sum((X - pca.inverse_transform(pca.transform(X))) ** 2) / (len(X) - 1)
    assert_allclose(error, full.explained_variance_[k:].sum(), rtol=1e-8, atol=1e-9)


@given(well_conditioned, st.integers(0, 100))
def test_rotated_data_have_rotated_components(X, seed):
    Q = ortho_group.rvs(X.shape[1], random_state=seed)
    before, after = PCA().fit(X), PCA().fit(X @ Q)
    assert_allclose(after.explained_variance_, before.explained_variance_, rtol=1e-8)
    cosines = np.abs(np.sum(after.components_ * (before.components_ @ Q), axis=1))
    gaps = -np.diff(before.explained_variance_, prepend=np.inf, append=-np.inf)
    apart = np.minimum(gaps[:-1], gaps[1:]) > 1e-4 * before.explained_variance_[0]
    assert_allclose(cosines[apart], 1, atol=1e-8)


@given(well_conditioned, st.randoms(use_true_random=False))
def test_the_order_of_the_samples_does_not_matter(X, random):
    order = random.sample(range(len(X)), len(X))
    assert_allclose(PCA().fit(X[order]).explained_variance_, PCA().fit(X).explained_variance_)


@given(well_conditioned, st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
def test_scaling_and_shifting_all_data(X, factor, shift):
    before, after = PCA().fit(X), PCA().fit(factor * X + shift)
    assert_allclose(after.explained_variance_, factor**2 * before.explained_variance_, rtol=1e-6)
    assert_allclose(after.mean_, factor * before.mean_ + shift, rtol=1e-8, atol=1e-8)


def test_scores_are_uncorrelated_and_their_variances_are_the_eigenvalues():
    X = random_data((300, 5))
    pca = PCA().fit(X)
    assert_allclose(covariance(pca.transform(X)), np.diag(pca.explained_variance_), atol=1e-9)


def test_signs_do_not_hang_on_the_last_digit():
    X = np.array([[1.0, 1.0], [-1.0, -1.0], [2.0, -2.0], [-2.0, 2.0]])  # both axes at ±45°
    for noise in (0, 1e-12, -1e-12):
        components = PCA().fit(X * [1 + noise, 1]).components_
        assert_allclose(components, np.array([[1, -1], [1, 1]]) / np.sqrt(2), atol=1e-6)


@pytest.mark.parametrize(
    "shape, solver", [((999, 100), "full"), ((1000, 100), "covariance_eigh"), ((20, 1001), "full")]
)
def test_auto_chooses_by_shape(shape, solver):
    X = random_data(shape)
    auto, chosen = PCA(n_components=3).fit(X), PCA(n_components=3, svd_solver=solver).fit(X)
    assert np.array_equal(auto.components_, chosen.components_)


def test_number_of_components():
    X = random_data((50, 4))
    ratios = PCA().fit(X).explained_variance_ratio_
    assert PCA().fit(X).n_components_ == 4
    assert PCA(n_components=np.int64(2)).fit(X).components_.shape == (2, 4)
    for k in (1, 2, 3):
        share = ratios[:k].sum()
        assert PCA(n_components=float(share) - 1e-9).fit(X).n_components_ == k
        assert PCA(n_components=float(share) + 1e-9).fit(X).n_components_ == k + 1
        theirs = sklearn.decomposition.PCA(n_components=float(share) + 1e-9).fit(X)
        assert theirs.n_components_ == k + 1


@pytest.mark.parametrize("n_components", [0, -1, 5, 0.0, 1.0, 1.5, -0.5, True, "mle", np.nan])
def test_bad_number_of_components(n_components):
    with pytest.raises(ValueError, match="Use an int from 1 to 4"):
        PCA(n_components=n_components).fit(random_data((50, 4)))


def test_bad_solver():
    with pytest.raises(ValueError, match="Use 'auto', 'full' or 'covariance_eigh'"):
        PCA(svd_solver="magic").fit(random_data((50, 4)))


def test_scores_of_the_wrong_width():
    pca = PCA(n_components=2).fit(random_data((50, 4)))
    with pytest.raises(ValueError, match="keeps 2 components"):
        pca.inverse_transform(np.ones((3, 4)))


def test_a_failed_fit_leaves_the_fitted_state_alone():
    X = random_data((50, 4))
    pca = PCA().fit(X)
    before = pca.components_.copy()
    with pytest.raises(ValueError):
        pca.set_params(n_components=9).fit(X)
    assert np.array_equal(pca.components_, before)


def test_names_of_the_scores():
    pca = PCA(n_components=2).fit(random_data((50, 4)))
    assert list(pca.get_feature_names_out()) == ["pca0", "pca1"]
    frame = PCA(n_components=2).set_output(transform="pandas").fit_transform(random_data((50, 4)))
    assert list(frame.columns) == ["pca0", "pca1"]


def test_constant_data_explain_nothing():
    pca = PCA().fit(np.full((5, 3), 7.0))
    assert_allclose(pca.explained_variance_ratio_, 0)
    assert_allclose(pca.inverse_transform(pca.transform(np.full((2, 3), 7.0))), 7)


def test_trap_projecting_without_centring():
    """x ≈ μ + ⟨x, s₀⟩ s₀ is wrong by (μ·s₀)² more than x ≈ μ + ⟨x - μ, s₀⟩ s₀."""
    X = make_gaussian_cloud(5000, mean=(10, 20))
    pca = PCA(n_components=1).fit(X)
    mean, s0 = pca.mean_, pca.components_[0]
    naive = mean + np.outer(X @ s0, s0)
    naive_error = np.mean(np.sum((X - naive) ** 2, axis=1))
    our_error = np.mean(np.sum((X - pca.inverse_transform(pca.transform(X))) ** 2, axis=1))
    assert naive_error > 400 * our_error
    assert_allclose(naive_error - our_error, (mean @ s0) ** 2)
    assert_allclose(our_error, np.linalg.eigvalsh(np.cov(X.T, ddof=0))[0])


@pytest.mark.parametrize("solver", SOLVERS)
def test_trap_large_offset(solver):
    X = random_data((400, 4))
    centred, shifted = PCA(svd_solver=solver).fit(X), PCA(svd_solver=solver).fit(X + 1e8)
    raw = X + 1e8
    one_pass = raw.T @ raw / len(X) - np.outer(raw.mean(axis=0), raw.mean(axis=0))
    assert not np.allclose(one_pass, covariance(X, ddof=0), rtol=0.1)
    assert_allclose(shifted.explained_variance_, centred.explained_variance_, rtol=1e-6)


def test_trap_gram_matrix_of_a_lauchli_matrix():
    """XᵀX squares the condition number: ε = 1e-9 is gone, as 1 + ε² rounds to 1."""
    eps, p = 1e-9, 3
    L = np.vstack([np.ones(p), eps * np.eye(p)])
    X = np.vstack([L, -L])  # centred as it stands; singular values √2·√(p+ε²), √2·ε, √2·ε
    truth = np.sqrt(2) * np.array([np.sqrt(p + eps**2), eps, eps])
    gram = np.sqrt(np.linalg.eigvalsh(X.T @ X)[::-1].clip(min=0))
    assert np.all(np.abs(gram[1:] - truth[1:]) > 0.5 * truth[1:])
    assert_allclose(PCA(svd_solver="full").fit(X).singular_values_, truth, rtol=1e-6)
