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
#set page(paper: "a5", margin: (x: 12mm, top: 0mm, bottom: 8mm))
#set text(font: "Noto Sans CJK SC", lang: "zh", fill: rgb("#1C2A2E"))
#set par(leading: 0.55em, spacing: 0pt)
#set align(center)
#block(width: 148mm, height: 7mm, fill: rgb("#0A6C6E"), above: 0mm, below: 9mm)
#text(size: eval(sys.inputs.size))[*#sys.inputs.sign*]
#v(4mm)
#text(size: 12pt, fill: rgb("#55646A"))[#sys.inputs.place]
#v(5mm)
#image("code.svg", width: 104mm)
#v(4mm)
#text(size: 20pt)[微信 · 支付宝 · 云闪付]
#v(4mm)
#text(size: 14pt)[都扫这张码，输金额，付钱]
#v(7mm)
#text(size: 10pt, fill: rgb("#55646A"))[收款人：#sys.inputs.payee]
#v(2.4mm)
#text(size: 9pt, fill: rgb("#55646A"))[一次最多 500 元，超过请店主另出一个码]
#v(2.4mm)
#text(size: 8pt, fill: rgb("#55646A"))[丝路e宝 · #sys.inputs.number]
"""
SIZES = ((8, "34pt"), (14, "25pt"), (22, "19pt"), (64, "15pt"))
"""How large a signboard of so many characters is set: the longest still leaves the sheet one page."""


def payload_of(*, code: StallCode) -> str:
    """Return what the code says: our address and its own number, nothing about a person (R6)."""
    return f"{settings.PUBLIC_URL}/p/{code.code_no}/"


def print_stall_code(*, code: StallCode) -> bytes:
    """Return the A5 sheet of a stall's code as PDF."""
    drawn = segno.make_qr(payload_of(code=code), error="q").svg_inline(scale=4, border=4)
    files = {"main.typ": SHEET.encode(), "code.svg": _with_namespace(drawn).encode()}
    inputs = {
        "sign": code.stall.signboard,
        "size": next((size for most, size in SIZES if len(code.stall.signboard) <= most), SIZES[-1][1]),
        "place": f"{code.stall.market.name} {code.stall.label}",
        "payee": code.merchant.legal_name,
        "number": code.code_no,
    }
    pdf: bytes = typst.compile(files, font_paths=[FONTS], sys_inputs=inputs)  # type: ignore[call-overload]  # a folder in memory
    return pdf


def _with_namespace(svg: str) -> str:
    return svg if "xmlns" in svg else svg.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
