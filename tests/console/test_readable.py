"""Codes, fen and ten-thousandths in words and figures on the console's pages."""

import pytest
from django.apps import apps
from django.urls import reverse

from payments.models import Payment
from silk_road_ebao.console.four_eyes import diff_lines
from silk_road_ebao.console.readable import readable, status_text
from silk_road_ebao.console.words import field_text
from silk_road_ebao.kernel.machine import Machine
from tests.payments.factories import AttemptFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(sit_down):
    return sit_down("MAKER", "CHECKER")


MACHINES = [model for model in apps.get_models() if issubclass(model, Machine)]


@pytest.mark.parametrize("model", MACHINES, ids=lambda model: model._meta.label)
def test_every_state_of_every_noun_is_called_something_in_chinese(model):
    codes = model.STATES.states

    assert codes
    assert [code for code in codes if str(status_text(model, code)) == code] == []


def test_a_row_shows_its_state_acquirer_and_money_as_people_read_them(desk):
    attempt = AttemptFactory(payment__amount_fen=123_450, amount_fen=123_450, status="UNKNOWN")

    row = desk.get(reverse("admin:payments_paymentattempt_change", args=[attempt.pk])).content.decode()
    listed = desk.get(reverse("admin:payments_paymentattempt_changelist")).content.decode()

    for page in (row, listed):
        assert "正在核实" in page
        assert "¥1,234.50" in page
        assert "微信" in page
        assert ">UNKNOWN<" not in page.replace("\n", "").replace(" ", "")
    assert ">123450<" not in row.replace("\n", "").replace(" ", "")


def test_rows_beneath_a_row_are_readable_too(desk):
    attempt = AttemptFactory(payment__amount_fen=123_450, amount_fen=123_450)

    page = desk.get(reverse("admin:payments_payment_change", args=[attempt.payment_id])).content.decode()

    assert page.count("¥1,234.50") >= 2
    assert "123450" not in page


def test_a_filter_by_state_offers_words(desk):
    AttemptFactory(status="UNKNOWN")

    page = desk.get(reverse("admin:payments_paymentattempt_changelist"), {"status": "UNKNOWN"})

    assert page.status_code == 200
    assert "正在核实" in page.content.decode()


def test_a_field_is_the_same_column_every_time_and_others_stay_names():
    assert readable(Payment, "amount_fen") is readable(Payment, "amount_fen")
    assert readable(Payment, "payment_no") == "payment_no"
    assert readable(Payment, "channel") == "channel"  # a field with choices says them itself


def test_a_frozen_diff_shows_two_papers_as_a_list_and_fen_as_yuan():
    lines = {
        line.name: (line.before, line.after)
        for line in diff_lines({"documents": ["0" * 64, "1" * 64], "amount_fen": 1_250, "status": "SUBMITTED"})
    }

    assert lines["documents"] == ("", "000000000000…，111111111111…")
    assert lines["amount_fen"] == ("", "¥12.50")
    assert lines["status"] == ("", "已提交")
    assert str(field_text("uscc")) == "统一社会信用代码"
