"""JSON that says one thing only: no duplicate names, no floats, no NaN, no broken text."""

import json
from typing import Any, NoReturn

MAX_DEPTH = 12
MAX_INTEGER = 2**53 - 1
"""Beyond this, JSON readers of other languages round."""


class NotStrict(ValueError):
    """A text that is no JSON, or that two readers could understand differently; says why in English."""


def read_strict(raw: bytes) -> Any:
    """Read a JSON text in UTF-8.

    Raises:
        NotStrict: malformed, duplicate names, fractions, numbers beyond 2^53, NaN, too deep, or broken characters.
    """
    try:
        text = raw.decode("utf-8", errors="strict")
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_float=_refuse_fraction,
            parse_int=_integer,
            parse_constant=_refuse_constant,
        )
    except UnicodeDecodeError as error:
        raise NotStrict("the body is not UTF-8") from error
    except RecursionError as error:
        raise NotStrict("the body is nested too deeply") from error
    except json.JSONDecodeError as error:
        raise NotStrict(f"the body is not JSON: {error.msg} at character {error.pos}") from error
    _refuse_odd(value, MAX_DEPTH)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotStrict(f"the name {twice[:40]!r} stands twice in one object")
    return found


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise NotStrict("a number is beyond 2^53")
    return int(text)


def _refuse_fraction(text: str) -> NoReturn:
    raise NotStrict(f"numbers are whole here, amounts in fen: {text[:24]}")


def _refuse_constant(text: str) -> NoReturn:
    raise NotStrict(f"{text} is not JSON")


def _refuse_odd(value: Any, depth: int) -> None:
    if depth < 0:
        raise NotStrict("the body is nested too deeply")
    if isinstance(value, dict):
        for name, item in value.items():
            _refuse_odd(name, depth)
            _refuse_odd(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            _refuse_odd(item, depth - 1)
    elif isinstance(value, str) and ("\x00" in value or any("\ud800" <= char <= "\udfff" for char in value)):
        raise NotStrict("a text holds a character that cannot be stored")
