"""An invoice paid at our own cashier: our company is the payee under its own number, like any merchant (R2)."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Merchant
from payments.models import FeeInvoice, FeePayee, Payment
from payments.rules import states
from payments.selectors.merchant_fees import fee_payee
from payments.services.collections import collect
from payments.services.fee_invoices import OPEN, InvoiceNotFound, InvoiceSettled, receive_fee
from payments.services.refunds import request_refund
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal

APPOINT = "payments.fee_payee.appoint"
RECENT = timedelta(days=7)
MOST = 200


class PayeeMissing(Refusal):
    """No company of ours is on board to be paid."""

    message = _("现在还不能在线缴，请按账单上的办法转账")


class PayeeUnfitForFees(Refusal):
    """Only a company that is on board can be paid for invoices."""

    message = _("收费主体要是已通过进件的企业商户")


def propose_fee_payee(*, merchant: Merchant, actor: Actor, at: datetime) -> Approval:
    """Ask a second person to let invoices be paid to our own company. Raises PayeeUnfitForFees, ApprovalOpen."""
    if merchant.status != "APPROVED" or merchant.kind != "COMPANY":
        raise PayeeUnfitForFees
    diff = {"merchant_no": merchant.merchant_no, "legal_name": merchant.legal_name}
    return request_approval(verb=APPOINT, subject=f"merchant:{merchant.merchant_no}", diff=diff, maker=actor, at=at)


@approves(APPOINT)
def appoint_fee_payee(*, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime) -> FeePayee:
    """Let an approved company be paid from now on; the one before it ends."""
    merchant = Merchant.objects.get(merchant_no=diff["merchant_no"])
    FeePayee.objects.filter(ended_at=None).update(ended_at=at)
    record(actor=actor, action=APPOINT, subject=merchant.merchant_no, at=at, detail={"approval_no": approval_no})
    return FeePayee.objects.create(merchant=merchant, appointed_at=at)


@transaction.atomic
def pay_invoice(*, invoice_no: str, actor: Actor, at: datetime) -> Payment:
    """Open a payment for an invoice at our cashier; one that is still open, or is paid, is given again.

    Raises InvoiceNotFound, InvoiceSettled, PayeeMissing, NoWayToPay and what create_payment raises.
    """
    invoice = (
        FeeInvoice.objects.select_for_update(of=("self",))
        .select_related("payment", "merchant")
        .filter(invoice_no=invoice_no)
        .first()
    )
    if invoice is None:
        raise InvoiceNotFound
    if invoice.status not in OPEN:
        raise InvoiceSettled
    known = invoice.payment
    if known is not None and (known.paid_at is not None or _is_live(known, at)):
        return known
    payee = fee_payee()
    if payee is None or payee.merchant_id == invoice.merchant_id:
        raise PayeeMissing
    place = Payment.objects.filter(merchant=payee.merchant, order_no__startswith=f"{invoice_no}-").count() + 1
    payment = collect(
        merchant=payee.merchant, stall=None, amount_fen=invoice.amount_fen,
        description=f"{invoice.merchant.name} {invoice.period} 服务费", order_no=f"{invoice_no}-{place}", actor=actor,
        at=at,
    )  # fmt: skip
    FeeInvoice.objects.filter(pk=invoice.pk).update(payment=payment)
    return payment


def _is_live(payment: Payment, at: datetime) -> bool:
    return payment.status in (*states.LIVE, "FAILED") and payment.expires_at > at


def receive_paid_invoices(*, at: datetime, limit: int = MOST) -> int:
    """Book what came in at our cashier for invoices; gives how many payments were dealt with.

    Money for an invoice that is settled already (paid twice, waived meanwhile) goes back the way it came.
    """
    paid = Payment.objects.filter(
        merchant__in=FeePayee.objects.values("merchant"), status="PAID", order_no__startswith="INV", refunding_fen=0,
        paid_at__gte=at - RECENT,
    )  # fmt: skip
    known = FeeInvoice.objects.filter(status="PAID", paid_at__gte=at - RECENT - timedelta(days=1))
    waiting = paid.exclude(payment_no__in=known.values("receipt_ref")).order_by("paid_at")[:limit]
    return sum(_receive(payment, at) for payment in waiting)


@transaction.atomic
def _receive(payment: Payment, at: datetime) -> int:
    invoice_no = str(payment.order_no).rpartition("-")[0]
    invoice = FeeInvoice.objects.select_for_update().filter(invoice_no=invoice_no).first()
    if invoice is None:
        return 0
    if invoice.receipt_ref == payment.payment_no:
        return 0
    if invoice.status in OPEN and invoice.amount_fen == payment.amount_fen:
        acquirer_code = payment.paid_attempt.acquirer_code if payment.paid_attempt else ""
        receive_fee(
            invoice_no=invoice_no, amount_fen=payment.amount_fen, bank_code=acquirer_code,
            receipt_ref=payment.payment_no, actor=SYSTEM, at=at,
        )  # fmt: skip
        FeeInvoice.objects.filter(pk=invoice.pk).update(payment=payment)
        return 1
    request_refund(
        payment_no=payment.payment_no, refund_no=f"{payment.payment_no}BACK", amount_fen=payment.amount_fen,
        reason="账单已结清，退回", actor=SYSTEM, at=at,
    )  # fmt: skip
    return 1
