"""What is done to a page before it is written."""

import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tools" / "site"))
from pages import keep_numbers_together  # noqa: E402


@pytest.mark.parametrize(
    "text, expected",
    [
        ("all 55 000 images, 1 230 880 weights", "all 55~000 images, 1~230~880 weights"),
        ("95 % of the variance; 10 000 %.", "95~% of the variance; 10~000~%."),
        ("In 2024 100 images, 30 codes, 3 4567", "In 2024 100 images, 30 codes, 3 4567"),
        ("0.5 100.2 and 3 100.25", "0.5 100.2 and 3 100.25"),
        ("<code>10 000</code>", "10 000"),
        ("<pre>n = 10 000</pre>", "n = 10 000"),
    ],
)
def test_no_line_breaks_inside_of_a_number(text, expected):
    soup = BeautifulSoup(f"<p>1 000</p><article>{text}</article>", "html.parser")
    keep_numbers_together(soup)
    assert soup.article.get_text() == expected.replace("~", "\u00a0")
    assert soup.p.get_text() == "1 000", "not in the article"
