"""Reads of applications at acquirers."""

from django.db.models import QuerySet

from accounts.models import Merchant
from payments.models import Applyment, SubMerchant


def applyment_by_no(applyment_no: str) -> Applyment:
    """Find an application with its merchant and acquirer; raises Applyment.DoesNotExist."""
    return Applyment.objects.select_related("merchant__legal_person", "acquirer").get(applyment_no=applyment_no)


def applyments_of(merchant: Merchant) -> QuerySet[Applyment]:
    """List a merchant's applications, the given-up ones too."""
    return Applyment.objects.filter(merchant=merchant).select_related("acquirer").order_by("acquirer_code", "pk")


def has_number(merchant: Merchant, acquirer_code: str) -> bool:
    """Tell whether the merchant has a number at the acquirer already, in whatever state."""
    return SubMerchant.objects.filter(merchant=merchant, acquirer_code=acquirer_code).exists()
