"""Doing a step again after what passes by itself: a service restarting, a line that is down for a moment."""

import time
from collections.abc import Callable
from typing import TypeVar

import requests
from django.db import OperationalError, close_old_connections

from silk_road_ebao.kernel.refusals import Refusal

Result = TypeVar("Result")
TRIES, PAUSE_S = 6, 1.0
PASSING = (OperationalError, requests.RequestException, Refusal)


def patiently(step: Callable[[], Result]) -> Result:
    """Return what the step gives; every step has a key, so that a repetition has no second effect."""
    for nth in range(TRIES):
        try:
            return step()
        except PASSING:
            if nth == TRIES - 1:
                raise
            close_old_connections()
            time.sleep(PAUSE_S * 2**nth)
    raise AssertionError("unreachable")
