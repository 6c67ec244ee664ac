"""Numbers by which people, enterprises and phones are known: normalised and checked, or refused with a code."""

import phonenumbers
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

PROVINCE_CODES = frozenset(
    {
        "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37",
        "41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64",
        "65", "71", "81", "82",
    }
)  # fmt: skip
"""GB/T 2260, first two digits."""


class BadNumber(ValueError):
    """A number that cannot be one; ``code`` says why: MISSING, FORMAT, CHECK_DIGIT, REGION."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def normalise_resident_id(text: str) -> str:
    """Return the 18 characters of a resident ID (GB 11643), X in upper case.

    Raises:
        BadNumber: MISSING, FORMAT, CHECK_DIGIT.
    """
    compact = ric.compact(text)
    if not compact:
        raise BadNumber("MISSING")
    if not compact.isascii():
        raise BadNumber("FORMAT")
    try:
        return str(ric.validate(compact))
    except InvalidChecksum as error:
        raise BadNumber("CHECK_DIGIT") from error
    except ValidationError as error:
        raise BadNumber("FORMAT") from error


def normalise_uscc(text: str) -> str:
    """Return the 18 characters of a unified social credit code (GB 32100).

    Raises:
        BadNumber: MISSING, FORMAT, CHECK_DIGIT, REGION.
    """
    compact = uscc.compact(text)
    if not compact:
        raise BadNumber("MISSING")
    if not compact.isascii():
        raise BadNumber("FORMAT")
    try:
        valid = str(uscc.validate(compact))
    except InvalidChecksum as error:
        raise BadNumber("CHECK_DIGIT") from error
    except ValidationError as error:
        raise BadNumber("FORMAT") from error
    if province_of_uscc(valid) not in PROVINCE_CODES | {"10"}:
        raise BadNumber("REGION")
    return valid


def province_of_uscc(code: str) -> str:
    """Return the two digits of the province that registered the enterprise; 10 is the national register."""
    return code[2:4]


def normalise_phone(text: str) -> str:
    """Return a Chinese mobile number as E.164, for instance +8613800138000.

    Raises:
        BadNumber: MISSING, FORMAT.
    """
    if not text.strip():
        raise BadNumber("MISSING")
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException as error:
        raise BadNumber("FORMAT") from error
    mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    if number.country_code != 86 or not mobile or not phonenumbers.is_valid_number(number):
        raise BadNumber("FORMAT")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
