"""State machines: `transition` is the only writer of a status.

One statement does it all: the conditional UPDATE (losing a race changes nothing), its line in
StatusChange, and the row as it stands afterwards.
"""

from datetime import datetime
from typing import Any, TypeVar

from django.db import connections, models, router
from django.db.models.sql import UpdateQuery
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.machine import Machine, StatusField
from silk_road_ebao.kernel.models import StatusChange
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.state_table import StateTable

__all__ = [
    "IllegalTransition",
    "Machine",
    "StaleTransition",
    "StateTable",
    "StatusField",
    "transition",
    "transition_many",
]

M = TypeVar("M", bound=Machine)


class IllegalTransition(Refusal):
    message = _("现在的状态不能做这一步")


class StaleTransition(Refusal):
    message = _("这条记录刚刚有变动，请刷新再看")


def transition(row: M, to: str, *, actor: Actor, at: datetime, reason: str = "", **fields: Any) -> M:
    """Move one row from the status it was read with to `to`, and refresh it in place.

    `fields` (values or expressions) are written in the same UPDATE. Raises IllegalTransition if
    the table has no such edge, StaleTransition if another was faster; then nothing is written.
    """
    model, old = type(row), row.status
    if not row.STATES.allows(old, to):
        raise IllegalTransition(f"{model._meta.label} {row.pk}: {old} → {to}")
    queryset = model._base_manager.filter(pk=row.pk, status=old)
    sql, params = _step_sql(queryset, old, to, actor=actor, at=at, reason=reason, fields=fields)
    found = list(model._base_manager.raw(f"{sql} SELECT * FROM changed", params))  # noqa: S608 (compiled by the ORM)
    if not found:
        raise StaleTransition
    _take_over(row, found[0])
    return row


def transition_many(
    queryset: "models.QuerySet[M]",
    frm: str,
    to: str,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    **fields: Any,
) -> int:
    """Move every row of a queryset that stands at `frm` to `to`, in one statement; gives how many.

    Rows at another status are left alone: a second run finds nothing to do. Raises
    IllegalTransition if the table has no such edge.
    """
    if not queryset.model.STATES.allows(frm, to):
        raise IllegalTransition(f"{queryset.model._meta.label}: {frm} → {to}")
    narrowed = queryset.order_by().filter(status=frm)
    sql, params = _step_sql(narrowed, frm, to, actor=actor, at=at, reason=reason, fields=fields)
    with connections[router.db_for_write(queryset.model)].cursor() as cursor:
        cursor.execute(f"{sql} SELECT count(*) FROM changed", params)  # noqa: S608 (compiled by the ORM)
        return int(cursor.fetchone()[0])


def _step_sql(
    queryset: "models.QuerySet[Any]",
    frm: str,
    to: str,
    *,
    actor: Actor,
    at: datetime,
    reason: str,
    fields: dict[str, Any],
) -> tuple[str, list[Any]]:
    """Write UPDATE … RETURNING and the INSERT of its StatusChange lines as one WITH clause."""
    model = queryset.model
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    query: Any = queryset.query.chain(UpdateQuery)
    query.add_update_values({**fields, "status": to})
    query.annotations = {}
    update, update_params = query.get_compiler(connection=connection).as_sql()
    number = f"{quote(model.number_column())}::text" if model.number_column() else "''"
    sql = (
        f"WITH changed AS ({update} RETURNING {quote(model._meta.db_table)}.*),"  # noqa: S608 (compiled by the ORM, and our own names)
        f" logged AS (INSERT INTO {quote(StatusChange._meta.db_table)}"
        " (model, row_pk, public_no, from_status, to_status, actor_kind, actor_ref, actor_label, at, reason)"
        f" SELECT %s, {quote(model._meta.pk.column)}::text, {number},"
        " %s, %s, %s, %s, %s, %s, %s FROM changed)"
    )
    step = [model._meta.label, frm, to, actor.kind, actor.ref, actor.label, at, reason]
    return sql, [*update_params, *step]


def _take_over(row: Machine, fresh: Machine) -> None:
    """Put the columns just written into the caller's row; forget relations whose key changed."""
    field: Any
    for field in row._meta.concrete_fields:
        value = fresh.__dict__.get(field.attname)
        if field.is_relation and field.is_cached(row) and row.__dict__.get(field.attname) != value:
            field.delete_cached_value(row)
        row.__dict__[field.attname] = value
