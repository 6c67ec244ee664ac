from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from silk_road_ebao.kernel.ids import PREFIXES, new_no
from silk_road_ebao.kernel.logs import mask_secrets
from silk_road_ebao.kernel.masking import find_secret, mask_card, mask_id, mask_name, mask_phone, scrub


def luhn(head):
    """Complete digits to a number that passes the Luhn check."""
    total = sum(sum(divmod(int(d) * (2 - place % 2), 10)) for place, d in enumerate(reversed(head)))
    return head + str(-total % 10)


def resident(head):
    """Complete 17 digits with the check character of GB 11643, by its table of weights."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return head + "10X98765432"[sum(int(d) * w for d, w in zip(head, weights, strict=True)) % 11]


CARD = luhn("621700123456789012")
ID = resident("65280119900101123")
PHONE = "13899912345"


@given(st.text("0123456789", min_size=12, max_size=15))
def test_every_luhn_card_is_found(tail):
    card = luhn("621" + tail)

    assert find_secret(f"card {card}.") == "CARD"
    assert card not in scrub(f"card={card}")


@given(st.integers(0, 999), st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_resident_id_is_found(serial, born):
    number = resident(f"652801{born:%Y%m%d}{serial:03d}")

    assert find_secret(f"{{'id': '{number.lower()}'}}") == "RESIDENT_ID"
    assert number not in scrub(number)


@pytest.mark.parametrize("text", [PHONE, f"+86 {PHONE}", "138 9991 2345", f'"phone":"{PHONE}"'])
def test_phones_are_found(text):
    assert find_secret(text) == "PHONE"
    assert "9991" not in scrub(text)


@pytest.mark.parametrize("card", [f"{CARD[:4]} {CARD[4:8]} {CARD[8:12]} {CARD[12:16]} {CARD[16:]}"])
def test_a_card_written_in_groups_is_found(card):
    assert find_secret(card) == "CARD"
    assert CARD[8:12] not in scrub(card)


@pytest.mark.parametrize(
    "text",
    [
        "4200001234202611231234567890",  # an acquirer's trade number
        "20261123103000",
        "1763865000000",  # milliseconds
        "¥1,234.50",
        CARD[:-1] + str((int(CARD[-1]) + 1) % 10),
        ID[:-1] + ("0" if ID[-1] != "0" else "1"),
        "12345678901",
        "3.13800138000",
        "63322292-5394-4814-83b2-fc7ff69e8828",  # two UUIDs whose digits pass the Luhn check
        "ebao-k4111111111111111",  # a signing key's name
        "attempt 48309047-3985-4553-bf63-482a787957a9.",
    ],
)
def test_ordinary_numbers_stay_as_they_are(text):
    assert find_secret(text) == ""
    assert scrub(text) == text


def test_our_own_numbers_are_never_taken_for_secrets():
    assert not any(find_secret(new_no(prefix)) for prefix in PREFIXES for _ in range(200))


def test_masks_show_what_the_rule_allows():
    """R25, JR/T 0171: card 6+4, identity 1+1, phone 3+2."""
    assert mask_card("6217001234561234") == "6217 00** **** 1234"
    assert mask_card("6217 0012 3456 7891 234") == "6217 00** **** 1234"
    assert mask_card("1234567890") == "**** 7890"
    assert mask_card("1234567") == "****"
    assert mask_id(ID) == f"6{'*' * 16}{ID[-1]}"
    assert mask_phone(f"+86{PHONE}") == "138******45"
    assert (mask_name("艾力"), mask_name("阿不都热合曼·买买提"), mask_name("李"), mask_name(" ")) == (
        "艾*",
        "阿**",
        "李*",
        "",
    )


def test_nothing_secret_reaches_a_log_event():
    """R25: the log processor hides values of any shape and whatever stands under a secret's name."""
    event = {
        "event": f"payer {PHONE} with {CARD}",
        "body": {"id_no": ID, "list": [f"x {ID}", int(CARD)], "raw": b"\x01key"},
        "api_v3_key": "0123456789abcdef0123456789abcdef",
        "password": "hunter2hunter2",
        "line": "Authorization: Bearer abc.def.ghi and token=qwerty",
        "exception": f"Traceback …\nValueError: {CARD}",
        "pem": "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
        "timestamp": "2026-11-23T10:30:00Z",
        "count": 3,
        "ok": True,
    }

    shown = mask_secrets(None, "info", event)

    text = repr(shown)
    for secret in (PHONE, CARD, ID, "0123456789abcdef", "hunter2", "abc.def", "qwerty", "MIIE", "\\x01key"):
        assert secret not in text
    assert (shown["count"], shown["ok"], shown["timestamp"]) == (3, True, "2026-11-23T10:30:00Z")
