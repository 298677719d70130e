"""Autoencoders as functional Keras models, each with two parts named "encoder" and "decoder".

A part is a model of its own: ``model.get_layer("encoder")``. Every builder takes a seed, because
the initial weights, and the noise layers' generators, are drawn when a layer is made.
"""

import numpy as np

from lib._tensorflow import has_one_input, keras
from lib._validation import check_int, check_numbers, check_real, check_seed

layers = keras.layers

__all__ = [
    "MaskPixels",
    "convolutional_autoencoder",
    "dense_autoencoder",
    "join",
    "linear_autoencoder",
    "recurrent_autoencoder",
]


def join(encoder, decoder, noise=None):
    """Put an encoder and a decoder in line.

    Parameters
    ----------
    encoder, decoder : keras.Model
        Named "encoder" and "decoder".
    noise : keras.layers.Layer, optional
        Applied to the input, in training only: `keras.layers.GaussianNoise(0.2)`,
        `keras.layers.Dropout(0.5)` or `MaskPixels(0.5)`.

    Returns
    -------
    model : keras.Model

    Raises
    ------
    ValueError
        If a part is no model or has another name, `noise` is no layer, or the decoder does not
        take what the encoder returns.
    """
    for name, part in {"encoder": encoder, "decoder": decoder}.items():
        if not isinstance(part, keras.Model):
            raise ValueError(
                f"{name} is a {type(part).__name__}. Pass a keras.Model, for example "
                "keras.Sequential([keras.Input(...), ...])."
            )
        if not has_one_input(part):
            raise ValueError(f"{name} has no shape yet. Let it begin with keras.Input(...).")
    _check_noise(noise)
    if (encoder.name, decoder.name) != ("encoder", "decoder"):
        raise ValueError(
            f"the parts are named {encoder.name!r} and {decoder.name!r}. Build them with "
            "name='encoder' and name='decoder', so that model.get_layer finds them."
        )
    if encoder.output_shape[1:] != decoder.input_shape[1:]:
        raise ValueError(
            f"the encoder returns codes of shape {encoder.output_shape[1:]} and the decoder "
            f"takes {decoder.input_shape[1:]}. Let the decoder begin with "
            "keras.Input(encoder.output_shape[1:])."
        )
    inputs = keras.Input(encoder.input_shape[1:])
    noisy = inputs if noise is None else noise(inputs)
    return keras.Model(inputs, decoder(encoder(noisy)), name="autoencoder")


def linear_autoencoder(n_features, n_codes, *, use_bias=True, seed=0):
    """Build two dense layers without activation.

    Parameters
    ----------
    n_features, n_codes : int
        p and k: the encoder's kernel has shape (p, k), the decoder's (k, p).
    use_bias : bool, default True
        Without biases the data should be centred.
    seed : int, default 0

    Returns
    -------
    model : keras.Model
        (n_samples, p) -> (n_samples, p), with ``2pk + k + p`` parameters, or ``2pk`` without
        biases.

    Raises
    ------
    ValueError
        If a size is not a positive int, or the seed is none.
    """
    _seed(seed, n_features=n_features, n_codes=n_codes)
    parts = [
        keras.Sequential([keras.Input((n_in,)), layers.Dense(n_out, use_bias=use_bias)], name=name)
        for name, n_in, n_out in (
            ("encoder", n_features, n_codes),
            ("decoder", n_codes, n_features),
        )
    ]
    return join(*parts)


