"""From a kept file to rows: which form is read how."""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO

from payments.models import Bill
from payments.rules.bill import BillUnreadableError, Row, Tally
from payments.rules.bill_alipay import check_alipay_summary, read_alipay
from payments.rules.bill_alipay_fund import read_alipay_fund
from payments.rules.bill_template import read_template
from payments.rules.bill_unionpay import check_unionpay_sums, read_unionpay
from payments.rules.bill_wechat import read_wechat
from payments.rules.bill_wechat_sharing import read_wechat_fund, read_wechat_sharing
from payments.selectors.bill_templates import learnt_template
from payments.services.bill_files import reading_bill_file
from payments.services.bill_tables import cells_of

MOST_UNPACKED = 1 << 30
MOST_MEMBERS = 8
Reader = Callable[[IO[bytes], Bill, Tally], Iterator[Row]]


def rows_of(*, bill: Bill, tally: Tally) -> Iterator[Row]:
    """Stream the rows of a kept bill, filling the tally; raises for the whole file (F18).

    BillUnreadableError says what is wrong with it, BillFileChanged that it is not the file that was fetched.
    """
    with reading_bill_file(file_name=bill.file_name, sha256=bill.sha256) as raw:
        try:
            yield from _reader_of(bill.form)(raw, bill, tally)
        except UnicodeDecodeError as error:
            raise BillUnreadableError(f"the text is not {error.encoding}") from error
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise BillUnreadableError(f"the archive is broken: {error}") from error
        if tally.rows and not tally.own_day_rows:
            raise BillUnreadableError("not one row is of the day: the bill of another day")


def _reader_of(form: str) -> Reader:
    if form.startswith("TABLE:"):
        return _table
    return READERS[form]


def _wechat(raw: IO[bytes], bill: Bill, tally: Tally) -> Iterator[Row]:
    yield from read_wechat(_text(raw, "utf-8"), bill.day.isoformat(), tally)


def _wechat_sharing(raw: IO[bytes], bill: Bill, tally: Tally) -> Iterator[Row]:
    yield from read_wechat_sharing(_text(raw, "utf-8"), bill.day.isoformat(), tally)


def _wechat_fund(raw: IO[bytes], bill: Bill, tally: Tally) -> Iterator[Row]:
    yield from read_wechat_fund(_text(raw, "utf-8"), bill.day.isoformat(), tally)


def _alipay(raw: IO[bytes], bill: Bill, tally: Tally) -> Iterator[Row]:
    with _archive(raw) as archive:
        names = {_gbk_name(info): info for info in archive.infolist()}
        detail = _member(names, "业务明细.csv")
        summary = _member(names, "业务明细(汇总).csv")
        with archive.open(detail) as member:
            yield from read_alipay(_text(member, "gbk"), bill.day.isoformat(), tally, seller=bill.scope)
        with archive.open(summary) as member:
            check_alipay_summary(_text(member, "gbk"), tally)


def _alipay_fund(raw: IO[bytes], bill: Bill, tally: Tally) -> Iterator[Row]:
    with _archive(raw) as archive:
        names = {_gbk_name(info): info for info in archive.infolist()}
        with archive.open(_member(names, "账务明细.csv")) as member:
            yield from read_alipay_fund(_text(member, "gbk"), bill.day.isoformat(), tally)


def _unionpay(raw: IO[bytes], bill: Bill, tally: Tally) -> Iterator[Row]:
    with _archive(raw) as archive:
        names = {info.filename: info for info in archive.infolist()}
        details = [info for name, info in names.items() if "ZM_" in name]
        sums = [info for name, info in names.items() if "ZS_" in name]
        if len(details) != 1 or len(sums) != 1:
            raise BillUnreadableError("the archive needs one ZM and one ZS file")
        with archive.open(details[0]) as member:
            yield from read_unionpay(_text(member, "gbk"), bill.day.isoformat(), tally)
        check_unionpay_sums(archive.read(sums[0]).decode("ascii", "replace"), tally)


def _table(raw: IO[bytes], bill: Bill, tally: Tally) -> Iterator[Row]:
    template = learnt_template(bill.form.removeprefix("TABLE:"))
    if template is None:
        raise BillUnreadableError(f"no template {bill.form}")
    yield from read_template(
        cells_of(data=raw.read(MOST_UNPACKED), template=template), bill.day.isoformat(), tally, template
    )


def _text(raw: IO[bytes], encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(raw, encoding=encoding, errors="strict", newline="\n")


def _archive(raw: IO[bytes]) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(raw.read(MOST_UNPACKED)))
    infos = archive.infolist()
    if len(infos) > MOST_MEMBERS or sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise BillUnreadableError("the archive is too large")
    return archive


def _gbk_name(info: zipfile.ZipInfo) -> str:
    """Read a name that was written as GBK without saying so."""
    return info.filename if info.flag_bits & 0x800 else info.filename.encode("cp437").decode("gbk", "replace")


def _member(names: dict[str, zipfile.ZipInfo], ending: str) -> zipfile.ZipInfo:
    found = [info for name, info in names.items() if name.endswith(ending)]
    if len(found) != 1:
        raise BillUnreadableError(f"the archive needs one file {ending}")
    return found[0]


READERS: dict[str, Reader] = {
    "WECHAT_TRADE": _wechat,
    "WECHAT_SHARING": _wechat_sharing,
    "WECHAT_FUND": _wechat_fund,
    "ALIPAY_TRADE": _alipay,
    "ALIPAY_FUND": _alipay_fund,
    "UNIONPAY_TRADE": _unionpay,
}
