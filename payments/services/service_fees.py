"""Service fees of a day: charged by contract and tariff version, exact to the fen, each row recomputable."""

from datetime import date, datetime

from django.db import connection, transaction

from payments.services.crash_points import crash_point
from payments.services.service_fee_sql import BY_PAYMENT, BY_SUB_MERCHANT, CHARGE, WITH_SCENE, WITHOUT_SCENE
from payments.services.service_fee_tiers import charge_tiers
from silk_road_ebao.kernel.clock import day_bounds


@transaction.atomic
def charge_service_fees(*, day: date, at: datetime) -> int:
    """Charge every signed contract for a day's payments; gives how many fee rows were written.

    Fees stand per contract, price line and acquirer; what refunds of the day give back is taken off, and what the
    acquirer split off to us already is noted. Rows that stand are left as they are.
    """
    start, end = day_bounds(day)
    values = {"day": day, "start": start, "end": end, "at": at}
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM payments_tariffline WHERE scene <> '')")
        has_scenes = cursor.fetchone()[0]
        cursor.execute(
            "SELECT EXISTS (SELECT FROM payments_tariffline WHERE channel <> '' AND channel NOT IN"
            " (SELECT acquirer_code FROM payments_submerchant))"
        )
        charged = BY_PAYMENT if has_scenes or cursor.fetchone()[0] else BY_SUB_MERCHANT
        query = CHARGE.replace("{charged}", charged)
        cursor.execute(query.replace("{scene}", WITH_SCENE if has_scenes else WITHOUT_SCENE), values)
        written = int(cursor.rowcount)
    crash_point(name="fees.charged")
    return written + charge_tiers(day=day, at=at)
