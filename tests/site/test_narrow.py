"""Every page on a phone, in the dark theme."""

import pytest
from test_site import PAGES

SIDEWAYS = """() => {
  // Sections far from the window are not laid out, and what is too wide in them is cut off.
  for (const section of document.querySelectorAll("article section"))
    section.style.contentVisibility = "visible";
  const width = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth <= width) return found;
  for (const element of document.querySelectorAll("main *"))
    if (element.getBoundingClientRect().right > width + 1 && element.checkVisibility())
      found.push(element.outerHTML.slice(0, 150));
  return ["the page scrolls sideways", ...found.slice(0, 5)];
}"""


@pytest.mark.parametrize("name", [*PAGES, "search", "genindex"])
def test_a_page_fits_a_phone(visit, axe, name):
    with visit(f"{name}.html", width=360, theme="dark", has_touch=True) as page:
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        page.evaluate("document.querySelectorAll('article details').forEach(d => d.open = true)")
        assert page.evaluate(SIDEWAYS) == []
        assert axe(page) == []
