"""对账: a month of amounts, a day as the sum that leads to the bank's figure, its lines, its papers."""

from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.door import merchant_page
from accounts.models import Merchant
from accounts.selectors.settlement_accounts import payee_account_of
from payments.models import Settlement
from payments.selectors import days as found
from payments.selectors.merchant_fees import fees_of_day
from payments.selectors.settlements import Tomorrow, why_tomorrow
from payments.selectors.statement_documents import statement_pdf, statement_xlsx
from payments.views.day_book import (
    TERMS,
    page_of_fee,
    page_of_line,
    parts_of_term,
    payout_of,
    short_yuan,
    sum_of_book,
    sum_of_tomorrow,
    term_name,
    waiting_text,
)
from payments.views.words import acquirer_name, weekday_name
from silk_road_ebao.face.pages import show
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.clock import business_date

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@merchant_page()
def days(request: Any) -> HttpResponse:
    """Show a month as a calendar of amounts; in this month also why tomorrow's amount is what it is."""
    at, merchant = clock.now(), request.merchant
    today = business_date(at)
    first = found.month_start(today, request.GET.get("month", ""))
    if first is None:
        raise Http404
    month = found.month_of(merchant, first)
    is_now = first == today.replace(day=1)
    context = {
        "first": first,
        "before": (first - timedelta(days=1)).replace(day=1),
        "after": None if first >= today.replace(day=1) else found.next_month(first),
        "weekdays": [_("一"), _("二"), _("三"), _("四"), _("五"), _("六"), _("日")],
        "weeks": _weeks(month, today),
        "rows": [_cell(one, today) for one in reversed(month) if one.gross_fen or one.payout_fen or one.waiting],
        "total": _totals(month),
        "tomorrow": _tomorrow(merchant, at) if is_now else None,
    }
    return show(request, "payments/days.html", context)


def _weeks(month: list[found.MonthDay], today: date) -> list[list[dict[str, Any] | None]]:
    """Lay the days out in weeks that begin on Monday."""
    cells: list[dict[str, Any] | None] = [None] * month[0].day.weekday()
    cells += [_cell(one, today) for one in month]
    cells += [None] * (-len(cells) % 7)
    return [cells[place : place + 7] for place in range(0, len(cells), 7)]


def _totals(month: list[found.MonthDay]) -> dict[str, int]:
    return {
        "gross_fen": sum(one.gross_fen for one in month),
        "paid_fen": sum(one.paid_fen or 0 for one in month),
        "waiting": sum(one.waiting for one in month),
    }


def _cell(one: found.MonthDay, today: date) -> dict[str, Any]:
    is_quiet = not (one.gross_fen or one.payout_fen or one.waiting)
    late = one.payout_fen and one.paid_fen is not None and one.paid_fen != one.payout_fen
    return {
        "day": one.day,
        "gross_fen": one.gross_fen,
        "short": short_yuan(one.gross_fen),
        "short_paid": short_yuan(one.paid_fen) if one.paid_fen else "",
        "payout_fen": one.payout_fen,
        "paid_fen": one.paid_fen,
        "waits": bool(one.waiting or late),
        "state": "future" if one.day > today else "quiet" if is_quiet else "full",
        "is_today": one.day == today,
    }


def _tomorrow(merchant: Merchant, at: datetime) -> dict[str, Any]:
    told: Tomorrow = why_tomorrow(merchant, at)
    title = _("%(day)s到账") % {"day": weekday_name(told.payout_date, business_date(at))}
    account = payee_account_of(merchant, at)
    return {
        "title": title,
        "sum": sum_of_tomorrow(told, title),
        "days": told.days,
        "note": told.note,
        "is_final": told.is_final,
        "account": f"{account.bank.short_name} {account.masked}" if account else "",
    }


@require_GET
@merchant_page()
def day(request: Any, day: date) -> HttpResponse:
    """Show one day as the sum that leads to the bank's figure; ?show= opens a term, ?by= goes down to payments."""
    at, merchant = clock.now(), request.merchant
    today = business_date(at)
    book = found.book_of_day(merchant, day)
    row = book.statement
    carried = found.carried_from(merchant, day) if row.carried_in_fen else None
    is_empty = not (book.is_final or book.lines)
    context = {
        "day": day,
        "month": day.replace(day=1),
        "book": book,
        "is_future": day > today,
        "sum": None if is_empty else sum_of_book(book, carried=carried),
        "payout": payout_of(book, today),
        "waiting": [waiting_text(row) for row in found.waiting_of_day(merchant, day)],
        "into_bank": found.paid_into_bank_on(merchant, day),
        "opened": _opened(request, book),
    }
    return show(request, "payments/days_day.html", context)


def _opened(request: Any, book: found.DayBook) -> dict[str, Any] | None:
    term, by = request.GET.get("show", ""), request.GET.get("by", "")
    if not term:
        return None
    if term == "service":
        return _opened_fees(request, book, by)
    if term not in TERMS:
        raise Http404
    parts = parts_of_term(term, book.lines)
    if not by and len(parts) == 1:
        by = parts[0]["by"]
    line = next((line for line in book.lines if str(line.sub_merchant_id) == by), None)
    if by and line is None:
        raise Http404
    opened: dict[str, Any] = {"term": term, "name": term_name(term), "parts": parts, "by": by}
    if line is not None:
        page, rows = page_of_line(term, line, request.GET.get("page", ""))
        opened |= {"page": page, "rows": rows, "who": acquirer_name(line.acquirer_code)}
    return opened


def _opened_fees(request: Any, book: found.DayBook, by: str) -> dict[str, Any]:
    fees = list(fees_of_day(request.merchant, book.statement.day))
    parts = [
        {
            "by": fee.fee_no,
            "title": f"{acquirer_name(fee.subject_no)} · {fee.line.version.tariff.name}",
            "sub": _("第 %(version)s 版价目 · 合同 %(contract)s")
            % {"version": fee.line.version.version, "contract": fee.contract.contract_no},
            "fen": -fee.fee_fen,
        }
        for fee in fees
    ]
    if not by and len(fees) == 1:
        by = fees[0].fee_no
    fee = next((fee for fee in fees if fee.fee_no == by), None)
    if by and fee is None:
        raise Http404
    opened: dict[str, Any] = {"term": "service", "name": term_name("service"), "parts": parts, "by": by}
    if fee is not None:
        page, rows = page_of_fee(fee, request.GET.get("page", ""))
        opened |= {"page": page, "rows": rows, "who": acquirer_name(fee.subject_no)}
    return opened


@require_GET
@merchant_page()
def day_pdf(request: Any, day: date) -> HttpResponse:
    """Give the statement as a page to print; a day without a statement is 404."""
    row = _published(request, day)
    return _file(statement_pdf(row), "application/pdf", f"{row.statement_no}.pdf")


@require_GET
@merchant_page()
def day_xlsx(request: Any, day: date) -> HttpResponse:
    """Give the statement with its payments as a workbook; a day without a statement is 404."""
    row = _published(request, day)
    return _file(statement_xlsx(row), SHEET, f"{row.statement_no}.xlsx")


def _published(request: Any, day: date) -> Settlement:
    row = found.published_statement(request.merchant, day)
    if row is None:
        raise Http404
    return row


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@merchant_page()
def today_differences(request: Any) -> HttpResponse:
    """Answer with the tile of 今日: how many differences wait, leading to the latest day that has one."""
    count, latest = found.count_waiting(request.merchant)
    href = reverse("payments:day", args=[latest]) if latest else reverse("payments:days")
    return render(request, "payments/days_tile.html", {"count": count, "href": href})
