"""A day's statement in a stallholder's words: its sum, its payout, the rows behind each term."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from payments.models import (
    Discrepancy,
    PaymentAttempt,
    ProfitSharing,
    Refund,
    ServiceFee,
    SettlementAdjustment,
    SettlementLine,
)
from payments.rules.tariff import BPS, FLAT, clamp
from payments.selectors.days import DayBook, adjustments_of_line, sharings_of_line
from payments.selectors.fee_reports import payments_of_fee
from payments.selectors.settlements import Reason, Tomorrow, payments_of_line, refunds_of_line
from payments.views.words import acquirer_name, day_name
from silk_road_ebao.face.figures import day as day_text
from silk_road_ebao.face.figures import rate, yuan
from silk_road_ebao.face.sums import Sum, Term
from silk_road_ebao.kernel.money import bps_of

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One row behind a term; fen with its sign."""

    lead: str
    title: str
    sub: str
    fen: int | None
    payment_no: str = ""
    noun: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Payout:
    """What the bank does with a day's money: a sentence, its tone, and what it has paid in fen, None: not known."""

    text: str
    tone: str
    paid_fen: int | None = None


def count_text(count: int) -> str:
    """Say how many payments."""
    return ngettext("%(n)s 笔", "%(n)s 笔", count) % {"n": count}


