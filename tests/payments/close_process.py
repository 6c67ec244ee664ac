"""One close of a day in a process of its own, for tests that kill it."""

import os
import sys
from datetime import date, datetime

DAY = date(2026, 11, 17)


def main() -> int:
    """Close the day whose bills lie there; exit 0 when it is PUBLISHED, 3 when held."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "silk_road_ebao.settings")
    import django

    django.setup()
    from django.conf import settings

    from payments.services.business_days import close_business_day
    from silk_road_ebao.kernel.actors import SYSTEM
    from silk_road_ebao.kernel.clock import BUSINESS_ZONE

    settings.ACQUIRERS = {}
    at = datetime(2026, 11, 18, 10, 30, tzinfo=BUSINESS_ZONE)
    day = close_business_day(day=DAY, actor=SYSTEM, at=at)
    sys.stdout.write(f"{day.status} {day.hold_reason}\n")
    return 0 if day.status == "PUBLISHED" else 3


if __name__ == "__main__":
    sys.exit(main())
