"""Operating assessments: computed for all at once, written once, recomputable, never an approval nor a limit."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Disclosure, Institution, Merchant
from accounts.services.disclosures import disclose
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.canonical import digest
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.models import Assessment, AssessmentModel, NeedStatement
from supplychain.rules.assessment import Scorecard, closed_gates, read_scorecard, real_need, score
from supplychain.selectors.assessment_features import YEAR, MerchantFeatures, features_of
from supplychain.selectors.assessments import model_on

BATCH = 1_000


class NothingToAssess(Refusal):
    """The merchant has sold nothing in the window."""

    message = _("这段时间没有成交，还不能评估")


class NotIssued(Refusal):
    """A gate is closed: the assessment is with a person and goes nowhere."""

    message = _("这份评估还没有出具，正由人工查看")


@transaction.atomic
def assess_merchants(
    *, until: date, actor: Actor, at: datetime, merchant_ids: Sequence[int] | None = None
) -> list[Assessment]:
    """Assess all merchants who sold in the 364 days to `until`, or some of them; one new row each."""
    return write_assessments(found=features_of(until=until, merchant_ids=merchant_ids), until=until, actor=actor, at=at)


@transaction.atomic
def write_assessments(
    *, found: Sequence[MerchantFeatures], until: date, actor: Actor, at: datetime
) -> list[Assessment]:
    """Score merchants whose features are known, by the method in force on `until`; one new row each."""
    model = model_on(until)
    card = read_scorecard(model.version, model.parameters)
    needs = _needs([row.merchant_id for row in found], until)
    rows = [_assess(model, card, row, needs.get(row.merchant_id), until, actor, at) for row in found]
    made = Assessment.objects.bulk_create(rows, batch_size=BATCH)
    record(
        actor=actor,
        action="supplychain.assessment.compute",
        subject=until.isoformat(),
        at=at,
        detail={"merchants": len(made), "model": model.version},
    )
    return made


def assess_merchant(
    *, merchant: Merchant, until: date, actor: Actor, at: datetime, supersedes: Assessment | None = None
) -> Assessment:
    """Assess one merchant among his peers.

    Raises:
        NothingToAssess
    """
    with transaction.atomic():
        model = model_on(until)
        card = read_scorecard(model.version, model.parameters)
        found = features_of(until=until, merchant_ids=[merchant.pk])
        if not found:
            raise NothingToAssess
        need = _needs([merchant.pk], until).get(merchant.pk)
        row = _assess(model, card, found[0], need, until, actor, at)
        row.supersedes = supersedes
        row.save(force_insert=True)
        record(
            actor=actor,
            action="supplychain.assessment.compute",
            subject=row.assessment_no,
            at=at,
            detail={"merchant": merchant.merchant_no, "model": model.version, "outcome": row.outcome},
        )
        return row


def _assess(
    model: AssessmentModel,
    card: Scorecard,
    found: MerchantFeatures,
    stated: NeedStatement | None,
    until: date,
    actor: Actor,
    at: datetime,
) -> Assessment:
    gates = closed_gates(
        card,
        is_authorised=found.is_authorised,
        days=found.days,
        active_days=found.active_days,
        agreement=found.values["agreement"],
        circular=found.values["circular"],
        is_verified=found.is_verified,
    )
    scores = score(card, found.values, found.peers)
    need, ratio = _need(card, found, stated)
    features = {
        feature.code: {
            "value": _text(found.values[feature.code]),
            "peer": _text(found.peers[feature.code]),
            "points": scores.points[feature.code],
            "of": feature.most,
        }
        for feature in card.features
    }
    reasons = [
        {"feature": reason.feature, "lost": reason.lost, "value": _text(reason.value), "peer": _text(reason.peer)}
        for reason in scores.reasons
    ]
    begin = until - YEAR
    inputs = {"model": model.version, "from": begin, "until": until, "features": features, "gates": gates, "need": need}
    issued = not gates
    return Assessment(
        assessment_no=new_no("ASM"),
        merchant_id=found.merchant_id,
        model=model,
        outcome="ISSUED" if issued else "REFERRED",
        window_from=begin,
        window_until=until,
        authenticity=scores.results["T"] if issued else None,
        operation=scores.results["O"] if issued else None,
        circulation=scores.results["F"] if issued else None,
        need_ratio=ratio,
        features=features,
        gates=gates,
        reasons=reasons,
        need=need,
        input_hash=digest(inputs).hex(),
        computed_at=at,
        computed_by=actor.label or actor.ref,
    )


def _needs(merchant_ids: Sequence[int], until: date) -> dict[int, NeedStatement]:
    rows = NeedStatement.objects.filter(merchant_id__in=merchant_ids, stated_at__date__lte=until)
    return {row.merchant_id: row for row in rows.order_by("stated_at", "id")}


def _need(
    card: Scorecard, found: MerchantFeatures, stated: NeedStatement | None
) -> tuple[dict[str, Any], Decimal | None]:
    if stated is None:
        return {}, None
    need = real_need(
        card,
        sales_fen=found.sales_fen,
        receipts_fen=found.receipts_ok_fen,
        requested_fen=stated.requested_fen,
        own_funds_fen=stated.own_funds_fen,
        loans_fen=stated.loans_fen,
        other_sources_fen=stated.other_sources_fen,
        margin=stated.margin_bps / 10_000,
        growth=stated.growth_bps / 10_000,
        stock_days=found.stock_days or 0.0,
        receivable_days=stated.receivable_days,
        payable_days=stated.payable_days,
        prepaid_days=stated.prepaid_days,
        advance_days=stated.advance_days,
    )
    told = {
        "requested_fen": stated.requested_fen,
        "working_capital_fen": need.working_capital_fen,
        "lacking_fen": need.lacking_fen,
        "verdict": need.verdict,
        "receipts_share": _text(need.receipts_share),
        "is_in_usual_share": need.is_in_usual_share,
    }
    ratio = None if need.ratio is None else Decimal(f"{min(need.ratio, 9999.0):.4f}")
    return told, ratio


def _text(value: float | None) -> str | None:
    return None if value is None else f"{value:.6f}"


def recompute(*, assessment: Assessment) -> dict[str, int]:
    """Compute an assessment's points again from what its row stores: T, O, F as they must be (R17)."""
    card = read_scorecard(assessment.model.version, assessment.model.parameters)
    values = {
        code: None if told["value"] is None else float(told["value"]) for code, told in assessment.features.items()
    }
    return dict(score(card, values, {}).results)


def input_hash_of(*, assessment: Assessment) -> str:
    """Compute the hash over everything an assessment was made from, as its row stores it."""
    inputs = {
        "model": assessment.model.version,
        "from": assessment.window_from,
        "until": assessment.window_until,
        "features": assessment.features,
        "gates": assessment.gates,
        "need": assessment.need,
    }
    return digest(inputs).hex()


@transaction.atomic
def disclose_assessment(
    *, assessment: Assessment, recipient: Institution, purpose: str, actor: Actor, at: datetime
) -> Disclosure:
    """Let one institution read one assessment: by consent, through the permitted channel, logged (R14–R16).

    A natural person's (个体户 and 小微 as well) goes to a bank only through a credit agency, or by his own hand.

    Raises:
        NotIssued, ConsentMissing, ChannelNotPermitted
    """
    if assessment.outcome != "ISSUED":
        raise NotIssued
    return disclose(
        subject=assessment.merchant,
        recipient=recipient,
        purpose=purpose,
        kinds=["ASSESSMENT"],
        what=assessment.assessment_no,
        actor=actor,
        at=at,
        data_from=assessment.window_from,
        data_until=assessment.window_until,
    )
