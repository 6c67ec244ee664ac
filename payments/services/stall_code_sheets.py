"""The printable sheet of a stall's code."""

from pathlib import Path

import noto_cjk_sans_otc
import segno
import typst
from django.conf import settings

from payments.models import StallCode

FONTS = str(
    Path(noto_cjk_sans_otc.FONT_PATH).parent
    if Path(noto_cjk_sans_otc.FONT_PATH).is_file()
    else noto_cjk_sans_otc.FONT_PATH
)
SHEET = """
#set page(paper: "a5", margin: 14mm)
#set text(font: "Noto Sans CJK SC", lang: "zh")
#set align(center)
#text(size: 15pt, fill: rgb("#0A6C6E"))[丝路e宝]
#v(4mm)
#text(size: 26pt, weight: "bold")[#sys.inputs.sign]
#v(1mm)
#text(size: 12pt, fill: rgb("#55646A"))[#sys.inputs.place]
#v(7mm)
#image("code.svg", width: 84mm)
#v(5mm)
#text(size: 15pt)[微信 · 支付宝 · 云闪付 扫一扫付款]
#v(2mm)
#text(size: 10pt, fill: rgb("#55646A"))[收款人：#sys.inputs.payee]
#v(1mm)
#text(size: 9pt, fill: rgb("#55646A"))[扫这张码一次最多 500 元，超过请店主出示账单码 · 码号 #sys.inputs.number]
"""


def payload_of(*, code: StallCode) -> str:
    """Return what the code says: our address and its own number, nothing about a person (R6)."""
    return f"{settings.PUBLIC_URL}/p/{code.code_no}/"


def print_stall_code(*, code: StallCode) -> bytes:
    """Return the A5 sheet of a stall's code as PDF."""
    drawn = segno.make_qr(payload_of(code=code), error="q").svg_inline(scale=4, border=4)
    files = {"main.typ": SHEET.encode(), "code.svg": _with_namespace(drawn).encode()}
    inputs = {
        "sign": code.stall.signboard,
        "place": f"{code.stall.market.name} {code.stall.label}",
        "payee": code.merchant.legal_name,
        "number": code.code_no,
    }
    pdf: bytes = typst.compile(files, font_paths=[FONTS], sys_inputs=inputs)  # type: ignore[call-overload]  # a folder in memory
    return pdf


def _with_namespace(svg: str) -> str:
    return svg if "xmlns" in svg else svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
