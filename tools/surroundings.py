"""The surroundings in which chapters, tests and builds run: the book's own, not the reader's.

A matplotlibrc with an unusual font, an IPython profile that prints every expression, a keras.json
with another layout of images, a PYTHONPATH with a module of the same name as ours: any of these
would change what a chapter prints. So whatever the book starts is given a folder of empty settings.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Whatever reads notebooks loads jsonschema, which compiles a grammar for a format of addresses that
# nobody uses here, at more than a second each time. Without the module it does without.
sys.modules.setdefault("rfc3987_syntax", None)
# Set by readers for their own programs; each would reach into the book's.
READERS_OWN = (
    "IPYTHONDIR", "JUPYTER_CONFIG_PATH", "JUPYTER_PREFER_ENV_PATH", "KERAS_BACKEND",
    "MATPLOTLIBRC", "MPLBACKEND", "PYTHONHOME", "PYTHONPATH", "PYTHONSAFEPATH", "PYTHONSTARTUP",
    "PYTHONWARNINGS",
)  # fmt: skip
# One thread each: what runs side by side does not fight for cores, and sums are added in the same
# order, so with the same result, however many cores a machine has.
THREADS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS",
)  # fmt: skip


def neutral(environment=os.environ, folder=ROOT / "_build" / "settings"):
    """Return an environment without the reader's settings, in which programs use one thread.

    Numbers of threads that are set already stay as they are.

    Parameters
    ----------
    environment : mapping, default os.environ
    folder : Path
        Where empty settings go, and what programs write beside their settings.
    """
    kept = {name: value for name, value in environment.items() if name not in READERS_OWN}
    own = {
        "IPYTHONDIR": "ipython",
        "KERAS_HOME": "keras",
        "MPLCONFIGDIR": "matplotlib",
    }
    for name, part in own.items():
        path = Path(folder, part).resolve()
        path.mkdir(parents=True, exist_ok=True)
        kept[name] = str(path)
    return dict.fromkeys(THREADS, "1") | kept | {"JUPYTER_NO_CONFIG": "1"}


def settle():
    """Make this process's own environment neutral, before it imports what reads settings."""
    settled = neutral()
    os.environ.clear()
    os.environ.update(settled)
