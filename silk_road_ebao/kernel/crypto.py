"""Sealed columns: AES-256-GCM under a numbered key, bound to their table and column.

A sealed value stays sealed: reading a row gives a `Sealed`, which prints as dots. Machines that
need the text (a call to an acquirer) say `.open()`; whatever shows it to a person goes through
`reveal`, which leaves a trace (R25).
"""

import hashlib
import hmac
import os
import re
import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import connection, models
from django.db.models.query_utils import DeferredAttribute

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.masking import mask_card, mask_id, mask_name, mask_phone

__all__ = [
    "Sealed",
    "SealedField",
    "Unreadable",
    "blind_index",
    "mask_card",
    "mask_id",
    "mask_name",
    "mask_phone",
    "open_sealed",
    "reveal",
    "seal",
]

_NONCE = 12


class Unreadable(Exception):
    """A sealed value does not open: moved from another column, altered, or its key is gone."""


def seal(text: str, bound_to: str) -> bytes:
    """Seal a text with the current key: key id, nonce, ciphertext, bound to `table.column`."""
    key_id = settings.FIELD_KEY_CURRENT
    nonce = os.urandom(_NONCE)
    return (
        bytes([key_id])
        + nonce
        + AESGCM(settings.FIELD_KEYS[key_id]).encrypt(nonce, text.encode(), _aad(key_id, bound_to))
    )


def open_sealed(blob: bytes, bound_to: str) -> str:
    """Open what `seal` made; raises Unreadable if it was altered, moved, or its key is gone."""
    key = settings.FIELD_KEYS.get(blob[0]) if blob else None
    if key is None:
        raise Unreadable(f"{bound_to}: no key number {blob[0] if blob else '?'} in FIELD_KEYS")
    nonce, ciphertext = blob[1 : 1 + _NONCE], blob[1 + _NONCE :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _aad(blob[0], bound_to)).decode()
    except (InvalidTag, ValueError) as error:
        raise Unreadable(f"{bound_to}: altered, or sealed for another column") from error


def _aad(key_id: int, bound_to: str) -> bytes:
    return f"{key_id}:{bound_to}".encode()


class Sealed:
    """A sealed text. It prints as dots, compares with nothing, and opens when told to."""

    __slots__ = ("_blob", "_bound_to")

    def __init__(self, blob: bytes, bound_to: str) -> None:
        self._blob = blob
        self._bound_to = bound_to

    def open(self) -> str:
        """Open it for a machine; for a person use `reveal`. Raises Unreadable."""
        return open_sealed(self._blob, self._bound_to)

    @property
    def key_id(self) -> int:
        """Number of the key it is sealed with."""
        return self._blob[0]

    @property
    def blob(self) -> bytes:
        """The sealed bytes as they are stored."""
        return self._blob

    def __str__(self) -> str:
        return "••••"

    def __repr__(self) -> str:
        return f"<Sealed {self._bound_to}>"


if TYPE_CHECKING:
    _Field = models.BinaryField[Any, Any]
else:
    _Field = models.BinaryField


class _Sealing(DeferredAttribute):
    """Descriptor: whatever text is assigned is sealed at once, so no row carries it in clear."""

    def __set__(self, row: models.Model, value: Any) -> None:
        row.__dict__[self.field.attname] = self.field.to_python(value)


class SealedField(_Field):
    """密封字段. Assign text; read a `Sealed`. Only `isnull` can be asked of it in SQL.

    `bound_to` keeps the name ("app.model.column") under which rows were sealed when a model or
    column is renamed.
    """

    if TYPE_CHECKING:
        _pyi_private_set_type: str | Sealed  # type: ignore[assignment]
        _pyi_private_get_type: Sealed  # type: ignore[assignment]

    descriptor_class = _Sealing

    def __init__(self, *args: Any, bound_to: str = "", **kwargs: Any) -> None:
        self._bound_to = bound_to
        super().__init__(*args, **kwargs)

    @property
    def bound_to(self) -> str:
        """Table and column a value is bound to."""
        return self._bound_to or f"{self.model._meta.label_lower}.{self.attname}"

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, **({"bound_to": self._bound_to} if self._bound_to else {})}

    def to_python(self, value: Any) -> Sealed | None:
        """Seal text; pass on what is sealed already. Raises TypeError for anything else."""
        if value is None or isinstance(value, Sealed):
            return value
        if isinstance(value, str):
            return Sealed(seal(value, self.bound_to), self.bound_to)
        raise TypeError(f"{self.bound_to} takes text, not {type(value).__name__}")

    def get_prep_value(self, value: Any) -> bytes | None:
        sealed = self.to_python(value)
        return None if sealed is None else sealed.blob

    def from_db_value(self, value: Any, *_args: Any) -> Sealed | None:
        return None if value is None else Sealed(bytes(value), self.bound_to)

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_transform(self, lookup_name: str) -> Any:
        return None

    def value_to_string(self, obj: models.Model) -> str:
        """Stand as dots in any serialisation."""
        return "••••"


def blind_index(text: str, purpose: str) -> bytes:
    """Compute the keyed look-up value (32 bytes) of a text that is stored sealed.

    `purpose` ("card", "resident_id", "phone") keeps equal texts of different columns apart. Full
    width, spaces, dashes and case do not count.
    """
    normal = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()
    subkey = hmac.digest(settings.FIELD_INDEX_KEY, b"blind-index:" + purpose.encode(), hashlib.sha256)
    return hmac.digest(subkey, normal.encode(), hashlib.sha256)


def reveal(row: models.Model, field: str, *, actor: Actor, purpose: str, at: datetime) -> str:
    """Open a sealed column for a person and write who saw it, and why, into the audit chain (R25).

    Raises ValueError without a purpose or for a column that is empty or not sealed, Unreadable
    for one that does not open.
    """
    sealed = getattr(row, field)
    if not purpose.strip() or not isinstance(sealed, Sealed):
        raise ValueError(f"nothing to reveal, or no purpose given: {row._meta.label}.{field}")
    text = sealed.open()
    record(
        actor=actor,
        action="kernel.sealed.reveal",
        subject=f"{row._meta.label_lower}:{row.pk}",
        at=at,
        detail={"field": field, "purpose": purpose},
    )
    return text


def reseal_rows(model: type[models.Model], field: SealedField, *, limit: int = 500) -> int:
    """Seal up to `limit` rows that have an older key again with the current one; gives how many.

    Call it in a transaction of its own, until it gives 0. Raises Unreadable, naming the column.
    """
    quote = connection.ops.quote_name
    table, column, key = (quote(str(name)) for name in (model._meta.db_table, field.column, model._meta.pk.column))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608 (our own names)
            f" AND get_byte({column}, 0) <> %s ORDER BY {key} LIMIT %s FOR UPDATE",
            [settings.FIELD_KEY_CURRENT, limit],
        )
        rows = cursor.fetchall()
        fresh = [(seal(open_sealed(bytes(blob), field.bound_to), field.bound_to), row_key) for row_key, blob in rows]
        cursor.executemany(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", fresh)  # noqa: S608 (our own names)
    return len(rows)
