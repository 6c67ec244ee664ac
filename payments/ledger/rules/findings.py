"""What a proof finds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One disagreement: which proof, about what, what it should be and what it is."""

    proof: str
    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.proof}: {self.what}: expected {self.expected}, found {self.found}"
