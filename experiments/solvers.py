"""Which solver of scikit-learn's PCA is cheapest, by counted operations and by seconds?

The leading terms of the number of floating-point operations (a multiplication and an addition are
two) follow from the algorithms: `full` is an SVD after a QR decomposition, `covariance_eigh` a
product and an eigenvalue problem, `randomized` multiplies 2q + 2 times by the data with k + 10
columns, and q is scikit-learn's, 7 for few components and 4 for many. The products of `arpack` are
counted while it runs. The seconds are the best of three on one core. How far the result is from
the exact one is measured too: a fast wrong answer is none.
"""

import time

import numpy as np
from scipy.sparse.linalg import LinearOperator, svds
from sklearn.decomposition import PCA

import lib.pca
from lib.datasets import load_fashion_mnist
from lib.metrics import principal_angles

SHAPES = [
    (1_000, 784, 5),
    (5_000, 784, 30),
    (5_000, 784, 200),
    (20_000, 784, 30),
    (20_000, 100, 30),
]
GRID = [
    {"solver": solver, "n": n, "p": p, "k": k}
    for n, p, k in SHAPES
    for solver in ("full", "covariance_eigh", "randomized", "arpack")
]
SEEDS = range(5)  # of the choice of the images, and of the solver
TOLERANCE = {
    "operations": 2e9, "fit_seconds": float("inf"), "angle": 5.0, "variance_error": 0.002,
}  # fmt: skip
CHEAP = ({"solver": "randomized", "n": 5_000, "p": 784, "k": 30}, 0)
TIMED = True


def run(setting, seed):
    """Fit; return operations, seconds, the largest angle in degrees, and the variance lost."""
    solver, n, p, k = (setting[name] for name in ("solver", "n", "p", "k"))
    images = load_fashion_mnist().X_train.reshape(-1, 784)
    rng = np.random.default_rng(seed)
    pixels = np.arange(784) if p == 784 else np.argsort(-images[:5_000].var(axis=0))[:p]
    X = images[np.sort(rng.choice(len(images), n, replace=False))][:, pixels]
    pca = PCA(k, svd_solver=solver, random_state=seed)
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        pca.fit(X)
        seconds.append(time.perf_counter() - start)
    exact = lib.pca.PCA(k, svd_solver="covariance_eigh").fit(X.astype(float))
    variance = exact.explained_variance_.sum()
    return {
        "operations": operations(solver, X, k),
        "fit_seconds": min(seconds),
        "angle": np.degrees(principal_angles(exact.components_, pca.components_).max()),
        "variance_error": abs(pca.explained_variance_.sum() - variance) / variance,
    }


def operations(solver, X, k):
    """Count the floating-point operations of a fit, to leading order."""
    n, p = X.shape
    large, small = max(n, p), min(n, p)
    if solver == "full":
        return 6 * large * small**2 + 20 * small**3
    if solver == "covariance_eigh":
        return 2 * n * p**2 + 9 * p**3
    if solver == "randomized":
        q, columns = 7 if k < 0.1 * small else 4, k + 10
        return 2 * (2 * q + 2) * n * p * columns + 2 * q * (n + p) * columns**2
    return 2 * n * p * products_of_arpack(X - X.mean(axis=0), k)


def products_of_arpack(Xc, k):
    """Count how often ARPACK multiplies a vector by the data or their transpose."""
    counted = [0]

    def times(A):
        def product(v):
            counted[0] += 1
            return A @ v

        return product

    operator = LinearOperator(Xc.shape, times(Xc), times(Xc.T), dtype=Xc.dtype)
    start = np.random.default_rng(0).uniform(-1, 1, min(Xc.shape)).astype(Xc.dtype)
    svds(operator, k=k, v0=start)
    return counted[0]
