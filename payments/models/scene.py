"""Payment scenes: six elements that must fit together."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Environment(models.TextChoices):
    """Where and in what surroundings."""

    MARKET = "MARKET", _("市场")
    SHOP = "SHOP", _("门店")
    ONLINE = "ONLINE", _("线上")
    ROAD = "ROAD", _("路上")


class Motive(models.TextChoices):
    """Why this purchase."""

    DAILY = "DAILY", _("日常")
    STOCK = "STOCK", _("进货")
    GIFT = "GIFT", _("送礼")
    SERVICE = "SERVICE", _("服务")
    REPAY = "REPAY", _("还款")


class Relationship(models.TextChoices):
    """What payer and payee are to each other."""

    STRANGER = "STRANGER", _("散客")
    REGULAR = "REGULAR", _("熟客")
    SUPPLIER = "SUPPLIER", _("供货")
    LINKED = "LINKED", _("账户关联")


class Instrument(models.TextChoices):
    """What is scanned or opened."""

    STALL_CODE = "STALL_CODE", _("摊位码")
    BILL_CODE = "BILL_CODE", _("账单码")
    PAYMENT_CODE = "PAYMENT_CODE", _("付款码")
    BROWSER = "BROWSER", _("浏览器")


class AmountBand(models.TextChoices):
    """How much, in words."""

    SMALL = "SMALL", _("小额")
    MIDDLE = "MIDDLE", _("中额")
    LARGE = "LARGE", _("大额")


class SceneDefinition(models.Model):
    """支付场景: a combination of elements and the flows it prefers; an empty element fits all."""

    code = models.CharField(_("代码"), max_length=32, unique=True)
    name = models.CharField(_("名称"), max_length=64)
    environment = models.CharField(_("环境"), max_length=16, choices=Environment.choices, default="", blank=True)
    motive = models.CharField(_("动机"), max_length=16, choices=Motive.choices, default="", blank=True)
    relationship = models.CharField(_("关系"), max_length=16, choices=Relationship.choices, default="", blank=True)
    instrument = models.CharField(_("工具"), max_length=16, choices=Instrument.choices, default="", blank=True)
    amount_band = models.CharField(_("金额"), max_length=16, choices=AmountBand.choices, default="", blank=True)
    flows = models.JSONField(_("优先方式"), default=list, help_text=_('例：["WECHAT:JSAPI", "ALIPAY:JSAPI"]'))
    valid_from = models.DateField(_("启用日"))
    valid_until = models.DateField(_("停用日"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("支付场景")

    def __str__(self) -> str:
        return self.name


class PaymentContext(models.Model):
    """支付情境: the six elements of one payment, declared or inferred, and the flow that was taken."""

    payment = models.OneToOneField(
        "payments.Payment", models.PROTECT, primary_key=True, related_name="context", verbose_name=_("支付单")
    )
    scene = models.ForeignKey(
        SceneDefinition, models.PROTECT, null=True, blank=True, related_name="contexts", verbose_name=_("场景")
    )
    environment = models.CharField(_("环境"), max_length=16, choices=Environment.choices)
    motive = models.CharField(_("动机"), max_length=16, choices=Motive.choices)
    relationship = models.CharField(_("关系"), max_length=16, choices=Relationship.choices)
    instrument = models.CharField(_("工具"), max_length=16, choices=Instrument.choices)
    amount_band = models.CharField(_("金额"), max_length=16, choices=AmountBand.choices)
    flow = models.CharField(_("方式"), max_length=32, default="", blank=True)
    offered = models.JSONField(_("推荐方式"), default=list, blank=True)
    declared = models.JSONField(_("申报要素"), default=list, blank=True)
    device_token = models.BinaryField(_("设备"), max_length=32, null=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("支付情境")
        constraints = [
            models.CheckConstraint(
                name="payment_context_elements",
                condition=Q(environment__in=Environment.values)
                & Q(motive__in=Motive.values)
                & Q(relationship__in=Relationship.values)
                & Q(instrument__in=Instrument.values)
                & Q(amount_band__in=AmountBand.values),
            )
        ]

    def __str__(self) -> str:
        return str(self.payment_id)
