"""Pages of the trade: whose they are, what they refuse, what they cost."""

from datetime import timedelta
from decimal import Decimal

import pytest

from silk_road_ebao.kernel import clock
from supplychain.models import Commodity, Goods, Lot, Order, Outbound, Receiving, StockMovement
from supplychain.services.outbounds import issue_outbound
from tests.accounts.factories import MembershipFactory, UserFactory
from tests.supplychain.factories import STAFF, CommodityFactory, GoodsFactory, StallFactory, order, pay, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def stall():
    return StallFactory()


@pytest.fixture
def owner(client, stall):
    user = UserFactory()
    MembershipFactory(merchant=stall.merchant, user=user, role="OWNER")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def paid(stall, kg=10):
    commodity = CommodityFactory()
    stock(stall, commodity, 100, at=clock.now())
    placed = order(stall, (commodity, kg, 320), at=clock.now())
    pay(placed, at=clock.now(), day=clock.business_date(clock.now()))
    return placed


@pytest.mark.parametrize("path", ["/orders/{order}/", "/stock/{lot}/", "/receivings/{receiving}/"])
def test_another_merchants_rows_do_not_exist(owner, path):
    theirs = paid(StallFactory())
    numbers = {
        "order": theirs.order_no, "lot": Lot.objects.get().lot_no, "receiving": Receiving.objects.get().receiving_no,
    }  # fmt: skip

    assert owner.get(path.format(**numbers)).status_code == 404


@pytest.mark.parametrize(
    "path", ["/orders/{order}/send/", "/orders/{order}/return/", "/orders/{order}/lower/", "/orders/{order}/cancel/",
             "/stock/{lot}/loss/", "/stock/{lot}/count/", "/goods/{goods}/"],
)  # fmt: skip
def test_another_merchants_rows_cannot_be_changed(owner, path):
    theirs = paid(StallFactory())
    goods = GoodsFactory(stall=theirs.stall)
    numbers = {"order": theirs.order_no, "lot": Lot.objects.get().lot_no, "goods": goods.goods_no}

    answer = owner.post(
        path.format(**numbers), {"kg": "1", "reason": "坏了", "counted": "1", "price": "9", "do": "price"}
    )

    assert answer.status_code == 404
    assert Order.objects.get().status == "PAID"
    assert StockMovement.objects.count() == 1
    assert Goods.objects.get().price_fen_kg == 320


def test_a_bill_cannot_be_made_of_another_stalls_goods(owner, stall):
    GoodsFactory(stall=stall)
    theirs = GoodsFactory()

    answer = owner.post("/sell/", {"do": "bill", "line": f"{theirs.goods_no}:10:320", "draft_key": "a" * 32})

    assert answer.status_code == 422
    assert "一样东西都还没有加上" in answer.content.decode()
    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    ("kg", "price", "told"),
    [
        ("", "3.2", "请输入重量"),
        ("0", "3.2", "要大于 0"),
        ("-5", "3.2", "要大于 0"),
        ("abc", "3.2", "要大于 0"),
        ("1.2345", "3.2", "最多三位小数"),
        ("1e3", "3.2", "要大于 0"),
        ("5", "", "请输入单价"),
        ("5", "0", "单价要大于 0"),
        ("5", "3.205", "单价写成这样"),
        ("5", "999999", "最多每公斤 100,000 元"),
    ],
)
def test_a_bad_weight_or_price_is_told_in_words(owner, stall, kg, price, told):
    goods = GoodsFactory(stall=stall)

    answer = owner.post(
        "/sell/", {"do": "bill", "pick": goods.goods_no, "kg": kg, "price": price, "draft_key": "a" * 32}
    )

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert Order.objects.count() == 0


def test_one_touch_sends_an_order_out(owner, stall):
    placed = paid(stall)

    answer = owner.post(f"/orders/{placed.order_no}/send/", {"back": "orders"})

    assert (answer.status_code, answer.url) == (302, "/orders/")
    assert Outbound.objects.get().order_id == placed.pk


def test_short_stock_is_told_on_the_orders_page(owner, stall):
    placed = paid(stall, kg=200)

    answer = owner.post(f"/orders/{placed.order_no}/send/")

    assert answer.status_code == 422
    assert "库存少 100 公斤" in answer.content.decode()
    assert Outbound.objects.count() == 0


