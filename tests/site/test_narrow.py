"""Every page on a phone, in the dark theme."""

import pytest
from test_site import PAGES


@pytest.mark.parametrize("name", [*PAGES, "search", "genindex"])
def test_a_page_fits_a_phone(visit, axe, sideways, name):
    with visit(f"{name}.html", width=360, theme="dark", has_touch=True) as page:
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        page.evaluate("document.querySelectorAll('article details').forEach(d => d.open = true)")
        assert sideways(page) == []
        assert axe(page) == []
