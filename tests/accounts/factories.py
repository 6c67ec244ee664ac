"""Rows of accounts that tests start from; every number has a right check digit and belongs to nobody."""

import hashlib
from datetime import UTC, datetime, timedelta

from factory.declarations import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory
from factory.django import DjangoModelFactory
from factory.helpers import post_generation

from accounts import models
from accounts.selectors.persons import RESIDENT_ID
from accounts.selectors.settlement_accounts import ACCOUNT_NO
from accounts.selectors.users import PHONE
from silk_road_ebao.kernel.crypto import blind_index, mask_card, mask_id, mask_phone
from silk_road_ebao.kernel.ids import new_no
from tests.accounts import numbers

BEGAN = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
FIRST = 500_000
"""Numbers of factories begin here, so that tests may name smaller ones."""


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = models.Person
        exclude = ("number", "mobile")

    number = Sequence(lambda n: numbers.resident_id(FIRST + n))
    mobile = Sequence(lambda n: f"+86{numbers.phone(FIRST + n)}")
    person_no = LazyFunction(lambda: new_no("PER"))
    status = "ACTIVE"
    full_name = Sequence(lambda n: f"摊主{n}")
    id_sealed = SelfAttribute("number")
    id_index = LazyAttribute(lambda o: blind_index(o.number, RESIDENT_ID))
    id_masked = LazyAttribute(lambda o: mask_id(o.number))
    phone_sealed = SelfAttribute("mobile")
    phone_index = LazyAttribute(lambda o: blind_index(o.mobile, PHONE))
    phone_masked = LazyAttribute(lambda o: mask_phone(o.mobile))
    registered_at = BEGAN
    verified_at = BEGAN
    last_active_at = BEGAN


class UserFactory(DjangoModelFactory):
    class Meta:
        model = models.User
        exclude = ("mobile",)

    mobile = Sequence(lambda n: f"+86{numbers.phone(FIRST + n)}")
    phone_sealed = SelfAttribute("mobile")
    phone_index = LazyAttribute(lambda o: blind_index(o.mobile, PHONE))
    phone_masked = LazyAttribute(lambda o: mask_phone(o.mobile))
    display_name = Sequence(lambda n: f"摊主{n}")
    joined_at = BEGAN


class OperatorFactory(DjangoModelFactory):
    class Meta:
        model = models.Operator
        skip_postgeneration_save = True

    operator_no = LazyFunction(lambda: new_no("OPR"))
    user = SubFactory(
        UserFactory,
        username=Sequence(lambda n: f"operator{n}"),
        is_staff=True,
        phone_sealed=None,
        phone_index=None,
        phone_masked="",
    )
    name = Sequence(lambda n: f"运营{n}")
    created_at = BEGAN

    @post_generation
    def roles(self, create, extracted, **_more):
        for role in extracted or []:
            models.OperatorGrant.objects.create(operator=self, role=role, granted_at=BEGAN, granted_by="test")


class MarketFactory(DjangoModelFactory):
    class Meta:
        model = models.Market

    code = Sequence(lambda n: f"MKT{n}")
    name = "库尔勒孔雀农贸市场"
    province = "65"
    opened_at = BEGAN


class InstitutionFactory(DjangoModelFactory):
    class Meta:
        model = models.Institution
        django_get_or_create = ("code",)

    code = Sequence(lambda n: f"BANK{n}")
    kind = "BANK"
    name = LazyAttribute(lambda o: f"{o.code}股份有限公司")
    short_name = SelfAttribute("code")
    province = "65"
    status = "ACTIVE"


class MerchantFactory(DjangoModelFactory):
    class Meta:
        model = models.Merchant

    merchant_no = LazyFunction(lambda: new_no("MER"))
    status = "APPROVED"
    kind = "INDIVIDUAL"
    name = Sequence(lambda n: f"蔬菜行{n}")
    legal_name = Sequence(lambda n: f"库尔勒市{n}号蔬菜经营部")
    uscc = Sequence(lambda n: numbers.credit_code(FIRST + n))
    legal_person = SubFactory(PersonFactory)
    province = "65"
    address = "库尔勒孔雀农贸市场"
    created_at = BEGAN
    onboarded_at = BEGAN


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = models.Membership

    merchant = SubFactory(MerchantFactory)
    user = SubFactory(UserFactory)
    role = "OWNER"
    since_at = BEGAN


class StallFactory(DjangoModelFactory):
    class Meta:
        model = models.Stall

    stall_no = LazyFunction(lambda: new_no("STL"))
    merchant = SubFactory(MerchantFactory)
    market = SubFactory(MarketFactory)
    label = Sequence(lambda n: f"A{n}")
    signboard = SelfAttribute("merchant.name")
    opened_at = BEGAN


class SettlementAccountFactory(DjangoModelFactory):
    """A merchant's verified payee account; give owner_person, owner_merchant=None and a class for a personal one."""

    class Meta:
        model = models.SettlementAccount
        exclude = ("digits",)

    digits = Sequence(lambda n: numbers.card(FIRST + n))
    account_no = LazyFunction(lambda: new_no("SAC"))
    status = "ACTIVE"
    account_no_sealed = SelfAttribute("digits")
    account_index = LazyAttribute(lambda o: blind_index(o.digits, ACCOUNT_NO))
    masked = LazyAttribute(lambda o: mask_card(o.digits))
    owner_merchant = SubFactory(MerchantFactory)
    owner_person = None
    holder_name = LazyAttribute(lambda o: o.owner_merchant.legal_name if o.owner_merchant else o.owner_person.full_name)
    bank = SubFactory(InstitutionFactory, code="CCB")
    account_class = "MERCHANT"
    opening_mode = "COUNTER"
    verification = "VERIFIED"
    verified_at = BEGAN
    activated_at = BEGAN
    added_at = BEGAN


class ConsentTextFactory(DjangoModelFactory):
    class Meta:
        model = models.ConsentText

    purpose = "CREDIT_APPLICATION"
    version = Sequence(lambda n: f"T{n}")
    body = "我同意丝路e宝把下列资料提供给所选银行，只用于本次申请。"
    sha256 = LazyAttribute(lambda o: hashlib.sha256(o.body.encode()).hexdigest())
    published_at = BEGAN


class ConsentFactory(DjangoModelFactory):
    class Meta:
        model = models.Consent

    consent_no = LazyFunction(lambda: new_no("CON"))
    status = "ACTIVE"
    subject_person = SubFactory(PersonFactory)
    subject_merchant = None
    recipient = SubFactory(InstitutionFactory, code="CCB")
    text = SubFactory(ConsentTextFactory)
    purpose = SelfAttribute("text.purpose")
    text_sha256 = SelfAttribute("text.sha256")
    kinds = LazyFunction(lambda: ["IDENTITY", "TRADE_SUMMARY"])
    signature_hash = "0" * 64
    requested_at = BEGAN
    given_at = BEGAN
    expires_at = BEGAN + timedelta(days=365)


class PartnerKeyFactory(DjangoModelFactory):
    class Meta:
        model = models.PartnerKey

    institution = SubFactory(InstitutionFactory, code="CCB")
    keyid = Sequence(lambda n: f"key-{n}")
    public_key_pem = "-----BEGIN PUBLIC KEY-----\n…\n-----END PUBLIC KEY-----\n"
    fingerprint = Sequence(lambda n: f"{n:064x}")
    valid_from = BEGAN


class DatedRuleFactory(DjangoModelFactory):
    class Meta:
        model = models.DatedRule

    name = Sequence(lambda n: f"test.rule{n}")
    value = 1
    unit = "fen"
    valid_from = BEGAN.date()
    source = "测试"
