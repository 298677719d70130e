"""What is installed is what was tried: every version and the hash of every file is written down.

And of the reader's settings of pip, only where packages are counts.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import install
import pytest

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = [ROOT / "requirements.txt", *sorted((ROOT / "tools" / "locks").glob("*.txt"))]
HASHES = r"(?: \\\n    --hash=sha256:[0-9a-f]{64})+"
PIN = re.compile(rf"([a-z0-9-]+)==([\w.]+)(?: ; ([^\\]+?))?({HASHES})")


def plain(name):
    """Return the name of a package, without versions, in the one spelling that pip compares."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", name)[0]).lower()


def named():
    """Return the names that pyproject.toml asks for, by the file that locks them."""
    project, groups = SETTINGS["project"], SETTINGS["dependency-groups"]
    book = [project["dependencies"], *project["optional-dependencies"].values()]
    return {
        "requirements.txt": {plain(name) for names in book for name in names},
        **{f"{group}.txt": {plain(name) for name in names} for group, names in groups.items()},
    }


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_each_package_has_one_version_and_the_hashes_of_its_files(path):
    text = path.read_text(encoding="utf-8")
    pins = PIN.findall(text)
    rest = [line for line in PIN.sub("", text).splitlines() if line and not line.startswith("#")]
    assert not rest, "lines without a version, without a hash, or of another kind"
    names = {name for name, *_ in pins}
    assert named()[path.name] <= names, "`make lock` has not been run"
    for name in names:
        conditions = [condition for other, _, condition, _ in pins if other == name]
        assert len(conditions) == 1 or all(conditions), f"{name} has two versions"


def test_all_files_of_a_release_are_there_for_every_machine():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    hashes = {name: lines.count("sha256") for name, _, _, lines in PIN.findall(text)}
    # Wheels of NumPy for Python 3.11 to 3.13 alone, on Linux, macOS and Windows, are 30.
    assert hashes["numpy"] > 30 and hashes["tensorflow"] >= 12
    assert {"pywinpty", "appnope", "overrides"} <= hashes.keys()


def test_lib_is_built_with_the_setuptools_that_is_installed():
    [wanted] = SETTINGS["build-system"]["requires"]
    assert wanted in SETTINGS["project"]["optional-dependencies"]["dev"]
    assert f"\n{wanted} \\\n" in (ROOT / "requirements.txt").read_text(encoding="utf-8")


def test_npm_installs_what_is_locked():
    folder = ROOT / "tools" / "locks" / "lighthouse"
    asked = json.loads((folder / "package.json").read_text())["dependencies"]
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    assert all(re.fullmatch(r"[\d.]+", version) for version in asked.values())
    assert packages.pop("")["dependencies"] == asked
    assert {f"node_modules/{name}" for name in asked} <= packages.keys()
    assert all(package["integrity"].startswith("sha512-") for package in packages.values())


def test_nothing_else_is_installed_by_name():
    """Whatever calls pip or npm names a lock, or fetches nothing."""
    files = [*ROOT.glob("tools/*.py"), *ROOT.glob("tests/**/*.py"), ROOT / "Makefile"]
    files += [*ROOT.glob("binder/*"), *ROOT.glob(".ci/*"), *ROOT.glob(".github/workflows/*")]
    calls = [
        (path.name, line)
        for path in files
        if path.name not in (Path(__file__).name, "test_chapter_form.py")  # they speak of it
        for line in path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
        if re.search(r"\b(pip|npm)\b[\"',\s]+(install|wheel|ci)\b", line)
    ]
    harmless = r"--require-hashes|--no-index|--package-lock-only|\bci\b"
    assert len(calls) >= 4
    assert not [call for call in calls if not re.search(harmless, call[1])]


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """Return the Python of an environment with nothing in it but pip."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    return folder / ("Scripts" if os.name == "nt" else "bin") / "python"


@pytest.mark.parametrize("altered", [False, True])
def test_a_file_with_another_hash_is_refused(python, tmp_path, monkeypatch, capfd, altered):
    wheel, about = tmp_path / "tiny-1-py3-none-any.whl", "tiny-1.dist-info"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("tiny.py", "x = 1\n")
        file.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1\n")
        file.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        file.writestr(f"{about}/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if altered:
        digest = ("1" if digest[0] == "0" else "0") + digest[1:]
    lock = tmp_path / "lock.txt"
    lock.write_text(f"tiny==1 \\\n    --hash=sha256:{digest}\n")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    status = install.pip_install_locked(lock, python=python)
    there = subprocess.run([python, "-c", "import tiny"], capture_output=True).returncode == 0
    assert (status != 0) == altered and there == (not altered)
    assert ("THESE PACKAGES DO NOT MATCH THE HASHES" in capfd.readouterr().err) == altered
    subprocess.run([python, "-m", "pip", "uninstall", "-qy", "tiny"], capture_output=True)


def test_where_packages_come_from_is_kept_and_how_they_are_installed_is_not():
    settings = "\n".join(
        [
            "global.extra-index-url='\\nhttps://b\\nhttps://c'",
            "global.index-url='https://in-the-file'",
            "global.target='/somewhere'",
            "global.no-index='false'",
            "install.user='true'",
            ":env:.index-url='https://in-the-environment'",
            ":env:.default-timeout='9'",
            ":env:.require-virtualenv='true'",
            "debug.proxy='for another command'",
        ]
    )
    assert sorted(install.where_from(settings)) == [
        "--extra-index-url=https://b",
        "--extra-index-url=https://c",
        "--index-url=https://in-the-environment",
        "--timeout=9",
    ]
    assert install.where_from("") == []
    assert install.where_from(":env:.no-index='1'") == ["--no-index"]


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_pip_gets_no_setting_of_the_reader(monkeypatch, capsys, failing):
    """The packages come first, then lib; what `failing` says fails, if it comes to that."""
    calls = []

    def run(command, **options):
        if command[-2:] != ["config", "list"]:
            calls.append((command, options))
        return subprocess.CompletedProcess(
            command, int(len(calls) == failing), stdout=":env:.proxy='p'\n"
        )

    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_TARGET", "/somewhere")
    monkeypatch.setattr(subprocess, "run", run)
    assert install.main() == int(failing < 3)
    assert len(calls) == min(failing, 2)
    for command, options in calls:
        assert command[:3] == [sys.executable, "-m", "pip"]
        assert not [part for part in command if "user" in str(part)]
        kept = {key: value for key, value in options["env"].items() if key.startswith("PIP_")}
        assert kept == {"PIP_CONFIG_FILE": os.devnull}
    packages, itself = ([*calls, ([], {})][number][0] for number in range(2))
    wanted = {"--require-hashes", "--only-binary=:all:", ROOT / "requirements.txt", "--proxy=p"}
    assert wanted <= {*packages}
    if itself:
        assert {"--no-index", "--no-deps", "--no-build-isolation", ROOT} <= {*itself}
        assert "--proxy=p" not in itself
    said = capsys.readouterr().out
    assert "it takes 2 to 5 minutes" in said
    assert ("The packages were not installed" in said) == (failing < 3)
