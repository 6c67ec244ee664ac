"""Commodity codes: master data, changed by two people; a change is a new version."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.models import Category, Commodity, Goods, Grade, OriginClass, SaleUnit
from supplychain.rules.commodity import pinyin_of, split_names
from supplychain.selectors.commodities import next_code

REGISTER, REVISE, END = "supplychain.commodity.register", "supplychain.commodity.revise", "supplychain.commodity.end"
PLACES = {category: f"{place:02d}" for place, category in enumerate(Category.values, start=1)}
FIELDS = ("variety", "other_names", "category", "grade", "sale_unit", "unit_kg", "origin_class", "shelf_life_days")


class CommodityKnown(Refusal):
    """The same variety, grade, unit and origin has a code."""

    message = _("这个品种、等级、单位、产地已经有编码了")
    field = "variety"


class CommodityUnfit(Refusal):
    """A value is missing or not one of those there are."""

    message = _("%(name)s 没有填对")


class CommodityOver(Refusal):
    """The version is out of use already."""

    message = _("这个编码已经停用")


@transaction.atomic
def register_commodity(
    *,
    variety: str,
    category: str,
    actor: Actor,
    at: datetime,
    valid_from: date,
    code: str = "",
    other_names: str = "",
    grade: str = Grade.UNGRADED,
    sale_unit: str = SaleUnit.KG,
    unit_kg: Decimal = Decimal(1),
    origin_class: str = OriginClass.SOUTH,
    shelf_life_days: int = 7,
    version: int = 1,
) -> Commodity:
    """Enter a commodity; without a code the next of its category. Called after four eyes, or by the platform.

    Raises:
        CommodityKnown, CommodityUnfit.
    """
    _refuse_unfit(variety, category, grade, sale_unit, unit_kg, origin_class, shelf_life_days)
    try:
        with transaction.atomic():
            row = Commodity.objects.create(
                code=code or next_code(PLACES[category]),
                version=version,
                variety=variety.strip(),
                other_names=other_names.strip(),
                pinyin=pinyin_of([variety.strip(), *split_names(other_names)]),
                category=category,
                grade=grade,
                sale_unit=sale_unit,
                unit_kg=unit_kg,
                origin_class=origin_class,
                shelf_life_days=shelf_life_days,
                valid_from=valid_from,
            )
    except IntegrityError:
        raise CommodityKnown from None
    record(actor=actor, action="supplychain.commodity.register", subject=_subject(row), at=at)
    return row


def _refuse_unfit(
    variety: str, category: str, grade: str, sale_unit: str, unit_kg: Decimal, origin_class: str, shelf_life_days: int
) -> None:
    fit = {
        _("品种"): 0 < len(variety.strip()) <= 64,
        _("类别"): category in Category.values,
        _("等级"): grade in Grade.values,
        _("销售单位"): sale_unit in SaleUnit.values,
        _("每单位公斤"): 0 < unit_kg <= 10_000 and (sale_unit != SaleUnit.KG or unit_kg == 1),
        _("产地"): origin_class in OriginClass.values,
        _("保鲜天数"): 0 < shelf_life_days <= 3650,
    }
    for name, is_fit in fit.items():
        if not is_fit:
            raise CommodityUnfit(name=name)


@transaction.atomic
def revise_commodity(
    *, commodity: Commodity, changes: dict[str, Any], since: date, actor: Actor, at: datetime
) -> Commodity:
    """End a version and begin the next with the changes from a day on; stalls' goods go over to it.

    Raises:
        CommodityOver, CommodityKnown, CommodityUnfit.
    """
    old = end_commodity(commodity=commodity, since=since, actor=actor, at=at)
    values = {name: getattr(old, name) for name in FIELDS} | changes
    row = register_commodity(code=old.code, version=old.version + 1, valid_from=since, actor=actor, at=at, **values)
    Goods.objects.filter(commodity=old).update(commodity=row)
    return row


@transaction.atomic
def end_commodity(*, commodity: Commodity, since: date, actor: Actor, at: datetime) -> Commodity:
    """Take a version out of use from a day on; what was sold under it stays.

    Raises:
        CommodityOver.
    """
    row = Commodity.objects.select_for_update().get(pk=commodity.pk)
    if row.valid_until is not None or since <= row.valid_from:
        raise CommodityOver
    Commodity.objects.filter(pk=row.pk).update(valid_until=since)
    row.refresh_from_db()
    record(actor=actor, action="supplychain.commodity.end", subject=_subject(row), at=at)
    return row


def ask_for_commodity(
    *, values: dict[str, Any], since: date, maker: Actor, at: datetime, commodity: Commodity | None = None
) -> Approval:
    """Ask a second person to enter a commodity, or to begin a new version of one.

    Raises:
        CommodityUnfit, and what `request_approval` refuses.
    """
    full = {name: getattr(commodity, name) for name in FIELDS} if commodity else {}
    wanted = {**full, **values}
    _refuse_unfit(
        wanted.get("variety", ""),
        wanted.get("category", ""),
        wanted.get("grade", Grade.UNGRADED),
        wanted.get("sale_unit", SaleUnit.KG),
        Decimal(wanted.get("unit_kg", 1)),
        wanted.get("origin_class", OriginClass.SOUTH),
        int(wanted.get("shelf_life_days", 7)),
    )
    diff = {name: [full.get(name), value] for name, value in values.items() if full.get(name) != value}
    subject = _subject(commodity) if commodity else f"commodity:{values.get('variety', '')}"
    verb = REVISE if commodity else REGISTER
    return request_approval(verb=verb, subject=subject, diff={**diff, "since": since}, maker=maker, at=at)


def ask_to_end(*, commodity: Commodity, since: date, reason: str, maker: Actor, at: datetime) -> Approval:
    """Ask a second person to take a version out of use.

    Raises:
        CommodityOver, and what `request_approval` refuses.
    """
    if commodity.valid_until is not None:
        raise CommodityOver
    diff = {"variety": commodity.variety, "since": since, "reason": reason}
    return request_approval(verb=END, subject=_subject(commodity), diff=diff, maker=maker, at=at)


def _snapshot(subject: str) -> dict[str, Any]:
    row = _row_of(subject)
    return {} if row is None else {name: str(getattr(row, name)) for name in (*FIELDS, "valid_until")}


@approves(REGISTER)
def carry_out_registration(
    *, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime
) -> object:
    """Enter the approved commodity."""
    return register_commodity(valid_from=date.fromisoformat(diff["since"]), actor=actor, at=at, **_after(diff))


@approves(REVISE, snapshot=_snapshot)
def carry_out_revision(*, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime) -> object:
    """Begin the approved version."""
    row = _row_of(subject)
    if row is None:
        raise CommodityOver
    return revise_commodity(
        commodity=row, changes=_after(diff), since=date.fromisoformat(diff["since"]), actor=actor, at=at
    )


@approves(END, snapshot=_snapshot)
def carry_out_end(*, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime) -> object:
    """End the approved version."""
    row = _row_of(subject)
    if row is None:
        raise CommodityOver
    return end_commodity(commodity=row, since=date.fromisoformat(diff["since"]), actor=actor, at=at)


def _after(diff: dict[str, Any]) -> dict[str, Any]:
    values = {name: pair[1] for name, pair in diff.items() if name in FIELDS}
    if "unit_kg" in values:
        values["unit_kg"] = Decimal(str(values["unit_kg"]))
    return values


def _subject(row: Commodity) -> str:
    return f"commodity:{row.code}:{row.version}"


def _row_of(subject: str) -> Commodity | None:
    _noun, code, version = subject.split(":")
    return Commodity.objects.filter(code=code, version=version).first()
