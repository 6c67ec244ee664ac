"""Every payment carries its six elements; the flow offered is chosen from them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from payments.models import Payment, PaymentContext, SceneDefinition
from payments.models.scene import Environment, Instrument, Motive, Relationship
from payments.rules.scene import ELEMENTS, Candidate, Definition, Offer, best_fit, infer, rank
from payments.selectors.scenes import success_by_flow
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.crypto import blind_index
from silk_road_ebao.kernel.recall import recall
from silk_road_ebao.kernel.refusals import Refusal

FEEDBACK = timedelta(days=7)
KNOWN = {
    "environment": set(Environment.values),
    "motive": set(Motive.values),
    "relationship": set(Relationship.values),
    "instrument": set(Instrument.values),
}


class UnknownElement(Refusal):
    """A declared element is not one of the glossary's."""

    message = _("支付情境里有不认识的内容")


def describe_payment(*, payment: Payment, declared: dict[str, str]) -> PaymentContext:
    """Write the six elements of a payment, declared before inferred, with the scene they fit.

    `device` among the declared ones is kept as a keyed hash only.
    Raises:
        UnknownElement.
    """
    elements = infer(
        channel=payment.channel,
        amount_fen=payment.amount_fen,
        has_stall=payment.stall_id is not None,
        is_wholesale=declared.get("motive") == "STOCK",
    )
    said = {name: value for name, value in declared.items() if name in KNOWN}
    if any(value not in KNOWN[name] for name, value in said.items()):
        raise UnknownElement
    elements.update(said)
    scene = best_fit(elements, [definition for _pk, definition in scenes_on(day=business_date(payment.created_at))])
    device = declared.get("device", "")
    return PaymentContext.objects.create(
        payment=payment,
        scene_id=_pk_of(scene, business_date(payment.created_at)),
        **{name: elements[name] for name in ELEMENTS},
        offered=list(scene.flows) if scene else [],
        declared=sorted(said),
        device_token=blind_index(device, "payments.device") if device else None,
    )


def scenes_on(*, day: date) -> list[tuple[int, Definition]]:
    """Return the scenes in force on a day, read once a minute."""

    def read() -> list[tuple[int, Definition]]:
        return [
            (row.pk, _definition(row))
            for row in SceneDefinition.objects.filter(valid_from__lte=day).order_by("pk")
            if row.valid_until is None or row.valid_until > day
        ]

    return recall(f"payments.scenes.{day.isoformat()}", read, for_s=60)


def _definition(row: SceneDefinition) -> Definition:
    return Definition(row.code, {name: getattr(row, name) for name in ELEMENTS}, tuple(row.flows))


def _pk_of(scene: Definition | None, day: date) -> int | None:
    if scene is None:
        return None
    return next((pk for pk, definition in scenes_on(day=day) if definition.code == scene.code), None)


def offer_flows(
    *, payment: Payment, flows: list[tuple[str, bool]], at: datetime, more: Sequence[Candidate] = ()
) -> list[Offer]:
    """Order flows ("WECHAT:JSAPI", whether its line is open) for a payment by its scene, with reasons.

    Feasible first, then what the scene prefers, what succeeded lately, as the merchant ranks them.
    """
    context = PaymentContext.objects.filter(payment=payment).first()
    preferred = tuple(context.offered) if context else ()
    lately = success_by_flow(context.instrument, at - FEEDBACK) if context else {}
    candidates = [
        Candidate(flow, is_open=is_open, success_bps=lately.get(flow), rate_bps=place)
        for place, (flow, is_open) in enumerate(flows)
    ]
    return rank(payment.amount_fen, [*candidates, *more], preferred)


def note_flow(*, payment: Payment, flow: str) -> None:
    """Keep on the payment's elements which flow was taken."""
    PaymentContext.objects.filter(payment=payment).update(flow=flow)
