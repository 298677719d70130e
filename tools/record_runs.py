"""A pytest plugin beside nbval: keep what the cells of the notebooks printed and drew.

    python -m pytest -p record_runs --record FOLDER --nbval-lax chapters/03_svd.ipynb

writes FOLDER/03_svd.ipynb, the notebook with the outputs of this run, unless a cell raised.
"""

import copy
import os
from pathlib import Path

import surroundings  # noqa: F401  (first, since it spares nbformat an import)

# isort: split
import nbformat


def pytest_addoption(parser):
    """Add ``--record``."""
    parser.addoption("--record", type=Path, help="a folder for the notebooks as they ran")


def pytest_configure():
    """Hide the folder of this plugin from the kernels: their path is the chapters' own."""
    os.environ.pop("PYTHONPATH", None)


def pytest_sessionfinish(session):
    """Write the notebooks of which every cell has run."""
    folder = session.config.getoption("record")
    if folder is None:
        return
    cells = [item for item in session.items if hasattr(item, "test_outputs")]
    for notebook in dict.fromkeys(item.parent for item in cells):
        own = [item for item in cells if item.parent is notebook]
        if all(ran_through(item) for item in own):
            nbformat.write(with_outputs(notebook.nb, own), folder / notebook.path.name)


def ran_through(item):
    """Tell whether a cell ran and raised nothing."""
    outputs = item.test_outputs
    return outputs is not None and all(o.output_type != "error" for o in outputs)


def with_outputs(notebook, items):
    """Return a notebook with the outputs of a run; `items` are its code cells in order."""
    notebook = copy.deepcopy(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, (cell, item) in enumerate(zip(code, items, strict=True), start=1):
        cell.execution_count, cell.outputs = count, item.test_outputs
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    return notebook
