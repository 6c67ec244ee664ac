"""费用: what our services cost by month and day, which price and contract said so, what is still to be paid."""

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.door import merchant_page
from accounts.selectors.users import staff_actor
from payments.models import FeeInvoice, ServiceFee, TariffLine
from payments.rules.tariff import BPS, FLAT
from payments.selectors import merchant_fees as found
from payments.selectors.days import month_start, next_month
from payments.services.collections import cashier_url
from payments.services.fee_payments import pay_invoice
from payments.views.words import acquirer_name, page_state
from silk_road_ebao.face.figures import day as day_text
from silk_road_ebao.face.figures import rate, yuan
from silk_road_ebao.face.pages import show
from silk_road_ebao.face.sums import Sum, Term
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.refusals import Refusal

PAGE_ROWS = 60


@require_GET
@merchant_page()
def fees(request: Any) -> HttpResponse:
    """Show a month's fees, how they are collected, and the invoices."""
    merchant = request.merchant
    today = business_date(clock.now())
    first = month_start(today, request.GET.get("month", ""))
    if first is None:
        raise Http404
    page = Paginator(found.fees_of_month(merchant, first), PAGE_ROWS).get_page(request.GET.get("page", ""))
    month = found.fee_month(merchant, first)
    context = {
        "first": first,
        "before": (first - timedelta(days=1)).replace(day=1),
        "after": None if first >= today.replace(day=1) else next_month(first),
        "month": month,
        "sum": _month_sum(month) if month.count else None,
        "page": page,
        "rows": [_fee_row(fee) for fee in page],
        "owed": [_invoice_row(row, today) for row in found.owed_invoices(merchant)],
        "invoices": [_invoice_row(row, today) for row in found.invoices_of(merchant)[:24]],
    }
    return show(request, "payments/fees.html", context)


@require_GET
@merchant_page()
def fee_invoice(request: Any, invoice_no: str) -> HttpResponse:
    """Show one invoice: what it is made of, until when, how it was paid; somebody else's is 404."""
    try:
        invoice = found.invoice_of(request.merchant, invoice_no)
    except FeeInvoice.DoesNotExist:
        raise Http404 from None
    page: Page[ServiceFee] = Paginator(found.fees_of_invoice(invoice), PAGE_ROWS).get_page(request.GET.get("page", ""))
    at = clock.now()
    context = {
        "invoice": invoice,
        "told": _invoice_row(invoice, business_date(at)),
        "sum": _invoice_sum(invoice),
        "page": page,
        "rows": [_fee_row(fee) for fee in page],
        **_paying(invoice, at),
    }
    return show(request, "payments/fees_invoice.html", context, parts=("paying",))


