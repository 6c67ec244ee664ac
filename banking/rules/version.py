"""The dated versions of the partner API. A version never changes once it is out; a breaking change is a new date."""

CURRENT = "2026-11-01"
KNOWN = (CURRENT,)
