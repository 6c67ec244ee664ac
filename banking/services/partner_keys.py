"""Partners' keys at the console: registered by two people, with an overlap (F21)."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import PartnerKey
from accounts.selectors.institutions import institution_by_code
from accounts.services.partner_keys import rotate_key
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves
from silk_road_ebao.kernel.clock import wire_now

ROTATE = "banking.partner_key.rotate"


def _snapshot_keys(subject: str) -> dict[str, Any]:
    keys = institution_by_code(subject).keys.filter(revoked_at__isnull=True).order_by("id")
    return {key.keyid: key.fingerprint for key in keys}


@approves(ROTATE, snapshot=_snapshot_keys)
def carry_out_rotation(
    *, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime
) -> PartnerKey:
    """Register the approved key; those in use end after the overlap in days that was approved.

    Keys live in real time, as signatures do, whatever the demo's clock says.

    Raises:
        KeyUnreadable, KeyKnown
    """
    return rotate_key(
        institution=institution_by_code(subject),
        keyid=diff["keyid"],
        public_key_pem=diff["public_key_pem"],
        overlap=timedelta(days=diff["overlap_days"]),
        actor=actor,
        at=wire_now(),
    )
