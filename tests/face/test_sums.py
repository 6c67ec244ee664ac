"""A page never shows a sum that is wrong."""

import pytest
from django.template import engines

from silk_road_ebao.face.sums import Sum, Term


def test_a_sum_whose_terms_do_not_give_the_total_is_refused():
    with pytest.raises(ValueError, match="990 fen"):
        Sum("到账", 1_000, [Term("收款", 1_000), Term("手续费", -10)])


def test_a_sum_shows_signs_reasons_and_the_total():
    total = Sum("到账", 990, [Term("收款", 1_000, href="/today/"), Term("手续费", -10, "按 1%")])

    shown = engines["django"].from_string("{% sum_lines total %}{% sum_brief total %}").render({"total": total})

    assert "按 1%" in shown
    assert 'href="/today/"' in shown
    assert "− 手续费" in shown


def test_terms_of_one_name_are_one_in_the_brief():
    total = Sum("到账", 1_490, [Term("收款", 1_000, "微信"), Term("收款", 500, "支付宝"), Term("手续费", -10)])

    assert total.brief() == [Term("收款", 1_500), Term("手续费", -10)]
