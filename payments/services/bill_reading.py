"""From a kept file to rows: which form is read how."""

import io
from collections.abc import Callable, Iterable, Iterator

from payments.models import Bill
from payments.rules.bill import BillUnreadableError, Row, Tally
from payments.rules.bill_wechat import read_wechat
from payments.services.bill_files import open_bill_file

Reader = Callable[[Iterable[str], str, Tally], Iterator[Row]]
READERS: dict[str, Reader] = {"WECHAT_TRADE": read_wechat}


def rows_of(*, bill: Bill, tally: Tally) -> Iterator[Row]:
    """Stream the rows of a kept bill, filling the tally; raises BillUnreadableError for the whole file (F18)."""
    day = bill.day.isoformat()
    with open_bill_file(file_name=bill.file_name) as raw:
        lines = io.TextIOWrapper(raw, encoding="utf-8", errors="strict", newline="\n")
        try:
            yield from READERS[bill.form](lines, day, tally)
        except UnicodeDecodeError as error:
            raise BillUnreadableError("the text is not UTF-8") from error
    if tally.rows and not tally.own_day_rows:
        raise BillUnreadableError("not one row is of the day: the bill of another day")
