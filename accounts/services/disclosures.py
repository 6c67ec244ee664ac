"""The one way data about somebody leaves: consent checked, channel checked, log written, all at once."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Disclosure, Institution
from accounts.selectors.consents import check_consent
from accounts.selectors.parties import Party, is_natural, party_columns, party_key
from accounts.services.refused_attempts import audited
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.refusals import Refusal


class ChannelNotPermitted(Refusal):
    """An assessment of a natural person goes through a licensed credit agency or the person himself (R15)."""

    message = _("个人的经营评估只能由本人自己交给银行，或经持牌征信机构提供")


@audited(action="accounts.disclosure")
@transaction.atomic
def disclose(
    *,
    subject: Party,
    recipient: Institution,
    purpose: str,
    kinds: Iterable[str],
    what: str,
    actor: Actor,
    at: datetime,
    data_from: date | None = None,
    data_until: date | None = None,
) -> Disclosure:
    """Allow one read and log it in the same transaction (R14, R16); call it before the data is assembled.

    The consent's row is locked, so a withdrawal comes either wholly before (the read is refused) or wholly after.

    Args:
        what: the object read, by public number; never its content.

    Raises:
        ConsentMissing: the API answers 403.
        ChannelNotPermitted: R15, 征信业务管理办法.
    """
    wanted = sorted(set(kinds))
    if "ASSESSMENT" in wanted and recipient.kind == "BANK" and is_natural(subject):
        raise ChannelNotPermitted
    consent = check_consent(
        subject=subject,
        recipient=recipient,
        purpose=purpose,
        kinds=wanted,
        at=at,
        data_from=data_from,
        data_until=data_until,
        lock=True,
    )
    return Disclosure.objects.create(
        disclosure_no=new_no("DSL"),
        consent=consent,
        **party_columns(subject, "subject"),
        recipient=recipient,
        purpose=purpose,
        kinds=wanted,
        what=what or party_key(subject),
        actor_label=actor.label or actor.ref,
        disclosed_at=at,
    )
