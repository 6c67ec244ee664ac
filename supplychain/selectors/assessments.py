"""Reads of assessments: the method in force, a merchant's own, those of a season."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Merchant
from supplychain.models import (
    Assessment,
    AssessmentDocument,
    AssessmentModel,
    AssessmentObjection,
    NeedStatement,
    Order,
)
from supplychain.selectors.assessment_features import YEAR


def model_on(day: date) -> AssessmentModel:
    """Find the scorecard in force on a day; raises AssessmentModel.DoesNotExist."""
    found = AssessmentModel.objects.filter(valid_from__lte=day).order_by("-valid_from", "-id").first()
    if found is None:
        raise AssessmentModel.DoesNotExist(f"no assessment model is valid on {day}")
    return found


def assessments_of(merchant: Merchant) -> QuerySet[Assessment]:
    """List a merchant's own assessments, newest first."""
    return (
        Assessment.objects.filter(merchant=merchant).select_related("model", "merchant").order_by("-computed_at", "-id")
    )


def assessment_of(merchant: Merchant, assessment_no: str) -> Assessment:
    """Find one of a merchant's own; raises Assessment.DoesNotExist for anybody else's."""
    return assessments_of(merchant).get(assessment_no=assessment_no)


def objections_of(merchant: Merchant) -> QuerySet[AssessmentObjection]:
    """List a merchant's objections, newest first."""
    return (
        AssessmentObjection.objects.filter(assessment__merchant=merchant)
        .select_related("assessment", "result")
        .order_by("-raised_at")
    )


def latest_need(merchant_id: int, until: date) -> NeedStatement | None:
    """Find what the merchant last said he needs, up to a day."""
    return (
        NeedStatement.objects.filter(merchant_id=merchant_id, stated_at__date__lte=until)
        .order_by("-stated_at", "-id")
        .first()
    )


def document_by_hash(sha256: str) -> AssessmentDocument | None:
    """Find the report with exactly these bytes."""
    return AssessmentDocument.objects.select_related("assessment").filter(sha256=sha256).first()


def merchants_to_assess(until: date) -> list[int]:
    """List the merchants who sold in the 364 days to `until` and have no assessment up to that day."""
    sold = Order.objects.filter(
        merchant=OuterRef("pk"), business_date__gt=until - YEAR, business_date__lte=until
    ).exclude(status="CANCELLED")
    known = Assessment.objects.filter(merchant=OuterRef("pk"), window_until=until)
    return list(Merchant.objects.filter(Exists(sold), ~Exists(known)).order_by("pk").values_list("pk", flat=True))


def season_of(until: date, days: int = 30) -> tuple[QuerySet[Assessment], QuerySet[Assessment]]:
    """Give the issued assessments of a season, and of the same season a year before."""
    issued = Assessment.objects.filter(outcome="ISSUED")
    now = issued.filter(window_until__gt=until - timedelta(days=days), window_until__lte=until)
    then_until = until - YEAR
    then = issued.filter(window_until__gt=then_until - timedelta(days=days), window_until__lte=then_until)
    return now, then
