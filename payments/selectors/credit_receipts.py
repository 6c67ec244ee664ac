"""Reads of credit-card receipts of small merchants."""

from datetime import date

from django.db.models import Q, Sum

from accounts.selectors.dated_rules import value
from payments.models import CreditReceipt, PaymentAttempt
from payments.rules import states


def credit_room_fen(person_id: int, acquirer_code: str, day: date) -> int:
    """Return what an ID may still take by credit card at an acquirer on that day, over all its shops, in fen (R5).

    Attempts under way have their room reserved, on whichever day they may end.
    """
    daily, monthly = value("micro.credit_card.daily", day), value("micro.credit_card.monthly", day)
    # Under way first: what is paid meanwhile is then counted twice rather than not at all.
    under_way = PaymentAttempt.objects.filter(
        payment__merchant__legal_person_id=person_id,
        payment__merchant__kind="MICRO",
        acquirer_code=acquirer_code,
        status__in=states.LIVE,
        takes_credit=True,
    ).aggregate(n=Sum("amount_fen"))
    sums = CreditReceipt.objects.filter(
        person_id=person_id, acquirer_code=acquirer_code, business_date__year=day.year, business_date__month=day.month
    ).aggregate(day=Sum("amount_fen", filter=Q(business_date=day)), month=Sum("amount_fen"))
    reserved = under_way["n"] or 0
    return max(0, min(daily - (sums["day"] or 0), monthly - (sums["month"] or 0)) - reserved)
