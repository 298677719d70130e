"""What a submission can't do, with bubblewrap and without."""

import sys
import textwrap

from made_up_submissions import (
    FIRST,
    RIGHT,
    SECOND,
    THIRD,
    book,
    graded,
    needs_bubblewrap,
    submission,
)

from lib.grading import sandbox
from lib.grading.__main__ import main


def test_without_bubblewrap_a_warning_and_a_fence(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sandbox, "isolates", lambda: False)
    canary = tmp_path / "canary"
    canary.write_text("untouched")
    code = f"import os\nos.remove({str(canary)!r})"
    write = f"open({str(canary)!r}, 'a').write('x')"
    inside = 'with open("mine", "w") as file:\n    file.write("x")'
    run = "import subprocess\nsubprocess.run(['ls'])"
    answers = {FIRST: code, SECOND: write, THIRD: f"{inside}\n{RIGHT[THIRD]}"}
    rows = graded(tmp_path, submission(answers, after=[run]), book(tmp_path)[:1])
    assert [row.status for row in rows] == ["error", "error", "ok", "read"]
    assert "outside the working folder" in rows[0].message + rows[1].message
    assert canary.read_text() == "untouched"
    (tmp_path / "empty").mkdir()
    out = ["--out", str(tmp_path / "x.csv")]
    assert main([str(tmp_path / "empty"), "--isolated", *out]) == 2
    assert "bubblewrap" in capsys.readouterr().err


@needs_bubblewrap
def test_what_the_sandbox_hides(tmp_path):
    """From inside: no write outside, no network, no other process, no file of the user's."""
    secret = tmp_path / "secret"
    secret.write_text("x")
    probe = f"""
        import os, socket, subprocess
        found = []
        if os.path.exists({str(secret)!r}): found.append("reads files")
        for path in ("/", "/usr", "/etc", "/dev", {sys.prefix!r}, {str(sandbox.LIB)!r}):
            try:
                open(path + "/probe", "w"); found.append("writes " + path)
            except OSError: pass
        if len([p for p in os.listdir("/proc") if p.isdigit()]) > 3: found.append("sees processes")
        if [name for _, name in socket.if_nameindex() if name != "lo"]: found.append("network")
        mount = ["mount", "-o", "remount,rw", "/usr"]
        if subprocess.run(mount, capture_output=True).returncode == 0: found.append("remounts")
        if os.listdir("."): found.append("not empty")
        if "SECRET" in os.environ: found.append("environment")
        raise ValueError(f"found {{found}}")
        """
    rows = graded(tmp_path, submission({FIRST: textwrap.dedent(probe)}), book(tmp_path)[:1])
    assert "found []" in rows[0].message, rows[0].message
