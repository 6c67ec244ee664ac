"""Templates keep the strict policy and work without script (R27: no banned advertising words)."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGES = sorted((ROOT / "templates").rglob("*.html"))
BANNED = ("T+0", "即时到账", "实时到账", "低扣率", "秒到")
"""银发〔2016〕261 and 银发〔2017〕281: words acquiring may not be advertised with."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT / "templates")))
def test_a_template_has_no_inline_style_or_script(page):
    text = page.read_text(encoding="utf8")

    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))", text)
    assert not re.search(r"\son[a-z]+=[\"']", text)
    assert "javascript:" not in text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT / "templates")))
def test_every_hx_get_repeats_its_href(page):
    quiet = re.sub(r"\{[{%].*?[%}]\}", lambda m: m[0].replace("<", "‹").replace(">", "›"), page.read_text("utf8"))
    for tag in re.findall(r"<[a-z]+[^<>]*hx-get=[^<>]*>", quiet):
        href = re.search(r'\shref="([^"]*)"', tag)
        asked = re.search(r'hx-get="([^"]*)"', tag)

        assert href is not None, tag
        assert asked is not None
        assert href[1] == asked[1], tag


def test_no_banned_advertising_word_stands_in_templates_code_or_catalogues():
    """R27 (银发〔2016〕261)."""
    files = [*PAGES, *(ROOT / "locale").rglob("*.po")]
    for app in ("silk_road_ebao", "accounts", "payments", "supplychain", "loyalty", "banking"):
        files += (ROOT / app / "views").rglob("*.py")

    found = [(path.name, word) for path in files for word in BANNED if word in path.read_text(encoding="utf8")]

    assert found == []


def test_the_stylesheet_uses_logical_properties_so_that_a_page_can_be_mirrored():
    for sheet in (ROOT / "static" / "face").glob("*.css"):
        text = sheet.read_text(encoding="utf8")

        assert not re.search(r"[\s;{](margin|padding|border)-(left|right|top|bottom)\s*:", text), sheet.name
        assert not re.search(r"[\s;{](left|right|top|bottom)\s*:", text), sheet.name
        assert not re.search(r"text-align:\s*(left|right)", text), sheet.name


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = set(re.findall(r'symbol id="([a-z-]+)"', (ROOT / "static/face/icons.svg").read_text("utf8")))
    named = {name for page in PAGES for name in re.findall(r'\{% icon "([a-z-]+)"', page.read_text("utf8"))}
    named |= {name for page in PAGES for name in re.findall(r'drawing="([a-z-]+)"', page.read_text("utf8"))}

    assert named <= sprite
