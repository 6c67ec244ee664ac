"""A page cast once and filled often."""

import pytest

from silk_road_ebao.face.moulds import Mould, blank, mould_of


def test_blanks_are_filled_and_escaped():
    mould = Mould(f'<a href="/p/{blank("number")}/">{blank("sign")}</a>{blank("number")}')

    assert mould.fill({"number": "PAY1", "sign": "<b>&'"}) == '<a href="/p/PAY1/">&lt;b&gt;&amp;&#x27;</a>PAY1'


def test_a_blank_inside_a_value_stays_what_was_typed():
    mould = Mould(blank("sign"))

    assert mould.fill({"sign": blank("number"), "number": "x"}) == blank("number")


def test_a_blank_nobody_fills_is_no_page():
    with pytest.raises(KeyError):
        Mould(blank("sign")).fill({})


def test_a_mould_is_cast_once_for_each_language(settings):
    from django.utils.translation import override

    settings.DEBUG = False
    cast = []

    def render():
        cast.append(1)
        return "x"

    for language in ("zh-hans", "en", "zh-hans"):
        with override(language):
            mould_of(("tests.face", "once"), render)

    assert len(cast) == 2
