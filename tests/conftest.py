"""Settings that all tests share."""

import surroundings

surroundings.settle()  # before anything reads the settings of whoever runs the tests

import matplotlib  # noqa: E402
import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

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