def dense_autoencoder(
    sizes=(256, 30), *, shape=(28, 28), activation="gelu", code_activation="linear",
    initializer="glorot_uniform", mean=None, noise=None, seed=0,
):  # fmt: skip
    """Build a stack of dense layers, mirrored about the code, with sigmoid output.

    Parameters
    ----------
    sizes : sequence of int
        Units of the encoder's layers; the last one is the code.
    shape : tuple of int
        Of one sample, with p entries.
    activation, code_activation : str
    initializer : str or keras.initializers.Initializer, default "glorot_uniform"
        Of the kernels below the output; "lecun_normal" for SELU.
    mean : ndarray of `shape`, optional
        The mean image. The output's biases then start at its log-odds, so that training starts
        from the mean image instead of from grey.
    noise : keras.layers.Layer, optional
        See `join`.
    seed : int, default 0

    Returns
    -------
    model : keras.Model
        (n_samples, \\*shape) -> the same. Each dense layer from a to b units has ``(a + 1) b``
        parameters.

    Raises
    ------
    ValueError
        If a size or an entry of `shape` is not a positive int, there is none, Keras does not know
        an activation or initializer, `mean` does not fit, or `noise` is no layer.
    """
    _check_sizes(sizes, "sizes", "(256, 30)")
    _check_sizes(shape, "shape", "(28, 28)")
    _check_known(keras.activations, activation=activation, code_activation=code_activation)
    if not isinstance(initializer, (str, dict, keras.initializers.Initializer)):
        raise ValueError(
            f"initializer={initializer!r} is none. Use a name, such as 'lecun_normal'."
        )
    _check_known(keras.initializers, initializer=initializer)
    _check_noise(noise)
    if mean is not None and check_numbers(mean, "mean").size != np.prod(shape):
        raise ValueError(
            f"mean has shape {np.shape(mean)} and a sample {shape}. Pass X.mean(axis=0)."
        )
    _seed(seed)
    p = int(np.prod(shape))

    def dense(units, activation):
        return layers.Dense(units, activation=activation, kernel_initializer=initializer)

    output = layers.Dense(p, activation="sigmoid")
    encoder = keras.Sequential(
        [keras.Input(shape), layers.Flatten()]
        + [dense(size, activation) for size in sizes[:-1]]
        + [dense(sizes[-1], code_activation)],
        name="encoder",
    )
    decoder = keras.Sequential(
        [keras.Input((sizes[-1],))]
        + [dense(size, activation) for size in reversed(sizes[:-1])]
        + [output, layers.Reshape(shape)],
        name="decoder",
    )
    if mean is not None:
        share = np.clip(np.ravel(mean), 0.01, 0.99)
        output.bias.assign(np.log(share / (1 - share)))
    return join(encoder, decoder, noise)


def convolutional_autoencoder(
    n_codes=None, *, filters=(16, 32), code_filters=8, activation="gelu", noise=None, seed=0
):
    """Build strided convolutions that halve the image, and transposed ones that double it.

    Parameters
    ----------
    n_codes : int, optional
        Numbers in the code. Default: a code that stays an image, of shape
        (28 / 2**m, 28 / 2**m, code_filters) with m convolutions; 7×7×8 = 392 numbers.
    filters : sequence of one or two ints
        Of the 3×3 convolutions, each of stride 2.
    code_filters : int, default 8
        Of the 1×1 convolution that makes the spatial code.
    activation : str
    noise : keras.layers.Layer, optional
        See `join`.
    seed : int, default 0

    Returns
    -------
    model : keras.Model
        (n_samples, 28, 28) -> the same. A 3×3 convolution from a to b channels has
        ``(9a + 1) b`` parameters, transposed or not.

    Raises
    ------
    ValueError
        If a size is not a positive int, 28 cannot be halved so often, Keras does not know the
        activation, or `noise` is no layer.
    """
    _check_sizes(filters, "filters", "(16, 32)")
    if 28 % 2 ** len(filters):
        raise ValueError(f"filters={filters!r} must have one or two entries: 28 -> 14 -> 7.")
    _check_known(keras.activations, activation=activation)
    _check_noise(noise)
    _seed(seed, n_codes=1 if n_codes is None else n_codes, code_filters=code_filters)
    side, deepest = 28 // 2 ** len(filters), filters[-1]
    settings = dict(kernel_size=3, strides=2, padding="same", activation=activation)
    encoder = [keras.Input((28, 28)), layers.Reshape((28, 28, 1))]
    encoder += [layers.Conv2D(f, **settings) for f in filters]
    if n_codes is None:
        encoder += [layers.Conv2D(code_filters, 1)]
        decoder = [keras.Input((side, side, code_filters))]
        decoder += [layers.Conv2D(deepest, 1, activation=activation)]
    else:
        encoder += [layers.Flatten(), layers.Dense(n_codes)]
        decoder = [keras.Input((n_codes,))]
        decoder += [layers.Dense(side * side * deepest, activation=activation)]
        decoder += [layers.Reshape((side, side, deepest))]
    decoder += [layers.Conv2DTranspose(f, **settings) for f in reversed(filters[:-1])]
    decoder += [layers.Conv2DTranspose(1, **settings | {"activation": "sigmoid"})]
    decoder += [layers.Reshape((28, 28))]
    return join(
        keras.Sequential(encoder, name="encoder"), keras.Sequential(decoder, name="decoder"), noise
    )


