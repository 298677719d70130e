"""Install the packages of requirements.txt, then `lib`, into the environment of this Python.

Every file that pip takes must have one of the hashes in requirements.txt. `lib` is a folder, which
has no hash, so it is a step of its own, in which pip fetches nothing.

Where packages come from is the reader's own setting and stays (index, proxy, certificates, …). How
they are installed is ours: `PIP_USER`, a `target` in pip.conf and the like don't count.
"""

import ast
import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from command import run

ROOT = Path(__file__).resolve().parents[1]
# pip's options that say where packages come from, and how to get there.
WHERE = {
    "index-url", "extra-index-url", "find-links", "no-index", "cert", "client-cert", "proxy",
    "trusted-host", "timeout", "default-timeout", "retries", "cache-dir", "keyring-provider",
}  # fmt: skip


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


def pip(*arguments, python=sys.executable):
    """Run pip of a Python, with none of the reader's settings but those that say where from.

    Parameters
    ----------
    *arguments : str or Path
        What pip is told to do, and with what.
    python : Path
        The Python of the environment that is meant.

    Returns
    -------
    status : int
        0 if all is well. Otherwise pip has said on stderr what is the matter.
    """
    command = [python, "-m", "pip", "--disable-pip-version-check"]
    asked = subprocess.run([*command, "config", "list"], capture_output=True, text=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PIP_")}
    environment["PIP_CONFIG_FILE"] = os.devnull
    action, *rest = arguments
    sources = [] if "--no-index" in rest else where_from(asked.stdout)
    return subprocess.run(
        [*command, action, "--quiet", *sources, *rest], env=environment
    ).returncode


def pip_install_locked(file, python=sys.executable):
    """Install what a file pins, if every hash is right; return an exit status.

    A package that pip had to build would fetch what builds it, which no hash protects. There are
    wheels of all of them, for every platform that TensorFlow has one for.
    """
    options = ["--require-hashes", "--only-binary=:all:"]
    return pip("install", *options, "-r", file, python=python)


def main():
    """Install; return an exit status."""
    requirements = ROOT / "requirements.txt"
    folder = Path(sys.prefix).name
    print(f"Installing the packages into {folder}. Only once; it takes 2 to 5 minutes …")
    start = time.monotonic()
    # Setuptools, which the second step builds with, comes by the first.
    itself = ["install", "--no-index", "--no-deps", "--no-build-isolation", "--editable", ROOT]
    status = pip_install_locked(requirements) or pip(*itself)
    if status:
        print("\nThe packages were not installed: see pip's words above. If it finds no package,")
        print("is a package index in reach? Then the same command goes on where it stopped. If")
        print("hashes do not match, a file is not the one that was tried: don't install it.")
        return status
    print(f"Installed ({time.monotonic() - start:.0f} s).")
    return 0


if __name__ == "__main__":
    run(main)
