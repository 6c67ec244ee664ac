"""Rows that payments' tests start from."""

import secrets
from datetime import UTC, date, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from accounts.models import DatedRule, Institution, Market, Merchant, Person, SettlementAccount, Stall
from payments.models import Payment, PaymentAttempt, StallCode, SubMerchant
from payments.services.scenes import describe_payment
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.ids import new_no, new_uuid

CASHIER = Actor("STAFF", "7", "阿依古丽")
PAYER = Actor("PERSON", "payer", "")


def moment() -> datetime:
    """Return the present to the microsecond, aware."""
    return datetime.now(UTC)


class InstitutionFactory(DjangoModelFactory):
    class Meta:
        model = Institution
        django_get_or_create = ("code",)

    code = "WECHAT"
    kind = "ACQUIRER"
    name = factory.LazyAttribute(lambda o: f"{o.code}全称")
    short_name = factory.LazyAttribute(lambda o: o.code)
    province = "65"
    status = "ACTIVE"


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = Person

    status = "ACTIVE"
    person_no = factory.LazyFunction(lambda: new_no("PER"))
    full_name = "阿依古丽"
    id_masked = "6***************1"
    id_index = factory.LazyFunction(lambda: secrets.token_bytes(32))
    phone_masked = "138******00"
    phone_index = factory.LazyFunction(lambda: secrets.token_bytes(32))
    registered_at = factory.LazyFunction(moment)
    verified_at = factory.LazyFunction(moment)
    last_active_at = factory.LazyFunction(moment)


class MerchantFactory(DjangoModelFactory):
    class Meta:
        model = Merchant

    status = "APPROVED"
    merchant_no = factory.LazyFunction(lambda: new_no("MER"))
    kind = "INDIVIDUAL"
    name = "孔雀河蔬菜行"
    legal_name = factory.LazyAttribute(lambda o: f"库尔勒市{o.name}")
    uscc = factory.LazyFunction(lambda: "92652801" + secrets.token_hex(5).upper())
    legal_person = factory.SubFactory(PersonFactory)
    province = "65"
    created_at = factory.LazyFunction(lambda: moment() - timedelta(days=400))
    onboarded_at = factory.LazyFunction(lambda: moment() - timedelta(days=400))


class MarketFactory(DjangoModelFactory):
    class Meta:
        model = Market
        django_get_or_create = ("code",)

    code = "KQ"
    name = "孔雀农贸市场"
    province = "65"
    opened_at = factory.LazyFunction(moment)


class StallFactory(DjangoModelFactory):
    class Meta:
        model = Stall

    stall_no = factory.LazyFunction(lambda: new_no("STL"))
    merchant = factory.SubFactory(MerchantFactory)
    market = factory.SubFactory(MarketFactory)
    label = factory.LazyFunction(lambda: secrets.token_hex(4))
    signboard = "阿依古丽蔬菜"
    opened_at = factory.LazyFunction(moment)


class StallCodeFactory(DjangoModelFactory):
    class Meta:
        model = StallCode

    status = "ACTIVE"
    code_no = factory.LazyFunction(lambda: new_no("COD"))
    stall = factory.SubFactory(StallFactory)
    merchant = factory.SelfAttribute("stall.merchant")
    issued_at = factory.LazyFunction(moment)


class SettlementAccountFactory(DjangoModelFactory):
    class Meta:
        model = SettlementAccount

    status = "ACTIVE"
    account_no = factory.LazyFunction(lambda: new_no("SAC"))
    account_index = factory.LazyFunction(lambda: secrets.token_bytes(32))
    masked = "6217 00** **** 1234"
    owner_merchant = factory.SubFactory(MerchantFactory)
    holder_name = factory.SelfAttribute("owner_merchant.legal_name")
    bank = factory.SubFactory(InstitutionFactory, code="CCB", kind="BANK")
    account_class = "MERCHANT"
    verification = "VERIFIED"
    added_at = factory.LazyFunction(moment)


class SubMerchantFactory(DjangoModelFactory):
    class Meta:
        model = SubMerchant

    status = "ACTIVE"
    merchant = factory.SubFactory(MerchantFactory)
    acquirer_code = "WECHAT"
    acquirer = factory.SubFactory(InstitutionFactory, code=factory.SelfAttribute("..acquirer_code"))
    sub_mchid = factory.LazyFunction(lambda: "16" + str(secrets.randbelow(10**8)).zfill(8))
    legal_name = factory.SelfAttribute("merchant.legal_name")
    rate_bps = 38
    opened_at = factory.LazyFunction(moment)


class PaymentFactory(DjangoModelFactory):
    """A payment as create_payment writes it."""

    class Meta:
        model = Payment
        skip_postgeneration_save = True

    status = "CREATED"
    payment_no = factory.LazyFunction(lambda: new_no("PAY"))
    merchant = factory.SubFactory(MerchantFactory)
    channel = "DYNAMIC_CODE"
    amount_fen = 8_000
    description = "番茄 25kg"
    created_at = factory.LazyFunction(moment)
    expires_at = factory.LazyFunction(lambda: moment() + timedelta(minutes=15))

    @factory.post_generation
    def context(self, create: bool, extracted: object, **kwargs: object) -> None:
        """Give it its six elements."""
        if create:
            describe_payment(payment=self, declared={})


class AttemptFactory(DjangoModelFactory):
    class Meta:
        model = PaymentAttempt

    status = "PENDING"
    attempt_no = factory.LazyFunction(lambda: new_no("ATT"))
    uid = factory.LazyFunction(new_uuid)
    payment = factory.SubFactory(PaymentFactory, status="PENDING")
    sub_merchant = factory.SubFactory(SubMerchantFactory, merchant=factory.SelfAttribute("..payment.merchant"))
    acquirer_code = factory.SelfAttribute("sub_merchant.acquirer_code")
    flow = "NATIVE"
    amount_fen = factory.SelfAttribute("payment.amount_fen")
    created_at = factory.LazyFunction(moment)
    expires_at = factory.LazyFunction(lambda: moment() + timedelta(minutes=15))
    sent_at = factory.LazyFunction(moment)


def dated_limits() -> None:
    """Put back the limits that a transactional test's flush took away."""
    rows = {"qr.daily.D": 50_000, "micro.credit_card.daily": 100_000, "micro.credit_card.monthly": 1_000_000}
    for name, value in rows.items():
        DatedRule.objects.get_or_create(
            name=name,
            valid_from=date(2018, 4, 1),
            defaults={"value": value, "unit": "fen", "source": "银发〔2017〕296号"},
        )
