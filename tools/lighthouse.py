"""Measure the built site with Lighthouse, and fail if a score is below its bound.

    python tools/lighthouse.py            # the landing page and three chapters
    python tools/lighthouse.py --runs 1   # quicker; the default is the median of three runs

Lighthouse is an npm package, installed into _build/lighthouse. It opens the site of _build/html in
Chromium, from a server that compresses as static hosts do. Performance is measured in time: let
the machine do nothing else. The other scores are the same in every run.
"""

import argparse
import gzip
import http.server
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import busy
import command
from chromium import FLAGS, find_browser

ROOT = Path(__file__).resolve().parents[1]
HTML = ROOT / "_build" / "html"
FOLDER = ROOT / "_build" / "lighthouse"
# What npm installs, down to the last package and its hash; `make lock` writes it.
LOCK = ROOT / "tools" / "locks" / "lighthouse"
PAGES = (
    "index",
    "chapters/02_pca_theorem",  # the most formulas
    "chapters/06_other_methods",  # many figures
    "chapters/11_denoising_autoencoder",
)
BOUNDS = {
    "desktop": {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100},
    "mobile": {"performance": 85, "accessibility": 100, "best-practices": 100, "seo": 100},
}


@cache
def compressed(path):
    """Return what a file is sent as."""
    return gzip.compress(path.read_bytes(), 6)


class StaticHost(http.server.SimpleHTTPRequestHandler):
    """Serve the site compressed, to be kept for ten minutes, as GitHub Pages does."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """Send a file."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        kind = self.guess_type(str(path))
        text = kind.startswith("text/") or "svg" in kind or "javascript" in kind
        body = compressed(path) if text else path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if text else kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=600")
        if text:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


@contextmanager
def served(folder):
    """Serve `folder`, and give its address."""

    def handler(*args):
        return StaticHost(*args, directory=str(folder))

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def install():
    """Install Lighthouse unless it is there, and return its program."""
    npm = shutil.which("npm")
    if not (npm and shutil.which("node")):
        sys.exit("Lighthouse needs Node.js with npm. Install them: apt-get install nodejs npm")
    wanted, ready = (LOCK / "package-lock.json").read_text(encoding="utf-8"), FOLDER / "ready"
    if not ready.exists() or ready.read_text(encoding="utf-8") != wanted:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(LOCK / name, FOLDER)
        call = [npm, "ci", "--prefix", FOLDER, "--ignore-scripts", "--no-audit", "--no-fund"]
        if subprocess.run([*call, "--silent"]).returncode:
            sys.exit("npm could not install Lighthouse: see above. It needs an npm registry.")
        command.write(ready, wanted)
    return FOLDER / "node_modules" / "lighthouse" / "cli" / "index.js"


def measure(program, url, form):
    """Return Lighthouse's report on a page."""
    flags = " ".join(["--headless=new", *FLAGS])
    call = ["node", program, url, "--quiet", "--output=json", f"--chrome-flags={flags}"]
    if form == "desktop":
        call.append("--preset=desktop")
    environment = os.environ | {"CHROME_PATH": find_browser()}
    run = subprocess.run(call, env=environment, stdout=subprocess.PIPE, text=True)
    if run.returncode:
        sys.exit(f"Lighthouse failed at {url}: see above.")
    return json.loads(run.stdout)


def shortcomings(report, category):
    """Yield what keeps a score down."""
    for reference in report["categories"][category]["auditRefs"]:
        audit = report["audits"][reference["id"]]
        if reference["weight"] and audit["score"] is not None and audit["score"] < 0.9:
            yield f"    {category}: {audit['title']} {audit.get('displayValue', '')}".rstrip()


def main():
    """Measure all pages; return an exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=3, help="the score is their median")
    runs = parser.parse_args().runs
    if not (HTML / "index.html").exists():
        sys.exit("There is no site to measure. Build it first: make book")
    find_browser()
    with busy.held(FOLDER.with_suffix(".busy"), "installing Lighthouse"):
        program = install()
    with busy.site(ROOT, "measuring the site", shared=True):
        return judge(program, runs)


def judge(program, runs):
    """Print the scores of all pages, each the median of some runs; return an exit status."""
    status = 0
    names = list(BOUNDS["mobile"])
    print(f"{'page':36}{'form':10}" + "".join(f"{name:>16}" for name in names))
    with served(HTML) as address:
        for page in PAGES:
            for form, bounds in BOUNDS.items():
                reports = [measure(program, f"{address}{page}.html", form) for _ in range(runs)]
                scores = {
                    name: round(
                        100
                        * statistics.median(r["categories"][name]["score"] or 0 for r in reports)
                    )
                    for name in names
                }
                print(f"{page:36}{form:10}" + "".join(f"{scores[name]:16}" for name in names))
                for name in names:
                    if scores[name] < bounds[name]:
                        status = 1
                        print(*shortcomings(reports[-1], name), sep="\n")
    return status


if __name__ == "__main__":
    command.run(main)
