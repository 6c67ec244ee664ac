"""The picture of a combination, laid out on the server: party above, banks on one side, links on the other.

All text stands in the middle of its box, so that a mirrored page only changes the sides over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from unicodedata import east_asian_width

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import Merchant
from accounts.selectors.trunks import BankBranchOfTrunk, Trunk

WIDTH, MARGIN, GAP = 360, 4, 12
BOX = 158
TOP_BOX, TOP_HEIGHT = 200, 56
HEAD, LINE = 34, 46
FIRST_ROW = TOP_HEIGHT + 40
EMPTY_HEIGHT = 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One line inside a box: two short texts, and the page it leads to."""

    y: int
    first: str
    second: str
    tone: str
    href: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A bank with what lies there, or somebody linked."""

    x: int
    y: int
    height: int
    title: str
    kind: str
    path: str
    entries: list[Entry] = field(default_factory=list)
    href: str = ""
    label: str = ""

    @property
    def middle(self) -> int:
        """Where the text stands."""
        return self.x + BOX // 2


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything a template needs to draw."""

    height: int
    name: str
    kind: str | Promise
    boxes: list[Box]
    summary: str
    width: int = WIDTH
    box: int = BOX
    head: int = HEAD
    top_x: int = (WIDTH - TOP_BOX) // 2
    top_width: int = TOP_BOX
    top_height: int = TOP_HEIGHT
    middle: int = WIDTH // 2
    is_empty: bool = False


def fit(text: str, most: int) -> str:
    """Cut a text to `most` half-width columns, with an ellipsis."""
    columns = 0
    for place, sign in enumerate(text):
        columns += 2 if east_asian_width(sign) in "WF" else 1
        if columns > most:
            return f"{text[: max(place - 1, 1)]}…"
    return text


def draw(trunk: Trunk, links: Sequence[dict[str, Any]], *, side: str, name: str, is_mirrored: bool = False) -> Picture:
    """Lay the picture out: as tall as its longer column needs."""
    near, far = (MARGIN, WIDTH - MARGIN - BOX)
    bank_x, link_x = (far, near) if is_mirrored else (near, far)
    boxes, bank_end = _banks(trunk.banks, bank_x, side)
    heads, first = _head(trunk, link_x)
    linked, link_end = _linked(links, link_x, side, first)
    linked = [*heads, *linked]
    counts = {
        "accounts": sum(len(branch.settlement_accounts) for branch in trunk.banks),
        "credit": sum(len(branch.credit_lines) for branch in trunk.banks),
        "banks": len(trunk.banks),
        "links": len(links),
    }
    summary = _("%(banks)s 家银行，%(accounts)s 个结算账户，%(credit)s 个信用账户，%(links)s 条关联") % counts
    kind = trunk.party.get_kind_display() if isinstance(trunk.party, Merchant) else _("本人")
    height = max(bank_end, link_end, FIRST_ROW + EMPTY_HEIGHT)
    is_empty = not (boxes or linked)
    return Picture(height, fit(name, 22), kind, [*boxes, *linked], summary, is_empty=is_empty)


def _banks(branches: Sequence[BankBranchOfTrunk], x: int, side: str) -> tuple[list[Box], int]:
    boxes, y = [], FIRST_ROW
    for branch in branches:
        entries: list[Entry] = []
        top = y + HEAD
        for account in branch.settlement_accounts:
            tone = {"VERIFIED": "good", "REFUSED": "bad"}.get(account.verification, "wait")
            kind = str(account.get_account_class_display())
            said = str(account.get_verification_display())
            href = reverse("accounts:account", args=[side, account.account_no])
            first = f"{kind} {account.masked[-4:]}"
            entries.append(Entry(top, first, said, tone, href, f"{branch.bank.name} {kind} {account.masked} {said}"))
            top += LINE
        for line in branch.credit_lines:
            kind = str(line.account.get_kind_display())
            said = _("近 30 天用了 %(days)s 天") % {"days": line.active_days}
            entries.append(Entry(top, kind, said, "credit", reverse("accounts:credit", args=[side]), f"{kind} {said}"))
            top += LINE
        height = top - y + 6
        boxes.append(Box(x, y, height, fit(branch.bank.short_name, 18), "bank", _elbow(x, y), entries))
        y += height + GAP
    return boxes, y


def _head(trunk: Trunk, x: int) -> tuple[list[Box], int]:
    """Draw the person behind a shop first: the trunk that everything hangs on."""
    person = trunk.party.legal_person if isinstance(trunk.party, Merchant) else None
    if person is None:
        return [], FIRST_ROW
    entry = Entry(FIRST_ROW + HEAD, _("法定代表人"), person.phone_masked, "link")
    height = HEAD + LINE + 6
    title = fit(person.full_name, 18)
    box = Box(x, FIRST_ROW, height, title, "person", _elbow(x, FIRST_ROW), [entry], label=person.full_name)
    return [box], FIRST_ROW + height + GAP


def _linked(links: Sequence[dict[str, Any]], x: int, side: str, first: int) -> tuple[list[Box], int]:
    boxes, y = [], first
    for row in links:
        account = row["theirs"]
        entries = [Entry(y + HEAD, fit(row["relation"], 20), _("双方同意"), "link")]
        if account is not None:
            kind = str(account.get_account_class_display())
            text = f"{kind} {account.masked[-4:]}"
            entries.append(Entry(y + HEAD + LINE, text, fit(account.bank.short_name, 18), "good"))
        height = HEAD + LINE * len(entries) + 6
        href = reverse("accounts:link", args=[side, row["link"].link_no])
        kind = "shop" if row["is_shop"] else "person"
        label = f"{row['name']} {row['relation']}"
        boxes.append(Box(x, y, height, fit(row["name"], 18), kind, _elbow(x, y), entries, href, label))
        y += height + GAP
    return boxes, y


def _elbow(x: int, y: int) -> str:
    """Draw from the trunk in the middle to the head of a box."""
    edge = x + BOX if x < WIDTH // 2 else x
    return f"M{WIDTH // 2} {TOP_HEIGHT} V{y + HEAD // 2} H{edge}"
