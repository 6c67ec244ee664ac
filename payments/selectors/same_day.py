"""Who may be settled on the same day (R4, 银发〔2016〕261): ≥90 days on board and ≥30 days of normal trading."""

from datetime import date, timedelta

from django.db.models import Count

from accounts.models import Merchant
from accounts.selectors.dated_rules import value
from payments.models import PaymentAttempt, ServiceContract
from silk_road_ebao.kernel.clock import business_date

SAME_DAY = "SAME_DAY"
"""The service a merchant signs for to be settled T+0; without the contract nobody is."""


def may_settle_same_day(merchant: Merchant, day: date) -> bool:
    """Tell whether the rule lets a merchant be settled on the day itself, whatever it has signed.

    Raises RuleNotInForce when the dated table has no value for the day.
    """
    if merchant.status != "APPROVED" or merchant.onboarded_at is None:
        return False
    if (day - business_date(merchant.onboarded_at)).days < value("t0.onboard_days", day):
        return False
    return trading_days(merchant, day) >= value("t0.normal_days", day)


def trading_days(merchant: Merchant, day: date) -> int:
    """Count the days before a day on which the merchant was paid, over the last year."""
    found = PaymentAttempt.objects.filter(
        sub_merchant__merchant=merchant, status="PAID", business_date__lt=day,
        business_date__gte=day - timedelta(days=365),
    ).aggregate(days=Count("business_date", distinct=True))  # fmt: skip
    return int(found["days"])


def same_day_merchants(day: date) -> list[int]:
    """List the merchants settled T+0 on a day: signed for it, and allowed by R4."""
    signed = ServiceContract.objects.filter(
        status="SIGNED", tariff__service=SAME_DAY, valid_from__lte=day
    ).exclude(valid_until__lte=day).select_related("merchant")  # fmt: skip
    return [row.merchant_id for row in signed if may_settle_same_day(row.merchant, day)]
