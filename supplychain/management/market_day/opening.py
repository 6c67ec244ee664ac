"""Open the market of a played day through the ordinary services: every stall on-boarded, verified, signed."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction

from accounts.models import Market, Merchant, Operator, Stall
from accounts.services.markets import open_market
from accounts.services.merchant_documents import hand_in_document
from accounts.services.onboarding_reviews import review_onboarding
from accounts.services.onboardings import save_onboarding, start_onboarding, submit_onboarding
from accounts.services.operators import add_operator
from accounts.services.persons import register_person
from accounts.services.settlement_accounts import add_settlement_account, report_verification
from accounts.services.users import bind_person, register_user
from payments.models import SubMerchant, TariffVersion
from payments.rules.service_fee import SEPARATE
from payments.rules.tariff import BPS
from payments.services.sub_merchants import open_sub_merchant
from payments.services.tariffs import Price, draft_tariff, sign_contract
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import approve
from supplychain.management.market_day import identities
from supplychain.management.market_day.outside import Outside

XINJIANG = "65"
MARKET_CODE, MARKET_NAME = "KQ", "库尔勒孔雀农贸市场"
TARIFF, SERVICE_BPS = "SCENE-STANDARD", 10
CONTRACTS_FROM = date(2020, 1, 1)
RATES_BPS = {"WECHAT": 38, "ALIPAY": 38, "UNIONPAY": 35}
BANK = Actor("PARTNER", "CCB", "建设银行")
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class OpenStall:
    """A stall ready to be paid, and where it can be."""

    merchant: Merchant
    stall: Stall
    acquirers: tuple[str, ...]
    staff: Actor = field(compare=False)


def open_stalls(
    *, count: int, acquirers: list[str], outside: Outside, at: datetime, progress: Progress
) -> list[OpenStall]:
    """Return the first ``count`` stalls of the market, opening those that are not there yet."""
    market = _market(at)
    desk = _Desk(at)
    _tariff(desk, at)
    stalls = []
    for nth in range(1, count + 1):
        label = f"{chr(64 + (nth - 1) // 40 + 1)}{(nth - 1) % 40 + 1:02d}"
        stall = Stall.objects.select_related("merchant").filter(market=market, label=label).first()
        stall = stall or _open_stall(nth, label, market, desk, at)
        codes = tuple(code for code in acquirers if _has_number(stall.merchant, code, outside, at))
        staff = Actor("STAFF", stall.merchant.merchant_no, stall.signboard)
        stalls.append(OpenStall(stall.merchant, stall, codes, staff))
        progress(nth, count)
    return stalls


class _Desk:
    """Two operators: whoever reviews does not approve."""

    def __init__(self, at: datetime) -> None:
        self.maker = self._operator("market-maker", "经办", "MAKER", at)
        self.checker = self._operator("market-checker", "复核", "CHECKER", at)

    @staticmethod
    def _operator(username: str, name: str, role: str, at: datetime) -> Actor:
        known = Operator.objects.filter(user__username=username).first()
        operator = known or add_operator(
            username=username, password=secrets.token_urlsafe(24), name=name, roles=[role], actor=SYSTEM, at=at
        )
        return Actor("OPERATOR", operator.operator_no, name)


def _tariff(desk: _Desk, at: datetime) -> None:
    """Put the market's price list in force: ten bps of what was received, drafted by one and approved by another."""
    if TariffVersion.objects.filter(tariff__code=TARIFF, status="ACTIVE").exists():
        return
    approval = draft_tariff(
        code=TARIFF, name="市场服务费", service="PAYMENT", prices=[Price(method=BPS, rate_bps=SERVICE_BPS)],
        valid_from=CONTRACTS_FROM, source="市场服务协议", actor=desk.maker, at=at,
    )  # fmt: skip
    approve(approval_no=approval.approval_no, checker=desk.checker, at=at)


def _market(at: datetime) -> Market:
    known = Market.objects.filter(code=MARKET_CODE).first()
    return known or open_market(code=MARKET_CODE, name=MARKET_NAME, province=XINJIANG, actor=SYSTEM, at=at)


@transaction.atomic
def _open_stall(nth: int, label: str, market: Market, desk: _Desk, at: datetime) -> Stall:
    phone, owner = identities.mobile(nth), f"摊主{label}"
    user = register_user(phone=phone, actor=SYSTEM, at=at, display_name=owner)
    actor = Actor("PERSON", str(user.pk), owner)
    person = register_person(full_name=owner, resident_id=identities.resident_id(nth), phone=phone, actor=actor, at=at)
    bind_person(user=user, person=person, actor=actor, at=at)
    form = start_onboarding(applicant=user, kind="INDIVIDUAL", actor=actor, at=at)
    for kind in ("BUSINESS_LICENCE", "LEGAL_PERSON_ID"):
        hand_in_document(merchant=form.merchant, kind=kind, content=identities.picture(nth), actor=actor, at=at)
    save_onboarding(
        onboarding=form, actor=actor, at=at, name=f"{label} 鲜蔬", legal_name=f"库尔勒市孔雀市场{label}号蔬菜经营部",
        uscc=identities.credit_code(nth), legal_person=person, province=XINJIANG, address=f"{MARKET_NAME} {label} 号",
        market=market, stall_label=label, signboard=f"{label} 鲜蔬", phone=phone,
    )  # fmt: skip
    submit_onboarding(onboarding=form, actor=actor, at=at)
    approval = review_onboarding(onboarding=form, actor=desk.maker, at=at)
    approve(approval_no=approval.approval_no, checker=desk.checker, at=at)
    merchant = Merchant.objects.get(pk=form.merchant_id)
    account = add_settlement_account(
        owner=merchant, account_no=identities.card(nth), holder_name=merchant.legal_name, agreed=True,
        signature="market_day", actor=actor, at=at,
    )  # fmt: skip
    report_verification(account_no=account.account_no, result="VERIFIED", actor=BANK, at=at)
    sign_contract(
        contract_no=f"SVC-{merchant.merchant_no}", merchant=merchant, tariff_code=TARIFF, collection=SEPARATE,
        valid_from=CONTRACTS_FROM, actor=desk.maker, at=at,
    )  # fmt: skip
    return Stall.objects.select_related("merchant").get(merchant=merchant, label=label)


def _has_number(merchant: Merchant, acquirer: str, outside: Outside, at: datetime) -> bool:
    known = SubMerchant.objects.filter(merchant=merchant, acquirer_code=acquirer).first()
    if known is None:
        rate_bps = RATES_BPS[acquirer]
        given = outside.add_sub_merchant(acquirer=acquirer.lower(), name=merchant.legal_name, rate_bps=rate_bps)
        known = open_sub_merchant(
            merchant=merchant,
            acquirer_code=acquirer,
            sub_mchid=given["sub_mchid"],
            legal_name=merchant.legal_name,
            rate_bps=rate_bps,
            actor=SYSTEM,
            at=at,
            auth_token=given.get("app_auth_token", ""),
        )
    return bool(known.status == "ACTIVE")