def test_a_receiving_becomes_stock(owner, stall):
    CommodityFactory(variety="试种黄瓜")
    lines = {"line-0-commodity": "试种黄瓜", "line-0-kg": "120.5", "line-0-price": "1.8", "line-0-origin": "和静"}

    answer = owner.post("/receivings/new/", receiving(**lines))

    assert answer.status_code == 302
    lot = Lot.objects.get()
    assert (lot.on_hand_kg, lot.cost_fen, lot.origin) == (Decimal("120.5"), 21_690, "和静")


def receiving(**lines):
    return {
        "supplier_name": "和静合作社", "draft_key": "b" * 32, "line-TOTAL_FORMS": "4", "line-INITIAL_FORMS": "0",
        "line-MIN_NUM_FORMS": "0", "line-MAX_NUM_FORMS": "40", **lines,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ({"supplier_name": ""}, "请写上从谁那里进的货"),
        ({"line-0-commodity": "没有的货"}, "没有“没有的货”这种货"),
        ({"line-0-kg": "0"}, "要大于 0"),
        ({"line-0-price": "-1"}, "单价写成这样"),
        ({"line-0-commodity": "", "line-0-kg": "", "line-0-price": ""}, "一样东西都还没有加上"),
    ],
)
def test_a_bad_receiving_is_told_beside_its_field_and_nothing_written(owner, bad, told):
    CommodityFactory(variety="试种黄瓜")
    lines = {"line-0-commodity": "试种黄瓜", "line-0-kg": "12", "line-0-price": "1.8", **bad}

    answer = owner.post("/receivings/new/", {**receiving(), **lines})

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert Receiving.objects.count() == 0


def test_losses_and_counts_are_told_when_they_cannot_be(owner, stall):
    lot = stock(stall, CommodityFactory(), 10)
    key = {"draft_key": "c" * 32}

    too_much = owner.post(f"/stock/{lot.lot_no}/loss/", {"kg": "11", "reason": "坏了", **key})
    negative = owner.post(f"/stock/{lot.lot_no}/count/", {"counted": "-1", **key})
    counted = owner.post(f"/stock/{lot.lot_no}/count/", {"counted": "8", **key})

    assert "损耗不能更多" in too_much.content.decode()
    assert "重量不能小于 0" in negative.content.decode()
    assert counted.status_code == 302
    assert Lot.objects.get().on_hand_kg == 8


@pytest.mark.parametrize("path", ["/sell/", "/orders/?tab=all", "/stock/", "/goods/", "/receivings/", "/books/"])
def test_a_page_costs_the_same_for_one_row_and_twenty(owner, stall, path, settings, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    settings.CLOCK_MAY_BE_SET = False  # a clock that may be set is looked up every few seconds
    GoodsFactory(stall=stall)
    issue_outbound(order=paid(stall), actor=STAFF, at=clock.now())
    owner.get(path)
    with CaptureQueriesContext(connection) as one:
        owner.get(path)

    for _ in range(19):
        GoodsFactory(stall=stall)
        paid(stall)

    with django_assert_num_queries(len(one)):
        owner.get(path)


def test_a_store_that_sold_out_says_so_and_asks_for_no_order(client, stall):
    GoodsFactory(stall=stall)

    page = client.get(f"/s/{stall.stall_no}/").content.decode()

    assert "今天的货都卖完了" in page
    assert "下单，去付款" not in page


def test_the_store_shows_what_is_there_and_takes_an_order(client, stall):
    goods = GoodsFactory(stall=stall)
    stock(stall, goods.commodity, 50, at=clock.now())
    page = client.get(f"/s/{stall.stall_no}/").content.decode()
    assert goods.commodity.variety in page
    assert "今天到的" in page

    answer = client.post(f"/s/{stall.stall_no}/", buyer(**{f"kg_{goods.goods_no}": "2.5"}))

    placed = Order.objects.get()
    assert answer.url == f"/o/{placed.order_no}/"
    assert (placed.channel, placed.handover, placed.amount_fen) == ("STORE", "PICK_UP", 800)
    assert placed.buyer_phone.open() == "13812345678"
    assert placed.payment_no in client.get(answer.url).content.decode()


def buyer(**more):
    return {"handover": "PICK_UP", "buyer_name": "热娜", "buyer_phone": "13812345678", "draft_key": "d" * 32, **more}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"kg": "51"}, "现在只有 50 公斤"),
        ({"kg": "x"}, "重量写成这样"),
        ({"kg": ""}, "先写上要买多少公斤"),
        ({"kg": "1", "buyer_phone": "123"}, "手机号是 11 位数字"),
        ({"kg": "1", "buyer_name": ""}, "请写上怎么称呼你"),
        ({"kg": "1", "handover": "DELIVERY"}, "送货要写地址"),
    ],
)
def test_a_bad_order_at_the_store_is_told_beside_its_field(client, stall, more, told):
    goods = GoodsFactory(stall=stall)
    stock(stall, goods.commodity, 50, at=clock.now())
    typed = {f"kg_{goods.goods_no}": more.pop("kg"), **more}

    answer = client.post(f"/s/{stall.stall_no}/", buyer(**typed))

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert Order.objects.count() == 0


