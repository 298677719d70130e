"""JupyterLab, as `make lab` opens it."""

import subprocess
import sys
from pathlib import Path


def test_the_extension_that_renders_myst_loads():
    jupyter = Path(sys.executable).with_name("jupyter")
    result = subprocess.run([jupyter, "labextension", "list"], capture_output=True, text=True)
    listing = result.stdout + result.stderr
    line = next(line for line in listing.splitlines() if "jupyterlab-myst" in line)
    assert "enabled" in line and "OK" in line
    assert "not compatible" not in listing
