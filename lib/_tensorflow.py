"""Keras on TensorFlow, imported without TensorFlow's start-up messages: import both from here.

Importing TensorFlow logs to the process's stderr before any of its settings counts, so file
descriptor 2 is held while it loads; `TF_CPP_MIN_LOG_LEVEL` silences what comes later.
"""

import os
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def _import_quietly():
    if {"keras", "tensorflow"} <= sys.modules.keys():
        return
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as log:
        os.dup2(log.fileno(), 2)
        try:
            import keras  # noqa: F401
            import tensorflow  # noqa: F401
        except BaseException:
            log.seek(0)
            os.write(stderr, log.read())  # now the messages matter
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


_import_quietly()
import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"the book's models run on TensorFlow, and Keras was started on "
        f"{keras.backend.backend()}. Remove KERAS_BACKEND from the environment (or set it to "
        "tensorflow) and restart the kernel."
    )

__all__ = ["has_one_input", "keras", "tf"]


def has_one_input(model):
    """Tell whether a Keras model has one input and one output of known shapes."""
    try:
        return isinstance(model.input_shape, tuple) and isinstance(model.output_shape, tuple)
    except (AttributeError, ValueError):  # made without keras.Input, and not called yet
        return False
