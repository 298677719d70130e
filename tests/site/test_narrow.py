"""A few pages on a phone with a touch screen, dark from the beginning; the others: test_pages."""

import pytest
from test_site import CHAPTERS


@pytest.mark.parametrize("name", ["intro", CHAPTERS[1], "search"])
def test_a_page_fits_a_phone(visit, axe, lay_out, sideways, name):
    with visit(f"{name}.html", width=360, theme="dark", has_touch=True) as page:
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        lay_out(page)
        assert sideways(page) == []
        assert axe(page) == []
