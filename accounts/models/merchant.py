"""Merchants: stalls, shops, wineries that are paid through the platform."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.person import Person
from accounts.rules import states
from silk_road_ebao.kernel.crypto import SealedField
from silk_road_ebao.kernel.machine import Machine


class MerchantKind(models.TextChoices):
    """How the merchant is registered."""

    INDIVIDUAL = "INDIVIDUAL", _("个体工商户")
    COMPANY = "COMPANY", _("企业")
    MICRO = "MICRO", _("小微商户")


class Merchant(Machine):
    """特约商户: known by its unified social credit code; a 小微 by its owner's ID alone."""

    STATES = states.MERCHANT

    merchant_no = models.CharField(_("商户号"), max_length=32, unique=True)
    kind = models.CharField(_("类型"), max_length=16, choices=MerchantKind.choices)
    name = models.CharField(_("简称"), max_length=64, default="", blank=True)
    legal_name = models.CharField(_("登记名称"), max_length=120, default="", blank=True)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, null=True, blank=True)  # noqa: DJ001
    legal_person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merchants_as_legal_person",
        verbose_name=_("法定代表人"),
    )
    province = models.CharField(_("省"), max_length=2, default="", blank=True)
    address = models.CharField(_("经营地址"), max_length=200, default="", blank=True)
    contact_phone_masked = models.CharField(_("联系手机"), max_length=24, default="", blank=True)
    created_at = models.DateTimeField(_("建立时间"))
    onboarded_at = models.DateTimeField(_("入驻时间"), null=True, blank=True)
    last_active_at = models.DateTimeField(_("最近交易"), null=True, blank=True)
    left_at = models.DateTimeField(_("退出时间"), null=True, blank=True)
    suspended_for = models.CharField(_("停用原因"), max_length=24, default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("商户")
        constraints = [
            models.UniqueConstraint(name="merchant_uscc_once", fields=["uscc"], condition=~models.Q(status="LEFT")),
            models.CheckConstraint(name="merchant_kind_known", condition=models.Q(kind__in=MerchantKind.values)),
            models.CheckConstraint(
                name="merchant_known_before_submitted",
                condition=models.Q(status__in=["DRAFT", "LEFT"])
                | (
                    models.Q(legal_person__isnull=False)
                    & ~models.Q(legal_name="")
                    & ~models.Q(province="")
                    & (models.Q(kind="MICRO") | models.Q(uscc__isnull=False))
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.merchant_no


class DocumentKind(models.TextChoices):
    """What a handed-in file shows."""

    BUSINESS_LICENCE = "BUSINESS_LICENCE", _("营业执照照片")
    LEGAL_PERSON_ID = "LEGAL_PERSON_ID", _("法定代表人身份证照片")
    LEGAL_PERSON_ID_BACK = "LEGAL_PERSON_ID_BACK", _("身份证国徽面照片")
    PREMISES_PHOTO = "PREMISES_PHOTO", _("经营场所照片")
    AUTHORISATION_LETTER = "AUTHORISATION_LETTER", _("法定代表人授权书")


class MerchantDocument(models.Model):
    """商户证照: a file as handed in. Its SHA-256 is fixed, its bytes are sealed (R23, R25)."""

    merchant = models.ForeignKey(Merchant, models.PROTECT, related_name="documents", verbose_name=_("商户"))
    kind = models.CharField(_("种类"), max_length=24, choices=DocumentKind.choices)
    sha256 = models.CharField(_("文件指纹"), max_length=64)
    media_type = models.CharField(_("格式"), max_length=32)
    size_bytes = models.PositiveIntegerField(_("大小"))
    content_sealed = SealedField(null=True, blank=True)
    uploaded_at = models.DateTimeField(_("上传时间"))
    replaced_at = models.DateTimeField(_("被替换时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("商户证照")
        constraints = [
            models.UniqueConstraint(
                name="merchant_document_once",
                fields=["merchant", "kind"],
                condition=models.Q(replaced_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.sha256[:12]}"
