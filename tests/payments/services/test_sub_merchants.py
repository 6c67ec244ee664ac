"""A merchant's own number at an acquirer, and nobody else's."""

import pytest

from accounts.models import Institution
from payments.models import SubMerchant
from payments.services.attempts import NoWayToPay, start_attempt
from payments.services.sub_merchant_moves import hold_moved_sub_merchants
from payments.services.sub_merchants import (
    NameDiffers,
    NoSuchAcquirer,
    NumberTaken,
    PlatformIsNoPayee,
    ProvinceDiffers,
    hold_sub_merchant,
    open_sub_merchant,
    release_sub_merchant,
)
from silk_road_ebao.kernel.models import AuditEvent
from tests.payments.factories import (
    CASHIER,
    InstitutionFactory,
    MerchantFactory,
    PaymentFactory,
    SettlementAccountFactory,
    moment,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def merchant(sandbox):
    for code in ("WECHAT", "ALIPAY"):
        InstitutionFactory(code=code)
    return MerchantFactory()


def _open(merchant, **more):
    fields = {"acquirer_code": "WECHAT", "sub_mchid": "1600000001", "legal_name": merchant.legal_name, "rate_bps": 38}
    return open_sub_merchant(merchant=merchant, actor=CASHIER, at=moment(), **{**fields, **more})


def test_a_number_is_entered_once_and_its_ledger_accounts_are_open(merchant):
    from payments.ledger.models import LedgerAccount

    first, again = _open(merchant), _open(merchant)

    assert first.pk == again.pk
    assert LedgerAccount.objects.filter(code__endswith=merchant.merchant_no).count() == 2


def test_the_platform_is_never_the_payee(merchant, settings):
    """R2."""
    with pytest.raises(PlatformIsNoPayee):
        _open(merchant, sub_mchid=settings.ACQUIRERS["wechat"]["sp_mchid"])

    assert not SubMerchant.objects.exists()


def test_the_legal_name_is_the_merchants(merchant):
    """R2."""
    with pytest.raises(NameDiffers):
        _open(merchant, legal_name="平台科技有限公司")

    assert not SubMerchant.objects.exists()


def test_the_settlement_account_bears_the_same_name(merchant):
    """R2."""
    SettlementAccountFactory(owner_merchant=merchant, holder_name="别人")

    with pytest.raises(NameDiffers):
        _open(merchant)

    assert not SubMerchant.objects.exists()


@pytest.mark.parametrize(("kind", "opens"), [("INDIVIDUAL", True), ("MICRO", True), ("COMPANY", False)])
def test_the_settlement_account_may_bear_the_operators_name_where_the_merchant_is_its_operator(merchant, kind, opens):
    """R2: 个体户 and 小微 only."""
    merchant.kind = kind
    merchant.save(update_fields=["kind"])
    SettlementAccountFactory(owner_merchant=merchant, holder_name=merchant.legal_person.full_name)

    if opens:
        _open(merchant)
    else:
        with pytest.raises(NameDiffers):
            _open(merchant)

    assert SubMerchant.objects.exists() is opens
    told = AuditEvent.objects.filter(action="payments.sub_merchant.open").values_list("detail__payee_holder", flat=True)
    assert list(told) == ([["OPERATOR"]] if opens else [])


def test_no_acquirer_serves_a_merchant_of_another_province(merchant):
    """R8."""
    Institution.objects.filter(code="WECHAT").update(province="62")

    with pytest.raises(ProvinceDiffers):
        _open(merchant)

    assert not SubMerchant.objects.exists()


def test_a_moved_merchant_is_held_until_it_fits_again(merchant):
    """R8."""
    row = hold_sub_merchant(sub_merchant=_open(merchant), reason="moved", actor=CASHIER, at=moment())
    type(merchant).objects.filter(pk=merchant.pk).update(province="62")
    row.merchant.refresh_from_db()

    with pytest.raises(ProvinceDiffers):
        release_sub_merchant(sub_merchant=row, actor=CASHIER, at=moment())

    row.refresh_from_db()
    assert row.status == "HELD"


def test_the_nightly_look_holds_who_moved_and_nobody_else(merchant):
    """R8: move → hold; a second look finds nothing, and no payment can be started there."""
    moved, stayed = _open(merchant), _open(MerchantFactory(), sub_mchid="1600000002")
    assert hold_moved_sub_merchants(at=moment()) == 0
    type(merchant).objects.filter(pk=merchant.pk).update(province="62")

    counts = [hold_moved_sub_merchants(at=moment()) for _night in range(2)]

    moved.refresh_from_db()
    stayed.refresh_from_db()
    assert (counts, moved.status, stayed.status) == ([1, 0], "HELD", "ACTIVE")
    assert AuditEvent.objects.filter(action="payments.sub_merchant.hold").count() == 1
    payment = PaymentFactory(merchant=moved.merchant)
    with pytest.raises(NoWayToPay):
        start_attempt(payment_no=payment.payment_no, acquirer_code="WECHAT", flow="NATIVE", actor=CASHIER, at=moment())


def test_a_taken_number_and_an_unknown_acquirer_are_refused(merchant):
    _open(merchant)

    with pytest.raises(NumberTaken):
        _open(MerchantFactory())
    with pytest.raises(NoSuchAcquirer):
        _open(merchant, acquirer_code="BESTPAY")

    assert SubMerchant.objects.count() == 1
