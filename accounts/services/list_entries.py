"""Lists of those who may not be served: imported, screened at onboarding and every day (R9, R21)."""

import csv
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import ListEntry, ListHit, Merchant, OperatorRole, Person
from accounts.selectors.dated_rules import value
from accounts.selectors.list_entries import entries_for
from accounts.selectors.persons import RESIDENT_ID
from accounts.services.numbers import NumberRefused, read_resident_id, read_uscc
from accounts.services.operators import require_role
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.crypto import blind_index
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition

DISMISS = "accounts.list_hit.dismiss"
COLUMNS = ("entry_key", "name", "resident_id", "uscc", "reason", "listed_date", "delisted_date")


class ListRowRefused(Refusal):
    """A row of a list file that cannot be read; the whole file is refused."""

    message = _("名单第 %(row)s 行“%(column)s”不对，整个文件没有导入")
    field = "file"


@transaction.atomic
def import_list(*, list_code: str, lines: Iterable[str], source: str, actor: Actor, at: datetime) -> int:
    """Import a list from CSV (columns: see COLUMNS); entries known by their key are brought up to date.

    Resident IDs are kept as keyed index only. One bad row refuses the whole file.

    Raises:
        ListRowRefused: names the row (the first data row is 2) and the column.
    """
    reader = csv.DictReader(lines)
    if absent := [column for column in COLUMNS if column not in (reader.fieldnames or ())]:
        raise ListRowRefused(row=1, column=absent[0])
    count = 0
    for number, row in enumerate(reader, start=2):
        fields = _read_row(row, number)
        ListEntry.objects.update_or_create(
            list_code=list_code,
            entry_key=fields.pop("entry_key"),
            defaults={**fields, "source": source, "imported_at": at},
        )
        count += 1
    record(actor=actor, action="accounts.list.import", subject=f"list:{list_code}", at=at, detail={"entries": count})
    return count


def _read_row(row: dict[str, str], number: int) -> dict[str, object]:
    def cell(column: str) -> str:
        return (row.get(column) or "").strip()

    def day(column: str) -> date | None:
        try:
            return date.fromisoformat(cell(column)) if cell(column) else None
        except ValueError:
            raise ListRowRefused(row=number, column=column) from None

    listed = day("listed_date")
    if not cell("entry_key") or listed is None:
        raise ListRowRefused(row=number, column="entry_key" if listed else "listed_date")
    if not (cell("resident_id") or cell("uscc") or cell("name")):
        raise ListRowRefused(row=number, column="name")
    try:
        resident_id = read_resident_id(text=cell("resident_id")) if cell("resident_id") else ""
        code = read_uscc(text=cell("uscc")) if cell("uscc") else ""
    except NumberRefused as refusal:
        raise ListRowRefused(row=number, column=refusal.field) from None
    return {
        "entry_key": cell("entry_key"),
        "name": cell("name"),
        "id_index": blind_index(resident_id, RESIDENT_ID) if resident_id else None,
        "uscc": code,
        "reason": cell("reason"),
        "listed_date": listed,
        "delisted_date": day("delisted_date"),
    }


def screen_all(*, at: datetime) -> list[ListHit]:
    """Screen every customer in service against the lists (R21); returns the new hits.

    A hit on a merchant (itself or its legal representative) is an exit task due in ten days
    (R9, 银发〔2016〕261); a second run finds nothing new.
    """
    day = business_date(at)
    live = ListEntry.objects.filter(Q(delisted_date__isnull=True) | Q(delisted_date__gt=day), listed_date__lte=day)
    served = Merchant.objects.exclude(status__in=["DRAFT", "LEFT"])
    touching = live.filter(
        Q(id_index__in=Person.objects.filter(id_index__isnull=False).values("id_index"))
        | Q(uscc__in=served.filter(uscc__isnull=False).values("uscc"))
        | Q(name__in=served.values("legal_name"), id_index__isnull=True, uscc="")
    )
    found: list[ListHit] = []
    for entry in touching.order_by("id"):
        found += screen_entry(entry=entry, at=at)
    return found


@transaction.atomic
def screen_entry(*, entry: ListEntry, at: datetime) -> list[ListHit]:
    """Look for one entry among all customers; returns the new hits."""
    by_code = Q(uscc=entry.uscc) if entry.uscc else Q(pk=None)
    by_name = Q(legal_name=entry.name) if entry.name and not entry.id_index and not entry.uscc else Q(pk=None)
    by_head = Q(legal_person__id_index=entry.id_index) if entry.id_index else Q(pk=None)
    merchants = list(Merchant.objects.filter(by_code | by_name | by_head).exclude(status__in=["DRAFT", "LEFT"]))
    hits = [_open_hit(entry, at, merchant=merchant, person=None) for merchant in merchants]
    if not merchants and entry.id_index:
        persons = Person.objects.filter(id_index=entry.id_index)
        hits += [_open_hit(entry, at, merchant=None, person=person) for person in persons]
    return [hit for hit in hits if hit is not None]


def _open_hit(entry: ListEntry, at: datetime, *, merchant: Merchant | None, person: Person | None) -> ListHit | None:
    due = business_date(at) + timedelta(days=value("list.exit_days", at))
    hit, is_new = ListHit.objects.get_or_create(
        entry=entry,
        merchant=merchant,
        person=person,
        defaults={"hit_no": new_no("HIT"), "status": "OPEN", "found_at": at, "exit_due_date": due},
    )
    if not is_new:
        return None
    record(
        actor=SYSTEM,
        action="accounts.list.hit",
        subject=hit.hit_no,
        at=at,
        detail={"list": entry.list_code, "entry": entry.entry_key, "exit_due_date": due},
    )
    return hit


def _snapshot_hit(subject: str) -> dict[str, object]:
    """Return the hit as it stands, for the approval."""
    return {"status": ListHit.objects.get(hit_no=subject).status}


@transaction.atomic
def request_hit_dismissal(*, hit: ListHit, reason: str, actor: Actor, at: datetime) -> Approval:
    """Ask (RISK) that a hit which names somebody else be dismissed.

    Raises:
        RoleMissing, ApprovalOpen
    """
    require_role(actor=actor, role=OperatorRole.RISK)
    diff = {**_snapshot_hit(hit.hit_no), "reason": reason}
    return request_approval(verb=DISMISS, subject=hit.hit_no, diff=diff, maker=actor, at=at)


@approves(DISMISS, snapshot=_snapshot_hit)
def dismiss_hit(*, subject: str, diff: dict[str, object], approval_no: str, actor: Actor, at: datetime) -> ListHit:
    """Carry out the second signature (CHECKER): the hit no longer blocks.

    Raises:
        RoleMissing
    """
    require_role(actor=actor, role=OperatorRole.CHECKER)
    hit = ListHit.objects.get(hit_no=subject)
    return transition(hit, "DISMISSED", actor=actor, at=at, reason=str(diff.get("reason", "")))


def blocking_entries(*, merchant: Merchant, at: datetime) -> list[ListEntry]:
    """Return list entries that forbid this merchant, those two operators dismissed left out."""
    dismissed = ListHit.objects.filter(merchant=merchant, status="DISMISSED").values_list("entry_id", flat=True)
    return [entry for entry in entries_for(merchant, business_date(at)) if entry.pk not in set(dismissed)]
