"""Institutions, their branches, papers and limits."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import (
    Institution,
    InstitutionBranch,
    InstitutionKind,
    InstitutionLimit,
    InstitutionPaper,
    PaperKind,
)
from accounts.rules.identity import PROVINCE_CODES
from accounts.services.markets import UnknownProvince
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.refusals import Refusal


class LimitOverlaps(Refusal):
    """Another value stands for some of the days."""

    message = _("这段日期已经有一个限额，请先结束原来的")
    field = "valid_from"


@transaction.atomic
def register_institution(
    *, code: str, kind: str, name: str, short_name: str, actor: Actor, at: datetime, province: str = ""
) -> Institution:
    """Enter an institution, or return the one that bears the code.

    Raises:
        UnknownProvince
        ValueError: an unknown kind.
    """
    if province and province not in PROVINCE_CODES:
        raise UnknownProvince
    institution, is_new = Institution.objects.get_or_create(
        code=code,
        defaults={
            "kind": InstitutionKind(kind).value,
            "name": name,
            "short_name": short_name,
            "province": province,
            "status": "ACTIVE",
        },
    )
    if is_new:
        record(actor=actor, action="accounts.institution.register", subject=code, at=at, detail={"kind": kind})
    return institution


@transaction.atomic
def add_branch(
    *,
    institution: Institution,
    code: str,
    name: str,
    province: str,
    actor: Actor,
    at: datetime,
    region: str = "",
) -> InstitutionBranch:
    """Enter a branch: from now on the institution may serve its province (R8).

    Raises:
        UnknownProvince
    """
    if province not in PROVINCE_CODES:
        raise UnknownProvince
    branch, is_new = InstitutionBranch.objects.get_or_create(
        institution=institution,
        code=code,
        defaults={"name": name, "province": province, "region": region, "opened_date": business_date(at)},
    )
    if is_new:
        record(
            actor=actor,
            action="accounts.institution.add_branch",
            subject=institution.code,
            at=at,
            detail={"branch": code},
        )
    return branch


@transaction.atomic
def record_paper(
    *,
    institution: Institution,
    kind: str,
    reference: str,
    valid_from: date,
    valid_until: date | None,
    actor: Actor,
    at: datetime,
    sha256: str = "",
    source: str = "",
) -> InstitutionPaper:
    """Write a contract, partner-list entry or licence with its validity; operators come by ``request_paper``."""
    paper, is_new = InstitutionPaper.objects.get_or_create(
        institution=institution,
        kind=PaperKind(kind).value,
        reference=reference,
        defaults={
            "valid_from": valid_from,
            "valid_until": valid_until,
            "sha256": sha256,
            "source": source,
            "recorded_at": at,
        },
    )
    if is_new:
        record(
            actor=actor,
            action="accounts.institution.record_paper",
            subject=institution.code,
            at=at,
            detail={"kind": kind, "reference": reference},
        )
    return paper


@transaction.atomic
def end_paper(*, paper: InstitutionPaper, actor: Actor, at: datetime) -> None:
    """End a paper before its time; what it allowed is no longer allowed."""
    if InstitutionPaper.objects.filter(pk=paper.pk, ended_at__isnull=True).update(ended_at=at):
        record(
            actor=actor,
            action="accounts.institution.end_paper",
            subject=paper.institution.code,
            at=at,
            detail={"reference": paper.reference},
        )


@transaction.atomic
def set_limit(
    *,
    institution: Institution,
    name: str,
    value: int,
    unit: str,
    valid_from: date,
    source: str,
    actor: Actor,
    at: datetime,
    valid_until: date | None = None,
) -> InstitutionLimit:
    """Write what the institution itself allows over some days; operators come by ``request_limit``.

    Raises:
        LimitOverlaps: the days have a value already.
    """
    try:
        with transaction.atomic():
            limit = InstitutionLimit.objects.create(
                institution=institution,
                name=name,
                value=value,
                unit=unit,
                valid_from=valid_from,
                valid_until=valid_until,
                source=source,
            )
    except IntegrityError:
        raise LimitOverlaps from None
    record(actor=actor, action="accounts.institution.set_limit", subject=institution.code, at=at, detail={"name": name})
    return limit
