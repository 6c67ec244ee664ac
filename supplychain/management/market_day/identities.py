"""Well-formed numbers for the merchants of a played day: right check digits, nobody's real number."""

import struct
import zlib

from stdnum import luhn
from stdnum.cn import ric, uscc

KORLA = "652801"
CCB_DEBIT = "621700"


def resident_id(nth: int) -> str:
    """Return a resident ID of Korla with a right check digit."""
    stem = f"{KORLA}19{60 + nth % 40:02d}{1 + nth // 40 % 12:02d}{1 + nth // 480 % 28:02d}{nth % 1000:03d}"
    return stem + ric.calc_check_digit(stem + "0")


def credit_code(nth: int) -> str:
    """Return a unified social credit code of a 个体工商户 registered in Korla."""
    stem = f"92{KORLA}MA{nth:07d}"
    return stem + uscc.calc_check_digit(stem + "0")


def mobile(nth: int) -> str:
    """Return a mobile number of a range that is open to subscribers."""
    return f"1399{nth:07d}"


def card(nth: int) -> str:
    """Return a debit card number that passes the Luhn check."""
    stem = f"{CCB_DEBIT}{nth:012d}"
    return stem + luhn.calc_check_digit(stem)


def picture(nth: int) -> bytes:
    """Return a small PNG, another one for each number, as a photographed paper would be."""
    width = height = 24
    row = b"\x00" + bytes((nth * 7 + x * 9) % 256 for x in range(width))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(row * height)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
