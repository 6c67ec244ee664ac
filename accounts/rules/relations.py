"""Relations between two parties, and which of them exclude each other.

A party is written ``PERSON:PER…`` or ``MERCHANT:MER…``. Read a link "source is RELATION of target":
an owner is the source, the shop he owns the target.
"""

OWNER = "OWNER"
EMPLOYEE = "EMPLOYEE"
MEMBER = "MEMBER"
SUPPLIER = "SUPPLIER"
BUYER = "BUYER"
GUARANTOR = "GUARANTOR"
FAMILY = "FAMILY"

RELATIONS = (OWNER, EMPLOYEE, MEMBER, SUPPLIER, BUYER, GUARANTOR, FAMILY)
BELONGING = frozenset({OWNER, EMPLOYEE, MEMBER})
TRADE = frozenset({SUPPLIER, BUYER})

CONTROL = frozenset({OWNER, FAMILY, MEMBER})
"""Relations along which two parties count as one interest in a circular flow."""


def exclusion_key(relation: str, source: str, target: str) -> str:
    """Return the key that two contradictory links share.

    Belonging (owner, employee, member) and family are one per pair whatever the direction: nobody is at once
    owner and employee of a shop, and two parties do not own each other. "A supplies B" and "B buys of A" are one
    fact told twice, while A supplying B and B supplying A may both be true. One guarantee per direction.
    """
    if relation in BELONGING:
        return f"BELONGING|{_pair(source, target)}"
    if relation == FAMILY:
        return f"FAMILY|{_pair(source, target)}"
    if relation in TRADE:
        seller, buyer = (source, target) if relation == SUPPLIER else (target, source)
        return f"TRADE|{seller}|{buyer}"
    return f"{relation}|{source}|{target}"


def allowed_kinds(relation: str) -> frozenset[tuple[str, str]]:
    """Return which (source, target) kinds of party the relation may join."""
    person_to_merchant = ("PERSON", "MERCHANT")
    everything = frozenset({(a, b) for a in ("PERSON", "MERCHANT") for b in ("PERSON", "MERCHANT")})
    return {
        OWNER: frozenset({person_to_merchant, ("MERCHANT", "MERCHANT")}),
        EMPLOYEE: frozenset({person_to_merchant}),
        MEMBER: frozenset({person_to_merchant, ("MERCHANT", "MERCHANT")}),
        FAMILY: frozenset({("PERSON", "PERSON"), person_to_merchant, ("MERCHANT", "PERSON")}),
    }.get(relation, everything)


def _pair(source: str, target: str) -> str:
    first, second = sorted((source, target))
    return f"{first}|{second}"
