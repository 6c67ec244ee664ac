"""A market morning for browser tests and pictures: one shop, yesterday's and last week's trade, today so far."""

import random
from datetime import UTC, datetime, timedelta

from accounts.models import Merchant, User
from payments.models import Payment, PaymentAttempt, SubMerchant
from payments.selectors.payments import payment_of
from silk_road_ebao.kernel.clock import BUSINESS_ZONE, business_date
from tests.accounts import factories as accounts
from tests.payments import factories as payments

PASSWORD = "kongque-2026"
GOODS = ("番茄 25kg", "黄瓜 40kg", "线椒 15kg", "西葫芦 20kg", "洋葱 30kg", "土豆 100kg", "库尔勒香梨 60kg", "")


def open_shop(*, at: datetime) -> tuple[User, Merchant]:
    """Make a shop with its stall, bank account, sub-merchant numbers and an owner who can sign in."""
    user = accounts.UserFactory(display_name="店主")
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    merchant = accounts.MerchantFactory(name="阿依古丽蔬菜", legal_name="库尔勒市阿依古丽蔬菜经营部")
    accounts.MembershipFactory(merchant=merchant, user=user, role="OWNER")
    accounts.StallFactory(merchant=merchant, label="A12", signboard="阿依古丽蔬菜")
    bank = accounts.InstitutionFactory(code="CCB", name="建设银行", short_name="建行")
    payments.SettlementAccountFactory(owner_merchant=merchant, bank=bank, added_at=at - timedelta(days=3))
    payments.SubMerchantFactory(merchant=merchant, acquirer_code="WECHAT", rate_bps=38)
    payments.SubMerchantFactory(merchant=merchant, acquirer_code="ALIPAY", rate_bps=38, rank=1)
    return user, merchant


def trade(merchant: Merchant, *, at: datetime, count: int, seed: int = 7) -> None:
    """Let `count` payments come in between five in the morning and `at`."""
    chance = random.Random(seed)
    opened = at.astimezone(BUSINESS_ZONE).replace(hour=5, minute=0)
    numbers = list(SubMerchant.objects.filter(merchant=merchant).order_by("rank"))
    for _ in range(count):
        moment = opened + (at - opened) * min(chance.random() ** 0.6, 0.999)
        take(merchant, chance.choice(numbers[:1] * 3 + numbers), chance, moment)


def take(merchant: Merchant, number: SubMerchant, chance: random.Random, at: datetime) -> Payment:
    """Write one paid payment."""
    fen = chance.choice((8_000, 1_500, 21_000, 6_650, 30_050, 4_200, 12_380))
    payment = payments.PaymentFactory(
        merchant=merchant,
        stall=merchant.stalls.first(),
        amount_fen=fen,
        description=chance.choice(GOODS),
        created_at=at,
        expires_at=at + timedelta(minutes=15),
    )
    moment = at.astimezone(UTC)
    attempt = payments.AttemptFactory(
        payment=payment,
        sub_merchant=number,
        status="PAID",
        amount_fen=fen,
        acquirer_trade_no=f"42{chance.getrandbits(60)}",
        paid_at=moment,
        business_date=business_date(moment),
        created_at=at,
        expires_at=at + timedelta(minutes=15),
    )
    Payment.objects.filter(pk=payment.pk).update(
        status="PAID", paid_at=moment, business_date=business_date(moment), paid_attempt=attempt
    )
    return payment_of(merchant, payment.payment_no)


def waiting(merchant: Merchant, *, at: datetime, fen: int = 8_000) -> PaymentAttempt:
    """Write a payment whose code is on the counter."""
    payment = payments.PaymentFactory(
        merchant=merchant,
        status="PENDING",
        amount_fen=fen,
        created_at=at,
        expires_at=at + timedelta(minutes=15),
    )
    number = merchant.sub_merchants.get(acquirer_code="WECHAT")
    attempt: PaymentAttempt = payments.AttemptFactory(
        payment=payment, sub_merchant=number, code_url="weixin://wxpay/bizpayurl?pr=NwY5Mz9&groupid=00", created_at=at
    )
    return attempt
