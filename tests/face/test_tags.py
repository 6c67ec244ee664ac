"""Filters and tags show figures, times and drawings as the pages need them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.template import engines
from django.utils import translation

from silk_road_ebao.face import figures
from silk_road_ebao.face.templatetags import face
from silk_road_ebao.kernel import clock

AT = datetime(2026, 11, 23, 1, 12, tzinfo=UTC)


@pytest.fixture
def _morning():
    with clock.frozen(AT):
        yield


def render(source: str, **context) -> str:
    return engines["django"].from_string(source).render(context)


@pytest.mark.parametrize(
    ("fen", "shown"),
    [(1_248_050, "¥12,480.50"), (-350, "−¥3.50"), (0, "¥0.00"), (None, "—"), (10**13, "¥100,000,000,000.00")],
)
def test_yuan_puts_the_minus_before_the_sign_and_a_dash_for_nothing_known(fen, shown):
    assert figures.yuan(fen) == shown


@pytest.mark.parametrize(
    ("weight", "shown"), [(25, "25"), (25.5, "25.5"), (1200, "1,200"), (0.125, "0.125"), (None, "—")]
)
def test_kg_drops_idle_zeros(weight, shown):
    assert figures.kg(weight) == shown


@pytest.mark.parametrize(
    ("now", "before", "shown"), [(108, 100, "+8%"), (97, 100, "−3%"), (100, 100, "±0%"), (5, 0, ""), (None, 4, "")]
)
def test_percent_change_is_empty_when_there_was_nothing_before(now, before, shown):
    assert figures.percent_change(now, before) == shown


def test_rate_shows_ten_thousandths_as_a_percentage():
    assert figures.rate(38) == "0.38%"


@pytest.mark.usefixtures("_morning")
def test_moment_is_a_time_today_and_a_day_before():
    assert figures.moment(AT) == "09:12"
    assert figures.moment(AT - timedelta(days=12)) == "11月11日"


@pytest.mark.usefixtures("_morning")
def test_instant_never_loses_the_time_of_day():
    assert figures.instant(AT) == "09:12"
    assert figures.instant(AT - timedelta(days=12)) == "11月11日 09:12"
    assert figures.instant(None) == "—"
    assert figures.moment(AT - timedelta(days=400)) == "2025年10月19日"
    assert figures.moment(None) == "—"


@pytest.mark.usefixtures("_morning")
def test_the_business_day_turns_at_midnight_in_shanghai_not_in_utc():
    assert figures.moment(datetime(2026, 11, 22, 15, 59, tzinfo=UTC)) == "11月22日"
    assert figures.moment(datetime(2026, 11, 22, 16, 1, tzinfo=UTC)) == "00:01"


def test_weekday_is_named():
    assert figures.weekday(date(2026, 11, 23)) == "周一"


def test_an_icon_without_label_is_hidden_from_screen_readers_and_with_one_is_named():
    assert 'aria-hidden="true"' in face.icon("qr")
    assert 'aria-label="a &lt;b&gt;"' in face.icon("gear", "a <b>")


def test_qr_is_drawn_on_the_server_without_style_or_script():
    drawn = face.qr("weixin://wxpay/bizpayurl?pr=x", "扫码")

    assert "<path" in drawn
    assert "style=" not in drawn
    assert "<script" not in drawn
    assert 'aria-label="扫码"' in drawn


def test_spark_keeps_a_table_behind_the_bars():
    shown = render("{% spark points title='每小时' now=1 %}", points=[("5:00", 0), ("6:00", 21_000)])

    assert "¥210.00" in shown
    assert "spark__bar--now" in shown
    assert "spark__bar--quiet" in shown


def test_a_card_and_a_dialog_escape_their_titles_and_keep_their_content():
    shown = render(
        "{% card title=title %}<p>x</p>{% endcard %}{% dialog name='why' title=title %}y{% enddialog %}", title="<b>"
    )

    assert "<b>" not in shown
    assert "<p>x</p>" in shown
    assert 'id="why"' in shown


def test_an_unknown_status_is_shown_as_it_is():
    assert "已收" in render("{% status 'payment' 'PAID' %}")
    assert "STRANGE" in render("{% status 'payment' 'STRANGE' %}")


def test_a_panel_of_a_room_that_does_not_stand_is_left_out():
    assert render("{% panel 'nowhere:panel' %}").strip() == ""


def test_a_number_pad_joins_its_error_to_its_field():
    shown = render("{% number_pad 'amount' label='金额' error='请输入金额' %}")

    assert 'aria-describedby="pad_amount_error"' in shown
    assert "请输入金额" in shown


def test_days_read_as_english_in_english():
    with clock.frozen(AT), translation.override("en"):
        assert figures.day(date(2026, 11, 11)) == "11 Nov"


def test_an_amount_too_long_for_a_phone_is_set_smaller():
    fits, too_long = face.amount(999_999_999, size="xl"), face.amount(1_000_000_000, size="xl")

    assert fits["size"] == "xl"
    assert too_long["size"] == "xl amount--long"
