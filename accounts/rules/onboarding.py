"""What a merchant's onboarding form still lacks."""

from collections.abc import Mapping

FIELDS = ("kind", "name", "legal_name", "uscc", "legal_person", "province", "address", "market", "stall_label", "phone")
DOCUMENTS_NEEDED = {
    "COMPANY": ("BUSINESS_LICENCE", "LEGAL_PERSON_ID"),
    "INDIVIDUAL": ("BUSINESS_LICENCE", "LEGAL_PERSON_ID"),
    "MICRO": ("LEGAL_PERSON_ID", "PREMISES_PHOTO"),
}
"""小微 have no business licence (银发〔2017〕296): their ID and premises stand for it."""

LETTER = "AUTHORISATION_LETTER"
OPTIONAL = ("LEGAL_PERSON_ID_BACK",)
"""Acquirers like to see it; whoever has it at hand saves a question."""


def missing_fields(kind: str, values: Mapping[str, object]) -> list[str]:
    """Return the fields of the form that are still empty, in the order of the form."""
    optional = {"market", "stall_label"} | ({"uscc"} if kind == "MICRO" else set())
    return [field for field in FIELDS if field not in optional and not values.get(field)]


def missing_documents(kind: str, present: frozenset[str], *, is_agent: bool = False) -> list[str]:
    """Return the kinds of document still to be handed in; who applies for another shows a letter of authorisation."""
    needed = (*DOCUMENTS_NEEDED.get(kind, ()), *((LETTER,) if is_agent else ()))
    return [document for document in needed if document not in present]
