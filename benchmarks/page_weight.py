"""Compare what a browser fetches for a page with what Jupyter Book's defaults make it fetch.

    python benchmarks/page_weight.py [chapters/02_pca_theorem]

Builds the book once more with the defaults (chapters do not run again) into a temporary folder,
opens the page of both sites in Chromium with an empty cache, and prints a table in Markdown.
What other hosts would send cannot be weighed without a network; it is counted and named.
"""

import functools
import gzip
import http.server
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import yaml
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "tools"))
from chromium import FLAGS, find_browser  # noqa: E402

HTML = ROOT / "_build" / "html"
KINDS = {
    ".html": "page", ".css": "style", ".js": "scripts", ".woff": "fonts", ".woff2": "fonts",
    ".ttf": "fonts",
}  # fmt: skip


def build_with_defaults(folder):
    """Build the same chapters with the settings that a new Jupyter Book has; return the site."""
    ours = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    settings = {key: ours[key] for key in ("title", "only_build_toc_files", "bibtex_bibfiles")}
    settings |= {"parse": ours["parse"], "execute": ours["execute"]}
    settings["sphinx"] = {
        "extra_extensions": ["sphinx_proof", "sphinx_exercise", "comparison_table"]
    }
    for name in ("chapters", "_toc.yml", "references.bib"):
        source, copy = ROOT / name, folder / name
        shutil.copytree(source, copy) if source.is_dir() else shutil.copy(source, copy)
    for page in ROOT.glob("*.md"):
        shutil.copy(page, folder)
    shutil.copytree(ROOT / "_build" / ".jupyter_cache", folder / "_build" / ".jupyter_cache")
    (folder / "_config.yml").write_text(yaml.safe_dump(settings))
    command = [Path(sys.executable).with_name("jupyter-book"), "build", "--quiet", folder]
    paths = os.pathsep.join([str(ROOT / "tools" / "site"), str(ROOT)])
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": paths}, capture_output=True)
    return folder / "_build" / "html"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serve files without a log."""

    def log_message(self, *args):
        """Say nothing."""


def weigh(browser, site, page):
    """Return [requests, bytes, bytes after gzip] by kind, and the hosts elsewhere."""
    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}/"
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        tab, responses, elsewhere = context.new_page(), [], []
        tab.on("request", lambda r: elsewhere.append(r.url) if base not in r.url else None)
        tab.on("response", lambda response: responses.append(response))
        tab.route(lambda url: not url.startswith((base, "data:")), lambda route: route.abort())
        tab.goto(f"{base}{page}.html", wait_until="load")
        tab.wait_for_function("document.fonts.status == 'loaded'")
        table = {}
        for response in responses:
            if response.url.startswith("data:"):
                continue
            body = response.body()
            kind = KINDS.get(Path(response.url.split("?")[0]).suffix, "pictures")
            row = table.setdefault(kind, [0, 0, 0])
            packed = (
                len(gzip.compress(body, 6)) if kind in ("page", "style", "scripts") else len(body)
            )
            for i, number in enumerate((1, len(body), packed)):
                row[i] += number
        context.close()
        server.shutdown()
    return table, [url for url in elsewhere if not url.startswith("data:")]


def main(page="chapters/02_pca_theorem"):
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        defaults = build_with_defaults(Path(folder))
        browser = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        ours, other_hosts = weigh(browser, HTML, page)
        theirs, their_hosts = weigh(browser, defaults, page)
        browser.close()
    print(f"{page}, first view; kB = 1000 bytes, compressed by gzip -6 where that helps\n")
    print(
        "| | this site: requests | kB | kB compressed | defaults: requests | kB | kB compressed |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|")
    kinds = ["page", "style", "scripts", "fonts", "pictures"]
    total = "all but pictures"
    for table in (ours, theirs):
        table[total] = [sum(table.get(k, [0, 0, 0])[i] for k in kinds[:-1]) for i in range(3)]
    for kind in [*kinds[:-1], total, "pictures"]:
        cells = []
        for table in (ours, theirs):
            count, size, packed = table.get(kind, [0, 0, 0])
            cells += [str(count), f"{size / 1000:.0f}", f"{packed / 1000:.0f}"]
        print(f"| {kind} | {' | '.join(cells)} |")
    for name, hosts in (("this site", other_hosts), ("defaults", their_hosts)):
        print(f"\nfrom elsewhere, {name}: {', '.join(hosts) or 'nothing'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
