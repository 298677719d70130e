"""The measurement with Lighthouse: its server, verdict and errors. Lighthouse itself is not run."""

import gzip
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "tools"))
import lighthouse


def report(**scores):
    """Return a report with all scores 1 but for those given."""
    ids = {"performance": "late", "accessibility": "alt", "best-practices": "log", "seo": "links"}
    scores = {name: scores.get(name.replace("-", "_"), 1) for name in ids}
    return {
        "categories": {
            name: {"score": scores[name], "auditRefs": [{"id": ids[name], "weight": 1}]}
            for name in ids
        },
        "audits": {ids[name]: {"title": ids[name], "score": scores[name]} for name in ids},
    }


@pytest.fixture
def site(tmp_path, monkeypatch):
    """Return a site that need not be measured by Lighthouse."""
    (tmp_path / "index.html").write_text("<p>A page</p>" * 100)
    monkeypatch.setattr(lighthouse, "HTML", tmp_path)
    monkeypatch.setattr(lighthouse, "find_browser", lambda: "chromium")
    monkeypatch.setattr(sys, "argv", ["lighthouse.py"])
    return tmp_path


def test_pages_are_sent_compressed_and_may_be_kept(site):
    (site / "picture.webp").write_bytes(b"RIFF" * 10)
    with lighthouse.served(site) as address:
        with urllib.request.urlopen(f"{address}index.html") as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert "max-age" in answer.headers["Cache-Control"]
            assert gzip.decompress(answer.read()) == (site / "index.html").read_bytes()
        with urllib.request.urlopen(f"{address}picture.webp") as answer:
            assert answer.read() == b"RIFF" * 10
        with pytest.raises(urllib.error.HTTPError, match="404") as raised:
            urllib.request.urlopen(f"{address}nothing.html")
        raised.value.close()


@pytest.mark.parametrize(
    "scores, passed, said",
    [
        ([{}, {}, {}], True, ""),
        ([{"performance": 0.5}, {"performance": 0.96}, {"performance": 0.97}], True, ""),  # median
        ([{"performance": 0.84}] * 3, False, "performance: late"),
        ([{"seo": 0.99}] * 3, False, ""),
        ([{"accessibility": 0.8}] * 3, False, "accessibility: alt"),
    ],
)
def test_the_median_decides(site, monkeypatch, capsys, scores, passed, said):
    reports = [report(**score) for score in scores] * 8  # four pages, two forms
    monkeypatch.setattr(lighthouse, "install", lambda: "program")
    monkeypatch.setattr(lighthouse, "measure", lambda *page: reports.pop(0))
    assert (lighthouse.main() == 0) == passed
    assert said in capsys.readouterr().out
    assert not reports


def test_without_a_site_or_npm_the_remedy_is_named(site, monkeypatch):
    monkeypatch.setattr(lighthouse.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="apt-get install nodejs npm"):
        lighthouse.main()
    (site / "index.html").unlink()
    with pytest.raises(SystemExit, match="make book"):
        lighthouse.main()
