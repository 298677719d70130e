"""Every page on a phone, in the dark theme."""

import pytest
from test_site import PAGES


@pytest.mark.parametrize("name", [*PAGES, "search", "genindex"])
def test_a_page_fits_a_phone(visit, axe, lay_out, sideways, name):
    with visit(f"{name}.html", width=360, theme="dark", has_touch=True) as page:
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        lay_out(page)
        assert sideways(page) == []
        assert axe(page) == []