@require_POST
@merchant_page()
def pay_fee(request: Any, invoice_no: str) -> HttpResponse:
    """Open the payment of an invoice at our cashier and show its code on the invoice's page."""
    try:
        found.invoice_of(request.merchant, invoice_no)
    except FeeInvoice.DoesNotExist:
        raise Http404 from None
    try:
        pay_invoice(invoice_no=invoice_no, actor=staff_actor(request.membership), at=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(reverse("payments:fee_invoice", args=[invoice_no]))


def _paying(invoice: FeeInvoice, at: datetime) -> dict[str, Any]:
    """Say where the payment of an open invoice stands: none yet, its code, or being booked."""
    if invoice.status not in found.OWED:
        return {"paying": "", "may_pay": False}
    payment = invoice.payment
    state = page_state(payment) if payment and (payment.paid_at or payment.expires_at > at) else "over"
    told = {"received": "booking", "waiting": "code", "checking": "checking"}.get(state, "")
    address = cashier_url(payment=payment) if payment and told == "code" else ""
    payee = found.fee_payee()
    may_pay = payee is not None and payee.merchant_id != invoice.merchant_id and not told
    return {
        "paying": told,
        "cashier_url": address,
        "may_pay": may_pay,
        "payee": payee.merchant.legal_name if payee else "",
    }


def _month_sum(month: found.FeeMonth) -> Sum:
    terms = [
        Term(_("按价目应收"), month.charged_fen, _("每一笔怎么算，点下面的日子看")),
        Term(_("退款退回的费"), -month.returned_fen, _("顾客退了款，费也按比例退给你")),
        Term(_("付款时已分账"), -month.split_fen, _("收单机构按合同直接分走了，不用再交")),
        Term(_("已缴"), -month.paid_fen, _("你按账单交过的")),
        Term(_("已减免"), -month.waived_fen),
    ]
    terms = [terms[0]] + [term for term in terms[1:] if term.amount_fen]
    return Sum(_("这个月还没收的"), month.open_fen, terms)


def price_text(line: TariffLine) -> str:
    """Say a price as a person reads it: 0.50%, ¥0.10 a payment, a ladder, with minimum and cap."""
    base = {BPS: rate(line.rate_bps), FLAT: _("每笔 %(fen)s") % {"fen": yuan(line.flat_fen)}}.get(line.method)
    parts = [base or _("按整月金额分档")]
    if line.method == BPS and line.flat_fen:
        parts.append(_("每笔加 %(fen)s") % {"fen": yuan(line.flat_fen)})
    if line.min_fen:
        parts.append(_("最低 %(fen)s") % {"fen": yuan(line.min_fen)})
    if line.cap_fen is not None:
        parts.append(_("最多 %(fen)s") % {"fen": yuan(line.cap_fen)})
    return _("，").join(parts)


def _fee_row(fee: ServiceFee) -> dict[str, Any]:
    version = fee.line.version
    href = f"{reverse('payments:day', args=[fee.day])}?show=service&by={fee.fee_no}#lines"
    return {
        "title": f"{day_text(fee.day)} · {acquirer_name(fee.subject_no)}",
        "price": f"{version.tariff.name} · {price_text(fee.line)}",
        "source": _("第 %(version)s 版价目 · 合同 %(contract)s")
        % {"version": version.version, "contract": fee.contract.contract_no},
        "fen": fee.fee_fen,
        "said": _collected(fee),
        "href": href if fee.contract.tariff_id and version.tariff.service == "PAYMENT" else "",
    }


def _collected(fee: ServiceFee) -> tuple[str, str]:
    if fee.fee_fen <= fee.split_fen:
        return (_("已分账收取"), "good") if fee.fee_fen == fee.split_fen else (_("多分的会退给你"), "wait")
    words = {
        "COLLECTED": (_("已缴"), "good"),
        "WAIVED": (_("已减免"), "good"),
        "INVOICED": (_("已开账单"), "wait"),
    }
    return words.get(fee.status, (_("月底开账单"), ""))


def _invoice_row(row: FeeInvoice, today: date) -> dict[str, Any]:
    late = (today - row.due_date).days
    said = {
        "PAID": (_("已缴清"), "good"),
        "WAIVED": (_("已减免"), "good"),
    }.get(row.status, (_("待缴"), "wait") if late <= 0 else (_("该缴了"), "wait"))
    return {"row": row, "said": said, "late": late if row.status in found.OWED and late > 0 else 0}


def _invoice_sum(invoice: FeeInvoice) -> Sum | None:
    """Lay the invoice out by contract and version; None when fees were moved off it, so that no wrong sum is shown."""
    terms: list[Term] = []
    for part in found.parts_of_invoice(invoice):
        source = _("%(days)s 天 · 第 %(version)s 版价目 · 合同 %(contract)s") % {
            "days": part.days,
            "version": part.version,
            "contract": part.contract_no,
        }
        terms.append(Term(part.tariff, part.fee_fen, source))
        if part.split_fen:
            terms.append(Term(_("付款时已分账"), -part.split_fen, _("收单机构按合同直接分走了，不用再交")))
    if sum(term.amount_fen for term in terms) != invoice.amount_fen:
        return None
    return Sum(_("这张账单"), invoice.amount_fen, terms)
