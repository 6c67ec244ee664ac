"""Numbers of people who do not exist, with the check digits right."""

import struct
import zlib
from datetime import date, timedelta

from stdnum import luhn
from stdnum.cn import ric, uscc


def resident_id(nth: int) -> str:
    """Return the nth made-up resident ID of Korla (652801), another for each number below 1,000,000."""
    days, serial = divmod(nth, 1000)
    born = date(1961, 1, 1) + timedelta(days=days)
    body = f"652801{born:%Y%m%d}{serial:03d}"
    return body + ric.calc_check_digit(body + "0")


def phone(nth: int) -> str:
    """Return the nth made-up mobile number."""
    return f"139{nth:08d}"


def card(nth: int, prefix: str = "621700", length: int = 19) -> str:
    """Return the nth made-up card number with a right Luhn digit."""
    body = f"{prefix}{nth:0{length - 1 - len(prefix)}d}"
    return body + luhn.calc_check_digit(body)


def credit_code(nth: int, region: str = "652801") -> str:
    """Return the nth made-up unified social credit code of a 个体户."""
    body = f"92{region}MA{nth:07d}"
    return body + uscc.calc_check_digit(body + "0")


def png(nth: int = 0) -> bytes:
    """Return a small picture, another for each number."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = b"".join(b"\0" + bytes([nth % 256, row, 0] * 8) for row in range(8))
    header = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")
