"""The installation takes from the reader's settings of pip where packages are, and nothing else."""

import os
import subprocess

import install


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


def test_pip_gets_no_setting_of_the_reader(monkeypatch, capsys):
    calls = []

    def run(command, **options):
        calls.append((command, options))
        return subprocess.CompletedProcess(command, 1, stdout=":env:.proxy='p'\n")

    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_TARGET", "/somewhere")
    monkeypatch.setattr(subprocess, "run", run)
    assert install.main() == 1
    command, options = calls[-1]
    assert "--proxy=p" in command and not [part for part in command if "user" in str(part)]
    kept = {key: value for key, value in options["env"].items() if key.startswith("PIP_")}
    assert kept == {"PIP_CONFIG_FILE": os.devnull}
    said = capsys.readouterr().out
    assert "it takes 2 to 5 minutes" in said and "The packages were not installed" in said
