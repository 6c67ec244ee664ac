"""A merchant's way in: our form, our two signatures, and each acquirer's own machine."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.institution import Institution
from accounts.models.market import Market
from accounts.models.merchant import Merchant
from accounts.models.person import Person
from accounts.rules import states
from silk_road_ebao.kernel.crypto import SealedField
from silk_road_ebao.kernel.machine import Machine


class Onboarding(Machine):
    """进件: one resumable form per merchant; what is filled in stays until it is handed in.

    `agent` is who applies for the legal representative, on the strength of a letter of authorisation.
    """

    STATES = states.ONBOARDING

    onboarding_no = models.CharField(_("进件号"), max_length=32, unique=True)
    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="onboardings", verbose_name=_("商户"))
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="onboardings", verbose_name=_("申请人")
    )
    agent = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("经办人"))
    market = models.ForeignKey(Market, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("市场"))
    stall_label = models.CharField(_("摊号"), max_length=24, default="", blank=True)
    signboard = models.CharField(_("招牌"), max_length=64, default="", blank=True)
    contact_phone_sealed = SealedField(null=True, blank=True)
    started_at = models.DateTimeField(_("开始时间"))
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    rejection_reason = models.CharField(_("退回原因"), max_length=200, default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("进件")
        constraints = [
            models.UniqueConstraint(
                name="onboarding_one_open",
                fields=["merchant"],
                condition=models.Q(status__in=["DRAFT", "SUBMITTED", "REJECTED"]),
            )
        ]

    def __str__(self) -> str:
        return self.onboarding_no


class AcquirerApplication(Machine):
    """收单机构进件: the acquirer's machine as it last answered; its state is never guessed."""

    STATES = states.ACQUIRER_APPLICATION

    onboarding = models.ForeignKey(
        Onboarding, models.PROTECT, related_name="acquirer_applications", verbose_name=_("进件")
    )
    acquirer = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("收单机构"))
    sub_mchid = models.CharField(_("特约商户号"), max_length=32, default="", blank=True)
    reason = models.CharField(_("说明"), max_length=300, default="", blank=True)
    sign_url = models.CharField(_("签约链接"), max_length=500, default="", blank=True)
    answered_at = models.DateTimeField(_("答复时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("收单机构进件")
        constraints = [models.UniqueConstraint(name="acquirer_application_once", fields=["onboarding", "acquirer"])]

    def __str__(self) -> str:
        return f"{self.onboarding} {self.acquirer}"
