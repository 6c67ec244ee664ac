"""A merchant outside the provinces its acquirer serves takes no more payments there (R8)."""

from datetime import datetime

from accounts.models import Institution
from accounts.selectors.institutions import provinces_served
from payments.models import SubMerchant
from payments.services.sub_merchants import hold_sub_merchant
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.states import StaleTransition

REASON = "商户与收单机构不在同一省，暂停收款（银发〔2017〕296号：不得跨省收单）"


def hold_moved_sub_merchants(*, at: datetime) -> int:
    """Hold every live number whose merchant's province its acquirer does not serve now; returns how many."""
    held = 0
    for acquirer in Institution.objects.filter(kind="ACQUIRER").order_by("code"):
        served = provinces_served(acquirer, at)
        if not served:
            continue
        moved = SubMerchant.objects.filter(acquirer=acquirer, status="ACTIVE").exclude(merchant__province__in=served)
        for row in moved.order_by("pk"):
            try:
                hold_sub_merchant(sub_merchant=row, reason=REASON, actor=SYSTEM, at=at)
            except StaleTransition:
                continue  # somebody held or closed it meanwhile
            held += 1
    return held
