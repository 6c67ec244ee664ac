"""A party to a link, a consent or a credit account: a person or a merchant."""

from accounts.models import Merchant, Person

Party = Merchant | Person


def party_key(party: Party) -> str:
    """Return the party as text: ``PERSON:PER…`` or ``MERCHANT:MER…``."""
    if isinstance(party, Person):
        return f"PERSON:{party.person_no}"
    return f"MERCHANT:{party.merchant_no}"


def party_columns(party: Party, prefix: str) -> dict[str, Party | None]:
    """Return the two columns a party fills, for instance subject_person and subject_merchant."""
    is_person = isinstance(party, Person)
    return {f"{prefix}_person": party if is_person else None, f"{prefix}_merchant": None if is_person else party}


def is_natural(party: Party) -> bool:
    """Say whether data about the party is data about a natural person: 个体户 and 小微 count as such."""
    return isinstance(party, Person) or party.kind in ("INDIVIDUAL", "MICRO")


def party_by_no(number: str) -> Party:
    """Find a person (PER…) or merchant (MER…) by public number; raises Merchant.DoesNotExist or Person.DoesNotExist."""
    if number.startswith("PER"):
        return Person.objects.get(person_no=number)
    return Merchant.objects.get(merchant_no=number)
