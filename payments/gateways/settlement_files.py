"""An acquirer's settlement file: what it says it pays to each sub-merchant's bank account for a day."""

import csv
import io
from dataclasses import dataclass
from datetime import date

import requests
from django.conf import settings

TIMEOUT_S = (5, 30)
NEEDED = ("date", "sub_mchid", "payout_fen", "payout_date")


class SettlementFileError(ValueError):
    """Say why a settlement file cannot be read; the whole file is refused."""


@dataclass(frozen=True, slots=True)
class Payout:
    """One sub-merchant's payout in fen and the date of it."""

    sub_mchid: str
    amount_fen: int
    paid_date: date


def fetch_settlement_file(acquirer_code: str, day: date) -> bytes | None:
    """Fetch the file of a day; None where the acquirer's credentials name no address for it.

    Raises requests.RequestException.
    """
    address = str((settings.ACQUIRERS.get(acquirer_code.lower()) or {}).get("settlement_url", ""))
    if not address:
        return None
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(address, params={"date": day.isoformat()}, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer.content


def read_settlement_file(content: bytes, day: date) -> list[Payout]:
    """Read the CSV strictly; raises SettlementFileError naming row and field."""
    try:
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        missing = [name for name in NEEDED if name not in (rows.fieldnames or [])]
        if missing:
            raise SettlementFileError(f"columns are missing: {', '.join(missing)}")
        found = [_payout(row, place, day) for place, row in enumerate(rows, 2)]
    except UnicodeDecodeError as error:
        raise SettlementFileError("the text is not UTF-8") from error
    if len({payout.sub_mchid for payout in found}) != len(found):
        raise SettlementFileError("a sub-merchant stands in the file twice")
    return found


def _payout(row: dict[str, str], place: int, day: date) -> Payout:
    try:
        if row["date"] != day.isoformat():
            raise SettlementFileError(f"line {place}: date {row['date']}")
        return Payout(row["sub_mchid"], int(row["payout_fen"]), date.fromisoformat(row["payout_date"]))
    except (TypeError, ValueError) as error:
        raise SettlementFileError(f"line {place}: {error}") from error
