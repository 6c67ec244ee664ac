"""A merchant's application at an acquirer."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.rules import states
from silk_road_ebao.kernel.crypto import SealedField
from silk_road_ebao.kernel.machine import Machine


class Trouble(models.TextChoices):
    """Why an application is not sent, or its number not opened: something a person has to mend."""

    NONE = "", _("没有")
    ACCOUNT_MISSING = "ACCOUNT_MISSING", _("等商户登记收款账户，银行核实后自动送出")
    NAME_DIFFERS = "NAME_DIFFERS", _("收款账户户名和登记名称不一致，改成同名账户才能开通")
    PAPER_MISSING = "PAPER_MISSING", _("证照照片不全，补齐后再送")
    PAPER_UNFIT = "PAPER_UNFIT", _("证照要 2 MB 以内的 JPG 或 PNG 照片，请重新拍照")
    RATE_MISSING = "RATE_MISSING", _("还没有登记这家机构的费率")
    MERCHANT_STOPPED = "MERCHANT_STOPPED", _("商户已停用，暂不送出")
    PROVINCE_DIFFERS = "PROVINCE_DIFFERS", _("机构在商户所在省没有分支，不能跨省收单")
    BY_HAND = "BY_HAND", _("这家机构没有线上进件，工作人员在柜面替你办")
    ACCOUNT_DIFFERS = "ACCOUNT_DIFFERS", _("机构登记的结算账户不是商户的收款账户，已停下核对")
    TOKEN_MISSING = "TOKEN_MISSING", _("机构还没有给应用授权")
    OPENING_REFUSED = "OPENING_REFUSED", _("机构已办好，但号码没能开通，工作人员正在核对")


class Applyment(Machine):
    """收单进件: our number (the acquirer's business_code) never changes; a correction goes out under the same one."""

    STATES = states.APPLYMENT

    applyment_no = models.CharField(_("进件单号"), max_length=32, unique=True)
    merchant = models.ForeignKey("accounts.Merchant", models.PROTECT, related_name="applyments", verbose_name=_("商户"))
    acquirer = models.ForeignKey(
        "accounts.Institution", models.PROTECT, related_name="applyments", verbose_name=_("收单机构")
    )
    acquirer_code = models.CharField(_("机构代码"), max_length=24)
    onboarding_no = models.CharField(_("入驻单号"), max_length=32)
    acquirer_no = models.CharField(_("机构单号"), max_length=64, default="", blank=True)
    sub_mchid = models.CharField(_("特约商户号"), max_length=32, default="", blank=True)
    sign_url = models.CharField(_("签约链接"), max_length=500, default="", blank=True)
    auth_token = SealedField(null=True, blank=True)
    rate_bps = models.PositiveIntegerField(_("费率（万分之）"), null=True, blank=True)
    sent_name = models.CharField(_("送出的登记名称"), max_length=120, default="", blank=True)
    sent_account_no = models.CharField(_("送出的结算账户"), max_length=32, default="", blank=True)
    trouble = models.CharField(_("卡在哪里"), max_length=24, default="", blank=True)
    reasons = models.JSONField(_("退回原因"), default=list, blank=True)
    failure_text = models.CharField(_("最近一次没问到"), max_length=255, default="", blank=True)
    requested_at = models.DateTimeField(_("发起时间"))
    sent_at = models.DateTimeField(_("送出时间"), null=True, blank=True)
    times_sent = models.PositiveSmallIntegerField(_("送出次数"), default=0)
    next_look_at = models.DateTimeField(_("下次处理"), null=True, blank=True)
    looks = models.PositiveSmallIntegerField(_("处理次数"), default=0)
    finished_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("收单进件")
        constraints = [
            models.UniqueConstraint(
                name="applyment_one_live", fields=["merchant", "acquirer"], condition=~Q(status="CANCELED")
            ),
            models.CheckConstraint(
                name="applyment_finished_has_number", condition=~Q(status="FINISHED") | ~Q(sub_mchid="")
            ),
            models.CheckConstraint(name="applyment_trouble_known", condition=Q(trouble__in=Trouble.values)),
        ]
        indexes = [
            models.Index(
                name="applyment_due", fields=["acquirer_code", "next_look_at"], condition=Q(next_look_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.applyment_no
