"""Named places where a test may have this process killed (F1, F2)."""

import os
import signal

from django.conf import settings


def crash_point(*, name: str) -> None:
    """Kill this process here when EBAO_CRASH_AT names the place; never where the clock is fixed (production)."""
    if settings.CLOCK_MAY_BE_SET and os.environ.get("EBAO_CRASH_AT") == name:
        os.kill(os.getpid(), signal.SIGKILL)
