"""The merchant's own payments, by day and kind, and giving money back."""

import pytest
from django.urls import reverse

from payments.models import Payment, PaymentAttempt, Refund
from silk_road_ebao.kernel.ids import new_no, new_uuid
from tests.accounts.factories import MembershipFactory
from tests.payments.factories import AttemptFactory, PaymentFactory, SubMerchantFactory, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client):
    membership = MembershipFactory(role="OWNER", merchant__status="APPROVED")
    client.force_login(membership.user, backend="django.contrib.auth.backends.ModelBackend")
    membership.sub_merchant = SubMerchantFactory(merchant=membership.merchant)
    return membership


def _paid(owner, amount_fen=10_000):
    attempt = AttemptFactory(
        payment__merchant=owner.merchant, payment__amount_fen=amount_fen, sub_merchant=owner.sub_merchant,
        acquirer_trade_no=new_no("ATT"),
    )  # fmt: skip
    at = moment()
    PaymentAttempt.objects.filter(pk=attempt.pk).update(status="PAID", paid_at=at, business_date=at.date())
    Payment.objects.filter(pk=attempt.payment_id).update(
        status="PAID", paid_at=at, business_date=at.date(), paid_attempt=attempt
    )
    return Payment.objects.get(pk=attempt.payment_id)


def _give_back(client, payment, amount, refund_no):
    address = reverse("payments:payment", args=[payment.payment_no])
    return client.post(address, {"amount": amount, "reason": "退货", "refund_no": refund_no})


def test_payments_are_listed_by_kind(client, owner):
    paid, waiting = _paid(owner), PaymentFactory(merchant=owner.merchant, description="等着的")

    listed = client.get(reverse("payments:list")).content.decode()
    open_ones = client.get(reverse("payments:list"), {"kind": "open"}).content.decode()

    assert (paid.payment_no in listed, waiting.payment_no in listed) == (True, False)
    assert (paid.payment_no in open_ones, waiting.payment_no in open_ones) == (False, True)


def test_a_part_goes_back_once_however_often_the_form_is_sent(client, owner):
    payment, refund_no = _paid(owner), new_no("REF")

    answers = [_give_back(client, payment, "49.99", refund_no).status_code for _press in range(2)]

    assert answers == [302, 302]
    assert Refund.objects.get().amount_fen == 4_999
    assert Payment.objects.get(pk=payment.pk).refunding_fen == 4_999


def test_too_much_is_refused_at_the_field_and_nothing_is_written(client, owner):
    payment = _paid(owner)

    answer = _give_back(client, payment, "100.01", new_no("REF"))

    assert answer.status_code == 422
    assert "amount" in answer.context["form"].errors
    assert "100.00" in str(answer.context["form"].errors["amount"])
    assert not Refund.objects.exists()


def test_a_payment_is_found_by_the_end_of_any_of_its_numbers(client, owner):
    payment, other = _paid(owner), _paid(owner)
    attempt = payment.paid_attempt

    for number in (payment.payment_no, payment.payment_no[-6:].lower(), attempt.attempt_no[-8:]):
        found = client.get(reverse("payments:list"), {"q": number}).content.decode()
        assert (payment.payment_no in found, other.payment_no in found) == (True, False)
    trade = client.get(reverse("payments:list"), {"q": attempt.acquirer_trade_no[-8:]}).content.decode()
    assert payment.payment_no in trade


def test_another_merchants_number_is_not_found(client, owner):
    other = AttemptFactory().payment

    found = client.get(reverse("payments:list"), {"q": other.payment_no}).content.decode()

    assert "没有这个单号的收款" in found


def test_a_days_payments_come_as_a_table_that_is_no_formula(client, owner):
    payment = _paid(owner)
    Payment.objects.filter(pk=payment.pk).update(description="=1+1")

    answer = client.get(reverse("payments:list_file"))

    lines = answer.content.decode("utf-8-sig").splitlines()
    assert answer["Content-Type"].startswith("text/csv")
    assert len(lines) == 2
    assert "'=1+1,100.00,0.00" in lines[1]
    assert payment.payment_no in lines[1]


def test_a_payment_made_twice_shows_what_went_back(client, owner):
    payment = _paid(owner)
    second = AttemptFactory(
        payment=payment, sub_merchant=owner.sub_merchant, status="PAID", is_surplus=True,
        acquirer_trade_no=new_no("ATT"), paid_at=moment(), business_date=moment().date(),
    )  # fmt: skip
    Refund.objects.create(
        status="SUCCEEDED", refund_no=new_no("REF"), uid=new_uuid(), payment=payment, attempt=second, kind="SURPLUS",
        amount_fen=10_000, requested_at=moment(), refunded_at=moment(), business_date=moment().date(),
    )  # fmt: skip

    page = client.get(reverse("payments:payment", args=[payment.payment_no])).content.decode()

    assert "重复付的，自动退回" in page


def test_another_merchants_payment_is_not_found(client, owner):
    other = AttemptFactory().payment

    answer = client.get(reverse("payments:payment", args=[other.payment_no]))

    assert answer.status_code == 404
    assert _give_back(client, other, "1", new_no("REF")).status_code == 404


@pytest.mark.parametrize("query", [{"day": "2026-13-01"}, {"kind": "all"}])
def test_a_wrong_filter_is_not_found(client, owner, query):
    assert client.get(reverse("payments:list"), query).status_code == 404


def test_a_full_day_costs_the_same_queries_as_one_payment(client, owner, django_assert_max_num_queries):
    for _n in range(20):
        _paid(owner)

    with django_assert_max_num_queries(12):
        client.get(reverse("payments:list"))
