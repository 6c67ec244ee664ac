"""An acquirer that takes merchants on at its counter only answers every such wish with a plain no."""

from payments.gateways.protocol import FAILED, NOT_FOUND, Answer
from payments.rules.applyment import ApplymentForm


class WithoutOnboarding:
    """Refuse to take merchants on by wire."""

    def submit_applyment(self, form: ApplymentForm) -> Answer:
        """Refuse."""
        return Answer(FAILED, code="NO_ONBOARDING", text="这家收单机构没有线上进件，要在柜面办理")

    def query_applyment(self, form: ApplymentForm) -> Answer:
        """Know nothing."""
        return Answer(NOT_FOUND, code="NO_ONBOARDING")
