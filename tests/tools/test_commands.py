"""Every command of tools/ starts from any folder, whatever its user has set for other programs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
COMMANDS = sorted(p.name for p in TOOLS.glob("*.py") if "__main__" in p.read_text("utf-8"))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_finds_its_modules(command, tmp_path):
    """Importing it is enough: where the name is not __main__, it does nothing yet."""
    for name in ("glob.py", "surroundings.py", "dependencies.py", "lib.py"):
        (tmp_path / name).write_text("raise ImportError('this is another program')")
    settings = {"PYTHONSAFEPATH": "1", "TMPDIR": str(tmp_path)}
    code = f"import runpy; runpy.run_path({str(TOOLS / command)!r}, run_name='started')"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | settings,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
