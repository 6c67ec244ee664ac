"""Sources of prices, and the concordance that says what their names mean."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.ids import new_uuid
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.models import Category, Commodity, CommodityConcordance, Grade, OriginClass, PriceSource
from supplychain.services.commodities import register_commodity
from supplychain.services.index_trades import take_sheet_rows

COLUMNS = ("source_name", "code", "variety", "category", "origin_class", "grade", "kg_factor", "valid_from", "reason")


class SourceUnknown(Refusal):
    """The first use of a source names it."""

    message = _("没有来源 %(code)s，第一次使用请给出名称")


class ConcordanceUnreadable(Refusal):
    """A line of the concordance says something unknown; nothing was entered."""

    message = _("编码对照第 %(line)s 行：%(why)s")


@dataclass(frozen=True)
class Equation:
    """One line of a concordance: a source's name is this commodity, `kg_factor` kg of ours for one of theirs."""

    source_name: str
    code: str
    variety: str
    category: str
    origin_class: str
    grade: str
    kg_factor: Decimal
    valid_from: date
    reason: str


@transaction.atomic
def ensure_source(*, code: str, name: str = "", currency: str = "CNY", actor: Actor, at: datetime) -> PriceSource:
    """Find a source of sheets, or found it under a name.

    Raises:
        SourceUnknown
    """
    found = PriceSource.objects.filter(code=code).first()
    if found is not None:
        return found
    if not name:
        raise SourceUnknown(code=code)
    record(actor=actor, action="supplychain.price_source.found", subject=code, at=at, detail={"name": name})
    return PriceSource.objects.create(code=code, name=name, kind="SHEET", currency=currency)


def read_concordance(lines: Iterable[str]) -> list[Equation]:
    """Read a concordance as CSV with the columns COLUMNS; others beside them are left unread. Without a code the next.

    Raises:
        ConcordanceUnreadable
    """
    reader = csv.DictReader(lines)
    if missing := set(COLUMNS) - set(reader.fieldnames or ()):
        raise ConcordanceUnreadable(line=1, why=", ".join(sorted(missing)))
    return [_equation(reader.line_num, row) for row in reader]


def _equation(line: int, row: dict[str, str]) -> Equation:
    texts: dict[str, Any] = {name: (row[name] or "").strip() for name in COLUMNS}
    known = (
        ("category", Category.values),
        ("origin_class", OriginClass.values),
        ("grade", Grade.values),
    )
    for column, values in known:
        if texts[column] not in values:
            raise ConcordanceUnreadable(line=line, why=f"{column} {texts[column]!r}")
    if not (texts["source_name"] and texts["variety"] and texts["reason"]):
        raise ConcordanceUnreadable(line=line, why="source_name, variety, reason")
    try:
        factor, valid_from = Decimal(texts["kg_factor"] or "1"), date.fromisoformat(texts["valid_from"])
    except (InvalidOperation, ValueError) as error:
        raise ConcordanceUnreadable(line=line, why=str(error)) from error
    if not 0 < factor < 10_000:
        raise ConcordanceUnreadable(line=line, why=f"kg_factor {factor}")
    return Equation(**{**texts, "kg_factor": factor, "valid_from": valid_from})


@transaction.atomic
def enter_concordance(*, source: PriceSource, equations: list[Equation], actor: Actor, at: datetime) -> int:
    """Enter what names mean, found commodities not yet known, and take up the rows that waited; returns how many.

    A name that has a meaning keeps it until the new one begins.
    """
    for line in equations:
        old = CommodityConcordance.objects.filter(
            source=source.code, source_name=line.source_name, valid_until__isnull=True
        ).first()
        if old is not None and old.valid_from >= line.valid_from:
            continue
        if old is not None:
            CommodityConcordance.objects.filter(pk=old.pk).update(valid_until=line.valid_from)
        CommodityConcordance.objects.create(
            source=source.code,
            source_name=line.source_name,
            commodity=_commodity(line, actor, at),
            kg_factor=line.kg_factor,
            valid_from=line.valid_from,
            reason=line.reason[:200],
            decided_by=actor.label or actor.ref,
            decided_at=at,
        )
    record(
        actor=actor,
        action="supplychain.concordance.enter",
        subject=source.code,
        at=at,
        detail={"lines": len(equations)},
    )
    taken = take_sheet_rows(source=source, actor=actor, at=at)
    emit("supplychain.concordance.entered", key=new_uuid().hex, payload={"source": source.code}, at=at)
    return taken


def _commodity(line: Equation, actor: Actor, at: datetime) -> Commodity:
    live = Commodity.objects.filter(valid_until__isnull=True)
    cell = live.filter(variety=line.variety, grade=line.grade, sale_unit="KG", origin_class=line.origin_class)
    return (
        live.filter(code=line.code).order_by("-version").first()
        or cell.first()
        or register_commodity(
            code=line.code,
            variety=line.variety,
            category=line.category,
            grade=line.grade,
            origin_class=line.origin_class,
            valid_from=line.valid_from,
            actor=actor,
            at=at,
        )
    )
