"""In whose name a merchant's settlement account may stand (R2)."""

LEGAL_NAME, OPERATOR = "LEGAL_NAME", "OPERATOR"
OPERATED_BY_ONE = frozenset({"INDIVIDUAL", "MICRO"})
"""个体户 and 小微 are their operator in law (民法典 54, 56): his account is theirs. An enterprise is another person."""


def holder_basis(*, holder_name: str, kind: str, legal_name: str, operator_name: str) -> str:
    """Return whose name an account bears: LEGAL_NAME, OPERATOR, or "" for a name it may not bear.

    Equal to the letter; a name that is not on file equals none.
    """
    name = holder_name.strip()
    if not name:
        return ""
    if name == legal_name:
        return LEGAL_NAME
    return OPERATOR if kind in OPERATED_BY_ONE and name == operator_name else ""
