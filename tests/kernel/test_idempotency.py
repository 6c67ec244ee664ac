import threading

import pytest
from django.db import connection, transaction

from silk_road_ebao.kernel import clock, idempotency, tasks
from silk_road_ebao.kernel.canonical import SecretInClear
from silk_road_ebao.kernel.idempotency import Answer, ClaimLost, InFlight, KeyReused, fingerprint_of, once
from silk_road_ebao.kernel.models import IdempotencyRecord
from tests.kernel.test_masking import CARD
from tests.kernel.trial import Crate, Fall, at_once, fall

PRINT = fingerprint_of("POST", "/api/crates", b"{}")


def place(key="K1", fingerprint=PRINT, scope="partner:CCB", crate_no="C1"):
    """Do what an API view does with a key."""
    with once(scope=scope, key=key, fingerprint=fingerprint) as call:
        if call.stored:
            return call.stored
        with transaction.atomic():
            crate = Crate.objects.create(crate_no=crate_no, status="PACKED")
            return call.finish(status=201, body={"crate_no": crate.crate_no})


def test_a_repeated_call_gets_the_stored_status_and_body(rows):
    first, again = place(), place(crate_no="C2")

    assert first == again == Answer(201, {"crate_no": "C1"})
    assert Crate.objects.count() == 1


def test_the_same_key_with_another_request_is_refused(rows):
    place()

    with pytest.raises(KeyReused):
        place(fingerprint=fingerprint_of("POST", "/api/crates", b'{"a":1}'), crate_no="C2")

    assert Crate.objects.count() == 1


def test_keys_of_different_callers_do_not_meet(rows):
    place(scope="partner:CCB", crate_no="C1")
    place(scope="partner:ICBC", crate_no="C2")

    assert Crate.objects.count() == 2


def test_six_at_once_have_one_effect(committed_rows):
    """F1, F7: real threads; the losers are told to wait or get the winner's answer."""
    ends = at_once(6, lambda n: place(crate_no=f"C{n}"))

    answers = {end.body["crate_no"] for end in ends if isinstance(end, Answer)}
    assert len(answers) == 1
    assert all(isinstance(end, (Answer, InFlight)) for end in ends), ends
    assert Crate.objects.get().crate_no in answers
    assert place() == Answer(201, {"crate_no": answers.pop()})


def test_a_call_in_flight_is_told_to_wait(committed_rows):
    inside, go_on = threading.Event(), threading.Event()

    def slow(_number):
        with once(scope="s", key="K1", fingerprint=PRINT) as call:
            inside.set()
            go_on.wait(10)
            call.finish(status=200, body={})

    worker = threading.Thread(target=lambda: at_once(1, slow))
    worker.start()
    inside.wait(10)

    with pytest.raises(InFlight), once(scope="s", key="K1", fingerprint=PRINT):
        pass
    with pytest.raises(KeyReused), once(scope="s", key="K1", fingerprint=fingerprint_of("other")):
        pass

    go_on.set()
    worker.join()
    with once(scope="s", key="K1", fingerprint=PRINT) as call:
        assert call.stored == Answer(200, {})


def test_a_refused_call_frees_its_key(committed_rows):
    with pytest.raises(Fall), once(scope="partner:CCB", key="K1", fingerprint=PRINT):
        fall()

    assert not IdempotencyRecord.objects.exists()
    assert place().status == 201


def test_a_call_that_ends_without_an_answer_frees_its_key(rows):
    with once(scope="partner:CCB", key="K1", fingerprint=PRINT):
        pass

    assert place().status == 201


def test_effect_and_answer_fall_together(committed_rows):
    """F1: a crash after finish but before commit leaves neither."""
    pack = {"crate_no": "C1", "status": "PACKED"}
    with pytest.raises(Fall), once(scope="s", key="K1", fingerprint=PRINT) as call, transaction.atomic():
        fall(Crate.objects.create(**pack), call.finish(status=201, body={}))

    assert not Crate.objects.exists()
    assert place(scope="s").status == 201


def test_the_claim_of_a_killed_process_runs_out_and_is_fenced(committed_rows):
    """F1: SIGKILL between claim and effect; the late one's effect rolls back."""
    killed = once(scope="partner:CCB", key="K1", fingerprint=PRINT)
    late = killed.__enter__()
    with pytest.raises(InFlight):
        place()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_idempotencyrecord SET claimed_until = now() - interval '1 s'")

    taken_over = place()

    assert taken_over.status == 201
    with pytest.raises(ClaimLost), transaction.atomic():
        fall(Crate.objects.create(crate_no="C9", status="PACKED"), late.finish(status=500, body={}))
    assert list(Crate.objects.values_list("crate_no", flat=True)) == ["C1"]
    assert place() == taken_over


def test_a_late_run_cannot_answer_for_the_one_that_took_over(committed_rows):
    first = once(scope="s", key="K1", fingerprint=PRINT)
    late = first.__enter__()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_idempotencyrecord SET claimed_until = now() - interval '1 s'")

    with once(scope="s", key="K1", fingerprint=PRINT) as call:
        with pytest.raises(ClaimLost):
            late.finish(status=500, body={})
        answer = call.finish(status=201, body={})

    with once(scope="s", key="K1", fingerprint=PRINT) as call:
        assert call.stored == answer


def test_a_claim_that_ran_out_still_refuses_another_request(committed_rows):
    killed = once(scope="partner:CCB", key="K1", fingerprint=PRINT)
    killed.__enter__()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_idempotencyrecord SET claimed_until = now() - interval '1 s'")

    with pytest.raises(KeyReused):
        place(fingerprint=fingerprint_of("other"))


def test_unmasked_data_is_not_stored_as_an_answer(rows):
    with pytest.raises(SecretInClear), once(scope="s", key="K1", fingerprint=PRINT) as call:
        call.finish(status=200, body={"card": CARD})

    assert not IdempotencyRecord.objects.exists()


def test_a_fingerprint_tells_where_its_parts_end():
    assert fingerprint_of("ab", "c") != fingerprint_of("a", "bc")
    assert fingerprint_of("a", b"b") == fingerprint_of("a", "b")


def test_old_keys_are_forgotten_after_thirty_days(rows, settings):
    settings.CLOCK_MAY_BE_SET = True
    place("old", crate_no="C1")
    place("new", crate_no="C2")
    IdempotencyRecord.objects.filter(key="old").update(claimed_at="2026-10-24T02:29:59Z")
    IdempotencyRecord.objects.filter(key="new").update(claimed_at="2026-10-24T02:30:01Z")

    with clock.frozen(clock.datetime.fromisoformat("2026-11-23T02:30:00+00:00")):
        tasks.purge_idempotency()

    assert list(IdempotencyRecord.objects.values_list("key", flat=True)) == ["new"]
    assert idempotency.purge_records(before=clock.datetime.fromisoformat("2026-10-01T00:00:00+00:00")) == 0
