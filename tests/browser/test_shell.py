# ruff: noqa: E501
"""The shell in a real browser: every component, light and dark, narrow and wide, mirrored, without script."""

import pytest

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.face.gallery")]
PAGES = (
    "/gallery/",
    "/today/",
    "/today/?empty",
    "/today/?long",
    "/collect/",
    "/collect/?error",
    "/collect/waiting/",
    "/collect/received/",
    "/collect/checking/",
    "/collect/over/",
    "/collect/failed/",
    "/collect/password/",
)


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark"), (320, "dark")])
def test_a_page_breaks_no_policy_and_never_scrolls_sideways(live_server, open_page, complaints, address, width, scheme):
    page = open_page(width=width, color_scheme=scheme)

    page.goto(live_server.url + address)
    page.wait_for_timeout(100)

    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_can_be_touched_is_large_enough(live_server, open_page):
    page = open_page()
    page.goto(live_server.url + "/gallery/")

    small = page.evaluate(
        """[...document.querySelectorAll('.button, .nav__link, .tap, .pad__key, .segments > *, .input, .choice')]
        .filter(e => e.offsetParent).map(e => [e.className, e.getBoundingClientRect().height])
        .filter(([, height]) => height < 44)"""
    )

    assert small == []


def test_the_number_pad_writes_an_amount_and_not_a_third_decimal(live_server, open_page):
    page = open_page(has_touch=True)
    page.goto(live_server.url + "/collect/")

    for key in ("8", "0", ".", "5", "5", "9"):
        page.click(f"[data-key='{key}']")
    assert page.input_value(".pad__input") == "80.55"

    page.click("[data-key='back']")
    assert page.input_value(".pad__input") == "80.5"


def test_without_script_the_pad_is_an_ordinary_field(live_server, open_page):
    page = open_page(java_script_enabled=False)
    page.goto(live_server.url + "/collect/")

    assert not page.locator(".pad__keys").is_visible()
    page.fill(".pad__input", "80.5")
    assert page.input_value(".pad__input") == "80.5"


def test_a_box_opens_and_closes_without_script(live_server, open_page):
    page = open_page(java_script_enabled=False)
    page.goto(live_server.url + "/gallery/#why")
    assert page.locator("#why").is_visible()

    page.click("#why .tap")

    assert not page.locator("#why").is_visible()


def test_right_to_left_is_a_mirror_and_numbers_are_not(live_server, open_page, complaints):
    page = open_page()
    page.goto(live_server.url + "/preferences/")
    page.click("button[lang='ug']")
    page.goto(live_server.url + "/today/")

    mark = page.locator(".top__mark").bounding_box()
    direction = page.evaluate("getComputedStyle(document.querySelector('.amount--xl')).direction")

    assert page.get_attribute("html", "dir") == "rtl"
    assert mark["x"] > 200
    assert direction == "ltr"
    assert complaints == []


def test_the_theme_changes_at_once_and_the_next_page_keeps_it(live_server, open_page):
    page = open_page(color_scheme="light")
    page.goto(live_server.url + "/preferences/")
    with page.expect_response("**/preferences/theme/"):
        page.click("button[value='dark']")
    assert page.get_attribute("html", "data-theme") == "dark"

    page.goto(live_server.url + "/today/")

    assert page.get_attribute("html", "data-theme") == "dark"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(live_server, open_page, scheme):
    page = open_page(color_scheme=scheme)
    page.goto(live_server.url + "/gallery/")

    weak = page.evaluate(CONTRAST)

    assert weak == []


CONTRAST = """() => {
  const rgb = (text) => text.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => { for (; e; e = e.parentElement) {
    const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0.99) return c; } return [255, 255, 255]; };
  const weak = [];
  for (const e of document.querySelectorAll('main *, header *, nav *')) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const style = getComputedStyle(e);
    if (!own || !e.offsetParent || e.closest('[disabled], .sr-only, svg') || e.tagName === 'INPUT') continue;
    const [a, b] = [light(rgb(style.color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const large = parseFloat(style.fontSize) >= 18;
    if (ratio < (large ? 3 : 4.5)) weak.push([e.className || e.tagName, e.textContent.trim().slice(0, 12), ratio.toFixed(2)]);
  }
  return weak;
}"""
