import re
from contextlib import suppress
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import structlog
from django.db import DatabaseError, connection, transaction

from silk_road_ebao.kernel import audit, tasks
from silk_road_ebao.kernel.audit import record, verify_chain
from silk_road_ebao.kernel.canonical import SecretInClear
from silk_road_ebao.kernel.models import AuditEvent, AuditHead, AuditLink
from tests.kernel.test_masking import CARD, ID, PHONE
from tests.kernel.trial import AT, CHECKER, MAKER, Fall, at_once, execute, fall


def write(count=3, **detail):
    return [
        record(actor=MAKER, action="trial.touch", subject=f"crate:{n}", at=AT, detail={"n": n, **detail})
        for n in range(count)
    ]


def tamper(*statements):
    """Write past the triggers, as someone owning the database could."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_an_event_says_who_did_what_and_the_chain_holds(db):
    assert verify_chain() is None

    write(3, price=Decimal("1.20"), day=date(2026, 11, 23), names=["番茄", None, True])

    assert verify_chain() is None
    event = AuditEvent.objects.order_by("pk").first()
    assert (event.actor_kind, event.actor_ref, event.action, event.subject) == (
        "OPERATOR",
        "op-1",
        "trial.touch",
        "crate:0",
    )
    assert event.detail == {"n": 0, "price": "1.20", "day": "2026-11-23", "names": ["番茄", None, True]}


CUT_LINK = "DELETE FROM kernel_auditlink WHERE seq = {}"
CUT_EVENT = "DELETE FROM kernel_auditevent WHERE subject = 'crate:{}'"
HEAD_BACK = "UPDATE kernel_audithead SET (seq, hash) = (SELECT seq, hash FROM kernel_auditlink WHERE seq = 3)"


@pytest.mark.parametrize(
    ("statements", "seq", "what"),
    [
        (["UPDATE kernel_auditevent SET actor_ref = 'op-9' WHERE subject = 'crate:1'"], 2, "event altered"),
        (["""UPDATE kernel_auditevent SET detail = '{"n": 7}' WHERE subject = 'crate:1'"""], 2, "event altered"),
        (["UPDATE kernel_auditevent SET at = at + interval '1 s' WHERE subject = 'crate:2'"], 3, "event altered"),
        (["UPDATE kernel_auditevent SET body_hash = sha256('x') WHERE subject = 'crate:0'"], 1, "event altered"),
        (["UPDATE kernel_auditlink SET hash = sha256('x') WHERE seq = 2"], 2, "link altered"),
        ([CUT_LINK.format(2), CUT_EVENT.format(1)], 2, "link missing"),
        ([CUT_LINK.format(4), CUT_EVENT.format(3)], 4, "tail cut off"),
        (["DELETE FROM kernel_auditlink", "DELETE FROM kernel_auditevent"], 1, "tail cut off"),
        (["UPDATE kernel_audithead SET hash = sha256('x')"], 4, "head altered"),
        (["DELETE FROM kernel_audithead"], 1, "head set back"),
        ([HEAD_BACK], 4, "head set back"),
        ([CUT_LINK.format(4), HEAD_BACK], 4, "event outside the chain"),
    ],
)
def test_tampering_past_the_triggers_is_found(db, statements, seq, what):
    write(4)

    tamper(*statements)

    broken = verify_chain()
    assert (broken.seq, broken.what) == (seq, what)
    with pytest.raises(audit.ChainBroken):
        audit.require_unbroken()


def test_two_events_that_change_places_are_found(db):
    first, second, _third = write(3)

    tamper(
        "UPDATE kernel_auditlink SET event_id = -1 WHERE seq = 1",
        f"UPDATE kernel_auditlink SET event_id = {first.pk} WHERE seq = 2",
        f"UPDATE kernel_auditlink SET event_id = {second.pk} WHERE seq = 1",
    )

    assert verify_chain().what == "link altered"


@pytest.mark.parametrize("table", ["kernel_auditevent", "kernel_auditlink"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_events_and_links_are_append_only_in_sql(db, table, statement):
    write(2)
    column = "seq" if table.endswith("link") else "id"

    with pytest.raises(DatabaseError, match="append-only"):
        execute(statement.format(table, column, column))

    assert (AuditEvent.objects.count(), verify_chain()) == (2, None)


@pytest.mark.parametrize("statement", ["UPDATE kernel_audithead SET seq = seq + 1", "DELETE FROM kernel_audithead"])
def test_the_head_moves_only_with_the_chain(db, statement):
    write(2)

    with pytest.raises(DatabaseError, match="only with the chain"):
        execute(statement)

    assert verify_chain() is None


def test_an_event_of_a_transaction_that_rolls_back_is_not_in_the_chain(transactional_db):
    write(1)

    with pytest.raises(Fall), transaction.atomic():
        fall(write(2))

    assert AuditLink.objects.count() == 1
    assert verify_chain() is None


@pytest.mark.parametrize("secret", [CARD, ID, PHONE, f"卡号 {CARD}"])
def test_unmasked_personal_data_never_enters_the_audit(db, secret):
    """R25: refused in a value, in a list, in a key, in the subject; nothing is written."""
    for detail in ({"x": secret}, {"x": [1, {"y": secret}]}, {secret: 1}):
        with pytest.raises(SecretInClear):
            record(actor=MAKER, action="trial.touch", subject="crate:1", at=AT, detail=detail)
    with pytest.raises(SecretInClear):
        record(actor=MAKER, action="trial.touch", subject=secret, at=AT)

    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("value", [1.5, float("nan"), object(), {1: 2}, b"x"])
def test_a_detail_without_an_exact_text_is_refused(db, value):
    with pytest.raises(TypeError):
        record(actor=MAKER, action="trial.touch", subject="crate:1", at=AT, detail={"x": value})

    assert not AuditEvent.objects.exists()


def test_many_at_once_make_one_unbroken_chain(transactional_db):
    """Real threads, several events each, some rolled back, none lost, verified all the while."""

    def work(number):
        for turn in range(10):
            with suppress(Fall), transaction.atomic():
                record(actor=CHECKER, action="trial.race", subject=f"{number}:{turn}", at=AT)
                record(actor=CHECKER, action="trial.race", subject=f"{number}:{turn}b", at=AT)
                if turn % 5 == 4:
                    fall()

    ends = at_once(7, lambda number: work(number) if number < 6 else [verify_chain() for _ in range(10)])

    assert ends == [*[None] * 6, [None] * 10]
    assert verify_chain() is None
    assert AuditHead.objects.get().seq == AuditLink.objects.count() == AuditEvent.objects.count() == 6 * 8 * 2


def test_the_application_role_may_write_events_and_nothing_else_of_the_chain(db):
    script = (Path(audit.__file__).parent / "sql" / "privileges.sql").read_text().replace(':"app"', "trial_app")
    statements = [part for part in re.sub(r"--.*", "", script).split(";") if part.strip()]
    execute("CREATE ROLE trial_app", *statements, "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO trial_app")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE trial_app")

        write(2)
        refused = []
        for statement in (
            "INSERT INTO kernel_auditlink (seq, event_id, hash) VALUES (9, 9, '')",
            "UPDATE kernel_audithead SET seq = 0",
            "DELETE FROM kernel_auditevent",
            "UPDATE kernel_statuschange SET reason = ''",
        ):
            with pytest.raises(DatabaseError, match="permission denied") as refusal:
                execute(statement)
            refused.append(refusal)
        holds = verify_chain() is None
        cursor.execute("RESET ROLE")

    assert holds
    assert len(refused) == 4
    assert AuditEvent.objects.count() == 2


def test_the_daily_verification_tells_the_head_or_raises(db):
    write(2)
    with structlog.testing.capture_logs() as logs:
        tasks.verify_audit()

    tamper("UPDATE kernel_auditlink SET hash = sha256('x') WHERE seq = 2")

    head = AuditHead.objects.get()
    assert [(line["links"], line["head"]) for line in logs] == [(2, bytes(head.hash).hex())]
    with pytest.raises(audit.ChainBroken, match="link 2"):
        tasks.verify_audit()
