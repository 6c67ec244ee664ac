"""What follows from facts: who traded (R11), what a merchant is told of invoices, who is sent to acquirers.

Loaded at start in every process, so that what two operators may agree on here is known everywhere.
"""

from datetime import date

from django.utils.translation import gettext

from accounts.services.merchants import note_merchants_traded
from accounts.services.notices import write_notice
from payments.models import FeeInvoice, SettlementLine
from payments.services import applyment_finishes
from payments.services.applyments import (
    request_applyments,
    resend_after_change,
    settle_applyment,
    wake_applyments,
)
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import day_bounds, now
from silk_road_ebao.kernel.money import format_yuan
from silk_road_ebao.kernel.outbox import Fact, on

VERBS = (applyment_finishes.ENTER,)


@on("accounts.merchant.approved")
def apply_to_acquirers(fact: Fact) -> None:
    """Open an application at every acquirer for a merchant that two operators approved."""
    told = fact.payload
    request_applyments(merchant_no=told["merchant_no"], onboarding_no=told["onboarding_no"], actor=SYSTEM, at=now())


@on("accounts.settlement_account.changed")
def look_again(fact: Fact) -> None:
    """Send what waited for the merchant's account."""
    wake_applyments(merchant_no=fact.payload["merchant_no"], at=now())


@on("payments.sub_merchant.opened")
def apply_no_longer(fact: Fact) -> None:
    """Give up an application for a number that came by another road."""
    told = fact.payload
    settle_applyment(merchant_no=told["merchant_no"], acquirer_code=told["acquirer"], at=now())


@on("accounts.merchant.changed")
def send_corrected(fact: Fact) -> None:
    """Send what acquirers rejected again, now that the merchant's correction was approved."""
    resend_after_change(merchant_no=fact.payload["merchant_no"], actor=SYSTEM, at=now())


@on("payments.business_day.published")
def note_traded(fact: Fact) -> None:
    """Move the last trade of everyone who traded on a published day forward, so that the silent stand out (R11)."""
    day = date.fromisoformat(fact.payload["date"])
    traded = SettlementLine.objects.filter(day=day, payments__gt=0).values_list("sub_merchant__merchant", flat=True)
    note_merchants_traded(merchant_ids=set(traded), at=day_bounds(day)[1])


@on("payments.fee_invoice.issued")
def tell_issued(fact: Fact) -> None:
    """Tell the owner by SMS that there is an invoice, how much, until when."""
    _tell(fact, gettext("【丝路e宝】%(name)s %(period)s 服务费 %(yuan)s 元，%(due)s 前缴就行。明细在“费用”里。"))


@on("payments.fee_invoice.reminded")
def tell_reminded(fact: Fact) -> None:
    """Remind the owner by SMS of an invoice past its day."""
    _tell(
        fact, gettext("【丝路e宝】%(name)s %(period)s 服务费 %(yuan)s 元还没缴（约 %(due)s）。在“费用”里可以直接缴。")
    )


def _tell(fact: Fact, words: str) -> None:
    invoice = FeeInvoice.objects.select_related("merchant__legal_person").get(invoice_no=fact.payload["invoice_no"])
    owner = invoice.merchant.legal_person
    if invoice.status not in ("ISSUED", "OVERDUE") or owner is None or owner.phone_sealed is None:
        return
    told = {
        "name": invoice.merchant.name, "period": invoice.period, "yuan": format_yuan(invoice.amount_fen),
        "due": f"{invoice.due_date:%m-%d}",
    }  # fmt: skip
    write_notice(key=f"{fact.topic}:{fact.key}", phone=owner.phone_sealed.open(), text=words % told, at=fact.at)
