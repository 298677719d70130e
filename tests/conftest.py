"""Settings that all tests share."""

import os

import command
import surroundings

with command.sentences():
    surroundings.settle()  # before anything reads the settings of whoever runs the tests

import matplotlib
import pytest
from hypothesis import settings

matplotlib.use("agg")
# The same examples on every run and every machine; no test depends on how fast it is.
settings.register_profile("book", derandomize=True, database=None, deadline=None)
settings.load_profile("book")


@pytest.fixture(autouse=True)
def close_figures():
    """Leave no figure open behind a test."""
    yield
    import matplotlib.pyplot as plt

    plt.close("all")


@pytest.fixture(autouse=True, scope="session")
def moved_seeds():
    """With MOVE_SEEDS=1 in the environment, start every network from other weights.

    A test that says only "trained" has to pass then, too: it must not rest on one lucky start.
    """
    if os.environ.get("MOVE_SEEDS"):
        from lib.training import keras

        original = keras.utils.set_random_seed
        keras.utils.set_random_seed = lambda seed: original(seed + int(os.environ["MOVE_SEEDS"]))
    yield
