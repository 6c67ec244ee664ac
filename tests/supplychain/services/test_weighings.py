"""The scales have the last word: short weight is paid back, the books agree again, once."""

from decimal import Decimal

import pytest

from payments.models import Refund
from supplychain.models import Agreement, OrderCorrection
from supplychain.selectors.outbounds import line_states
from supplychain.services.agreements import compute_agreements
from supplychain.services.outbounds import issue_outbound
from supplychain.services.weighings import NothingToSettle, settle_weight
from tests.supplychain.factories import AT, DAY, STAFF, CommodityFactory, StallFactory, method, order, stock
from tests.supplychain.services.test_returns import paid_at_acquirer

pytestmark = pytest.mark.django_db


def sent(*weighed, ordered=(100, 10)):
    stall, goods = StallFactory(), [CommodityFactory() for _kg in ordered]
    for commodity in goods:
        stock(stall, commodity, 300)
    placed = order(stall, *[(commodity, kg, 210) for commodity, kg in zip(goods, ordered, strict=True)])
    paid_at_acquirer(placed)
    issue_outbound(
        order=placed, lines=[(n, Decimal(kg)) for n, kg in enumerate(weighed, 1) if kg != "0"], actor=STAFF, at=AT
    )
    placed.refresh_from_db()
    return placed


def settle(placed):
    return settle_weight(order=placed, actor=STAFF, at=AT)


def test_short_weight_is_refunded_to_the_fen_and_the_books_agree_again():
    method()
    placed = sent("94.5", "10")
    compute_agreements(day=DAY, actor=STAFF, at=AT)
    assert Agreement.objects.get(merchant=placed.merchant).partings.get().cause == "KG_DIFFERS"

    assert settle(placed) == 1_155

    refund = Refund.objects.get()
    assert (refund.amount_fen, refund.payment.payment_no) == (1_155, placed.payment_no)
    states = line_states(placed)
    assert [(state.net_kg, state.net_fen) for state in states.values()] == [(Decimal("94.5"), 19_845), (10, 2_100)]
    assert OrderCorrection.objects.count() == 1


def test_it_is_settled_once():
    placed = sent("94.5", "10")

    assert settle(placed) == settle(placed) == 1_155

    assert (Refund.objects.count(), OrderCorrection.objects.count()) == (1, 1)


def test_over_weight_is_given_and_costs_nobody_anything():
    placed = sent("104", "10")

    assert settle(placed) == 0

    assert not Refund.objects.exists()
    assert (line_states(placed)[1].net_kg, line_states(placed)[1].net_fen) == (104, 21_000)


def test_a_line_that_was_not_sent_is_paid_back_whole():
    placed = sent("100", "0")

    assert settle(placed) == 2_100
    assert line_states(placed)[2].net_fen == 0


def test_with_nothing_to_settle_nothing_is_written():
    exact = sent("100", "10")
    stall, commodity = StallFactory(), CommodityFactory()
    stock(stall, commodity, 300)
    unsent = order(stall, (commodity, 5, 210))
    paid_at_acquirer(unsent)

    for placed in (exact, unsent):
        with pytest.raises(NothingToSettle):
            settle(placed)

    assert not Refund.objects.exists()
    assert not OrderCorrection.objects.exists()
