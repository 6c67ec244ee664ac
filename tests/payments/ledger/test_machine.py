"""A state machine: random posts, batches, reversals and closings against a model in Python."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from payments.ledger.rules.chart import memo_due, memo_earned, memo_fee, points_funder, points_holder
from payments.ledger.rules.kinds import Kind
from payments.ledger.rules.postings import Leg, Posting
from payments.ledger.selectors import balance_of, prove, statement_of
from payments.ledger.services import (
    KeyReused,
    NothingToReverse,
    Overdrawn,
    PeriodClosed,
    Posted,
    Replayed,
    post_many,
    post_query,
    post_transfers,
    reverse,
)  # fmt: skip
from silk_road_ebao.kernel.ids import new_uuid
from tests.payments.ledger.conftest import DAY, rows, value

PAIRS = {
    Kind.CAPTURE: [(memo_due("WECHAT", f"MER{n}"), memo_earned("WECHAT", f"MER{n}")) for n in range(3)],
    Kind.CHANNEL_FEE: [(memo_earned("WECHAT", f"MER{n}"), memo_fee("WECHAT")) for n in range(3)],
    Kind.POINTS_GRANTED: [(points_funder("CCB"), points_holder("PERA"))],
    Kind.POINTS_CLAWED_BACK: [(points_holder("PERA"), points_funder("CCB"))],
}
HOLDER = points_holder("PERA")


@st.composite
def postings(draw):
    """Draw a posting of 1 to 4 legs, sometimes of 20."""
    kind = draw(st.sampled_from(list(PAIRS)))
    count = draw(st.sampled_from([1, 1, 2, 4, 20]))
    legs = [Leg(*draw(st.sampled_from(PAIRS[kind])), draw(st.integers(1, 50))) for _ in range(count)]
    return Posting(new_uuid(), kind, legs, DAY + timedelta(days=draw(st.integers(0, 4))))


class LedgerMachine(RuleBasedStateMachine):
    """The model: a dictionary of bodies and the last closed day; balances follow from them."""

    posted = Bundle("posted")

    def __init__(self):
        super().__init__()
        self.bodies = {}
        self.closed = DAY - timedelta(days=1)
        self.outer = transaction.atomic()
        self.outer.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.outer.__exit__(None, None, None)

    def balance(self, extra=()):
        net = Counter()
        for _on, legs in [*self.bodies.values(), *extra]:
            for leg in legs:
                net[leg.debit] += leg.amount
                net[leg.credit] -= leg.amount
        return net

    def expected(self, key, on, legs):
        if key in self.bodies:
            return Replayed if self.bodies[key] == (on, legs) else KeyReused
        if on <= self.closed:
            return PeriodClosed
        return Overdrawn if self.dips([(on, legs)]) else Posted

    def dips(self, extra):
        """The holder's floor is checked on the net of a posting: each posting is one statement."""
        return self.balance(extra)[HOLDER] > 0

    def attempt(self, wanted, work):
        if wanted in (Posted, Replayed):
            with transaction.atomic():
                assert type(work()) is wanted
        else:
            with pytest.raises(wanted), transaction.atomic():
                work()

    @rule(target=posted, posting=postings())
    def post(self, posting):
        body = (posting.on, tuple(posting.legs))
        wanted = self.expected((posting.subject, int(posting.kind)), *body)
        self.attempt(wanted, lambda: self.hand_in(posting))
        if wanted is not Posted:
            return multiple()
        self.bodies[posting.subject, int(posting.kind)] = body
        return posting

    @rule(posting=posted, change=st.sampled_from(["same", "amount", "day", "longer", "shorter"]))
    def post_again(self, posting, change):
        legs, on = list(posting.legs), posting.on
        if change == "amount":
            legs[-1] = Leg(legs[-1].debit, legs[-1].credit, legs[-1].amount + 1)
        elif change == "day":
            on += timedelta(days=1)
        elif change == "longer":
            legs.append(legs[0])
        elif change == "shorter":
            legs = legs[:-1] or [Leg(legs[0].debit, legs[0].credit, legs[0].amount + 1)]
        again = Posting(posting.subject, posting.kind, legs, on)
        self.attempt(Replayed if change == "same" else KeyReused, lambda: self.hand_in(again))

    def hand_in(self, posting):
        return post_transfers(subject=posting.subject, kind=posting.kind, legs=posting.legs, on=posting.on)

    @rule(target=posted, batch=st.lists(postings(), min_size=1, max_size=5), old=st.lists(posted, max_size=3))
    def post_batch(self, batch, old):
        old = list({posting.subject: posting for posting in old}.values())
        new = {(p.subject, int(p.kind)): (p.on, tuple(p.legs)) for p in batch}
        if any(on <= self.closed for on, _legs in new.values()):
            wanted = PeriodClosed
        else:
            wanted = Overdrawn if self.dips(new.values()) else None
        if wanted:
            with pytest.raises(wanted), transaction.atomic():
                post_many(postings=[*old, *batch])
            return multiple()
        result = post_many(postings=[*old, *batch])
        assert result.posted == sum(len(p.legs) for p in batch)
        assert result.replayed == sum(len(p.legs) for p in old)
        self.bodies |= new
        return multiple(*batch)

    @rule(posting=consumes(posted), days=st.integers(0, 6))
    def reverse(self, posting, days):
        on, key = DAY + timedelta(days=days), (posting.subject, -int(posting.kind))
        mirrored = tuple(Leg(leg.credit, leg.debit, leg.amount) for leg in posting.legs)
        wanted = PeriodClosed if on <= self.closed else Overdrawn if self.dips([(on, mirrored)]) else Posted

        def undo():
            return reverse(subject=posting.subject, kind=posting.kind, on=on)

        self.attempt(wanted, undo)
        if wanted is Posted:
            self.bodies[key] = (on, mirrored)
            self.attempt(Replayed, undo)

    @rule()
    def reverse_nothing(self):
        self.attempt(NothingToReverse, lambda: reverse(subject=new_uuid(), kind=Kind.CAPTURE, on=DAY))

    @rule(days=st.integers(0, 2))
    def close(self, days):
        from django.db import connection

        through = self.closed + timedelta(days=days)
        if through > DAY + timedelta(days=3):
            return
        with connection.cursor() as cursor:
            if days:
                cursor.execute("INSERT INTO ledger_book VALUES (%s, 0, 'test', now())", [through])
                self.closed = through

    @rule()
    def replay_the_journal_by_query(self):
        columns = "subject, kind, leg, effective_on, debit_code, credit_code, amount"
        query = f"SELECT {columns} FROM ledger_journal WHERE kind > 0"
        result = post_query(query=query)
        assert (result.posted, result.replayed) == (0, value("SELECT count(*) FROM ledger_transfer WHERE kind > 0"))

    @invariant()
    def the_ledger_stands_where_the_model_stands(self):
        net = self.balance()
        for code in {code for pairs in PAIRS.values() for pair in pairs for code in pair}:
            found = balance_of(code)
            assert found.debits - found.credits == net[code]
        assert len(rows("SELECT DISTINCT subject, kind FROM ledger_transfer")) == len(self.bodies)
        assert prove() == []

    @invariant()
    def statements_close_where_balances_stand(self):
        last = DAY + timedelta(days=30)
        assert statement_of(HOLDER, since=DAY, through=last).closing == balance_of(HOLDER).amount


@pytest.mark.django_db
@pytest.mark.timeout(300)
def test_the_ledger_behaves_as_the_model_says():
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    assert prove(deep=True) == []
