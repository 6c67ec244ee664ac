"""The ground of inputs: unknown names, wrong types and numbers of people are refused."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from banking.rules.account_activity import MAX_FEN
from silk_road_ebao.kernel.masking import find_secret


class StrictInput(serializers.Serializer):
    """An input that refuses every name it does not know (no `status`, no `institution` smuggled in)."""

    def to_internal_value(self, data: Any) -> Any:
        """Read the input."""
        if isinstance(data, Mapping):
            strangers = sorted(set(data) - set(self.fields))
            if strangers:
                unknown = serializers.ErrorDetail("This name is not known here.", code="unknown_field")
                raise serializers.ValidationError({name: [unknown] for name in strangers})
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """A text that is a JSON string and holds no card number, resident ID or phone (R12, R25)."""

    default_error_messages = {"secret": "This looks like a {kind}; send a reference instead."}

    def to_internal_value(self, data: Any) -> str:
        """Read the text."""
        if not isinstance(data, str):
            self.fail("invalid")
        text: str = super().to_internal_value(data)
        kind = find_secret(text) or _long_number(text)
        if kind:
            self.fail("secret", kind=kind)
        return text


class Token(serializers.RegexField):
    """One of our public numbers, for instance SAC7Q2…: unguessable, without meaning."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"\A[A-Z]{3}[0-9A-HJKMNP-TV-Z]{20}\Z", **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Read the number."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Code(serializers.ChoiceField):
    """One of a fixed set of codes, as a JSON string."""

    def to_internal_value(self, data: Any) -> str:
        """Read the code."""
        if not isinstance(data, str):
            self.fail("invalid_choice", input=type(data).__name__)
        return str(super().to_internal_value(data))


class Fen(serializers.IntegerField):
    """A whole number of fen; no text, no truth value, no fraction."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 0)
        kwargs.setdefault("max_value", MAX_FEN)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        """Read the amount."""
        if type(data) is not int:
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Day(serializers.DateField):
    """A calendar day of Shanghai, YYYY-MM-DD as a JSON string."""

    def to_internal_value(self, value: Any) -> Any:
        """Read the day."""
        if not isinstance(value, str) or len(value) != 10:
            self.fail("invalid", format="YYYY-MM-DD")
        day = super().to_internal_value(value)
        if not 2000 <= day.year < 2100:
            self.fail("invalid", format="YYYY-MM-DD, 2000 to 2099")
        return day


class Moment(serializers.DateTimeField):
    """A moment with its offset (RFC 3339) as a JSON string."""

    def to_internal_value(self, value: Any) -> Any:
        """Read the moment; one without an offset is nobody's time."""
        if not isinstance(value, str) or not (value.endswith(("Z", "z")) or value[-6:-5] in ("+", "-")):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ss+08:00")
        moment = super().to_internal_value(value)
        if not 2000 <= moment.year < 2100:
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ss+08:00, 2000 to 2099")
        return moment


def _long_number(text: str) -> str:
    """Name a text that is nothing but an account number's worth of digits."""
    digits = text.replace(" ", "").replace("-", "")
    return "ACCOUNT_NUMBER" if digits.isdigit() and len(digits) >= 12 else ""
