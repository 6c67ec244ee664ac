"""Consents: nothing about anybody leaves without one."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.institution import Institution
from accounts.models.merchant import Merchant
from accounts.models.person import Person
from accounts.rules import states
from silk_road_ebao.kernel.machine import Machine


class ConsentPurpose(models.TextChoices):
    """What the data is for; one consent, one purpose."""

    ACCOUNT_OPENING = "ACCOUNT_OPENING", _("开立账户")
    ACCOUNT_VERIFICATION = "ACCOUNT_VERIFICATION", _("核实账户")
    CREDIT_APPLICATION = "CREDIT_APPLICATION", _("申请贷款")
    CREDIT_REPORT = "CREDIT_REPORT", _("出具经营评估")
    PRODUCT_MATCHING = "PRODUCT_MATCHING", _("匹配银行产品")
    POINTS = "POINTS", _("积分权益")


class DataKind(models.TextChoices):
    """What is handed over."""

    IDENTITY = "IDENTITY", _("身份信息")
    SETTLEMENT_ACCOUNT = "SETTLEMENT_ACCOUNT", _("结算账户")
    CREDIT_ACCOUNT = "CREDIT_ACCOUNT", _("信用账户")
    TRADE_SUMMARY = "TRADE_SUMMARY", _("交易汇总")
    TRADE_DETAIL = "TRADE_DETAIL", _("交易明细")
    ASSESSMENT = "ASSESSMENT", _("经营评估")
    LINKS = "LINKS", _("账户关联")
    CONTACT = "CONTACT", _("联系方式")


class ConsentText(models.Model):
    """授权书文本: the words consented to; a changed text is a new version with its own hash (R14, R23)."""

    purpose = models.CharField(_("用途"), max_length=32, choices=ConsentPurpose.choices)
    version = models.CharField(_("版本"), max_length=16)
    body = models.TextField(_("正文"))
    sha256 = models.CharField(_("指纹"), max_length=64)
    published_at = models.DateTimeField(_("发布时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("授权书文本")
        constraints = [models.UniqueConstraint(name="consent_text_once", fields=["purpose", "version"])]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} {self.version}"


class Consent(Machine):
    """授权: one subject allows one recipient certain kinds of data for one purpose, until a day."""

    STATES = states.CONSENT

    consent_no = models.CharField(_("编号"), max_length=32, unique=True)
    subject_person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="consents", verbose_name=_("授权人（人）")
    )
    subject_merchant = models.ForeignKey(
        Merchant, models.PROTECT, null=True, blank=True, related_name="consents", verbose_name=_("授权人（店）")
    )
    recipient = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("接收方"))
    purpose = models.CharField(_("用途"), max_length=32, choices=ConsentPurpose.choices)
    kinds = ArrayField(models.CharField(max_length=32, choices=DataKind.choices), verbose_name=_("数据种类"))
    data_from = models.DateField(_("数据起"), null=True, blank=True)
    data_until = models.DateField(_("数据止"), null=True, blank=True)
    text = models.ForeignKey(ConsentText, models.PROTECT, related_name="+", verbose_name=_("授权书"))
    text_sha256 = models.CharField(_("文本指纹"), max_length=64)
    signature_hash = models.CharField(_("签名指纹"), max_length=64, default="", blank=True)
    requested_at = models.DateTimeField(_("请求时间"))
    given_at = models.DateTimeField(_("授权时间"), null=True, blank=True)
    expires_at = models.DateTimeField(_("到期时间"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    supersedes = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name=_("替代的授权")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("授权")
        constraints = [
            models.CheckConstraint(
                name="consent_one_subject",
                condition=models.Q(subject_person__isnull=False, subject_merchant__isnull=True)
                | models.Q(subject_person__isnull=True, subject_merchant__isnull=False),
            ),
            models.CheckConstraint(
                name="consent_active_is_signed",
                condition=~models.Q(status="ACTIVE")
                | (models.Q(given_at__isnull=False) & ~models.Q(signature_hash="")),
            ),
            models.CheckConstraint(name="consent_names_kinds", condition=models.Q(kinds__len__gt=0)),
            models.UniqueConstraint(
                name="consent_one_active_person",
                fields=["subject_person", "recipient", "purpose"],
                condition=models.Q(status="ACTIVE"),
            ),
            models.UniqueConstraint(
                name="consent_one_active_merchant",
                fields=["subject_merchant", "recipient", "purpose"],
                condition=models.Q(status="ACTIVE"),
            ),
        ]

    def __str__(self) -> str:
        return self.consent_no
