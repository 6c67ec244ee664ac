"""What partners are told, numbered in the order of commits."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.models import Institution
from banking.models import PartnerEvent
from silk_road_ebao.kernel.canonical import plain, refuse_secrets
from silk_road_ebao.kernel.ids import new_no


@transaction.atomic
def tell_partner(*, institution: Institution, type: str, data: dict[str, Any], source: str, at: datetime) -> None:
    """Tell one institution one thing; the same source again tells nothing.

    The next number is taken under a row lock held until the commit: numbers appear in the order of commits, without
    gaps. Whoever tells several institutions in one transaction takes them in the order of their codes.

    Args:
        data: public numbers, codes and times; never names, amounts or account numbers.
        source: what it comes from, unique per institution.

    Raises:
        SecretInClear: `data` holds something that must not leave unmasked.
    """
    body = plain(data)
    refuse_secrets(body, f"partner event {type}")
    number = _next_number(institution)
    if PartnerEvent.objects.filter(institution=institution, source=source).exists():
        return
    PartnerEvent.objects.create(
        event_no=new_no("EVT"),
        institution=institution,
        event_seq=number,
        type=type,
        data=body,
        occurred_at=at,
        source=source,
    )
    _take_number(institution, number)


def _next_number(institution: Institution) -> int:
    """Lock the institution's counter until the commit and return the number after the last one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO banking_partnereventcounter AS c (institution_id, last_seq) VALUES (%s, 0)"
            " ON CONFLICT (institution_id) DO UPDATE SET last_seq = c.last_seq RETURNING last_seq",
            [institution.pk],
        )
        return int(cursor.fetchone()[0]) + 1


def _take_number(institution: Institution, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE banking_partnereventcounter SET last_seq = %s WHERE institution_id = %s", [number, institution.pk]
        )
