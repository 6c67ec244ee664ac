"""Fees collected separately: asked for once a month, reminded, received, or waived by two people."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Max, Sum
from django.utils.translation import gettext_lazy as _

from payments.ledger.rules.chart import cash_own, income_service_fee, receivable_merchant
from payments.ledger.rules.kinds import Kind
from payments.ledger.rules.postings import Leg
from payments.ledger.services import post_transfers
from payments.models import FeeInvoice, ServiceFee
from payments.rules.service_fee import INVOICE, REMINDER_DAYS
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.ids import new_no, new_uuid
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition, transition_many

OPEN = ("ISSUED", "OVERDUE")
RECEIVE = "payments.fee_invoice.receive"
BANK_CODE = re.compile(r"[A-Z][A-Z0-9]{1,15}")


class InvoiceNotFound(Refusal):
    """Unknown number."""

    message = _("没有这张服务费账单")


class InvoiceSettled(Refusal):
    """Paid or waived already."""

    message = _("这张账单已经结清")


class ReceiptUnfit(Refusal):
    """Another amount than asked for, or no receipt."""

    message = _("收款金额和账单不一致，或没有凭据号")


@transaction.atomic
def issue_invoices(*, month: date, actor: Actor, at: datetime) -> int:
    """Ask every merchant for posted fees through a month that were not split off; gives how many were issued now.

    A month has one invoice per merchant: again it issues only for merchants that have none. What was given back
    lessens the invoice; where it is more than what is due, all of it waits for the next.
    """
    after = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    due = ServiceFee.objects.filter(day__lt=after, status="POSTED", invoice=None).exclude(fee_fen=F("split_fen"))
    sums = due.values("merchant").annotate(
        fen=Sum(F("fee_fen") - F("split_fen")), days=Max("contract__due_days")
    ).filter(fen__gt=0).order_by("merchant")  # fmt: skip
    issued = 0
    for row in sums:
        invoice, is_new = FeeInvoice.objects.get_or_create(
            merchant_id=row["merchant"], period=f"{month:%Y-%m}",
            defaults={
                "status": INVOICE.initial, "invoice_no": new_no("INV"), "uid": new_uuid(), "amount_fen": row["fen"],
                "issued_at": at, "due_date": business_date(at) + timedelta(days=row["days"]),
            },
        )  # fmt: skip
        if is_new:
            transition_many(
                due.filter(merchant=row["merchant"]), "POSTED", "INVOICED", actor=actor, at=at,
                reason=invoice.invoice_no, invoice=invoice,
            )  # fmt: skip
            emit(
                "payments.fee_invoice.issued", key=invoice.invoice_no,
                payload={"invoice_no": invoice.invoice_no, "amount_fen": invoice.amount_fen}, at=at,
            )  # fmt: skip
            issued += 1
    return issued


@transaction.atomic
def remind_overdue(*, actor: Actor, at: datetime) -> int:
    """Mark unpaid invoices overdue and write the reminders whose day has come; gives how many reminders."""
    today = business_date(at)
    transition_many(FeeInvoice.objects.filter(due_date__lt=today), "ISSUED", "OVERDUE", actor=actor, at=at)
    reminded = 0
    for invoice in FeeInvoice.objects.select_for_update(skip_locked=True).filter(status="OVERDUE").order_by("pk"):
        wanted = sum((today - invoice.due_date).days > days for days in REMINDER_DAYS)
        if wanted > invoice.reminders:
            FeeInvoice.objects.filter(pk=invoice.pk).update(reminders=wanted, reminded_at=at)
            emit(
                "payments.fee_invoice.reminded", key=f"{invoice.invoice_no}:{wanted}",
                payload={"invoice_no": invoice.invoice_no, "amount_fen": invoice.amount_fen, "reminder": wanted}, at=at,
            )  # fmt: skip
            reminded += 1
    return reminded


@transaction.atomic
def receive_fee(
    *, invoice_no: str, amount_fen: int, bank_code: str, receipt_ref: str, actor: Actor, at: datetime,
    tax_invoice_no: str = "",
) -> FeeInvoice:  # fmt: skip
    """Record that a merchant paid an invoice into our own bank account; the same receipt twice replays.

    Raises InvoiceNotFound, InvoiceSettled, ReceiptUnfit.
    """
    invoice = _locked(invoice_no)
    if invoice.status == "PAID" and invoice.receipt_ref == receipt_ref:
        return invoice
    if invoice.status not in OPEN:
        raise InvoiceSettled
    if amount_fen != invoice.amount_fen or not receipt_ref.strip():
        raise ReceiptUnfit
    legs = [Leg(cash_own(bank_code), receivable_merchant(invoice.merchant.merchant_no), amount_fen)]
    post_transfers(subject=invoice.uid, kind=Kind.FEE_RECEIVED, legs=legs, on=business_date(at))
    transition(invoice, "PAID", actor=actor, at=at, paid_at=at, receipt_ref=receipt_ref, tax_invoice_no=tax_invoice_no)
    transition_many(invoice.fees.all(), "INVOICED", "COLLECTED", actor=actor, at=at, reason=receipt_ref)
    record(
        actor=actor, action="payments.fee_invoice.receive", subject=f"invoice:{invoice_no}", at=at,
        detail={"amount_fen": amount_fen, "receipt_ref": receipt_ref},
    )  # fmt: skip
    return invoice


def propose_receipt(
    *, invoice_no: str, bank_code: str, receipt_ref: str, actor: Actor, at: datetime, tax_invoice_no: str = ""
) -> Approval:
    """Ask a second person to agree that an invoice's whole amount came into our own bank account.

    Raises InvoiceNotFound, InvoiceSettled, ReceiptUnfit, ApprovalOpen.
    """
    invoice = FeeInvoice.objects.filter(invoice_no=invoice_no).first()
    if invoice is None:
        raise InvoiceNotFound
    if invoice.status not in OPEN:
        raise InvoiceSettled
    if not receipt_ref.strip() or not BANK_CODE.fullmatch(bank_code):
        raise ReceiptUnfit
    diff = {
        "invoice_no": invoice_no, "amount_fen": invoice.amount_fen, "bank_code": bank_code,
        "receipt_ref": receipt_ref.strip(), "tax_invoice_no": tax_invoice_no.strip(),
    }  # fmt: skip
    return request_approval(verb=RECEIVE, subject=f"invoice:{invoice_no}", diff=diff, maker=actor, at=at)


@approves(RECEIVE)
def carry_out_receipt(*, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime) -> None:
    """Record a receipt two people agreed on; raises what receive_fee raises."""
    receive_fee(**diff, actor=actor, at=at)


def propose_waiver(*, invoice_no: str, reason: str, actor: Actor, at: datetime) -> Approval:
    """Ask a second person to waive an invoice. Raises InvoiceNotFound, InvoiceSettled, ReceiptUnfit, ApprovalOpen."""
    invoice = FeeInvoice.objects.filter(invoice_no=invoice_no).first()
    if invoice is None:
        raise InvoiceNotFound
    if invoice.status not in OPEN:
        raise InvoiceSettled
    if len(reason.strip()) < 2:
        raise ReceiptUnfit(_("请写明减免原因"), field="reason")
    diff = {"invoice_no": invoice_no, "amount_fen": invoice.amount_fen, "reason": reason.strip()}
    return request_approval(
        verb="payments.fee_invoice.waive", subject=f"invoice:{invoice_no}", diff=diff, maker=actor, at=at
    )


@approves("payments.fee_invoice.waive")
def waive_invoice(*, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime) -> None:
    """Waive an approved invoice: the income is taken back, the receivable ends. Raises InvoiceSettled."""
    invoice = _locked(diff["invoice_no"])
    if invoice.status not in OPEN or invoice.amount_fen != diff["amount_fen"]:
        raise InvoiceSettled
    legs = [Leg(income_service_fee(), receivable_merchant(invoice.merchant.merchant_no), invoice.amount_fen)]
    post_transfers(subject=invoice.uid, kind=Kind.SERVICE_FEE_DUE_RETURN, legs=legs, on=business_date(at))
    transition(invoice, "WAIVED", actor=actor, at=at, reason=approval_no)
    transition_many(invoice.fees.all(), "INVOICED", "WAIVED", actor=actor, at=at, reason=approval_no)


def _locked(invoice_no: str) -> FeeInvoice:
    invoice = (
        FeeInvoice.objects.select_for_update(of=("self",)).select_related("merchant").filter(invoice_no=invoice_no)
    ).first()
    if invoice is None:
        raise InvoiceNotFound
    return invoice
