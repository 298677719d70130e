"""Right and wrong answers to the exercises of chapter 05."""

import numpy as np
import pandas as pd
from answers import right, wrong
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

E1, E2, E3, E4, E5 = (f"ex-cancer-data-{i}" for i in (1, 2, 3, 4, 5))


@right(E1)
def by_scikit_learn(X, share):
    return PCA(share).fit(StandardScaler().fit_transform(X)).n_components_


@right(E1)
def by_singular_values(X, share):
    X = np.asarray(X)
    d = np.linalg.svd((X - X.mean(0)) / X.std(0, ddof=1), compute_uv=False)
    return np.searchsorted(np.cumsum(d**2) / np.sum(d**2), share) + 1


@right(E1)
def by_a_loop(X, share):
    values = np.linalg.eigvalsh(pd.DataFrame(X).corr())
    total, k = 0.0, 0
    while total < share * values.sum():
        k += 1
        total += values[-k]
    return float(k)


@wrong(E1, "not-scaled")
def forgot_to_scale(X, share):
    return PCA(share).fit(X).n_components_


@wrong(E1, "range-for-deviation")
def by_min_max_scaler(X, share):
    return PCA(share).fit(MinMaxScaler().fit_transform(X)).n_components_


@wrong(E1, "quartiles-for-deviation")
def by_robust_scaler(X, share):
    return PCA(share).fit(RobustScaler().fit_transform(X)).n_components_


@wrong(E1, "not-sorted")
def in_order_of_eig(X, share):
    values = np.linalg.eig(np.corrcoef(X, rowvar=False))[0]
    return int(np.argmax(np.cumsum(values) / values.sum() >= share)) + 1


@wrong(E1, "one-less")
def index_for_number(X, share):
    ratios = PCA().fit(StandardScaler().fit_transform(X)).explained_variance_ratio_
    return np.argmax(np.cumsum(ratios) >= share)


@wrong(E1, "ascending")
def smallest_first(X, share):
    values = np.linalg.eigvalsh(np.corrcoef(X, rowvar=False))
    return np.argmax(np.cumsum(values) / values.sum() >= share) + 1


@wrong(E1, "single-share")
def one_by_one(X, share):
    ratios = PCA().fit(StandardScaler().fit_transform(X)).explained_variance_ratio_
    return int(np.sum(ratios >= share))


@wrong(E1, "not-whole")
def share_itself(X, share):
    return share / 2


@wrong(E1, "value")
def always_three(X, share):
    return 3


right(E2, lambda A, B: [StandardScaler().fit(A).transform(x) for x in (A, B)])


@right(E2)
def by_frames(X_train, X_test):
    A, B = pd.DataFrame(X_train), pd.DataFrame(X_test)
    return (A - A.mean()) / A.std(ddof=0), (B - A.mean()) / A.std(ddof=0)


@right(E2)
def in_single_precision(X_train, X_test):
    mean, std = np.mean(X_train, axis=0), np.std(X_train, axis=0)
    return tuple(((X - mean) / std).astype(np.float32) for X in (X_train, X_test))


@wrong(E2, "own-scale")
def each_by_itself(X_train, X_test):
    return StandardScaler().fit_transform(X_train), StandardScaler().fit_transform(X_test)


@wrong(E2, "test-data-used")
def fitted_to_both(X_train, X_test):
    scaler = StandardScaler().fit(np.vstack([X_train, X_test]))
    return scaler.transform(X_train), scaler.transform(X_test)


@wrong(E2, "std-ddof-1")
def deviation_of_pandas(X_train, X_test):
    frame = pd.DataFrame(X_train)
    mean, std = frame.mean().to_numpy(), frame.std().to_numpy()
    return (X_train - mean) / std, (X_test - mean) / std


@wrong(E2, "variance-for-deviation")
def by_variance(X_train, X_test):
    mean, var = X_train.mean(axis=0), X_train.var(axis=0)
    return (X_train - mean) / var, (X_test - mean) / var


@wrong(E2, "parts")
def only_the_test_set(X_train, X_test):
    return StandardScaler().fit(X_train).transform(X_test)


@wrong(E2, "changed-input")
def in_place(X_train, X_test):
    mean, std = X_train.mean(axis=0), X_train.std(axis=0)
    X_train -= mean
    return X_train / std, (X_test - mean) / std


@right(E3)
def largest_that_finds_enough(probability, malignant, recall):
    good = [t for t in probability if np.mean(probability[malignant] >= t) >= recall - 1e-12]
    return max(good)


@right(E3)
def by_partition(probability, malignant, recall):
    values = np.asarray(probability)[np.asarray(malignant)]
    missed = int(np.floor((1 - recall) * len(values) + 1e-9))
    return np.partition(values, missed)[missed]


right(
    E3,
    lambda q, m, recall: (
        np.quantile(q[m], 1 - recall, method="inverted_cdf")
        if recall == 1
        else largest_that_finds_enough(q, m, recall).astype(np.float32)
    ),
)


@wrong(E3, "interpolated")
def by_quantile(probability, malignant, recall):
    return np.quantile(probability[malignant], 1 - recall)


