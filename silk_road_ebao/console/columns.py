"""Columns that console lists share: a state as a coloured label, money in yuan."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.contrib import admin
from django.utils.functional import Promise
from unfold.decorators import display

from silk_road_ebao.face.figures import yuan

Method = TypeVar("Method", bound=Callable[..., Any])


def state_column(
    *, description: str | Promise, tones: Mapping[Any, str], ordering: str | None = None
) -> Callable[[Method], Method]:
    """Show what the method returns as a label; tones of its texts: success, danger, warning, info."""
    decorator: Callable[[Method], Method] = display(description=description, label=dict(tones), ordering=ordering)
    return decorator


def yuan_column(name: str, description: Any) -> Callable[[Any], str]:
    """Show a column of fen as ¥1,234.50, sortable."""

    def shown(row: Any) -> str:
        return yuan(getattr(row, name))

    described = admin.display(description=description, ordering=name)(shown)
    described.__name__ = f"{name}_in_yuan"
    return described
