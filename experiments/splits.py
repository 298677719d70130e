"""How many components does a classifier of the cancer data need, and is the difference luck?

Each model is fitted and judged on the same splits, so models are compared split by split. The
splits are the thirty folds of three times tenfold stratified cross-validation, and thirty
divisions into three quarters to fit and a quarter to test, of which chapter 05 shows the first.
The trivial model always answers with the more frequent class.
"""

from sklearn.datasets import load_breast_cancer
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lib.pca import PCA

# `components` is 0 for a model without PCA.
MODELS = [("none", 0), ("raw", 0), ("scaled", 0)]
MODELS += [("scaled", k) for k in (1, 2, 3, 5, 7, 10, 15, 20, 30)]
GRID = [
    {"splits": splits, "features": features, "components": components}
    for splits in ("folds", "quarters")
    for features, components in MODELS
]
SEEDS = range(30)  # the number of the fold, or the seed of the division
TOLERANCE = {"accuracy": 0.02, "auc": 0.005}  # one sample of 57 is 0.018
CHEAP = ({"splits": "folds", "features": "scaled", "components": 10}, 7)


def run(setting, seed):
    """Fit on one part of the samples and judge on the other."""
    X, y = load_breast_cancer(return_X_y=True)
    if setting["splits"] == "folds":
        folds = RepeatedStratifiedKFold(n_splits=10, n_repeats=3, random_state=0)
        fit, test = list(folds.split(X, y))[seed]
        X_train, X_test, y_train, y_test = X[fit], X[test], y[fit], y[test]
    else:
        X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=seed)
    model = make_model(setting["features"], setting["components"]).fit(X_train, y_train)
    return {
        "accuracy": model.score(X_test, y_test),
        "auc": roc_auc_score(y_test, model.predict_proba(X_test)[:, 1]),
    }


def make_model(features, components):
    """Return an unfitted classifier."""
    if features == "none":
        return DummyClassifier()
    if features == "raw":
        return LogisticRegression(solver="newton-cholesky")  # the default does not converge
    pca = [PCA(components)] if components else []
    return make_pipeline(StandardScaler(), *pca, LogisticRegression())
