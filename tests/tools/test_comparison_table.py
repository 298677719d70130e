"""A page with the table of comparisons is written again only if its rows have changed."""

from nbformat.v4 import new_code_cell, new_markdown_cell
from small_book import make_book
from test_build import TABLE, build, small_chapter


def test_a_page_with_a_table_is_left_alone(tmp_path):
    chapter = small_chapter()
    chapter.cells += [
        new_code_cell(TABLE, metadata={"tags": ["remove-output"]}),
        new_markdown_cell("```{comparison}\nAll so far.\n```"),
    ]
    make_book(tmp_path, chapter)
    page = tmp_path / "_build" / "html" / "chapters" / "small.html"
    times = []
    for _ in range(2):
        passed, text = build(tmp_path)
        assert passed, text
        assert "net of NAME" in page.read_text(encoding="utf-8")
        times.append(page.stat().st_mtime_ns)
    assert times[0] == times[1]
