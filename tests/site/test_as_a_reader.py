"""What a reader does on the pages: search, switch the theme, unfold, copy, download, get lost."""

import json
import re

import pytest
from test_site import CHAPTERS, HTML

CHAPTER = next(page for page in CHAPTERS if "pca_theorem" in page)


def theme(page):
    """Return the theme that a page shows."""
    return page.evaluate("document.documentElement.dataset.theme")


def test_search_finds_a_term_and_opens_it(visit, axe):
    with visit("intro.html") as page:
        page.keyboard.press("Control+k")
        page.locator("#pst-search-dialog input").fill("singular value")
        page.keyboard.press("Enter")
        result = page.locator("#search-results .search a", has_text="singular value").first
        result.wait_for()
        page.locator("#search-results p.context").first.wait_for()  # the excerpts
        result.click()
        page.wait_for_url(re.compile(r"/(chapters/\w+|glossary)\.html"))
        assert page.locator("main h1").count() == 1
        page.locator("span.highlighted").first.wait_for()
        assert axe(page) == []


def test_excerpts_come_from_the_text_and_not_from_the_menu_above_it(visit):
    with visit("search.html?q=solutions") as page:
        excerpts = page.locator("#search-results p.context")
        excerpts.nth(3).wait_for()
        assert not [text for text in excerpts.all_inner_texts() if "Download it without" in text]


def test_the_theme_can_be_switched_and_is_remembered(visit):
    with visit("intro.html", theme="light") as page:
        assert theme(page) == "light"
        button = page.locator(".bd-header-article .theme-switch-button")
        button.click()
        page.wait_for_function("document.documentElement.dataset.theme == 'dark'")
        page.goto(page.url.replace("intro", CHAPTER))
        assert theme(page) == "dark"


def test_the_theme_follows_the_system_at_first(visit):
    for system in ("light", "dark"):
        with visit("intro.html", theme=system) as page:
            assert theme(page) == system


def test_a_solution_is_folded_and_opens_by_mouse_and_by_keyboard(visit):
    with visit(f"{CHAPTER}.html") as page:
        solutions = page.locator("article div.solution > details")
        assert solutions.count() >= 3
        assert page.locator("article div.solution > details[open]").count() == 0
        first, second = solutions.nth(0), solutions.nth(1)
        inside = first.locator(":scope > :not(summary)").first
        assert not inside.is_visible()
        first.locator("summary").click()
        inside.wait_for(state="visible")
        second.locator("summary").focus()
        page.keyboard.press("Enter")
        second.locator(":scope > :not(summary)").first.wait_for(state="visible")


def test_a_link_into_a_folded_solution_unfolds_it(visit):
    with visit("intro.html") as page:
        page.goto(page.url.replace("intro.html", f"{CHAPTER}.html#sol-pca-theorem-2"))
        page.locator("#sol-pca-theorem-2 > details[open]").wait_for()


@pytest.mark.parametrize("place", ["sol-pca-theorem-2", "exercises", "the-question"])
def test_a_link_lands_where_it_should_although_the_sections_above_are_not_laid_out(visit, place):
    with visit(f"{CHAPTER}.html#{place}") as page:
        page.wait_for_function(
            "id => Math.abs(document.getElementById(id).getBoundingClientRect().top - 64) < 30",
            arg=place,
        )


def test_the_copy_button_copies_code(visit):
    with visit(f"{CHAPTER}.html", permissions=["clipboard-read", "clipboard-write"]) as page:
        plain = page.locator("div.cell > div.cell_input").first
        folded = page.locator(".folded-code > summary").all()[:1]
        for summary in folded:
            summary.click()
        for cell in [plain, *(summary.locator("~ div.cell_input") for summary in folded)]:
            cell.hover()
            cell.locator("button.copybtn").click()
            cell.locator("button.copybtn.success").wait_for()
            copied = page.evaluate("navigator.clipboard.readText()")
            assert copied.strip() == cell.locator("pre").inner_text().strip()


