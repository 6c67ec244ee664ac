"""Logs: structured, and no secret in them. Imported by the settings, so it needs nothing of Django."""

from collections.abc import MutableMapping
from typing import Any

import structlog

from silk_road_ebao.kernel.masking import scrub, scrub_value

# Written by structlog itself or read by the formatter after us; never user input.
_OURS = frozenset({"timestamp", "level", "logger", "_record", "_from_structlog", "exc_info", "stack_info"})


def mask_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide card numbers, resident IDs, phones and keys in every value of a log event (R25)."""
    for name, value in list(event.items()):
        if name == "exception":
            event[name] = scrub(str(value))
        elif name not in _OURS:
            event[name] = scrub_value(value, name)
    return event


SHARED_PROCESSORS: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    structlog.processors.format_exc_info,
    mask_secrets,
]
