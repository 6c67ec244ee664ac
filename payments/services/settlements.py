"""Settlement statements: made, posted, proved against the journal. The acquirer pays; we reckon and record (R1)."""

from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from payments.ledger.rules.kinds import Kind
from payments.ledger.services import PostedMany, post_query
from payments.models import ServiceFee, Settlement
from payments.selectors.same_day import same_day_merchants
from payments.selectors.working_days import working_day_after
from payments.services import settlement_sql as sql
from payments.services.crash_points import crash_point
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import day_bounds
from silk_road_ebao.kernel.states import transition_many


@transaction.atomic
def make_settlements(*, day: date, at: datetime) -> int:
    """Make the day's statement of every merchant, with a line per acquirer; gives how many statements.

    A negative net is carried to the next day, as acquirers do. Run again before posting, it makes them anew.
    Raises YearUnknown when the calendar does not know the payout date.
    """
    start, end = day_bounds(day)
    values: dict[str, Any] = {
        "day": day,
        "start": start,
        "end": end,
        "at": at,
        "payout_date": working_day_after(day),
        "same_day": same_day_merchants(day),
    }
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.day_line")
        cursor.execute(sql.LINES, values)
        cursor.execute(sql.STATEMENTS, values)
        crash_point(name="settlement.statements")
        cursor.execute(sql.STATEMENT_LINES, values)
    return Settlement.objects.filter(day=day).count()


@transaction.atomic
def post_settlements(*, day: date, actor: Actor, at: datetime) -> PostedMany:
    """Post channel fees, service fees and what acquirers settle for a day; a second time everything replays."""
    start, end = day_bounds(day)
    values = {
        "day": day,
        "start": start,
        "end": end,
        "split": int(Kind.SPLIT_EXECUTED),
        "split_return": int(Kind.SPLIT_RETURNED),
        "channel_fee": int(Kind.CHANNEL_FEE),
        "fee_return": int(Kind.REFUND_FEE_RETURN),
        "settled": int(Kind.SETTLED),
        "fee_split": int(Kind.SERVICE_FEE_SPLIT),
        "fee_split_return": int(Kind.SERVICE_FEE_SPLIT_RETURN),
        "fee_due": int(Kind.SERVICE_FEE_DUE),
        "fee_due_return": int(Kind.SERVICE_FEE_DUE_RETURN),
    }
    posted = post_query(query=sql.POSTINGS, params=values)
    transition_many(
        ServiceFee.objects.filter(day=day), "CHARGED", "POSTED", actor=actor, at=at, reason="business day posted"
    )
    return posted
