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


def configure(*, is_plain: bool, level: str) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING: one line per event, for people if plain, else as JSON."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED_PROCESSORS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    line = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": SHARED_PROCESSORS,
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.dev.ConsoleRenderer(colors=False) if is_plain else structlog.processors.JSONRenderer(),
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
    }
