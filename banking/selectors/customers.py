"""Which of our people and merchants a bank knows by number."""

from django.db.models import Q

from accounts.models import Institution, Merchant, Person
from accounts.selectors.parties import Party


def customer_of(bank: Institution, customer_no: str) -> Party | None:
    """Find the party behind a number (PER… or MER…) if it has to do with this bank, else None.

    It has if it holds a settlement account there or has an authorisation in force for it: nobody else's number
    can be tried out.
    """
    ours = Q(settlement_accounts__bank=bank) | Q(consents__recipient=bank, consents__status="ACTIVE")
    model = {"PER": Person, "MER": Merchant}.get(customer_no[:3])
    if model is Person:
        return Person.objects.filter(ours, person_no=customer_no).distinct().first()
    if model is Merchant:
        return Merchant.objects.filter(ours, merchant_no=customer_no).distinct().first()
    return None
