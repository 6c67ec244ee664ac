"""The only doors to acquirers."""

from functools import cache

from django.conf import settings

from payments.gateways.protocol import AcquirerGateway
from payments.gateways.wechat import WechatGateway

GATEWAYS = {"WECHAT": WechatGateway}


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
