"""Where the book's public repository is, and what opens a chapter from there.

Its address is the environment's BOOK_REPOSITORY, or else `repository.url` in `_config.yml`, or else
what the clone came from. Only GitHub and GitLab count: the launch services know no others.
"""

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import quote

import yaml
from nbformat.v4 import new_code_cell

FORGES = {"https://github.com/": "gh", "https://gitlab.com/": "gl"}
# The workflow that publishes the site keeps the notebooks with set-up cells in this branch.
NOTEBOOKS = "notebooks"


def settings(book):
    """Return what `_config.yml` says of the repository."""
    text = Path(book, "_config.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text).get("repository", {})


def chosen(book):
    """Return the address that was set, or None if it is left to git."""
    url = os.environ.get("BOOK_REPOSITORY")
    return url if url is not None else settings(book).get("url") or None


def address(book):
    """Return the address of the public repository, ``https://…/owner/name``, or ""."""
    url = chosen(book)
    if url is None:
        url = git(book, "remote", "get-url", "origin")
        url = re.sub(r"^(?:ssh://)?git@([^:/]+)[:/]", r"https://\1/", url)
    url = re.sub(r"(\.git)?/*$", "", url.strip())
    return url if url.startswith(tuple(FORGES)) and url.count("/") >= 4 else ""


def git(book, *arguments):
    """Return what git says of the repository around a folder, "" if it complains."""
    try:
        result = subprocess.run(["git", "-C", book, *arguments], capture_output=True, text=True)
    except FileNotFoundError:
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""


def branch(book):
    """Return the branch that holds the book."""
    return settings(book).get("branch") or "main"


def launchers(book, page):
    """Return (text, address) of the services that can open a chapter, none if unknown."""
    url = address(book)
    if not url:
        return []
    forge = next(forge for forge in FORGES if url.startswith(forge))
    name = url.removeprefix(forge)
    service = FORGES[forge]
    project = name if service == "gh" else quote(name, safe="")
    binder = f"https://mybinder.org/v2/{service}/{project}/{quote(branch(book), safe='')}"
    found = [("Run in Binder", f"{binder}?urlpath=lab/tree/{page}.ipynb")]
    # Colab opens nothing but GitHub. A clone knows whether the branch was ever written.
    ref = f"refs/remotes/origin/{NOTEBOOKS}"
    if service == "gh" and (chosen(book) or git(book, "rev-parse", "--verify", "--quiet", ref)):
        colab = f"https://colab.research.google.com/github/{name}/blob/{NOTEBOOKS}"
        found.append(("Run in Colab", f"{colab}/notebooks/{Path(page).name}.ipynb"))
    return found


def set_up_cell(book):
    """Return a code cell that installs `lib` where it is missing, None if it can't know whence."""
    url = address(book)
    if not url:
        return None
    return new_code_cell(
        "# Where the book's helpers are missing, as in Colab, get them.\n"
        "import importlib.util\n\n"
        'if importlib.util.find_spec("lib") is None:\n'
        f'    %pip install --quiet "git+{url}@{branch(book)}"',
        id="set-up",
        metadata={"tags": ["set-up"]},
    )