@wrong(E3, "all-samples")
def of_all(probability, malignant, recall):
    falling = np.sort(probability)[::-1]
    return falling[int(np.ceil(recall * len(falling) - 1e-9)) - 1]


@wrong(E3, "rounded-down")
def cut_off(probability, malignant, recall):
    falling = np.sort(probability[malignant])[::-1]
    return falling[int(recall * len(falling)) - 1]


@wrong(E3, "smallest-threshold")
def careful(probability, malignant, recall):
    return probability[malignant].min()


wrong(E3, "value", lambda q, m, recall: 0.5)


@right(E4)
def by_pipeline(normal, X, k):
    model = make_pipeline(StandardScaler(), PCA(k)).fit(normal)
    rebuilt = model.inverse_transform(model.transform(X))
    return np.mean(((X - rebuilt) / model[0].scale_) ** 2, axis=1)


@right(E4)
def by_what_is_left(normal, X, k):
    mean, std = normal.mean(axis=0), normal.std(axis=0)
    S = np.linalg.eigh(np.corrcoef(normal, rowvar=False))[1][:, ::-1][:, k:]
    return np.sum((((X - mean) / std) @ S) ** 2, axis=1) / X.shape[1]


right(E4, lambda normal, X, k: list(by_pipeline(normal, X, k).astype(np.float32)))


@wrong("ex-cancer-data-3", "value")
def lower_quantile(probability, malignant, recall):
    return np.quantile(probability[malignant], 1 - recall, method="lower")


@wrong(E4, "own-scale")
def scaled_apart(normal, X, k):
    model = PCA(k).fit(StandardScaler().fit_transform(normal))
    scaled = StandardScaler().fit_transform(X)
    centred = scaled  # of mean zero, as the other is
    return np.mean((centred - model.inverse_transform(model.transform(scaled))) ** 2, axis=1)


@wrong(E4, "not-scaled")
def in_raw_units(normal, X, k):
    model = PCA(k).fit(normal)
    return np.mean((X - model.inverse_transform(model.transform(X))) ** 2, axis=1)


@wrong(E4, "sum-for-mean")
def summed(normal, X, k):
    return by_pipeline(normal, X, k) * X.shape[1]


@wrong(E4, "shape")
def one_number(normal, X, k):
    return by_pipeline(normal, X, k).mean(keepdims=True)


@right(E5)
def all_at_once(X, share):
    model = PCA(share).fit(X)
    return model.n_components_, model.transform(X), 1 - model.explained_variance_ratio_.sum()


@right(E5)
def by_eigenvectors(X, share):
    values, S = np.linalg.eigh(np.cov(X, rowvar=False))
    lost = 1 - np.cumsum(values[::-1]) / values.sum()
    d = np.sum(lost > 1 - share) + 1
    return d, -(X - X.mean(0)) @ S[:, ::-1][:, :d], lost[d - 1]


@right(E5)
def by_a_frame(X, share):
    Xc = (X - X.mean(0)).astype(np.float32)
    U, d, _ = np.linalg.svd(Xc, full_matrices=False)
    k = int(np.searchsorted(np.cumsum(d**2) / np.sum(d**2), share)) + 1
    return [k, pd.DataFrame(U * d).iloc[:, :k], float(np.sum(d[k:] ** 2) / np.sum(d**2))]


@wrong(E5, "scaled")
def as_in_the_pipeline(X, share):
    return all_at_once(StandardScaler().fit_transform(X), share)


@wrong(E5, "one-less")
def index_for_d(X, share):
    d = int(np.argmax(np.cumsum(PCA().fit(X).explained_variance_ratio_) >= share))
    model = PCA(d).fit(X)
    return d, model.transform(X), 1 - model.explained_variance_ratio_.sum()


@wrong(E5, "uncentred-projection")
def forgot_the_mean(X, share):
    d, _, lost = all_at_once(X, share)
    return d, X @ PCA(d).fit(X).components_.T, lost


@wrong(E5, "kept-for-lost")
def what_is_explained(X, share):
    model = PCA(share).fit(X)
    return model.n_components_, model.transform(X), model.explained_variance_ratio_.sum()


@wrong(E5, "lost-not-divided")
def error_per_entry(X, share):
    model = PCA(share).fit(X)
    Z = model.transform(X)
    return model.n_components_, Z, np.mean((X - model.inverse_transform(Z)) ** 2)


@wrong(E5, "shape")
def first_run_only(X, share):
    d, _, lost = all_at_once(X, share)
    return d, PCA().fit_transform(X), lost


@wrong(E5, "parts")
def number_alone(X, share):
    return PCA(share).fit(X).n_components_


@wrong(E5, "value")
def always_five(X, share):
    model = PCA(5).fit(X)
    return 5, model.transform(X), 1 - model.explained_variance_ratio_.sum()


@wrong(E5, "value")
def noisy_scores(X, share):
    d, Z, lost = all_at_once(X, share)
    return d, 1.1 * Z, lost


@wrong(E5, "value")
def half_of_it(X, share):
    d, Z, lost = all_at_once(X, share)
    return d, Z, lost / 2
