"""What a scan tells about the payer's wallet, and which codes may not collect business money."""

import re

WECHAT, ALIPAY, UNIONPAY = "WECHAT", "ALIPAY", "UNIONPAY"
WALLETS = (WECHAT, ALIPAY, UNIONPAY)
NAMING_WALLETS = (WECHAT, ALIPAY)
"""Wallets that want their own name for the payer in an order opened inside them; UnionPay's code opens without."""

_AGENTS = (
    (WECHAT, re.compile(r"MicroMessenger/", re.I)),
    (ALIPAY, re.compile(r"AlipayClient/", re.I)),
    (UNIONPAY, re.compile(r"UnionPay/|CloudPay|com\.unionpay\.", re.I)),
)

_PERSONAL = (
    re.compile(r"^wxp://", re.I),
    re.compile(r"^weixin://(?!wxpay/bizpayurl)", re.I),
    re.compile(r"^https://wx\.tenpay\.com/f2f", re.I),
    re.compile(r"^https?://u\.wechat\.com/", re.I),
    re.compile(r"^https?://qr\.alipay\.com/(fkx|tsx|a6x|apx)", re.I),
    re.compile(r"^alipays?://platformapi/startapp\?.*(saId|appId)=(10000007|20000123|09999988)", re.I),
    re.compile(r"^https://qr\.95516\.com/00010002/", re.I),
    re.compile(r"^https?://i\.qianbao\.qq\.com/wallet/sqrcode", re.I),
)


def wallet_of(user_agent: str) -> str:
    """Name the wallet that opened the page, or "" for any other browser."""
    for code, pattern in _AGENTS:
        if pattern.search(user_agent):
            return code
    return ""


def is_personal_code(payload: str) -> bool:
    """Tell whether a QR payload is a person's own collection or transfer code (R7)."""
    return any(pattern.search(payload.strip()) for pattern in _PERSONAL)


_BARCODES = (
    (WECHAT, re.compile(r"1[0-5]\d{16}")),
    (ALIPAY, re.compile(r"(2[5-9]|30)\d{14,22}")),
    (UNIONPAY, re.compile(r"62\d{17}")),
)


def acquirer_of_barcode(digits: str) -> str:
    """Name the acquirer of a payer's payment code by its leading digits, or "" when nobody's."""
    for code, pattern in _BARCODES:
        if pattern.fullmatch(digits):
            return code
    return ""
