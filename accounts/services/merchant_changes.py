"""Corrections of a merchant in service: proposed with new papers, signed by two operators, then told to acquirers."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import ChangePaper, DocumentKind, Merchant, MerchantChange, OperatorRole
from accounts.services.list_entries import blocking_entries
from accounts.services.merchant_documents import check_paper, keep_document
from accounts.services.onboardings import OnList
from accounts.services.operators import require_role
from accounts.services.refused_attempts import audited
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.crypto import reveal
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition

CHANGE = "accounts.merchant.change"
COLUMNS = ("name", "legal_name", "address")


class NotInService(Refusal):
    """Before approval the form itself is corrected; after leaving there is nothing to correct."""

    message = _("店还没有通过审核，直接改入驻资料就行")


class NothingChanges(Refusal):
    """What was given is what stands."""

    message = _("和现在的资料一样，没有要改的")


class ChangeOpen(Refusal):
    """One correction at a time."""

    message = _("上一次改的资料还在审核，等有了结果再改")


class LicenceNeeded(Refusal):
    """A registered name changes only with the licence that shows it."""

    message = _("改登记名称要一起交新的营业执照照片")
    field = "business_licence"


@audited(action="accounts.merchant.propose_change")
@transaction.atomic
def propose_merchant_change(
    *,
    merchant: Merchant,
    actor: Actor,
    at: datetime,
    name: str = "",
    legal_name: str = "",
    address: str = "",
    reason: str = "",
    papers: Mapping[str, bytes] | None = None,
) -> MerchantChange:
    """Propose new names, address or papers; empty leaves as it is. Nothing of it counts before two operators signed.

    Raises:
        NotInService, NothingChanges, ChangeOpen, LicenceNeeded
        DocumentRefused: at the field named like the kind in lower case.
    """
    held = Merchant.objects.select_for_update().get(pk=merchant.pk)
    if held.status not in ("APPROVED", "SUSPENDED"):
        raise NotInService
    given = {"name": name.strip(), "legal_name": legal_name.strip(), "address": address.strip()}
    new = {column: text for column, text in given.items() if text and text != getattr(held, column)}
    files = {DocumentKind(kind).value: content for kind, content in (papers or {}).items()}
    if not new and not files:
        raise NothingChanges
    if "legal_name" in new and held.kind != "MICRO" and "BUSINESS_LICENCE" not in files:
        raise LicenceNeeded
    types = {kind: check_paper(kind=kind, content=content) for kind, content in files.items()}
    change = _write(held, new, reason, actor, at)
    for kind, content in files.items():
        ChangePaper.objects.create(
            change=change,
            kind=kind,
            sha256=hashlib.sha256(content).hexdigest(),
            media_type=types[kind],
            size_bytes=len(content),
            content_sealed=base64.b64encode(content).decode(),
        )
    detail = {"change_no": change.change_no, "columns": sorted(new), "papers": sorted(files)}
    record(actor=actor, action="accounts.merchant.propose_change", subject=held.merchant_no, at=at, detail=detail)
    return change


def _write(merchant: Merchant, new: dict[str, str], reason: str, actor: Actor, at: datetime) -> MerchantChange:
    try:
        with transaction.atomic():
            return MerchantChange.objects.create(
                change_no=new_no("MCH"),
                status="PROPOSED",
                merchant=merchant,
                reason=reason[:200],
                proposed_by=f"{actor.kind}:{actor.ref}",
                proposed_at=at,
                **new,
            )
    except IntegrityError:
        raise ChangeOpen from None


def _snapshot_change(subject: str) -> dict[str, object]:
    """Return what stands and what is proposed: the checker signs what the maker saw."""
    change = MerchantChange.objects.select_related("merchant").get(change_no=subject)
    shown: dict[str, object] = {"merchant_no": change.merchant.merchant_no, "status": change.status}
    for column in COLUMNS:
        if text := getattr(change, column):
            shown[column] = {"from": getattr(change.merchant, column), "to": text}
    shown["papers"] = sorted(f"{paper.kind} {paper.sha256}" for paper in change.papers.defer("content_sealed"))
    return shown


@transaction.atomic
def review_merchant_change(*, change: MerchantChange, actor: Actor, at: datetime) -> Approval:
    """Sign a correction as the first operator (MAKER).

    Raises:
        RoleMissing, ApprovalOpen
    """
    require_role(actor=actor, role=OperatorRole.MAKER)
    diff = _snapshot_change(change.change_no)
    return request_approval(verb=CHANGE, subject=change.change_no, diff=diff, maker=actor, at=at)


@transaction.atomic
def withdraw_merchant_change(*, change: MerchantChange, actor: Actor, at: datetime) -> MerchantChange:
    """Take a proposed correction back; its papers are forgotten."""
    change.papers.update(content_sealed=None)
    return transition(change, "WITHDRAWN", actor=actor, at=at, decided_at=at)


@transaction.atomic
def turn_down_merchant_change(*, subject: str, reason: str, actor: Actor, at: datetime) -> None:
    """Turn a correction down whose review the second operator rejected; what stood stays, its papers are forgotten."""
    change = MerchantChange.objects.get(change_no=subject)
    if change.status == "PROPOSED":
        change.papers.update(content_sealed=None)
        transition(change, "REJECTED", actor=actor, at=at, reason=reason, rejection_reason=reason[:200], decided_at=at)


@approves(CHANGE, snapshot=_snapshot_change, turn_down=turn_down_merchant_change)
def carry_out_merchant_change(
    *, subject: str, diff: dict[str, object], approval_no: str, actor: Actor, at: datetime
) -> MerchantChange:
    """Carry out the second signature (CHECKER): names, address and papers take effect.

    Emits ``accounts.merchant.changed``, upon which acquirers are told.

    Raises:
        RoleMissing
        OnList: a list names the merchant under its new name (R9).
    """
    require_role(actor=actor, role=OperatorRole.CHECKER)
    change = MerchantChange.objects.select_related("merchant").get(change_no=subject)
    merchant = change.merchant
    new = {column: getattr(change, column) for column in COLUMNS if getattr(change, column)}
    if new:
        Merchant.objects.filter(pk=merchant.pk).update(**new)
        merchant.refresh_from_db()
    if blocking_entries(merchant=merchant, at=at):
        raise OnList
    for paper in change.papers.all():
        if paper.content_sealed is not None:
            content = base64.b64decode(paper.content_sealed.open())
            keep_document(merchant=merchant, kind=paper.kind, content=content, actor=actor, at=at)
    change.papers.update(content_sealed=None)
    transition(change, "APPROVED", actor=actor, at=at, reason=approval_no, decided_at=at)
    emit(
        "accounts.merchant.changed",
        key=change.change_no,
        payload={"merchant_no": merchant.merchant_no, "change_no": change.change_no},
        at=at,
    )
    return change


@transaction.atomic
def open_change_paper(*, paper: ChangePaper, purpose: str, actor: Actor, at: datetime) -> bytes:
    """Return a proposed paper's bytes for somebody's eyes; who saw it and why is recorded (R25)."""
    return base64.b64decode(reveal(paper, "content_sealed", actor=actor, purpose=purpose, at=at))
