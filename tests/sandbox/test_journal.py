"""The journal: what was answered survives kill -9, schedules go on, damage is told."""

import resource
import stat
import subprocess
import sys
import threading

import pytest

from tests.sandbox.processes import ROOT, Sandbox, eventually
from tests.sandbox.wechat_client import WechatClient


def test_nothing_that_was_answered_is_lost_by_kill_9(own_sandbox, receiver):
    """The process dies in the midst of four busy clients (F1 at the acquirer)."""
    wechat = WechatClient(own_sandbox.get("credentials")["wechat"])
    wechat.native("before-the-storm", 100)
    answered = []
    stop = threading.Event()

    def work(name):
        client = WechatClient(wechat.own)
        for index in range(1000):
            if stop.is_set():
                return
            number = f"{name}-{index:06d}"
            try:
                if client.native(number, 100 + index).status_code != 200:
                    return
                if own_sandbox.http.post(
                    f"{own_sandbox.url}/_sandbox/pay", json={"out_trade_no": number}, timeout=5
                ).ok:
                    answered.append((number, 100 + index))
            except OSError:
                return

    threads = [threading.Thread(target=work, args=(f"storm{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(answered) > 60, 20)
    own_sandbox.kill()
    stop.set()
    for thread in threads:
        thread.join()
    own_sandbox.restart()

    kept = {row["out_trade_no"]: row["amount_fen"] for row in own_sandbox.get("journal")["payments"]}
    assert dict(answered).items() <= kept.items()
    assert len(kept) - len(answered) <= 4
    again = own_sandbox.get("credentials")["wechat"]
    assert again["merchant_private_key"] == wechat.own["merchant_private_key"]
    assert wechat.query("before-the-storm").json()["trade_state"] == "NOTPAY"


def test_notices_and_refunds_under_way_go_on_after_kill_9(own_sandbox, receiver):
    wechat = WechatClient(own_sandbox.get("credentials")["wechat"])
    receiver.answers.append((500, b""))
    own_sandbox.post("clock", factor=10)
    wechat.native("notice-001", 100, receiver.url)
    own_sandbox.pay(out_trade_no="notice-001")
    receiver.wait_for(1)
    own_sandbox.post("settings", refund_delay_s=5)
    wechat.refund("notice-001", "refund-001", 50, 100)
    eventually(lambda: own_sandbox.get("notices", out_trade_no="notice-001")[0]["attempts"] == 1)

    own_sandbox.kill()
    own_sandbox.restart()

    receiver.wait_for(2)
    assert eventually(lambda: own_sandbox.get("notices", out_trade_no="notice-001")[0]["attempts"] == 2)
    assert eventually(lambda: wechat.refund_query("refund-001").json()["status"] == "SUCCESS")
    assert own_sandbox.get("clock")["factor"] == 10


def test_a_torn_last_line_is_cut_off_with_a_message(own_sandbox):
    own_sandbox.post("sub-merchants", acquirer="wechat", name="留下的")
    own_sandbox.stop()
    journal = own_sandbox.state / "journal.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(whole + b'{"n":99,"at":"2025')

    own_sandbox.restart()

    names = [row["name"] for row in own_sandbox.get("sub-merchants")]
    assert "留下的" in names
    assert journal.read_bytes() == whole
    own_sandbox.stop()
    assert "cut off a torn last line" in own_sandbox.process.stderr.read()


def test_damage_in_the_middle_refuses_to_start_naming_the_line(own_sandbox):
    own_sandbox.stop()
    journal = own_sandbox.state / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[2] = b"#" + lines[2]
    journal.write_bytes(b"".join(lines))

    with pytest.raises(RuntimeError, match="line 3 is damaged"):
        own_sandbox.start()


def test_a_second_process_on_the_same_state_is_refused(own_sandbox):
    with pytest.raises(RuntimeError, match="another sandbox already uses"):
        Sandbox(own_sandbox.state)


def test_a_port_in_use_is_a_clear_message(own_sandbox, tmp_path):
    port = own_sandbox.url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "payments.sandbox", "--port", port, "--state", str(tmp_path / "other")]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)

    assert done.returncode == 1
    assert "cannot start" in done.stderr


def test_a_full_disk_refuses_and_what_was_answered_stays(own_sandbox):
    """The journal fails closed (F15): no answer without its line on disk."""
    wechat = WechatClient(own_sandbox.get("credentials")["wechat"])
    size = (own_sandbox.state / "journal.jsonl").stat().st_size
    resource.prlimit(own_sandbox.process.pid, resource.RLIMIT_FSIZE, (size + 5000, size + 5000))
    answered = []
    for index in range(20):
        status = wechat.native(f"full-{index:04d}", 100).status_code
        if status != 200:
            break
        answered.append(f"full-{index:04d}")

    assert status == 500
    assert wechat.query("full-0000").status_code == 500
    own_sandbox.kill()
    own_sandbox.restart()
    assert 0 < len(answered) < 20
    assert all(wechat.query(number).status_code == 200 for number in answered)


def test_keys_and_journal_are_for_the_owner_alone(own_sandbox):
    for name in ("credentials.json", "journal.jsonl"):
        assert stat.S_IMODE((own_sandbox.state / name).stat().st_mode) == 0o600


def test_the_sandbox_imports_nothing_of_the_project():
    code = (
        "import sys, payments.sandbox.__main__\n"
        "rooms = ('django', 'celery', 'silk_road_ebao', 'accounts', 'banking', 'loyalty', 'supplychain')\n"
        "print([m for m in sys.modules if m.split('.')[0] in rooms or "
        "(m.startswith('payments.') and not m.startswith('payments.sandbox'))])"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)

    assert done.stdout.strip() == "[]"
