"""Posting: the only way money and points move in the books."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection
from django.utils.translation import gettext_lazy as _

from payments.ledger.rules.chart import AccountCode
from payments.ledger.rules.kinds import Kind
from payments.ledger.rules.postings import Leg, Posting, find_fault
from payments.ledger.services.ledger_account import open_accounts
from payments.ledger.services.refusals import ImpossiblePosting, refusing
from silk_road_ebao.kernel.refusals import Refusal

POST = "SELECT ledger_post(%s, %s::smallint, %s, %s::text[], %s::text[], %s::bigint[])"
POST_MANY = (
    "SELECT * FROM ledger_post_many(%s::uuid[], %s::smallint[], %s::smallint[], %s::date[],"
    " %s::text[], %s::text[], %s::bigint[])"
)
REVERSE = "SELECT ledger_reverse(%s, %s::smallint, %s)"


class NothingToReverse(Refusal):
    message = _("没有可以冲正的原分录")


@dataclass(frozen=True, slots=True)
class Posted:
    """The posting was written now."""

    subject: UUID
    kind: Kind


@dataclass(frozen=True, slots=True)
class Replayed:
    """The same posting stood already; nothing was written."""

    subject: UUID
    kind: Kind


@dataclass(frozen=True, slots=True)
class PostedMany:
    """How many transfers (rows) of a batch were written and how many stood already."""

    posted: int
    replayed: int


def post_transfers(*, subject: UUID, kind: Kind, legs: Sequence[Leg], on: date) -> Posted | Replayed:
    """Post all legs of what happened to a subject on a business day; one round trip, idempotent.

    Joins the caller's transaction or is one by itself. Accounts not open yet are opened. Several
    postings in one transaction can deadlock with others: hand them to post_many together. Raises
    ImpossiblePosting, KeyReused (same key, other body or day), PeriodClosed, Overdrawn,
    AccountUnusable, WrongIsolation; then the caller's transaction is broken.
    """
    if fault := find_fault(kind, legs):
        raise ImpossiblePosting(fault=fault)
    body = (
        subject,
        int(kind),
        on,
        _array(leg.debit.text for leg in legs),
        _array(leg.credit.text for leg in legs),
        _array(str(leg.amount) for leg in legs),
    )
    answer = _ask(POST, body)[0]
    if answer == "unopened":
        open_accounts(codes=_codes(legs))
        answer = _ask(POST, body)[0]
    return (Posted if answer == "posted" else Replayed)(subject, kind)


def post_many(*, postings: Sequence[Posting]) -> PostedMany:
    """Post a batch in one statement: new postings are written, those that stand already replay.

    A thousand to ten thousand legs a call is the best size. Raises as post_transfers does; a
    refusal of one refuses all.
    """
    for posting in postings:
        if fault := find_fault(posting.kind, posting.legs):
            raise ImpossiblePosting(fault=fault)
    rows = [
        (posting.subject, int(posting.kind), leg_no, posting.on, leg.debit.text, leg.credit.text, leg.amount)
        for posting in postings
        for leg_no, leg in enumerate(posting.legs)
    ]
    if not rows:
        return PostedMany(0, 0)
    columns = [_array(map(str, column)) for column in zip(*rows, strict=True)]
    unopened, posted, replayed = _ask(POST_MANY, columns)
    if unopened:
        open_accounts(codes=_codes([leg for posting in postings for leg in posting.legs]))
        unopened, posted, replayed = _ask(POST_MANY, columns)
    return PostedMany(posted, replayed)


def reverse(*, subject: UUID, kind: Kind, on: date) -> Posted | Replayed:
    """Reverse the whole posting of a kind on a business day, at most once.

    A second call replays whatever day it names. Raises NothingToReverse, PeriodClosed, Overdrawn,
    AccountUnusable.
    """
    answer = _ask(REVERSE, (subject, int(kind), on))[0]
    if answer == "missing":
        raise NothingToReverse
    return (Posted if answer == "posted" else Replayed)(subject, kind)


def _codes(legs: Sequence[Leg]) -> set[AccountCode]:
    return {code for leg in legs for code in (leg.debit, leg.credit)}


def _array(words: Iterable[str]) -> str:
    """Write an array literal; numbers, dates and account codes need no quotes. Twice as fast as binding lists."""
    return "{" + ",".join(words) + "}"


def _ask(query: str, params: Sequence[Any]) -> tuple[Any, ...]:
    """Run one prepared statement on Django's connection, bound by the server.

    Django binds in the client and would parse and plan the arrays anew at every call.
    """
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with refusing(), connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        row = cursor.execute(query, params, prepare=True).fetchone()
    if row is None:
        raise RuntimeError("the posting function gave no row")
    return tuple(row)
