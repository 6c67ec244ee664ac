"""Tasks of supplychain."""

from supplychain.tasks.price_index import (
    release_finals_task,
    release_first_values_task,
    release_flashes_task,
    release_months_task,
)

__all__ = ["release_finals_task", "release_first_values_task", "release_flashes_task", "release_months_task"]
