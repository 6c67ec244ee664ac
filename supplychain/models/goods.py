"""What a stall offers."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from supplychain.models.commodity import Commodity


class Goods(models.Model):
    """商品: a commodity a stall offers, its price as last set, and how often it is picked at the counter."""

    goods_no = models.CharField(_("商品号"), max_length=32, unique=True)
    stall = models.ForeignKey("accounts.Stall", models.PROTECT, related_name="goods", verbose_name=_("摊位"))
    commodity = models.ForeignKey(Commodity, models.PROTECT, related_name="goods", verbose_name=_("商品"))
    price_fen_kg = models.BigIntegerField(_("单价（分/公斤）"))
    is_on_sale = models.BooleanField(_("在售"), default=True)
    is_in_store = models.BooleanField(_("云店可见"), default=True)
    picks = models.PositiveIntegerField(_("开单次数"), default=0)
    priced_at = models.DateTimeField(_("定价时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("商品")
        constraints = [
            models.UniqueConstraint(name="goods_once", fields=["stall", "commodity"]),
            models.CheckConstraint(name="goods_price", condition=Q(price_fen_kg__gt=0, price_fen_kg__lte=10**8)),
        ]

    def __str__(self) -> str:
        return f"{self.stall_id} {self.commodity_id}"
