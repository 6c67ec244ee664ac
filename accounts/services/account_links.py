"""Links between two parties: proposed by one, agreed by the other, ended by either."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import AccountLink, EvidenceKind, Merchant, Relation, SettlementAccount
from accounts.rules.relations import allowed_kinds, exclusion_key
from accounts.selectors.account_links import source_of, target_of
from accounts.selectors.parties import Party, party_columns, party_key
from accounts.selectors.settlement_accounts import accounts_of
from accounts.services.refused_attempts import audited
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition


class LinkContradicts(Refusal):
    """Another link between the two stands and cannot be true together with this one."""

    message = _("你们之间已经有一条关联，和这条对不上。先结束原来那条，再建新的")
    field = "relation"


class LinkUnfit(Refusal):
    """The relation cannot join two such parties."""

    message = _("这种关系不能这样关联，请换一种关系")
    field = "relation"


class LinkToItself(Refusal):
    """Both sides are one."""

    message = _("不能和自己关联")
    field = "target"


class NotASide(Refusal):
    """The party is no side of the link, or not the one who is asked."""

    message = _("没有这条关联")


class ForeignAccount(Refusal):
    """The account belongs to somebody else."""

    message = _("这个账户不在这一方名下")
    field = "account"


class ValidityUpsideDown(Refusal):
    """It would end before it begins."""

    message = _("结束日期要晚于开始日期")
    field = "valid_until"


@audited(action="accounts.account_link.propose")
@transaction.atomic
def propose_link(
    *,
    source: Party,
    target: Party,
    relation: str,
    proposer: Party,
    evidence_kind: str,
    actor: Actor,
    at: datetime,
    evidence_note: str = "",
    evidence_sha256: str = "",
    valid_from: datetime | None = None,
    valid_until: datetime | None = None,
    source_account: SettlementAccount | None = None,
    target_account: SettlementAccount | None = None,
) -> AccountLink:
    """Propose "source is RELATION of target"; the proposer has agreed thereby, the other side is asked.

    Raises:
        LinkToItself, LinkUnfit, NotASide, ForeignAccount, ValidityUpsideDown
        LinkContradicts: a live or proposed link excludes it (constraint in the database).
    """
    begins = valid_from or at
    _refuse_unfit(source, target, relation, proposer, begins, valid_until)
    _refuse_foreign_account(source, source_account)
    _refuse_foreign_account(target, target_account)
    by_source = party_key(proposer) == party_key(source)
    try:
        with transaction.atomic():
            link = AccountLink.objects.create(
                link_no=new_no("LNK"),
                status="PROPOSED",
                relation=Relation(relation).value,
                **party_columns(source, "source"),
                **party_columns(target, "target"),
                source_account=source_account,
                target_account=target_account,
                exclusion_key=exclusion_key(relation, party_key(source), party_key(target)),
                evidence_kind=EvidenceKind(evidence_kind).value,
                evidence_note=evidence_note,
                evidence_sha256=evidence_sha256,
                proposed_by_source=by_source,
                source_agreed_at=at if by_source else None,
                target_agreed_at=None if by_source else at,
                proposed_at=at,
                valid_from=begins,
                valid_until=valid_until,
            )
    except IntegrityError:
        raise LinkContradicts from None
    record(
        actor=actor, action="accounts.account_link.propose", subject=link.link_no, at=at, detail={"relation": relation}
    )
    return link


def _refuse_unfit(
    source: Party, target: Party, relation: str, proposer: Party, begins: datetime, ends: datetime | None
) -> None:
    if party_key(source) == party_key(target):
        raise LinkToItself
    if party_key(proposer) not in (party_key(source), party_key(target)):
        raise NotASide
    kinds = tuple("MERCHANT" if isinstance(party, Merchant) else "PERSON" for party in (source, target))
    if kinds not in allowed_kinds(Relation(relation).value):
        raise LinkUnfit
    if ends is not None and ends <= begins:
        raise ValidityUpsideDown


def _refuse_foreign_account(party: Party, account: SettlementAccount | None) -> None:
    if account is not None and not accounts_of(party).filter(pk=account.pk).exists():
        raise ForeignAccount


@transaction.atomic
def agree_link(
    *,
    link: AccountLink,
    party: Party,
    actor: Actor,
    at: datetime,
    account: SettlementAccount | None = None,
) -> AccountLink:
    """Agree as the side that was asked; the link is live from now (or from its later beginning).

    ``account`` is the one the agreeing side brings into the link, if any.

    Raises:
        NotASide: somebody else, or the proposer himself.
        ForeignAccount: the account is not his.
        IllegalTransition, StaleTransition: it is no longer open.
    """
    asked = target_of(link) if link.proposed_by_source else source_of(link)
    if party_key(party) != party_key(asked):
        raise NotASide
    _refuse_foreign_account(party, account)
    side = "target" if link.proposed_by_source else "source"
    told: dict[str, object] = {f"{side}_agreed_at": at} | ({f"{side}_account": account} if account else {})
    transition(link, "LIVE", actor=actor, at=at, reason="agreed", **told)
    _tell(link, "LIVE", actor, at)
    return link


@transaction.atomic
def decline_link(*, link: AccountLink, party: Party, actor: Actor, at: datetime) -> AccountLink:
    """Decline as the side that was asked.

    Raises:
        NotASide
    """
    asked = target_of(link) if link.proposed_by_source else source_of(link)
    if party_key(party) != party_key(asked):
        raise NotASide
    return transition(link, "DECLINED", actor=actor, at=at, reason="declined")


@transaction.atomic
def end_link(*, link: AccountLink, party: Party, actor: Actor, at: datetime, reason: str = "") -> AccountLink:
    """End a link (or take a proposal back) as either side; its history stays.

    Raises:
        NotASide
    """
    if party_key(party) not in (party_key(source_of(link)), party_key(target_of(link))):
        raise NotASide
    end = max(at, link.valid_from)
    if link.valid_until is not None:
        end = min(end, link.valid_until)
    transition(link, "ENDED", actor=actor, at=at, reason=reason, valid_until=end, ended_by=party_key(party))
    _tell(link, "ENDED", actor, at)
    return link


def _tell(link: AccountLink, status: str, actor: Actor, at: datetime) -> None:
    record(actor=actor, action=f"accounts.account_link.{status.lower()}", subject=link.link_no, at=at, detail={})
    emit(
        "accounts.account_link.changed",
        key=f"{link.link_no}:{status}",
        payload={
            "link_no": link.link_no,
            "status": status,
            "relation": link.relation,
            "source": party_key(source_of(link)),
            "target": party_key(target_of(link)),
        },
        at=at,
    )
