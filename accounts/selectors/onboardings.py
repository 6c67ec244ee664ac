"""Reads of onboarding: above all, what is still missing."""

from django.db.models import QuerySet

from accounts.models import AcquirerApplication, Merchant, Onboarding, User
from accounts.rules.onboarding import missing_documents, missing_fields
from accounts.selectors.merchants import documents_of


def onboarding_by_no(onboarding_no: str) -> Onboarding:
    """Find an onboarding; raises Onboarding.DoesNotExist."""
    return Onboarding.objects.select_related("merchant", "merchant__legal_person", "market", "agent").get(
        onboarding_no=onboarding_no
    )


def open_onboarding(user: User) -> Onboarding | None:
    """Find the form a user began and has not finished."""
    return (
        Onboarding.objects.filter(applicant=user, status__in=["DRAFT", "SUBMITTED", "REJECTED"])
        .select_related("merchant", "merchant__legal_person", "market")
        .order_by("-started_at")
        .first()
    )


def last_onboarding(user: User) -> Onboarding | None:
    """Find the latest form of a user that was approved."""
    return (
        Onboarding.objects.filter(applicant=user, status="APPROVED")
        .exclude(merchant__status="LEFT")
        .select_related("merchant", "market")
        .order_by("-started_at")
        .first()
    )


def applications_of(onboarding: Onboarding) -> QuerySet[AcquirerApplication]:
    """List what each acquirer last answered about a form."""
    return onboarding.acquirer_applications.select_related("acquirer").order_by("acquirer__code")


def latest_onboarding(merchant: Merchant) -> Onboarding | None:
    """Find a merchant's latest onboarding."""
    return merchant.onboardings.order_by("-started_at", "-id").first()


def missing(onboarding: Onboarding) -> list[str]:
    """Return the names of fields and documents still to be given, in the order of the form."""
    merchant = onboarding.merchant
    values = {
        "kind": merchant.kind,
        "name": merchant.name,
        "legal_name": merchant.legal_name,
        "uscc": merchant.uscc,
        # Who applies for another has to name him.
        "legal_person": None if merchant.legal_person_id == onboarding.agent_id else merchant.legal_person_id,
        "province": merchant.province,
        "address": merchant.address,
        "phone": merchant.contact_phone_masked,
    }
    present = frozenset(documents_of(merchant).values_list("kind", flat=True))
    return [
        *missing_fields(merchant.kind, values),
        *missing_documents(merchant.kind, present, is_agent=onboarding.agent_id is not None),
    ]


def waiting_for_review() -> QuerySet[Onboarding]:
    """List what operators have to look at, oldest first."""
    return Onboarding.objects.filter(status="SUBMITTED").select_related("merchant").order_by("submitted_at")
