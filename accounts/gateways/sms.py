"""SMS: a Protocol, the console adapter for demo, and an outbox in memory for tests."""

import sys
from dataclasses import dataclass, field
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class SmsNotSent(Exception):
    """The gateway did not take the message."""


class SmsGateway(Protocol):
    """Whoever carries a text to a phone."""

    def send(self, *, phone: str, text: str) -> None:
        """Send a text to a phone (E.164); raises SmsNotSent."""


class ConsoleSms:
    """Writes to the terminal of a demo, where the person at the keyboard is the phone; not to the logs (R25)."""

    def send(self, *, phone: str, text: str) -> None:
        """Show the text; the phone only by its last four digits."""
        sys.stdout.write(f"短信 → …{phone[-4:]}: {text}\n")
        sys.stdout.flush()


class SilentSms:
    """Refuses every text: what production has until a gateway is configured."""

    def send(self, *, phone: str, text: str) -> None:
        """Raise SmsNotSent."""
        raise SmsNotSent("no SMS gateway configured")


@dataclass
class MemorySms:
    """Keeps texts for a test to read."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    is_down: bool = False

    def send(self, *, phone: str, text: str) -> None:
        """Keep the text; raises SmsNotSent while down."""
        if self.is_down:
            raise SmsNotSent("down")
        self.sent.append((phone, text))


def sms_gateway() -> SmsGateway:
    """Return the gateway named by ``SMS_GATEWAY``; in the demo the console."""
    fallback = "accounts.gateways.sms.ConsoleSms" if settings.DEMO else "accounts.gateways.sms.SilentSms"
    gateway: SmsGateway = import_string(getattr(settings, "SMS_GATEWAY", "") or fallback)()
    return gateway
