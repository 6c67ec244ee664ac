"""A client in another language: openssl and curl at all three sandboxes, from the acquirers' public protocols alone."""

import io
import json
import shutil
import subprocess
import zipfile
import zlib
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

SCRIPT = Path(__file__).with_name("client.sh")
missing = [tool for tool in ("bash", "openssl", "curl", "paste", "sed") if shutil.which(tool) is None]
pytestmark = pytest.mark.skipif(bool(missing), reason=f"no {', '.join(missing)} on this machine")
DAY = "2026-04-14"


class Shell:
    """Run the script as one acquirer's client; what the acquirer gave it lies in files."""

    def __init__(self, acquirer, credentials, folder):
        self.acquirer, self.folder = acquirer, folder / acquirer
        self.folder.mkdir()
        own = dict(credentials[acquirer])
        first = own.get("sub_merchants", own.get("sub_mchids", [""]))[0]
        own |= first if isinstance(first, dict) else {"sub_mchid": first or own.get("sub_mchid")}
        for name, value in own.items():
            if isinstance(value, str):
                (self.folder / name).write_text(value)

    def run(self, verb, *words):
        command = ["bash", str(SCRIPT), str(self.folder), self.acquirer, verb, *map(str, words)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    def __call__(self, verb, *words):
        done = self.run(verb, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture
def shell(sandbox, tmp_path):
    """Open the client's desk; the sandbox's day is long past, so that nothing else stands in its bills."""
    sandbox.post("clock", now=f"{DAY}T12:00:00+08:00", factor=1000)
    sandbox.post("settings", refund_delay_s=0)
    yield lambda acquirer: Shell(acquirer, sandbox.get("credentials"), tmp_path)
    sandbox.post("clock", now="real")


def answer(text):
    """Split what WeChat Pay answered: the HTTP status and the object."""
    status, _space, body = text.partition(" ")
    return int(status), json.loads(body) if body else None


def test_wechat_pay_from_order_to_bill_with_openssl_and_curl(shell, sandbox, receiver, no):
    wechat, paid, unpaid = shell("wechat"), no(), no()

    status, made = answer(wechat("create", paid, 10_000, receiver.url))
    assert (status, made["code_url"][:6]) == (200, "weixin")
    answer(wechat("create", unpaid, 500, receiver.url))
    assert answer(wechat("query", paid))[1]["trade_state"] == "NOTPAY"
    assert answer(wechat("close", unpaid)) == (204, None)
    assert answer(wechat("query", unpaid))[1]["trade_state"] == "CLOSED"
    sandbox.pay(acquirer="wechat", out_trade_no=paid)
    _at, _path, headers, body = receiver.wait_for(1)[0]
    (wechat.folder / "notice.headers").write_text("".join(f"{name}: {value}\r\n" for name, value in headers.items()))
    (wechat.folder / "notice.body").write_bytes(body)
    assert wechat("notice", wechat.folder / "notice.headers", wechat.folder / "notice.body") == "signed\n"
    (wechat.folder / "notice.body").write_bytes(body.replace(b"TRANSACTION", b"TRANSACTIOM"))
    assert wechat.run("notice", wechat.folder / "notice.headers", wechat.folder / "notice.body").returncode == 3
    assert answer(wechat("query", paid))[1]["amount"]["total"] == 10_000
    assert answer(wechat("refund", paid, f"R{paid}", 4_999, 10_000))[1]["amount"]["refund"] == 4_999
    assert answer(wechat("refund_query", f"R{paid}"))[1]["status"] in ("PROCESSING", "SUCCESS")
    sandbox.post("clock", now="2026-04-15T10:30:00+08:00")
    bill = wechat("bill", DAY)
    assert [row for row in bill.splitlines() if paid in row and "SUCCESS" in row]
    assert f"`R{paid}" in bill


@pytest.mark.parametrize(
    ("verb", "words", "status", "code"),
    [
        ("query", ["T404404404"], 404, "ORDER_NOT_EXIST"),
        ("create", ["!", 100, "http://127.0.0.1:9/"], 400, "PARAM_ERROR"),
        ("create", ["T1234567", 0, "http://127.0.0.1:9/"], 400, "PARAM_ERROR"),
        ("refund", ["T404404404", "R404404404", 1, 1], 404, "RESOURCE_NOT_EXISTS"),
        ("refund_query", ["R404404404"], 404, "RESOURCE_NOT_EXISTS"),
    ],
)
def test_wechat_pays_refusals_are_signed_and_carry_its_codes(shell, verb, words, status, code):
    """The script prints nothing it has not verified, so a printed refusal was signed."""
    got, body = answer(shell("wechat")(verb, *words))

    assert (got, body["code"]) == (status, code)
    assert body["message"]


def test_an_unsigned_or_forged_answer_is_refused_by_the_script(shell, sandbox):
    wechat = shell("wechat")
    for kind in ("unsigned_response", "bad_response_signature"):
        sandbox.fault(kind, acquirer="wechat", count=1)
        assert wechat.run("query", "T404404404").returncode == 3
    alipay = shell("alipay")
    sandbox.fault("bad_response_signature", acquirer="alipay", count=1)
    assert alipay.run("query", "T404404404").returncode == 3
    unionpay = shell("unionpay")
    sandbox.fault("bad_response_signature", acquirer="unionpay", count=1)
    assert unionpay.run("query", "T404404404", "20260414120000").returncode == 3


def test_alipay_from_order_to_bill_with_openssl_and_curl(shell, sandbox, receiver, no):
    receiver.reset(usual=(200, b"success"))
    alipay, number = shell("alipay"), no()

    made = json.loads(alipay("create", number, "100.00", receiver.url))
    assert (made["code"], made["qr_code"][:5]) == ("10000", "https")
    assert json.loads(alipay("query", number))["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert json.loads(alipay("close", number))["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    sandbox.pay(acquirer="alipay", out_trade_no=number, sub_mchid=(alipay.folder / "sub_mchid").read_text())
    fields = dict(parse_qsl(receiver.wait_for(1)[0][3].decode(), keep_blank_values=True))
    signature = fields.pop("sign")
    del fields["sign_type"]
    (alipay.folder / "notice").write_text("".join(f"{name}={value}\n" for name, value in fields.items() if value))
    assert alipay("notice", alipay.folder / "notice", signature) == "signed\n"
    (alipay.folder / "notice").write_text("".join(f"{name}={value}1\n" for name, value in fields.items() if value))
    assert alipay.run("notice", alipay.folder / "notice", signature).returncode == 3
    assert json.loads(alipay("query", number))["trade_status"] == "TRADE_SUCCESS"
    assert json.loads(alipay("refund", number, f"R{number}", "49.99"))["fund_change"] == "Y"
    assert json.loads(alipay("refund", number, f"R{number}", "49.99"))["fund_change"] == "N"
    assert json.loads(alipay("refund_query", number, f"R{number}"))["refund_status"] == "REFUND_SUCCESS"
    sandbox.post("clock", now="2026-04-15T10:30:00+08:00")
    assert len(alipay("bill", DAY, alipay.folder / "bill.zip").strip()) == 64
    archive = zipfile.ZipFile(alipay.folder / "bill.zip", metadata_encoding="gbk")
    assert any(number in archive.read(name).decode("gbk") for name in archive.namelist())


def test_unionpay_from_order_to_statement_with_openssl_and_curl(shell, sandbox, receiver, no):
    receiver.reset(usual=(200, b"ok"))
    unionpay, number, stamp = shell("unionpay"), no(), "20260414120000"

    def ask(verb, *words):
        return dict(line.split("=", 1) for line in unionpay(verb, *words).splitlines())

    made = ask("create", number, 10_000, receiver.url, stamp)
    assert (made["respCode"], made["qrCode"][:5]) == ("00", "https")
    assert ask("query", number, stamp)["origRespCode"] == "05"
    sandbox.pay(acquirer="unionpay", out_trade_no=number, sub_mchid=(unionpay.folder / "sub_mchid").read_text())
    fields = dict(parse_qsl(receiver.wait_for(1)[0][3].decode(), keep_blank_values=True))
    for folder, change in (("notice", {}), ("altered", {"txnAmt": "1"})):
        (unionpay.folder / folder).mkdir()
        for name, value in {**fields, **change}.items():
            (unionpay.folder / folder / name).write_text(value)
    assert unionpay("notice", unionpay.folder / "notice") == "signed\n"
    assert unionpay.run("notice", unionpay.folder / "altered").returncode == 3
    found = ask("query", number, stamp)
    assert (found["origRespCode"], found["txnAmt"]) == ("00", "10000")
    assert ask("refund", f"R{number}", found["queryId"], 4_999, "20260414120100")["respCode"] in ("00", "03", "05")
    sandbox.post("clock", now="2026-04-15T10:30:00+08:00")
    assert ask("bill", "0414", unionpay.folder / "bill")["respCode"] == "00"
    archive = zipfile.ZipFile(io.BytesIO(zlib.decompress((unionpay.folder / "bill").read_bytes())))
    assert any(number in archive.read(name).decode("gbk") for name in archive.namelist())