def test_a_strangers_guess_of_an_order_is_not_found(client):
    assert client.get("/o/ORD00000000000000000000/").status_code == 404
    assert client.get("/s/STL00000000000000000000/").status_code == 404


def test_commodities_are_found_by_pinyin_initials_and_other_names():
    from supplychain.selectors.commodities import search_commodities

    day = clock.business_date(clock.now())
    if not Commodity.objects.filter(variety="番茄").exists():
        CommodityFactory(variety="番茄", other_names="西红柿", pinyin="fanqie fq xihongshi xhs")

    assert [search_commodities(text, day)[0].variety for text in ("fq", "xhs", "西红柿", "fanq", "番茄")] == [
        "番茄"
    ] * 5


def test_goods_go_out_with_the_weight_of_the_scales_and_the_difference_is_shown(owner, stall):
    placed = paid(stall, kg=10)

    owner.post(f"/orders/{placed.order_no}/send/", {"weighed": "1", "kg_1": "9.2"})
    page = owner.get(f"/orders/{placed.order_no}/").content.decode()

    assert Outbound.objects.get().lines.get().kg == Decimal("9.2")
    assert "出货比订单少 0.8 公斤，值 ¥2.56" in page
    assert f"/orders/{placed.order_no}/settle/" in page


@pytest.mark.parametrize("typed", [{"kg_1": "很多"}, {"kg_1": ""}, {"kg_1": "50"}])
def test_a_weight_that_cannot_be_is_told_and_nothing_goes_out(owner, stall, typed):
    placed = paid(stall, kg=10)

    answer = owner.post(f"/orders/{placed.order_no}/send/", {"weighed": "1"} | typed)

    assert (answer.status_code, Outbound.objects.count()) == (422, 0)


def test_everything_is_counted_on_one_page_and_what_was_not_counted_stays(owner, stall):
    first, second = (stock(stall, CommodityFactory(), 100, at=clock.now()) for _nth in range(2))
    page = owner.get("/stock/count/").content.decode()
    assert f"kg_{first.lot_no}" in page

    bad = owner.post("/stock/count/", {"draft_key": "a" * 32, f"kg_{first.lot_no}": "-1"})
    assert (bad.status_code, StockMovement.objects.count()) == (422, 2)
    for _time in range(2):
        owner.post("/stock/count/", {"draft_key": "b" * 32, f"kg_{first.lot_no}": "97.5", f"kg_{second.lot_no}": ""})

    assert Lot.objects.get(pk=first.pk).on_hand_kg == Decimal("97.5")
    assert Lot.objects.get(pk=second.pk).on_hand_kg == 100
    assert StockMovement.objects.count() == 3


def test_the_stores_freshness_is_that_of_the_oldest_lot(client, stall):
    goods = GoodsFactory(stall=stall)
    stock(stall, goods.commodity, 10, at=clock.now() - timedelta(days=8))
    stock(stall, goods.commodity, 100, at=clock.now())

    page = client.get(f"/s/{stall.stall_no}/").content.decode()

    assert "8 天前到的，已过最佳期" in page
