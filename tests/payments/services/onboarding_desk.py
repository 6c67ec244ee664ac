"""A desk that brings merchants on board through the ordinary services, and an acquirer whose machine steps by hand."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import AcquirerApplication, Institution
from payments.gateways import gateway_of
from payments.models import Applyment
from payments.services.applyment_pushes import push_applyment
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.models import OutboxDelivery
from silk_road_ebao.kernel.outbox import deliver_due
from tests.accounts import numbers
from tests.accounts.factories import MarketFactory, OperatorFactory
from tests.accounts.facts import enter_facts
from tests.accounts.opening import Opened, add_payee, open_merchant
from tests.payments.factories import moment
from tests.payments.sandbox import Sandbox

STEP_S = 1000


@dataclass
class Desk:
    """Two operators, a market, and the sandbox whose onboarding moves only when `step` is called."""

    sandbox: Sandbox
    maker: Actor = field(init=False)
    checker: Actor = field(init=False)

    def __post_init__(self) -> None:
        enter_facts()
        self.market = MarketFactory()
        self.maker = Actor("OPERATOR", OperatorFactory(roles=["MAKER"]).operator_no, "经办")
        self.checker = Actor("OPERATOR", OperatorFactory(roles=["CHECKER"]).operator_no, "复核")
        for code in ("WECHAT", "ALIPAY", "UNIONPAY"):
            Institution.objects.filter(code=code).update(status="ACTIVE")
        self.sandbox.control("POST", "settings", applyment_step_s=STEP_S, applyment_needs_sign=0)

    def approve(self, nth: int, *, with_account: bool = True, at: datetime | None = None) -> Opened:
        """Bring the nth merchant in by two operators, its account verified by the bank, and deliver the facts."""
        at = at or moment()
        opened = open_merchant(nth, self.market, self.maker, self.checker, at)
        if with_account:
            add_payee(opened, nth, at)
        assert deliver_due().put_off == 0, list(OutboxDelivery.objects.values_list("last_error", flat=True))
        return opened

    def step(self, steps: int = 1) -> None:
        """Let the acquirer's machine go on."""
        self.sandbox.control("POST", "clock", advance_s=STEP_S * steps + 1)

    def applyment(self, opened: Opened, code: str = "WECHAT") -> Applyment:
        """Read the merchant's application."""
        return Applyment.objects.get(merchant=opened.merchant, acquirer_code=code)

    def push(self, opened: Opened, code: str = "WECHAT", at: datetime | None = None) -> Applyment:
        """Let the sweep look at it."""
        return push_applyment(applyment_no=self.applyment(opened, code).applyment_no, at=at or moment())

    def theirs(self, code: str = "wechat") -> list[dict[str, Any]]:
        """List what the acquirer has been applied for."""
        found: list[dict[str, Any]] = self.sandbox.control("GET", "applyments")[code]
        return found

    def settles_to(self, sub_mchid: str) -> dict[str, Any]:
        """Ask WeChat Pay to which account it settles."""
        shown = gateway_of("WECHAT").sdk.applyment_settlement_query(sub_mchid=sub_mchid)
        found: dict[str, Any] = json.loads(shown[1])
        return found


def secrets_of(nth: int) -> tuple[str, str, str]:
    """Name what must never stand in the archive: ID, phone, account."""
    return numbers.resident_id(nth), numbers.phone(nth), numbers.card(nth)


def finish(desk: Desk, opened: Opened, code: str = "WECHAT") -> Applyment:
    """Push through the acquirer's whole machine."""
    for _step in range(8):
        row = desk.push(opened, code)
        if row.status == "FINISHED":
            return row
        desk.step()
    raise AssertionError(f"still {row.status} {row.trouble} {row.failure_text}")


def mirror_of(opened: Opened, code: str = "WECHAT") -> AcquirerApplication:
    """Read what the merchant's form shows of the application."""
    return AcquirerApplication.objects.get(onboarding=opened.form, acquirer__code=code)
