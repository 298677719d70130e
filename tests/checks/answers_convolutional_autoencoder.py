"""Right and wrong answers to the exercises of chapter 09."""

import math

import numpy as np
from answers import right, wrong
from sklearn.decomposition import PCA

from lib.training import keras

E1, E2, E3, E5 = (f"ex-convolutional-autoencoder-{i}" for i in (1, 2, 3, 5))
layers = keras.layers


@right(E1)
def by_counting(N, F, stride, padding, transposed):
    if transposed:
        last = max(range(0, N * stride, stride)) + (stride if padding == "same" else F)
        return last
    end = N if padding == "same" else N - F + 1
    return len(range(0, end, stride))


@right(E1)
def by_rounding_up(N, F, stride, padding, transposed):
    if transposed:
        return N * stride + (padding == "valid") * (F - stride)
    return math.ceil((N - (F - 1) * (padding == "valid")) / stride)


@right(E1)
def by_keras(N, F, stride, padding, transposed):
    kind = layers.Conv2DTranspose if transposed else layers.Conv2D
    layer = kind(1, F, strides=stride, padding=padding)
    return layer.compute_output_shape((None, N, N, 1))[1]


right(E1, lambda *args: np.float32(by_counting(*args)))


@wrong(E1, "rounded-down")
def whole_division(N, F, stride, padding, transposed):
    if padding == "same":
        return N * stride if transposed else N // stride
    return by_counting(N, F, stride, padding, transposed)


@wrong(E1, "without-the-first")
def steps_only(N, F, stride, padding, transposed):
    steps = padding == "valid" and not transposed
    return by_counting(N, F, stride, padding, transposed) - steps


@wrong(E1, "last-stamp")
def always_times_stride(N, F, stride, padding, transposed):
    return N * stride if transposed else by_counting(N, F, stride, padding, False)


@wrong(E1, "zeros-between")
def padded_with_one_less_than_kernel(N, F, stride, padding, transposed):
    if transposed and padding == "same":
        return (N - 1) * stride + F - (F - 1)
    return by_counting(N, F, stride, padding, transposed)


@wrong(E1, "transposed-ignored")
def convolution_only(N, F, stride, padding, transposed):
    return by_counting(N, F, stride, padding, False)


@wrong(E1, "not-whole")
def without_rounding(N, F, stride, padding, transposed):
    return (N - F) / stride + 1


@wrong(E1, "value")
def no_padding_at_all(N, F, stride, padding, transposed):
    return N


@right(E2)
def by_building(side, filters, n_codes):
    x = inputs = keras.Input((side, side, 1))
    for b in filters:
        x = layers.Conv2D(b, 3, strides=2, padding="same")(x)
    return keras.Model(inputs, layers.Dense(n_codes)(layers.Flatten()(x))).count_params()


@right(E2)
def by_pairs(side, filters, n_codes):
    maps = [1, *filters]
    weights = 9 * sum(a * b for a, b in zip(maps, filters)) + sum(filters)
    left = math.ceil(side / 2 ** len(filters))
    return weights + n_codes * (left**2 * maps[-1] + 1)


@right(E2)
def by_arrays(side, filters, n_codes):
    b = np.array(filters)
    for _ in b:
        side = (side + 1) // 2
    convolutions = np.sum(b * (9 * np.concatenate([[1], b[:-1]]) + 1))
    return np.int64(convolutions + n_codes + side * side * b[-1] * n_codes)


@wrong(E2, "no-biases")
def weights_only(side, filters, n_codes):
    return by_pairs(side, filters, n_codes) - sum(filters) - n_codes


@wrong(E2, "channels-forgotten")
def ten_for_each_filter(side, filters, n_codes):
    left = math.ceil(side / 2 ** len(filters))
    return 10 * sum(filters) + n_codes * (left**2 * filters[-1] + 1)


@wrong(E2, "rounded-down")
def halved_down(side, filters, n_codes):
    return by_pairs(side // 2 ** len(filters) * 2 ** len(filters), filters, n_codes)


@wrong(E2, "not-halved")
def full_size(side, filters, n_codes):
    return by_pairs(side * 2 ** len(filters), filters, n_codes)


@wrong(E2, "not-one-number")
def convolutions_and_all(side, filters, n_codes):
    return 4800, by_pairs(side, filters, n_codes)


@wrong(E2, "value")
def constant(side, filters, n_codes):
    return 51870


def stack(channels, paddings=("valid", "same", "same"), last="sigmoid", end=None, **options):
    """Return a decoder with these paddings."""
    options = {"activation": "selu", "strides": 2, **options}
    ends = [layers.Reshape((28, 28))] if end is None else end
    return keras.Sequential([
        keras.Input((3, 3, channels)),
        layers.Conv2DTranspose(32, 3, padding=paddings[0], **options),
        layers.Conv2DTranspose(16, 3, padding=paddings[1], **options),
        layers.Conv2DTranspose(1, 3, padding=paddings[2], **options | {"activation": last}),
        *ends,
    ])  # fmt: skip


@right(E3)
def functional(channels):
    x = inputs = keras.Input((3, 3, channels))
    x = layers.Conv2DTranspose(32, 3, strides=2, activation="relu")(x)
    x = layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu")(x)
    x = layers.Conv2DTranspose(1, 3, strides=2, padding="same")(x)
    return keras.Model(inputs, keras.ops.squeeze(keras.ops.sigmoid(x), -1))


class Decoder(keras.Model):
    """A subclassed model."""

    def __init__(self):
        super().__init__()
        self.stamps = [
            layers.Conv2DTranspose(32, 3, strides=2, activation="elu"),
            layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="elu"),
            layers.Conv2DTranspose(1, 3, strides=2, padding="same", activation="hard_sigmoid"),
        ]

    def call(self, x):
        for stamp in self.stamps:
            x = stamp(x)
        return x[..., 0]


