"""Right and wrong answers to the exercises of chapter 11."""

import numpy as np
import pandas as pd
from answers import right, wrong
from scipy.special import iv, ive

from lib.training import predict

E1, E2, E3, E5 = (f"ex-denoising-autoencoder-{i}" for i in (1, 2, 3, 5))


@right(E1)
def by_inverse(X_noisy, X, sigma):
    mean, C = X.mean(0), np.cov(X.T, bias=True)
    W = C @ np.linalg.inv(C + sigma**2 * np.eye(len(C)))
    return (W @ (X_noisy - mean).T).T + mean


@right(E1)
def by_removing_noise(X_noisy, X, sigma):
    mean, C = X.mean(0), np.cov(X.T, bias=True)
    noise = sigma**2 * np.linalg.solve(C + sigma**2 * np.eye(len(C)), (X_noisy - mean).T).T
    return pd.DataFrame(X_noisy - noise)


@right(E1)
def by_svd(X_noisy, X, sigma):
    mean = X.mean(axis=0)
    _, d, Vt = np.linalg.svd(X - mean, full_matrices=False)
    weights = d**2 / (d**2 + len(X) * sigma**2)
    return ((X_noisy - mean) @ Vt.T * weights @ Vt + mean).tolist()


right(E1, lambda *args: by_inverse(*args).astype(np.float32))


@wrong(E1, "deviation-for-variance")
def sigma_not_squared(X_noisy, X, sigma):
    return by_inverse(X_noisy, X, sigma**0.5)


@wrong(E1, "divided-by-n-1")
def by_cov(X_noisy, X, sigma):
    C = np.cov(X.T)
    M = C + sigma**2 * np.eye(len(C))
    return X.mean(0) + (X_noisy - X.mean(0)) @ np.linalg.solve(M, C)


@wrong(E1, "learned-from-noisy")
def from_noisy(X_noisy, X, sigma):
    return by_inverse(X_noisy, X_noisy, sigma)


@wrong(E1, "mean-not-added")
def about_the_origin(X_noisy, X, sigma):
    return by_inverse(X_noisy, X, sigma) - X.mean(axis=0)


@wrong(E1, "value")
def untouched(X_noisy, X, sigma):
    return X_noisy


@wrong(E1, "transposed")
def columns(X_noisy, X, sigma):
    return by_inverse(X_noisy, X, sigma).T


@wrong(E1, "error")
def from_the_left(X_noisy, X, sigma):
    return np.cov(X.T) @ X_noisy


@right(E2)
def by_product(X, rate, rng):
    return X * (rng.random(X.shape) >= rate)


@right(E2)
def by_index(X, rate, rng):
    result = X.copy()
    result[rng.random(X.shape) < rate] = 0
    return result


@right(E2)
def entry_by_entry(X, rate, rng):
    flat = [0 if rng.random() < rate else x for x in X.ravel()]
    return np.array(flat, dtype=np.float32).reshape(X.shape)


right(E2, lambda X, rate, rng: by_product(X, rate, rng).tolist())


@wrong(E2, "brightened")
def like_dropout(X, rate, rng):
    return by_product(X, rate, rng) / (1 - rate)


@wrong(E2, "kept-and-dropped")
def other_way_round(X, rate, rng):
    return X * (rng.random(X.shape) < rate)


@wrong(E2, "one-mask-for-all")
def same_pixels(X, rate, rng):
    return X * (rng.random(X[0].shape) >= rate)


@wrong(E2, "rate-from-above")
def largest_dropped(X, rate, rng):
    return X * (rng.random(X.shape) <= 1 - rate)


@wrong(E2, "changed-input")
def in_place(X, rate, rng):
    X[rng.random(X.shape) < rate] = 0
    return X


@wrong(E2, "value")
def unspoilt(X, rate, rng):
    return X


@wrong(E2, "shape")
def only_kept(X, rate, rng):
    return X[rng.random(X.shape) >= 0].ravel()[1:]


@right(E3)
def by_calling(model, X, X_noisy):
    return np.mean((np.asarray(model(X_noisy)) - X) ** 2)


@right(E3)
def by_keras(model, X, X_noisy):
    return ((model.predict(X_noisy, verbose=0) - X) ** 2).mean()


@right(E3)
def image_by_image(model, X, X_noisy):
    D = predict(model, X_noisy).astype(float) - X
    return sum(np.linalg.norm(d) ** 2 for d in D) / D.size


@wrong(E3, "both-mistakes")
def as_in_the_statement(model, X, X_noisy):
    return np.mean((predict(model, X) - X_noisy) ** 2)


@wrong(E3, "clean-input")
def half_mended(model, X, X_noisy):
    return np.mean((predict(model, X) - X) ** 2)


@wrong(E3, "noisy-target")
def other_half_mended(model, X, X_noisy):
    return np.mean((predict(model, X_noisy) - X_noisy) ** 2)


@wrong(E3, "value")
def noise_layer_on(model, X, X_noisy):
    return np.mean((np.asarray(model(X_noisy, training=True)) - X) ** 2)


@wrong(E3, "not-one-number")
def each_image(model, X, X_noisy):
    return np.mean((predict(model, X_noisy) - X).reshape(len(X), -1) ** 2, axis=1)


@wrong(E3, "root")
def root_mean_square(model, X, X_noisy):
    return np.sqrt(np.mean((predict(model, X_noisy) - X) ** 2))


@right(E5)
def by_quadrature(points, radius, sigma):
    t = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
    ring = radius * np.column_stack([np.cos(t), np.sin(t)])
    exponents = points @ ring.T / sigma**2
    weights = np.exp(exponents - exponents.max(axis=1, keepdims=True))
    return weights @ ring / weights.sum(axis=1, keepdims=True)


@right(E5)
def by_angles(points, radius, sigma):
    r, angle = np.hypot(*points.T), np.arctan2(points[:, 1], points[:, 0])
    rho = radius * ive(1, radius * r / sigma**2) / ive(0, radius * r / sigma**2)
    return np.transpose([rho * np.cos(angle), rho * np.sin(angle)])


@right(E5)
def point_by_point(points, radius, sigma):
    result = []
    for x, y in points.tolist():
        z = complex(x, y)
        alpha = radius * abs(z) / sigma**2
        z *= radius / abs(z) * ive(1, alpha) / ive(0, alpha)
        result.append([z.real, z.imag])
    return result


right(E5, lambda *args: by_quadrature(*args).astype(np.float32))


@wrong(E5, "overflow")
def by_iv(points, radius, sigma):
    r = np.linalg.norm(points, axis=1, keepdims=True)
    alpha = radius * r / sigma**2
    return radius * iv(1, alpha) / iv(0, alpha) * points / r


@wrong(E5, "deviation-for-variance")
def variance_forgotten(points, radius, sigma):
    return by_angles(points, radius, sigma**0.5)


@wrong(E5, "on-the-ring")
def nearest_on_the_ring(points, radius, sigma):
    return radius * points / np.linalg.norm(points, axis=1, keepdims=True)


@wrong(E5, "linear")
def wiener(points, radius, sigma):
    return points / (1 + sigma**2 / (radius**2 / 2))


@wrong(E5, "transposed")
def rows(points, radius, sigma):
    return by_angles(points, radius, sigma).T


@wrong(E5, "value")
def unmoved(points, radius, sigma):
    return points


@wrong(E5, "error")
def norms_without_axis(points, radius, sigma):
    return points / np.linalg.norm(points, axis=1)
