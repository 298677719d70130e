"""A page with the table of comparisons is written again only if its rows have changed."""

import shutil
from pathlib import Path

from nbformat.v4 import new_code_cell, new_markdown_cell
from test_build import TABLE, build, small_chapter, write

ROOT = Path(__file__).resolve().parents[2]


def test_a_page_with_a_table_is_left_alone(tmp_path):
    for name in ("_config.yml", "references.bib"):
        shutil.copy(ROOT / name, tmp_path)
    toc = "format: jb-book\nroot: intro\nchapters:\n  - file: chapters/small\n"
    (tmp_path / "_toc.yml").write_text(toc)
    (tmp_path / "intro.md").write_text("# A book\n")
    (tmp_path / "chapters").mkdir()
    chapter = small_chapter()
    chapter.cells += [
        new_code_cell(TABLE, metadata={"tags": ["remove-output"]}),
        new_markdown_cell("```{comparison}\nAll so far.\n```"),
    ]
    write(tmp_path, chapter)
    page = tmp_path / "_build" / "html" / "chapters" / "small.html"
    times = []
    for _ in range(2):
        passed, text = build(tmp_path)
        assert passed, text
        assert "net of NAME" in page.read_text(encoding="utf-8")
        times.append(page.stat().st_mtime_ns)
    assert times[0] == times[1]
