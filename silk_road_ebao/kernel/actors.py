"""Actors: who does something. Passed to every service, written on every trace."""

from dataclasses import dataclass

KINDS = frozenset({"SYSTEM", "OPERATOR", "STAFF", "PERSON", "PARTNER", "ACQUIRER"})


@dataclass(frozen=True, slots=True)
class Actor:
    """行为人. `kind` is one of KINDS, `ref` the stable reference within it, `label` for reading.

    Raises ValueError for an unknown kind or an empty reference.
    """

    kind: str
    ref: str
    label: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of actor: {self.kind!r}")
        if not self.ref:
            raise ValueError("an actor needs a reference")

    def same_as(self, other: "Actor") -> bool:
        """Tell whether both are one and the same, whatever their labels say."""
        return (self.kind, self.ref) == (other.kind, other.ref)


SYSTEM = Actor("SYSTEM", "platform", "平台")