def test_the_notebook_can_be_downloaded(visit):
    with visit(f"{CHAPTER}.html") as page:
        menu = page.locator("details.menu")
        menu.locator("summary").click()
        with page.expect_download() as download:
            menu.get_by_text("Download the notebook").click()
        notebook = json.loads(download.value.path().read_text(encoding="utf-8"))
        assert notebook["cells"][0]["source"]
        page.keyboard.press("Escape")
        page.locator("details.menu:not([open])").wait_for()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_menu_of_a_chapter_is_inside_the_window(visit, width):
    with visit(f"{CHAPTER}.html", width=width) as page:
        page.locator("details.menu > summary").click()
        box = page.locator("details.menu > ul").bounding_box()
        assert box["width"] > 200
        assert 0 <= box["x"] and box["x"] + box["width"] <= width


def test_the_first_stop_of_the_tab_key_skips_to_the_text(visit):
    with visit("intro.html") as page:
        page.keyboard.press("Tab")
        link = page.locator(":focus")
        assert link.get_attribute("href") == "#main-content"
        assert link.is_visible()
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("#main-content$"))


def test_the_menu_of_chapters_opens_on_a_phone(visit):
    with visit(f"{CHAPTER}.html", width=360) as page:
        link = page.get_by_role("link", name="Glossary", exact=True).first
        assert not link.is_visible()
        page.locator(".bd-header-article .primary-toggle").click()
        page.locator("#pst-primary-sidebar-modal").get_by_text("Glossary").click()
        page.wait_for_url(re.compile("glossary.html"))


@pytest.mark.parametrize("name", ["intro", CHAPTER, "how_to_use"])
def test_pages_work_from_the_file_system(visit, name):
    site = f"{HTML.as_uri()}/"
    with visit(f"{name}.html", site=site) as page:
        assert theme(page) == "light"
        page.evaluate("document.fonts.ready")
        if page.locator("mjx-container").count():
            assert page.evaluate("document.fonts.check('16px MJXTEX', 'x')")
        page.locator(".bd-header-article .theme-switch-button").click()
        assert theme(page) == "dark"
        page.locator("a.right-next").click()
        page.locator("article h1").wait_for()


def test_search_works_from_the_file_system_but_for_the_excerpts(visit):
    # Browsers do not let a page read other files, so the results come without their context.
    site = f"{HTML.as_uri()}/"
    with visit(
        "search.html?q=eigenvalue", site=site, allowed=["CORS", "ERR_FAILED", "fetch"]
    ) as page:
        page.locator("#search-results .search a").first.wait_for()


@pytest.mark.parametrize("path", ["nothing.html", "chapters/deeper/nothing.html"])
def test_a_wrong_address_leads_back_to_the_book(visit, path):
    with visit(path, allowed=["404"]) as page:
        page.locator("#home").click()
        page.wait_for_url(re.compile(r"/html/intro\.html$"))


def test_pages_can_be_read_without_scripts(visit):
    with visit(f"{CHAPTER}.html", java_script_enabled=False) as page:
        assert page.locator("mjx-container").count() > 100
        assert not page.locator("div.solution > details > :not(summary)").first.is_visible()
        page.locator("div.solution > details > summary").first.click()
        assert page.locator("div.solution > details > :not(summary)").first.is_visible()
        assert not page.locator(".theme-switch-button").first.is_visible()


def test_nothing_is_folded_on_paper(visit):
    with visit(f"{CHAPTER}.html") as page:
        page.emulate_media(media="print")
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert page.locator("article details:not([open])").count() == 0
        assert not page.locator("#pst-primary-sidebar").is_visible()
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert page.locator("article div.solution > details[open]").count() == 0


def test_no_line_begins_with_the_comma_after_a_formula(visit, lay_out):
    with visit(f"{CHAPTER}.html", width=360) as page:
        lay_out(page)
        count, lines = page.evaluate(
            r"""() => {
              const lines = [], range = document.createRange();
              let count = 0;
              for (const formula of document.querySelectorAll("article span.math")) {
                const after = formula.nextSibling;
                if (!/^[\])”,.;:!?]/.test(after?.data ?? "")) continue;
                count += 1;
                range.setStart(after, 0);
                range.setEnd(after, 1);
                if (range.getBoundingClientRect().left < formula.getBoundingClientRect().left)
                  lines.push(after.parentElement.textContent);
              }
              return [count, lines];
            }"""
        )
        assert count > 100 and lines == []