def recurrent_autoencoder(
    n_codes=30, *, units=64, step_codes=16, shape=(28, 28), output="sigmoid", seed=0
):
    """Build a recurrent encoder and decoder that read and write a sample step by step.

    The encoder's states at all steps make the code, and the decoder unfolds it into one short
    vector a step. If the last state alone made the code, and the decoder got the same code at
    every step, training would be slower, as chapter 10 shows.

    Parameters
    ----------
    n_codes, units : int
    step_codes : int, default 16
        Length of the decoder's input at one step, a linear function of the code.
    shape : tuple (n_steps, n_features)
        An image is read row by row: (28, 28).
    output : str
        Activation at each step: "sigmoid" for images, "linear" for other time series.
    seed : int, default 0

    Returns
    -------
    model : keras.Model
        (n_samples, n_steps, n_features) -> the same. A GRU of u units on a inputs has
        ``3u (a + u + 2)`` parameters.

    Raises
    ------
    ValueError
        If a size is not a positive int, `shape` has not two, or Keras does not know the
        activation `output`.
    """
    _check_sizes(shape, "shape", "(28, 28)")
    if len(shape) != 2:
        raise ValueError(f"shape={shape!r} must be (n_steps, n_features), for example (28, 28).")
    _check_known(keras.activations, output=output)
    _seed(seed, n_codes=n_codes, units=units, step_codes=step_codes)
    n_steps, n_features = shape
    encoder = [
        keras.Input(shape),
        layers.GRU(units, return_sequences=True),
        layers.Flatten(),
        layers.Dense(n_codes),
    ]
    decoder = [
        keras.Input((n_codes,)),
        layers.Dense(n_steps * step_codes),
        layers.Reshape((n_steps, step_codes)),
        layers.GRU(units, return_sequences=True),
        layers.Dense(n_features, activation=output),  # at each step
    ]
    return join(
        keras.Sequential(encoder, name="encoder"), keras.Sequential(decoder, name="decoder")
    )


@keras.saving.register_keras_serializable(package="lib")
class MaskPixels(layers.Layer):
    """Set a random share of the entries to zero in training, and leave the others as they are.

    `keras.layers.Dropout` divides the entries that it keeps by ``1 - rate``: with a rate of 0.5
    it doubles them, so that grey values reach 2. As corruption of images that is not wanted.

    Parameters
    ----------
    rate : float
        Share of the entries, in [0, 1).
    seed : int, optional
        Default: drawn from `keras.utils.set_random_seed`'s generator.

    Raises
    ------
    ValueError
        If `rate` is not in [0, 1), or `seed` is neither None nor an int of at least 0.
    """

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        remedy = "is a share: 0 <= rate < 1, for example 0.5."
        check_real(rate, "rate", lambda x: 0 <= x < 1, remedy)
        if seed is not None:
            check_int(seed, "seed", least=0)
        self.rate, self.seed = rate, seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        """Mask the tensor `inputs` if `training`."""
        if not training:
            return inputs
        draws = keras.random.uniform(keras.ops.shape(inputs), seed=self.seed_generator)
        return keras.ops.where(draws < self.rate, 0.0, inputs)

    def get_config(self):
        """Return what the layer is rebuilt from."""
        return super().get_config() | {"rate": self.rate, "seed": self.seed}


def _seed(seed, **sizes):
    """Check that the sizes are positive ints, and seed the weights to come."""
    for name, size in sizes.items():
        check_int(size, name)
    check_seed(seed)
    keras.utils.set_random_seed(seed)


def _check_sizes(sizes, name, example):
    if not isinstance(sizes, (tuple, list, np.ndarray)) or len(sizes) == 0:
        raise ValueError(f"{name}={sizes!r} must be a sequence of ints, for example {example}.")
    for i, size in enumerate(sizes):
        check_int(size, f"{name}[{i}]")


def _check_known(module, **choices):
    """Raise ValueError unless each of `choices` is a name or object that `module` knows."""
    for name, choice in choices.items():
        try:
            known = module.get(choice) is not None
        except Exception:  # Keras raises what comes, by the type of what it gets
            known = False
        if not known:
            raise ValueError(
                f"{name}={choice!r} is unknown. Use a name of {module.__name__}, such as "
                + ("'glorot_uniform'." if "init" in module.__name__ else "'gelu' or 'linear'.")
            )


def _check_noise(noise):
    if not (noise is None or isinstance(noise, layers.Layer)):
        raise ValueError(
            f"noise={noise!r} is no layer. Pass one, for example keras.layers.GaussianNoise(0.2)."
        )
