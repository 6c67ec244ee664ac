"""An invoice paid at our own cashier, from the merchant's page to the ledger (R2: our company is the payee)."""

import time
from datetime import timedelta

import pytest

from accounts.models import Notice
from payments.ledger.rules.chart import cash_own, receivable_merchant
from payments.ledger.selectors.balance import balance_of
from payments.models import FeeInvoice, FeePayee, Payment, ServiceFee
from payments.services.attempts import look_at_attempt, start_attempt
from payments.services.fee_invoices import InvoiceSettled, issue_invoices, propose_receipt, remind_overdue
from payments.services.fee_payments import (
    PayeeMissing,
    PayeeUnfitForFees,
    pay_invoice,
    propose_fee_payee,
    receive_paid_invoices,
)
from payments.services.refund_pushes import push_due_refunds
from payments.services.service_charges import charge_service
from payments.services.tariffs import Price, draft_tariff, sign_contract
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import SamePerson, approve
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.outbox import deliver_due
from tests.face.market_morning import open_shop
from tests.payments.factories import CASHIER, PAYER, MerchantFactory, dated_limits, moment

pytestmark = pytest.mark.django_db(transaction=True)
MAKER, CHECKER = Actor("OPERATOR", "op-1", "经办"), Actor("OPERATOR", "op-2", "复核")


def invoice_for(merchant, fee_fen=24_000):
    at = moment()
    approval = draft_tariff(
        code="SVC", name="服务", service="WINE_LINE", prices=[Price("FLAT", flat_fen=fee_fen)],
        valid_from=business_date(at), source="合同", actor=MAKER, at=at,
    )  # fmt: skip
    approve(approval_no=approval.approval_no, checker=CHECKER, at=at)
    sign_contract(
        contract_no="S-1", merchant=merchant, tariff_code="SVC", collection="SEPARATE", valid_from=business_date(at),
        actor=MAKER, at=at,
    )  # fmt: skip
    charge_service(merchant=merchant, service="WINE_LINE", key="WB1", actor=MAKER, at=at)
    issue_invoices(month=business_date(at), actor=SYSTEM, at=at)
    return FeeInvoice.objects.get(merchant=merchant)


@pytest.fixture
def company(shop):
    """Our own company on board at WeChat Pay, appointed by two people."""
    dated_limits()
    sub_merchant = shop(kind="COMPANY", name="丝路易宝科技")
    approval = propose_fee_payee(merchant=sub_merchant.merchant, actor=MAKER, at=moment())
    approve(approval_no=approval.approval_no, checker=CHECKER, at=moment())
    return sub_merchant.merchant


def scan(payment, sandbox):
    attempt = start_attempt(
        payment_no=payment.payment_no, acquirer_code="WECHAT", flow="NATIVE", actor=PAYER, at=moment()
    )
    sandbox.pay(out_trade_no=attempt.attempt_no)
    assert look_at_attempt(attempt_no=attempt.attempt_no, at=moment()).status == "PAID"


def test_a_merchant_pays_an_invoice_from_its_page_and_the_books_say_so(client, company, sandbox):
    user, merchant = open_shop(at=moment())
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    invoice = invoice_for(merchant)
    address = f"/fees/{invoice.invoice_no}/"

    assert "现在缴" in client.get(address).content.decode()
    client.post(f"{address}pay/")
    page = client.get(address).content.decode()
    payment = Payment.objects.get(order_no=f"{invoice.invoice_no}-1")
    assert f"/p/{payment.payment_no}/" in page
    assert company.legal_name in page
    client.post(f"{address}pay/")
    assert Payment.objects.count() == 1
    scan(payment, sandbox)
    assert "正在入账" in client.get(address).content.decode()

    assert receive_paid_invoices(at=moment()) == 1
    assert receive_paid_invoices(at=moment()) == 0

    invoice.refresh_from_db()
    assert (invoice.status, invoice.receipt_ref) == ("PAID", payment.payment_no)
    assert ServiceFee.objects.get().status == "COLLECTED"
    assert balance_of(cash_own("WECHAT")).amount == 24_000
    assert balance_of(receivable_merchant(merchant.merchant_no)).amount == 0
    assert "缴清了" in client.get(address).content.decode()


def test_an_invoice_of_another_merchant_cannot_be_opened_for_payment(client, company):
    user, _merchant = open_shop(at=moment())
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    other = invoice_for(MerchantFactory())

    assert client.post(f"/fees/{other.invoice_no}/pay/").status_code == 404
    assert not Payment.objects.exists()


def test_money_for_an_invoice_that_was_settled_meanwhile_goes_back(company, sandbox):
    invoice = invoice_for(MerchantFactory())
    payment = pay_invoice(invoice_no=invoice.invoice_no, actor=CASHIER, at=moment())
    approval = propose_receipt(
        invoice_no=invoice.invoice_no, bank_code="CCB", receipt_ref="CCB-1", actor=MAKER, at=moment()
    )
    with pytest.raises(SamePerson):
        approve(approval_no=approval.approval_no, checker=MAKER, at=moment())
    approve(approval_no=approval.approval_no, checker=CHECKER, at=moment())
    scan(payment, sandbox)

    assert receive_paid_invoices(at=moment()) == 1
    assert receive_paid_invoices(at=moment()) == 0
    for hour in range(1, 4):
        push_due_refunds(acquirer_code="WECHAT", at=moment() + timedelta(hours=hour))
        time.sleep(0.1)

    payment.refresh_from_db()
    assert payment.status == "REFUNDED"
    assert (balance_of(cash_own("CCB")).amount, balance_of(cash_own("WECHAT")).amount) == (24_000, 0)
    with pytest.raises(InvoiceSettled):
        pay_invoice(invoice_no=invoice.invoice_no, actor=CASHIER, at=moment())


def test_a_payment_that_ran_out_is_followed_by_a_new_one(company):
    invoice = invoice_for(MerchantFactory())
    first = pay_invoice(invoice_no=invoice.invoice_no, actor=CASHIER, at=moment())

    second = pay_invoice(invoice_no=invoice.invoice_no, actor=CASHIER, at=moment() + timedelta(hours=1))

    assert (first.order_no, second.order_no) == (f"{invoice.invoice_no}-1", f"{invoice.invoice_no}-2")


def test_without_our_company_on_board_an_invoice_is_paid_by_transfer_only(shop):
    invoice = invoice_for(shop().merchant)

    with pytest.raises(PayeeMissing):
        pay_invoice(invoice_no=invoice.invoice_no, actor=CASHIER, at=moment())
    with pytest.raises(PayeeUnfitForFees):
        propose_fee_payee(merchant=invoice.merchant, actor=MAKER, at=moment())

    assert not Payment.objects.exists()
    assert not FeePayee.objects.exists()


def test_the_owner_is_told_of_an_invoice_and_reminded_by_sms(shop):
    merchant = shop().merchant
    merchant.legal_person.phone_sealed = "13800000000"
    merchant.legal_person.save(update_fields=["phone_sealed"])
    invoice_for(merchant)
    late = moment() + timedelta(days=17)
    remind_overdue(actor=SYSTEM, at=late)
    remind_overdue(actor=SYSTEM, at=late)

    deliver_due()

    texts = list(Notice.objects.order_by("pk").values_list("text", flat=True))
    assert len(texts) == 2
    assert "240.00 元，" in texts[0]
    assert "还没缴" in texts[1]
