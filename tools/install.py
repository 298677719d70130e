"""Install the packages of requirements.txt into the environment of this Python.

Where packages come from is the reader's own setting and stays (index, proxy, certificates, …). How
they are installed is ours: `PIP_USER`, a `target` in pip.conf and the like don't count.
"""

import ast
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# pip's options that say where packages come from, and how to get there.
WHERE = {
    "index-url", "extra-index-url", "find-links", "no-index", "cert", "client-cert", "proxy",
    "trusted-host", "timeout", "default-timeout", "retries", "cache-dir", "keyring-provider",
}  # fmt: skip
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]


def where_from(settings):
    """Return options for pip, from what ``pip config list`` prints.

    Examples
    --------
    >>> where_from("global.index-url='https://a'\\ninstall.user='true'\\n:env:.timeout='9'")
    ['--index-url=https://a', '--timeout=9']
    """
    ranks = {"global": 0, "install": 1, ":env:": 2}  # the later one counts
    chosen = {}
    for line in settings.splitlines():
        key, _, value = line.partition("=")
        section, _, name = key.rpartition(".")
        if name in WHERE and section in ranks:
            chosen.setdefault(name, []).append((ranks[section], ast.literal_eval(value)))
    options = []
    for name, values in chosen.items():
        option = {"default-timeout": "timeout"}.get(name, name)
        for value in max(values)[1].split():
            if name == "no-index":
                options += ["--no-index"] * (value.lower() in ("1", "true", "yes", "on"))
            else:
                options.append(f"--{option}={value}")
    return options


def main():
    """Install; return an exit status."""
    settings = subprocess.run([*PIP, "config", "list"], capture_output=True, text=True).stdout
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PIP_")}
    environment["PIP_CONFIG_FILE"] = os.devnull
    requirements = ROOT / "requirements.txt"
    count = sum("==" in line for line in requirements.read_text(encoding="utf-8").splitlines())
    folder = Path(sys.prefix).name
    print(f"Installing {count} packages into {folder}. Only once; it takes 2 to 5 minutes …")
    start = time.monotonic()
    command = [*PIP, "install", "--quiet", *where_from(settings), "-r", requirements]
    status = subprocess.run(command, env=environment, cwd=ROOT).returncode
    if status:
        print("\nThe packages were not installed: see pip's words above. If it finds no package,")
        print("is a package index in reach? Then the same command goes on where it stopped.")
        return status
    print(f"Installed ({time.monotonic() - start:.0f} s).")
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)
    sys.exit(main())
