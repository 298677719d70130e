"""Nobody loses their place: reload, back, and links go where they should; the scroll bar is true.

The oracle is the page with everything laid out.
"""

import pytest

PAGES = ["chapters/02_pca_theorem.html", "chapters/08_stacked_autoencoder.html", "glossary.html"]
WIDTHS = [1280, 390]
NEAR = 100  # pixels
ALL_LAID_OUT = """async () => {
  while (document.querySelector(".bd-article section section:not(.laid-out)"))
    await new Promise(done => setTimeout(done, 50));
}"""
STILL = """async () => {
  for (let before, now = ""; before !== now; ) {
    before = now;
    await new Promise(done => setTimeout(done, 150));
    now = `${scrollY} of ${document.documentElement.scrollHeight}`;
  }
}"""
# What the text is made of, without the figures that scripts draw: they may come a little later.
PARTS = """[...document.querySelectorAll(
  ".bd-article :is(p, h2, h3, pre, img, dt):not([data-script] *)")]"""
# What stands at the top of the window, below the bar that stays there, and how far from it.
TOP = f"""() => {{
  const bar = document.querySelector(".bd-header-article")?.getBoundingClientRect().bottom ?? 0;
  const parts = {PARTS};
  const part = parts.find(part => part.getBoundingClientRect().top >= bar && part.offsetHeight);
  return [parts.indexOf(part), part.getBoundingClientRect().top];
}}"""


def offset(page, index):
    """Return how far below the top of the window a part of the text stands."""
    return page.evaluate(f"index => {PARTS}[index].getBoundingClientRect().top", index)


def settle(page):
    """Wait until the page does not move any more."""
    page.wait_for_load_state("load")
    page.evaluate(STILL)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_the_scroll_bar_tells_the_truth(visit, path, width):
    with visit(path, width=width) as page:
        page.evaluate(ALL_LAID_OUT)
        said = page.evaluate("document.documentElement.scrollHeight")
        page.evaluate(
            "document.querySelectorAll('.bd-article section').forEach("
            "section => section.style.contentVisibility = 'visible')"
        )
        assert said == pytest.approx(page.evaluate("document.documentElement.scrollHeight"), 0.05)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_reload_and_back_come_to_the_same_place(visit, address, path, width):
    with visit(path, width=width) as page:
        for share in (0.35, 0.8):
            page.evaluate(ALL_LAID_OUT)
            page.evaluate("share => scrollTo(0, share * document.body.scrollHeight)", share)
            settle(page)
            index, top = page.evaluate(TOP)
            page.reload()
            settle(page)
            assert abs(offset(page, index) - top) < NEAR, ("reload", share)
            page.goto(address + "notation.html")
            settle(page)
            page.go_back()
            settle(page)
            assert abs(offset(page, index) - top) < NEAR, ("back", share)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES[:2])
def test_links_and_addresses_lead_to_their_section(visit, path, width):
    with visit(path, width=width) as page:
        ids = page.evaluate(
            "[...document.querySelectorAll('.bd-article section section')].map(s => s.id)"
        )

    def check(page, name):
        settle(page)
        top = page.evaluate(
            """name => document.getElementById(name).getBoundingClientRect().top
            - parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop || 0)""",
            name,
        )
        assert abs(top) < NEAR, (name, top)

    for name in (ids[1], ids[len(ids) // 2], ids[-3]):
        with visit(f"{path}#{name}", width=width) as page:
            check(page, name)
        with visit(path, width=width) as page:  # at once, before all is laid out
            link = "name => document.querySelector(`a[href='#${name}']`).click()"
            page.evaluate(link, name)
            check(page, name)
            page.evaluate(link, ids[1])
            check(page, ids[1])