def short_yuan(fen: int) -> str:
    """Show an amount in at most five signs for a calendar's cell: 980, 1.25万, 123万, 1.23亿. Whole yuan, cut off."""
    yuan_, is_chinese = abs(fen) // 100, (get_language() or "").startswith("zh")
    steps = ((10**8, "亿"), (10**4, "万")) if is_chinese else ((10**9, "B"), (10**6, "M"), (10**4, "k"))
    sign = "−" if fen < 0 else ""
    for size, unit in steps:
        if yuan_ >= size:
            by = 10**3 if unit == "k" else size
            places = max(0, 3 - len(str(yuan_ // by)))
            cut = yuan_ * 10**places // by
            text = f"{cut // 10**places}.{cut % 10**places:0{places}d}" if places else str(cut)
            return f"{sign}{text}{unit}"
    return f"{sign}{yuan_}"


def sum_of_book(book: DayBook, *, carried: date | None) -> Sum:
    """Lay a day out as the sum that leads to the bank's figure; every term that is not nothing stands in it."""
    row = book.statement
    terms = [Term(_("收款"), row.gross_fen, count_text(row.payments), _behind(row.day, "gross"))]
    service = min(book.split_fee_fen, row.split_fen)
    carried_text = (
        _("%(day)s退款比收款多，差的从这天扣") % {"day": day_text(carried)}
        if carried
        else _("前面退多收少，差的从这天扣")
    )
    more = [
        Term(_("退款"), -row.refunded_fen, _refund_reason(row.refunds), _behind(row.day, "refund")),
        Term(_("通道手续费"), -row.fee_fen, _fee_reason(book), _behind(row.day, "fee")),
        Term(_("平台服务费"), -service, _("按服务合同，付款时就分出去了"), _behind(row.day, "service")),
        Term(_("分账"), service - row.split_fen, _("按你签的分账合同，付款时就分出去了"), _behind(row.day, "split")),
        Term(_("调整"), row.adjustment_fen, _("前面对账查清的差错，补在这天"), _behind(row.day, "adjustment")),
        Term(_("上日结转"), row.carried_in_fen, carried_text, _day_href(carried)),
        Term(_("结转下日"), -row.carried_out_fen, _("这天退款比收款多，差的留到下一天扣")),
    ]
    terms += [term for term in more if term.amount_fen]
    label = _("银行应付给你") if book.is_final else _("到现在为止，银行要付给你")
    return Sum(label, sum(term.amount_fen for term in terms) if not book.is_final else row.payout_fen, terms)


def sum_of_tomorrow(told: Tomorrow, label: str) -> Sum:
    """Lay out what the bank pays next, reason by reason; what it cannot pay yet stands as carried."""
    terms = [Term(reason.text, reason.amount_fen, _told_by(reason)) for reason in told.reasons]
    short = told.amount_fen - sum(term.amount_fen for term in terms)
    if short:
        terms.append(Term(_("结转下日"), short, told.note))
    return Sum(label, told.amount_fen, terms)


def _told_by(reason: Reason) -> str:
    who = acquirer_name(reason.acquirer_code) if reason.acquirer_code else ""
    return " ".join(part for part in (who, count_text(reason.count) if reason.count else "") if part)


def _behind(day: date, term: str) -> str:
    return f"{reverse('payments:day', args=[day])}?show={term}#lines"


def _day_href(day: date | None) -> str:
    return reverse("payments:day", args=[day]) if day else ""


def _refund_reason(count: int) -> str:
    return _("%(count)s，原路退给顾客") % {"count": count_text(count)}


def _fee_reason(book: DayBook) -> str:
    parts = [
        _("%(who)s按 %(rate)s 收 %(fee)s")
        % {
            "who": acquirer_name(line.acquirer_code),
            "rate": rate(line.sub_merchant.rate_bps),
            "fee": yuan(line.fee_fen),
        }
        for line in book.lines
        if line.fee_fen
    ]
    told = _("；").join(parts)
    off = sum(line.fee_fen - line.expected_fee_fen for line in book.lines)
    if not book.is_final:
        return _("%(told)s。以账单为准") % {"told": told}
    if off > 0:
        return _("%(told)s。比合同多收 %(off)s，正在核对") % {"told": told, "off": yuan(off)}
    return told


def payout_of(book: DayBook, today: date) -> Payout:
    """Say what the bank has paid of a day, or when it will; the sentence stands beside the day's sum."""
    row = book.statement
    if not book.is_final:
        return Payout(_("账单明早出来，对完账再定到账的数"), "")
    if not row.payout_fen:
        return Payout(_("这天没有要付的钱"), "")
    paid = book.paid_fen
    if not book.unpaid:
        off = paid - row.payout_fen
        if off == 0:
            when = day_text(book.paid_date) if book.paid_date else ""
            return Payout(_("已到账，%(day)s付的") % {"day": when}, "good", paid)
        words = _("银行付的比算的少 %(off)s，我们在查") if off < 0 else _("银行付的比算的多 %(off)s，我们在查")
        return Payout(words % {"off": yuan(abs(off))}, "wait", paid)
    if len(book.unpaid) < sum(1 for line in book.lines if line.payout_fen):
        who = _("、").join(acquirer_name(line.acquirer_code) for line in book.unpaid)
        return Payout(_("已到账一部分，还等%(who)s") % {"who": who}, "wait", paid)
    if row.payout_date > today:
        return Payout(_("银行%(day)s 10 点前付给你") % {"day": day_name(row.payout_date, today)}, "")
    if row.payout_date == today:
        return Payout(_("银行今天付给你"), "")
    return Payout(_("该在%(day)s到账，银行的回单还没来，来了写在这里") % {"day": day_text(row.payout_date)}, "wait")


def waiting_text(row: Discrepancy) -> dict[str, Any]:
    """Say what does not agree, without jargon and without blame."""
    who = acquirer_name(row.acquirer_code)
    ours, theirs = yuan(row.ours_fen), yuan(row.theirs_fen)
    title = {
        "PLATFORM_MISSING": _("%(who)s有一笔，我们这边还没有"),
        "CHANNEL_MISSING": _("你收了一笔，%(who)s账单里还没有"),
        "AMOUNT_OVER": _("%(who)s记的钱比我们多"),
        "AMOUNT_SHORT": _("%(who)s记的钱比我们少"),
        "STATUS_OVER": _("%(who)s说付成了，我们还在等"),
        "STATUS_SHORT": _("我们记着付成了，%(who)s说没有"),
        "FEE": _("%(who)s收的手续费和合同不一样"),
        "REFUND": _("%(who)s的退款和我们记的不一样"),
        "DUPLICATE_PAYMENT": _("顾客可能付了两次"),
        "PROFIT_SHARING": _("%(who)s的分账和我们记的不一样"),
        "WRONG_DAY": _("%(who)s把这笔记在了另一天"),
        "PAYOUT": _("银行付的数和算的不一样"),
    }.get(row.kind, _("有一笔和%(who)s对不上")) % {"who": who}
    both = _("我们 %(ours)s，对方 %(theirs)s") % {"ours": ours, "theirs": theirs}
    return {"title": title, "sub": both, "fen": None}


TERMS: dict[str, tuple[str, Callable[[SettlementLine], int]]] = {
    "gross": ("payments", lambda line: line.gross_fen),
    "refund": ("refunds", lambda line: -line.refunded_fen),
    "fee": ("payments", lambda line: -line.fee_fen),
    "split": ("", lambda line: -line.split_fen),
    "adjustment": ("", lambda line: line.adjustment_fen),
}
"""Terms that open by acquirer: which count stands beside, and the line's part in fen."""


def term_name(term: str) -> str:
    """Name a term of the sum; raises KeyError for none of them."""
    return {
        "gross": _("收款"),
        "refund": _("退款"),
        "fee": _("通道手续费"),
        "service": _("平台服务费"),
        "split": _("分账"),
        "adjustment": _("调整"),
    }[term]


def parts_of_term(term: str, lines: list[SettlementLine]) -> list[dict[str, Any]]:
    """Split a term by acquirer; parts of nothing are left out."""
    counted, part = TERMS[term]
    return [
        {
            "by": str(line.sub_merchant_id),
            "title": acquirer_name(line.acquirer_code),
            "sub": count_text(getattr(line, counted)) if counted else "",
            "fen": part(line),
        }
        for line in lines
        if part(line) or (counted and getattr(line, counted))
    ]


def page_of_line(term: str, line: SettlementLine, number: str) -> tuple[Page[Any], list[Row]]:
    """Give one page of what stands behind an acquirer's part of a term. Two queries, whatever the length."""
    rows, word = _behind_line(term, line)
    page = Paginator(rows, PAGE_ROWS).get_page(number)
    return page, [word(row) for row in page]


def _behind_line(term: str, line: SettlementLine) -> tuple[Any, Callable[[Any], Row]]:
    if term == "refund":
        return refunds_of_line(line), _refund_row
    if term == "split":
        return sharings_of_line(line), _sharing_row
    if term == "adjustment":
        return adjustments_of_line(line), _adjustment_row
    if term == "fee":
        return payments_of_line(line), partial(_fee_row, rate_bps=line.sub_merchant.rate_bps)
    return payments_of_line(line), _payment_row


def page_of_fee(fee: ServiceFee, number: str) -> tuple[Page[Any], list[Row]]:
    """Give one page of the payments a service fee was charged on, each with its own fee where it stands alone."""
    page = Paginator(payments_of_fee(fee).select_related("payment"), PAGE_ROWS).get_page(number)
    return page, [_charged_row(attempt, fee) for attempt in page]


def _clock(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%H:%M") if at else ""


def _goods(attempt: PaymentAttempt) -> str:
    return attempt.payment.description or _("散客")


def _payment_row(attempt: PaymentAttempt) -> Row:
    no = attempt.payment.payment_no
    return Row(_clock(attempt.paid_at), _goods(attempt), no, attempt.amount_fen, no)


def _refund_row(refund: Refund) -> Row:
    title = refund.reason or refund.payment.description or _("退款")
    return Row(
        _clock(refund.requested_at), title, refund.payment.description or refund.refund_no, -refund.amount_fen,
        refund.payment.payment_no, "refund", refund.status,
    )  # fmt: skip


def _fee_row(attempt: PaymentAttempt, rate_bps: int) -> Row:
    fee = attempt.fee_fen if attempt.fee_fen is not None else bps_of(attempt.amount_fen, rate_bps)
    sub = f"{yuan(attempt.amount_fen)} × {rate(rate_bps)}"
    return Row(_clock(attempt.paid_at), _goods(attempt), sub, -fee, attempt.payment.payment_no)


def _charged_row(attempt: PaymentAttempt, fee: ServiceFee) -> Row:
    line, own = fee.line, None
    if line.method in (BPS, FLAT):
        raw = line.flat_fen + (bps_of(attempt.amount_fen, line.rate_bps) if line.method == BPS else 0)
        own = clamp(raw, line.min_fen, line.cap_fen)
    return Row(_clock(attempt.paid_at), _goods(attempt), yuan(attempt.amount_fen), own, attempt.payment.payment_no)


def _sharing_row(sharing: ProfitSharing) -> Row:
    is_return = sharing.purpose == "RETURN"
    title = _("退回来的分账") if is_return else _("分出去")
    fen = sharing.total_fen if is_return else -sharing.total_fen
    payment = sharing.attempt.payment
    return Row(_clock(sharing.requested_at), title, payment.description or sharing.sharing_no, fen, payment.payment_no)


def _adjustment_row(adjustment: SettlementAdjustment) -> Row:
    return Row(day_text(adjustment.made_at), adjustment.reason, adjustment.source_no, adjustment.amount_fen)
