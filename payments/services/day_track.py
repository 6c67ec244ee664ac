"""What each step of the track does, from the cut to the publication."""

from collections.abc import Callable

from django.db import connection
from django.utils.translation import gettext as _

from payments.ledger.services.proof import record_proof
from payments.models import Bill, BusinessDay, Discrepancy, PaymentAttempt, ProfitSharing, Settlement
from payments.rules import states
from payments.rules.business_day import has_reached
from payments.rules.discrepancy import BLOCKING
from payments.selectors.working_days import YearUnknown
from payments.services.day_bills import SHARING_BILLS, acquirers_of, fetch_bills, load, verify
from payments.services.day_steps import DayHeld, Done, Step
from payments.services.fund_reconciliations import post_funds, reconcile_funds
from payments.services.payouts import fetch_payouts
from payments.services.posted_days import adjust_late_trades
from payments.services.reconciliations import end_suspense, reconcile_trades
from payments.services.service_fees import charge_service_fees
from payments.services.settlement_sql import JOURNAL_AGAINST_LINES
from payments.services.settlements import make_settlements, post_settlements
from payments.services.sharing_reconciliations import reconcile_sharings
from silk_road_ebao.kernel.clock import business_date, day_bounds
from silk_road_ebao.kernel.outbox import emit


def cut(*, step: Step) -> Done:
    """Cut the day: from now on its payments are a closed set but for what bills bring. Gives what is still open."""
    if business_date(step.at) <= step.day:
        raise DayHeld("DAY_NOT_OVER", _("营业日还没有结束"))
    start, end = day_bounds(step.day)
    paid = PaymentAttempt.objects.filter(business_date=step.day, status="PAID").count()
    waiting = PaymentAttempt.objects.filter(created_at__gte=start, created_at__lt=end, status__in=states.LIVE).count()
    return Done(paid, _("还有 %(n)s 笔未定") % {"n": waiting} if waiting else "")


def reconcile(*, step: Step) -> Done:
    """Reconcile every acquirer of the day."""
    end_suspense(actor=step.actor, at=step.at)
    adjust_late_trades(actor=step.actor, at=step.at)
    batches = [
        reconcile_trades(acquirer_code=code, day=step.day, actor=step.actor, at=step.at)
        for code in acquirers_of(day=step.day)
    ]
    start, end = day_bounds(step.day)
    shared = ProfitSharing.objects.filter(
        requested_at__gte=start, requested_at__lt=end, purpose__in=("SPLIT", "RETURN"), acquirer_code__in=SHARING_BILLS
    )
    billed = Bill.objects.filter(day=step.day, kind="SHARING", status="LOADED")
    codes = {*billed.values_list("acquirer_code", flat=True), *shared.values_list("acquirer_code", flat=True)}
    batches += [
        reconcile_sharings(acquirer_code=code, day=step.day, actor=step.actor, at=step.at) for code in sorted(codes)
    ]
    funds = Bill.objects.filter(day=step.day, kind="FUND", status="LOADED").values_list("acquirer_code", flat=True)
    batches += [
        reconcile_funds(acquirer_code=code, day=step.day, actor=step.actor, at=step.at) for code in sorted(set(funds))
    ]
    found = sum(batch.differences for batch in batches)
    return Done(sum(batch.matched_count for batch in batches), _("差错 %(n)s 条") % {"n": found} if found else "")


def charge(*, step: Step) -> Done:
    """Charge the service fees of the day."""
    return Done(charge_service_fees(day=step.day, at=step.at))


def make_statements(*, step: Step) -> Done:
    """Make the statements; raises DayHeld while an earlier day has none, for its carry is not known."""
    for earlier in BusinessDay.objects.filter(date__lt=step.day).exclude(status="PUBLISHED").order_by("date"):
        if not has_reached(earlier.reached, "STATEMENTS_MADE"):
            raise DayHeld("EARLIER_DAY_OPEN", _("%(day)s 还没有出结算单") % {"day": earlier.date})
    start, end = day_bounds(step.day)
    waiting = ProfitSharing.objects.filter(requested_at__gte=start, requested_at__lt=end).exclude(
        status__in=("FINISHED", "FAILED")
    )
    if waiting.exists():
        raise DayHeld("SPLITS_OPEN", _("还有 %(n)s 笔分账没有结果") % {"n": waiting.count()})
    try:
        return Done(make_settlements(day=step.day, at=step.at))
    except YearUnknown as unknown:
        raise DayHeld("CALENDAR_UNKNOWN", _("%(day)s 之后的工作日还没有录入") % {"day": step.day}) from unknown


def post(*, step: Step) -> Done:
    """Post the day."""
    posted = post_settlements(day=step.day, actor=step.actor, at=step.at)
    funds = post_funds(day=step.day)
    return Done(posted.posted + posted.replayed + funds.posted + funds.replayed)


def prove(*, step: Step) -> Done:
    """Prove that the ledger agrees with itself and that the day's journal says what its statements say."""
    proof = record_proof(deep=False, actor=step.actor, at=step.at)
    if proof.findings:
        first = proof.findings[0]
        raise DayHeld("LEDGER_DISAGREES", _("账簿没有对平：%(what)s") % {"what": str(first)[:160]})
    with connection.cursor() as cursor:
        cursor.execute(JOURNAL_AGAINST_LINES, {"day": step.day})
        rows = cursor.fetchall()
    if rows:
        code, said, found = rows[0]
        raise DayHeld(
            "STATEMENT_DISAGREES",
            _("%(code)s 结算单 %(said)s 分，账簿 %(found)s 分") % {"code": code, "said": said, "found": found},
        )
    matched = sum(
        fetch_payouts(acquirer_code=code, day=step.day, actor=step.actor, at=step.at)
        for code in acquirers_of(day=step.day)
    )
    told = _("到账已核对 %(n)s 户") % {"n": matched} if matched else ""
    return Done(Settlement.objects.filter(day=step.day).count(), told)


def publish(*, step: Step) -> Done:
    """Show the statements to merchants; raises DayHeld while a case of the day is neither settled nor carried."""
    cases = Discrepancy.objects.filter(day=step.day, status__in=BLOCKING).count()
    if cases:
        raise DayHeld("OPEN_CASES", _("还有 %(n)s 条差错没有处理") % {"n": cases})
    shown = Settlement.objects.filter(day=step.day, published_at=None).update(published_at=step.at)
    emit(
        "payments.business_day.published",
        key=step.day.isoformat(),
        payload={"date": step.day, "settlements": Settlement.objects.filter(day=step.day).count()},
        at=step.at,
    )
    return Done(shown)


WORK: dict[str, Callable[..., Done]] = {
    "CUT": cut,
    "BILLS_FETCHED": fetch_bills,
    "BILLS_VERIFIED": verify,
    "ROWS_LOADED": load,
    "RECONCILED": reconcile,
    "FEES_CHARGED": charge,
    "STATEMENTS_MADE": make_statements,
    "POSTED": post,
    "PROVED": prove,
    "PUBLISHED": publish,
}
REMOTE = frozenset({"BILLS_FETCHED", "BILLS_VERIFIED", "ROWS_LOADED", "RECONCILED", "PROVED"})
"""Steps that call acquirers or commit bill by bill; they open their own transactions and may be done again."""
