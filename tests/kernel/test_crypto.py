import io

import pytest
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import connection

from silk_road_ebao.kernel import crypto
from silk_road_ebao.kernel.audit import verify_chain
from silk_road_ebao.kernel.crypto import Sealed, SealedField, Unreadable, blind_index, open_sealed, reveal, seal
from silk_road_ebao.kernel.management.commands import reseal
from silk_road_ebao.kernel.models import AuditEvent
from tests.kernel.trial import AT, MAKER, Box

CARD = "6217001234567890"


@pytest.fixture(autouse=True)
def keys(settings):
    settings.FIELD_KEYS = {1: b"1" * 32, 2: b"2" * 32}
    settings.FIELD_KEY_CURRENT = 1
    settings.FIELD_INDEX_KEY = b"i" * 32


def stored(column="card_sealed"):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM trial_box ORDER BY id")
        return [bytes(row[0]) for row in cursor.fetchall()]


def test_the_database_holds_no_clear_text_and_the_row_reads_back_sealed(rows):
    box = Box.objects.create(card_sealed=CARD)

    again = Box.objects.get(pk=box.pk)

    assert CARD.encode() not in stored()[0]
    assert again.card_sealed.open() == CARD
    assert (str(again.card_sealed), CARD in repr(again.card_sealed)) == ("••••", False)
    assert CARD not in repr(again.__dict__)


def test_assigned_text_is_sealed_at_once():
    box = Box(card_sealed=CARD)

    assert isinstance(box.card_sealed, Sealed)
    assert CARD not in repr(vars(box))


def test_the_same_text_seals_differently_each_time():
    assert seal(CARD, "a.b.c") != seal(CARD, "a.b.c")


def test_nothing_else_than_text_is_sealed():
    with pytest.raises(TypeError):
        Box(card_sealed=6217001234567890)


def test_a_value_moved_to_another_column_does_not_open(rows):
    Box.objects.create(card_sealed=CARD)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE trial_box SET other_sealed = card_sealed")

    with pytest.raises(Unreadable):
        Box.objects.get().other_sealed.open()


def test_one_changed_byte_or_key_number_does_not_open():
    blob = seal(CARD, "a.b.c")

    for place in range(len(blob)):
        changed = bytearray(blob)
        changed[place] ^= 3  # also turns key 1 into key 2
        with pytest.raises(Unreadable):
            open_sealed(bytes(changed), "a.b.c")


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x07" + b"0" * 40])
def test_rubbish_or_a_missing_key_says_so(blob):
    with pytest.raises(Unreadable, match=r"a\.b\.c"):
        open_sealed(blob, "a.b.c")


@pytest.mark.parametrize("lookup", ["card_sealed", "card_sealed__in", "card_sealed__startswith", "card_sealed__gt"])
def test_only_emptiness_can_be_asked_of_a_sealed_column(rows, lookup):
    Box.objects.create(card_sealed=CARD)

    with pytest.raises(FieldError):
        list(Box.objects.filter(**{lookup: [CARD] if lookup.endswith("in") else CARD}))

    assert Box.objects.filter(card_sealed__isnull=False, other_sealed__isnull=True).count() == 1


def test_a_deferred_sealed_column_is_fetched_when_read(rows):
    Box.objects.create(card_sealed=CARD)

    assert Box.objects.defer("card_sealed").get().card_sealed.open() == CARD


def test_a_renamed_column_keeps_the_name_it_was_sealed_under():
    field = SealedField(bound_to="old.table.column")

    assert field.bound_to == "old.table.column"
    assert field.deconstruct()[3] == {"bound_to": "old.table.column"}


def test_rotation_keeps_old_rows_readable_and_reseal_moves_them(rows, settings, monkeypatch):
    """F21: both keys open during the overlap; afterwards the old one may go."""
    for number in range(7):
        Box.objects.create(card_sealed=f"card {number}", other_sealed=None)
    settings.FIELD_KEY_CURRENT = 2
    Box.objects.create(card_sealed="card 7")
    monkeypatch.setattr(reseal.apps, "get_models", lambda: [Box])
    assert [box.card_sealed.open() for box in Box.objects.order_by("pk")] == [f"card {n}" for n in range(8)]

    out, again = io.StringIO(), io.StringIO()
    call_command("reseal", stdout=out, stderr=io.StringIO())
    call_command("reseal", stdout=again, stderr=io.StringIO())

    settings.FIELD_KEYS = {2: b"2" * 32}
    assert [box.card_sealed.open() for box in Box.objects.order_by("pk")] == [f"card {n}" for n in range(8)]
    assert {blob[0] for blob in stored()} == {2}
    assert "card_sealed: 7 rows" in out.getvalue()
    assert "card_sealed: 0 rows" in again.getvalue()


def test_blind_indexes_agree_whatever_the_writing_and_keep_purposes_apart(settings):
    known = blind_index("65280119900101123X", "resident_id")

    assert blind_index(" 652801 19900101 123x", "resident_id") == known
    assert blind_index("６５２８０１19900101123X", "resident_id") == known
    assert blind_index("65280119900101123X", "card") != known
    assert blind_index("652801199001011230", "resident_id") != known
    settings.FIELD_INDEX_KEY = b"j" * 32
    assert blind_index("65280119900101123X", "resident_id") != known


def test_every_reveal_leaves_a_trace_without_the_text(rows):
    """R25: who saw it, what for."""
    box = Box.objects.create(card_sealed=CARD)

    text = reveal(box, "card_sealed", actor=MAKER, purpose="核对结算账户", at=AT)

    event = AuditEvent.objects.get()
    assert text == CARD
    assert (event.actor_ref, event.subject, event.detail["purpose"]) == ("op-1", f"trial.box:{box.pk}", "核对结算账户")
    assert CARD not in str(event.detail)
    assert verify_chain() is None


@pytest.mark.parametrize(("field", "purpose"), [("card_sealed", " "), ("other_sealed", "核对"), ("id", "核对")])
def test_nothing_is_revealed_without_a_purpose_or_a_sealed_value(rows, field, purpose):
    box = Box.objects.create(card_sealed=CARD)

    with pytest.raises(ValueError, match="reveal"):
        reveal(box, field, actor=MAKER, purpose=purpose, at=AT)

    assert not AuditEvent.objects.exists()


def test_a_reveal_that_cannot_be_recorded_does_not_happen(rows, monkeypatch):
    box = Box.objects.create(card_sealed=CARD)
    monkeypatch.setattr(crypto, "record", lambda **_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        reveal(box, "card_sealed", actor=MAKER, purpose="核对", at=AT)
