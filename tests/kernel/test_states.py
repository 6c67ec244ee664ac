import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F

from silk_road_ebao.kernel.models import StatusChange
from silk_road_ebao.kernel.states import IllegalTransition, StaleTransition, StateTable, transition, transition_many
from tests.kernel.trial import AT, MAKER, Crate, Fall, at_once, execute, fall


def pack(number=1, status="PACKED", **columns):
    return Crate.objects.create(crate_no=f"C{number}", status=status, **columns)


def test_a_transition_writes_the_status_the_columns_and_its_line(rows):
    crate = pack(weight_kg=5)

    moved = transition(crate, "SENT", actor=MAKER, at=AT, reason="车到了", sent_at=AT, weight_kg=F("weight_kg") + 2)

    assert moved is crate
    assert (crate.status, crate.sent_at, crate.weight_kg) == ("SENT", AT, 7)
    stored = Crate.objects.get()
    assert (stored.status, stored.sent_at, stored.weight_kg) == ("SENT", AT, 7)
    line = StatusChange.objects.get()
    assert (line.model, line.row_pk, line.public_no) == ("trial.Crate", str(crate.pk), "C1")
    assert (line.from_status, line.to_status, line.actor_ref, line.at, line.reason) == (
        "PACKED",
        "SENT",
        "op-1",
        AT,
        "车到了",
    )


def test_a_transition_costs_one_query(rows, django_assert_num_queries):
    crate = pack()

    with django_assert_num_queries(1):
        transition(crate, "SENT", actor=MAKER, at=AT)


def test_an_edge_that_is_not_in_the_table_is_refused(rows):
    crate = pack()

    with pytest.raises(IllegalTransition):
        transition(crate, "RECEIVED", actor=MAKER, at=AT)

    assert Crate.objects.get().status == crate.status == "PACKED"
    assert not StatusChange.objects.exists()


def test_losing_the_race_changes_nothing(rows):
    crate, stale = pack(), Crate.objects.get()
    transition(crate, "SENT", actor=MAKER, at=AT)

    with pytest.raises(StaleTransition):
        transition(stale, "LOST", actor=MAKER, at=AT, weight_kg=99)

    assert Crate.objects.values_list("status", "weight_kg").get() == ("SENT", 0)
    assert StatusChange.objects.count() == 1


def test_of_many_at_once_one_wins(committed_rows):
    """F7, F8: real threads on one row; one line is written."""
    pack()
    crates = [Crate.objects.get() for _ in range(8)]

    ends = at_once(8, lambda n: transition(crates[n], ["SENT", "LOST"][n % 2], actor=MAKER, at=AT))

    won = [end for end in ends if isinstance(end, Crate)]
    assert len(won) == 1
    assert all(isinstance(end, StaleTransition) for end in ends if end not in won)
    assert StatusChange.objects.get().to_status == won[0].status == Crate.objects.get().status


def test_a_step_of_a_transaction_that_rolls_back_leaves_no_line(rows):
    crate = pack()

    with pytest.raises(Fall), transaction.atomic():
        fall(transition(crate, "SENT", actor=MAKER, at=AT))

    assert Crate.objects.get().status == "PACKED"
    assert not StatusChange.objects.exists()


def test_many_rows_move_in_one_statement(rows, django_assert_num_queries):
    for number in range(5):
        pack(number, weight_kg=number)
    pack(9, status="LOST")

    with django_assert_num_queries(1):
        moved = transition_many(
            Crate.objects.filter(weight_kg__gte=1).order_by("crate_no"),
            "PACKED",
            "SENT",
            actor=MAKER,
            at=AT,
            sent_at=AT,
        )

    assert moved == 4
    assert sorted(Crate.objects.filter(status="SENT", sent_at=AT).values_list("crate_no", flat=True)) == [
        "C1",
        "C2",
        "C3",
        "C4",
    ]
    assert sorted(StatusChange.objects.values_list("public_no", "from_status", "to_status")) == [
        (f"C{n}", "PACKED", "SENT") for n in range(1, 5)
    ]
    assert transition_many(Crate.objects.all(), "SENT", "RECEIVED", actor=MAKER, at=AT) == 4
    assert transition_many(Crate.objects.all(), "SENT", "RECEIVED", actor=MAKER, at=AT) == 0


def test_many_rows_do_not_move_along_a_missing_edge(rows):
    pack()

    with pytest.raises(IllegalTransition):
        transition_many(Crate.objects.all(), "PACKED", "RECEIVED", actor=MAKER, at=AT)

    assert not StatusChange.objects.exists()


@pytest.mark.parametrize("status", ["", "packed", "STOLEN"])
def test_the_database_knows_the_states(rows, status):
    with pytest.raises(IntegrityError), transaction.atomic():
        pack(status=status)

    assert not Crate.objects.exists()


@pytest.mark.parametrize(
    "statement",
    ["UPDATE kernel_statuschange SET reason = 'x'", "DELETE FROM kernel_statuschange", "TRUNCATE kernel_statuschange"],
)
def test_the_history_is_append_only(rows, statement):
    transition(pack(), "SENT", actor=MAKER, at=AT)

    with pytest.raises(DatabaseError, match="append-only"):
        execute(statement)

    assert StatusChange.objects.get().reason == ""


@pytest.mark.parametrize(
    ("edges", "complaint"),
    [
        ({}, "needs a state"),
        ({"open": set()}, "UPPERCASE"),
        ({"OPEN": {"SHUT"}}, "unlisted"),
        ({"OPEN": set(), "SHUT": set()}, "unreachable"),
    ],
)
def test_a_wrong_table_is_refused_when_written_down(edges, complaint):
    with pytest.raises(ValueError, match=complaint):
        StateTable(edges)


def test_a_table_answers_where_one_may_go():
    table = Crate.STATES

    assert table.initial == "PACKED"
    assert table.allows("PACKED", "LOST")
    assert not table.allows("LOST", "PACKED")
    assert not table.allows("NOWHERE", "PACKED")
    assert table.is_final("LOST")
    assert ("SENT", "RECEIVED") in list(table.edges())
