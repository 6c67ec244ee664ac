"""Reads of links: both sides see them; the assessment walks along them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import AccountLink
from accounts.rules.relations import CONTROL
from accounts.selectors.parties import Party, party_columns, party_key


@dataclass(frozen=True)
class LinkedParty:
    """A party reached along live links."""

    party: Party
    key: str
    relation: str
    is_source: bool
    """Whether the reached party is the link's source (an owner is the source, his shop the target)."""
    distance: int
    link_no: str


def links_of(party: Party) -> QuerySet[AccountLink]:
    """List every link of a party, either side, ended ones included, newest first."""
    return (
        AccountLink.objects.filter(_either_side([party]))
        .select_related(
            "source_person",
            "source_merchant",
            "target_person",
            "target_merchant",
            "source_account__bank",
            "target_account__bank",
        )
        .order_by("-proposed_at", "-id")
    )


def link_of(party: Party, link_no: str) -> AccountLink:
    """Find a link this party is a side of; raises AccountLink.DoesNotExist for anybody else's."""
    return links_of(party).get(link_no=link_no)


def live_links(party: Party, at: datetime) -> QuerySet[AccountLink]:
    """List the links in force at a moment, as they stood then."""
    return links_of(party).filter(_in_force(at))


def relation_between(payer: Party, payee: Party, at: datetime) -> str | None:
    """Return what the payer is to the payee at a moment, or the other way round; None for strangers."""
    sides = {"source": payer, "target": payee}
    for source, target in (("source", "target"), ("target", "source")):
        link = (
            AccountLink.objects.filter(
                _in_force(at), **party_columns(sides[source], "source"), **party_columns(sides[target], "target")
            )
            .order_by("relation")
            .first()
        )
        if link is not None:
            return link.relation
    return None


def linked_parties(
    party: Party, at: datetime, *, relations: Iterable[str] = CONTROL, max_distance: int = 3
) -> list[LinkedParty]:
    """Return everybody connected with a party by relations of control, nearest first (circular flows).

    One query per step of distance.
    """
    wanted = list(relations)
    seen = {party_key(party)}
    edge: list[Party] = [party]
    found: list[LinkedParty] = []
    for distance in range(1, max_distance + 1):
        links = AccountLink.objects.filter(_either_side(edge), _in_force(at), relation__in=wanted).select_related(
            "source_person", "source_merchant", "target_person", "target_merchant"
        )
        reached = [member for link in links.order_by("id") for member in _ends(link, distance)]
        fresh = list({member.key: member for member in reached if member.key not in seen}.values())
        seen |= {member.key for member in fresh}
        found += fresh
        edge = [member.party for member in fresh]
        if not edge:
            break
    return found


def _ends(link: AccountLink, distance: int) -> list[LinkedParty]:
    return [
        LinkedParty(side, party_key(side), link.relation, is_source, distance, link.link_no)
        for side, is_source in ((source_of(link), True), (target_of(link), False))
    ]


def source_of(link: AccountLink) -> Party:
    """Return the link's source."""
    party = link.source_person or link.source_merchant
    assert party is not None  # account_link_one_source
    return party


def target_of(link: AccountLink) -> Party:
    """Return the link's target."""
    party = link.target_person or link.target_merchant
    assert party is not None  # account_link_one_target
    return party


def _either_side(parties: list[Party]) -> Q:
    sides = Q(pk=None)
    for party in parties:
        for prefix in ("source", "target"):
            sides |= Q(**{name: row for name, row in party_columns(party, prefix).items() if row is not None})
    return sides


def _in_force(at: datetime) -> Q:
    """Match links agreed by both and valid at the moment; one ended later counts for moments before its end."""
    agreed = Q(status__in=["LIVE", "ENDED"], source_agreed_at__lte=at, target_agreed_at__lte=at)
    return agreed & Q(valid_from__lte=at) & (Q(valid_until__isnull=True) | Q(valid_until__gt=at))
