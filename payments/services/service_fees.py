"""Service fees of a day: charged by contract and tariff version, exact to the fen, each row recomputable."""

from datetime import date, datetime

from django.db import connection, transaction

from payments.services import service_fee_sql as sql
from payments.services.crash_points import crash_point
from payments.services.service_fee_tiers import charge_tiers
from silk_road_ebao.kernel.clock import day_bounds


@transaction.atomic
def charge_service_fees(*, day: date, at: datetime) -> int:
    """Charge every signed contract for a day's payments; gives how many fee rows were written.

    Fees stand per contract, price line and acquirer; what refunds of the day give back is taken off, and what the
    acquirer split off to us in the day is noted, every split once, also for a merchant without trade that day. Rows
    that stand are left as they are.
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
        by_payment = has_scenes or cursor.fetchone()[0]
        cursor.execute("DROP TABLE IF EXISTS pg_temp.fee_rate, pg_temp.fee_charged, pg_temp.fee_returned")
        cursor.execute("SET LOCAL work_mem = '128MB'")
        if by_payment:
            scene = sql.WITH_SCENE if has_scenes else sql.WITHOUT_SCENE
            cursor.execute(sql.CHARGED_BY_PAYMENT.replace("{scene}", scene), values)
            cursor.execute(sql.RETURNED_BY_PAYMENT.replace("{scene}", scene), values)
        else:
            cursor.execute(sql.RATES, values)
            cursor.execute("ANALYZE fee_rate")
            cursor.execute(sql.CHARGED_BY_SUB_MERCHANT, values)
            cursor.execute(sql.RETURNED_BY_SUB_MERCHANT, values)
        cursor.execute("ANALYZE fee_charged, fee_returned")
        cursor.execute(sql.FORGET_LONE, values)
        cursor.execute(sql.CHARGE, values)
        written = int(cursor.rowcount)
    crash_point(name="fees.charged")
    return written + charge_tiers(day=day, at=at)
