"""Numbers people type in: read, or refused at their field in words that say what to do."""

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext_lazy as _

from accounts.models import BankBin
from accounts.rules import cards, identity
from accounts.selectors.settlement_accounts import bin_of
from silk_road_ebao.kernel.refusals import Refusal


class NumberRefused(Refusal):
    """A number that cannot be one."""

    message = _("号码不对，请再核对一遍")


_SENTENCES = {
    ("resident_id", "MISSING"): _("还差身份证号"),
    ("resident_id", "FORMAT"): _("身份证号应是 18 位，请照着证件再填一遍"),
    ("resident_id", "CHECK_DIGIT"): _("身份证号最后一位对不上，请照着证件再核对一遍"),
    ("uscc", "MISSING"): _("还差统一社会信用代码"),
    ("uscc", "FORMAT"): _("统一社会信用代码应是 18 位，在营业执照右上角"),
    ("uscc", "CHECK_DIGIT"): _("统一社会信用代码最后一位对不上，请照着营业执照再核对一遍"),
    ("uscc", "REGION"): _("统一社会信用代码里的地区不存在，请照着营业执照再核对一遍"),
    ("phone", "MISSING"): _("还差手机号"),
    ("phone", "FORMAT"): _("手机号应是 11 位，以 1 开头"),
    ("account_no", "MISSING"): _("还差银行账号"),
    ("account_no", "FORMAT"): _("银行账号只有数字，请照着卡或开户许可再填一遍"),
    ("account_no", "CHECK_DIGIT"): _("卡号里有一位数字对不上，请照着卡再核对一遍"),
}


def read_resident_id(*, text: str, field: str = "resident_id") -> str:
    """Return a normalised resident ID; raises NumberRefused."""
    return _read(identity.normalise_resident_id, text, "resident_id", field)


def read_uscc(*, text: str, field: str = "uscc") -> str:
    """Return a normalised unified social credit code; raises NumberRefused."""
    return _read(identity.normalise_uscc, text, "uscc", field)


def read_phone(*, text: str, field: str = "phone") -> str:
    """Return a mobile number as E.164; raises NumberRefused."""
    return _read(identity.normalise_phone, text, "phone", field)


def read_account_no(*, text: str, is_card: bool, day: date, field: str = "account_no") -> tuple[str, BankBin | None]:
    """Return the digits and the bank's prefix, if it is known.

    A card (every personal account, and any number whose prefix a bank issues) must pass the Luhn check.

    Raises:
        NumberRefused: at the field.
    """
    digits = _read(cards.normalise_account_no, text, "account_no", field)
    bank_bin = bin_of(digits, day)
    if is_card or bank_bin is not None:
        try:
            cards.check_card_no(digits)
        except identity.BadNumber as error:
            raise NumberRefused(_SENTENCES["account_no", error.code], field=field) from None
    return digits, bank_bin


def _read(reader: Callable[[str], str], text: str, noun: str, field: str) -> str:
    try:
        return reader(text)
    except identity.BadNumber as error:
        raise NumberRefused(_SENTENCES[noun, error.code], field=field) from None
