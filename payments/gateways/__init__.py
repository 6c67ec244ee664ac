"""The only doors to acquirers."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from django.conf import settings

from payments.gateways.alipay import AlipayGateway
from payments.gateways.protocol import AcquirerGateway
from payments.gateways.unionpay import UnionpayGateway
from payments.gateways.wechat import WechatGateway

GATEWAYS: dict[str, Callable[[Mapping[str, Any], str], AcquirerGateway]] = {
    "WECHAT": WechatGateway,
    "ALIPAY": AlipayGateway,
    "UNIONPAY": UnionpayGateway,
}


class NoSuchAcquirerError(LookupError):
    """Say that we have no gateway or no credentials for an acquirer."""


@cache
def gateway_of(acquirer_code: str) -> AcquirerGateway:
    """Return the one gateway of an acquirer, built once per process from settings.ACQUIRERS.

    Raises NoSuchAcquirerError.
    """
    credentials = settings.ACQUIRERS.get(acquirer_code.lower())
    if acquirer_code not in GATEWAYS or not credentials:
        raise NoSuchAcquirerError(acquirer_code)
    return GATEWAYS[acquirer_code](credentials, settings.PUBLIC_URL)


def open_acquirers() -> list[str]:
    """List the acquirers that this process can speak to."""
    return [code for code in GATEWAYS if settings.ACQUIRERS.get(code.lower())]


def closing_acquirers() -> list[str]:
    """List the acquirers where an unpaid order can be closed before its time."""
    return [code for code in open_acquirers() if gateway_of(code).capabilities.close]