right(
    E3,
    lambda channels: Decoder(),
    lambda channels: stack(channels, last=layers.ReLU(max_value=1)),
    lambda channels: stack(channels, last="relu", end=[
        layers.Lambda(lambda x: keras.ops.minimum(x, 1.0)[..., 0])]),
    lambda channels: stack(channels, activation="tanh"),
    lambda channels: stack(channels, ("valid",) * 3,  # to 31, and the edge cut off
                           end=[layers.Cropping2D(((1, 2), (1, 2))), layers.Reshape((28, 28))]),
)  # fmt: skip


@wrong(E3, "still-24")
def as_in_the_statement(channels):
    return stack(channels, ("same",) * 3, "selu", [])


@wrong(E3, "channel-axis")
def without_reshape(channels):
    return stack(channels, end=[])


@wrong(E3, "output-activation")
def selu_to_the_end(channels):
    return stack(channels, last="selu")


@wrong(E3, "output-activation")
def between_minus_one_and_one(channels):
    return stack(channels, last="tanh")


@wrong(E3, "model-output")
def valid_in_the_middle(channels):
    return stack(channels, ("same", "valid", "same"), end=[])


@wrong(E3, "dead-pixels")
def with_a_frame(channels):
    return stack(channels, ("same",) * 3,
                 end=[layers.ZeroPadding2D(2), layers.Reshape((28, 28))])  # fmt: skip


@wrong(E3, "other-layers")
def without_biases(channels):
    return stack(channels, use_bias=False)


@wrong(E3, "model-input")
def five_channels(channels):
    return stack(7 if channels == 5 else channels)


@wrong(E3, "not-a-model")
def list_of_layers(channels):
    return [layers.Conv2DTranspose(1, 3)]


@right(E5)
def by_loops(X_fit, X, side, k):
    starts = [(i, j) for i in range(0, 28, side) for j in range(0, 28, side)]
    patches = [x[i : i + side, j : j + side].ravel() for x in X_fit for i, j in starts]
    model, X_hat = PCA(k).fit(np.array(patches)), np.zeros(X.shape)
    for i, j in starts:
        flat = X[:, i : i + side, j : j + side].reshape(len(X), -1)
        flat = model.inverse_transform(model.transform(flat))
        X_hat[:, i : i + side, j : j + side] = flat.reshape(-1, side, side)
    return X_hat


@right(E5)
def by_splitting(X_fit, X, side, k):
    grid = 28 // side

    def cut(A):
        rows = np.concatenate(np.split(A, grid, axis=1))
        return np.concatenate(np.split(rows, grid, axis=2)).reshape(-1, side**2)

    P_fit, P = cut(X_fit), cut(X)
    mean = P_fit.mean(axis=0)
    V = np.linalg.eigh(np.cov(P_fit.T))[1][:, -k:]
    P = mean + (P - mean) @ V @ V.T
    rows = np.concatenate(np.split(P.reshape(-1, side, side), grid), axis=2)
    return np.concatenate(np.split(rows, grid), axis=1)


right(
    E5,
    lambda X_fit, X, side, k: by_loops(X_fit, X, side, k).astype(np.float32),
    lambda X_fit, X, side, k: by_splitting(X_fit, X, side, k).tolist(),
)


@wrong(E5, "strips")
def by_reshape(X_fit, X, side, k):
    model = PCA(k).fit(X_fit.reshape(-1, side**2))
    return model.inverse_transform(model.transform(X.reshape(-1, side**2))).reshape(X.shape)


@wrong(E5, "place-by-place")
def one_for_each_place(X_fit, X, side, k):
    X_hat = np.zeros(X.shape)
    for i in range(0, 28, side):
        for j in range(0, 28, side):
            here = np.s_[:, i : i + side, j : j + side]
            model = PCA(k).fit(X_fit[here].reshape(len(X_fit), -1))
            flat = model.inverse_transform(model.transform(X[here].reshape(len(X), -1)))
            X_hat[here] = flat.reshape(-1, side, side)
    return X_hat


@wrong(E5, "learned-from-test")
def fitted_to_the_wrong_set(X_fit, X, side, k):
    return by_loops(X, X, side, k)


@wrong(E5, "whole-images")
def ordinary_pca(X_fit, X, side, k):
    model = PCA(k, svd_solver="full").fit(X_fit.reshape(-1, 784))
    return model.inverse_transform(model.transform(X.reshape(-1, 784))).reshape(X.shape)


@wrong(E5, "shape")
def flat_images(X_fit, X, side, k):
    return by_loops(X_fit, X, side, k).reshape(-1, 784)


@wrong(E5, "value")
def copied(X_fit, X, side, k):
    return X
