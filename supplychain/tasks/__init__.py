"""Tasks of supplychain."""

from supplychain.tasks.agreements import compare_books_task, compare_today_task
from supplychain.tasks.assessments import assess_merchants_task
from supplychain.tasks.price_index import (
    release_finals_task,
    release_first_values_task,
    release_flashes_task,
    release_months_task,
)

__all__ = [
    "assess_merchants_task",
    "compare_books_task",
    "compare_today_task",
    "release_finals_task",
    "release_first_values_task",
    "release_flashes_task",
    "release_months_task",
]
