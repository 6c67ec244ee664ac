"""The close of a day."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.rules.business_day import BUSINESS_DAY, STEPS
from silk_road_ebao.kernel.machine import Machine

STEP_NAMES = {
    "OPEN": _("未日切"),
    "CUT": _("日切"),
    "BILLS_FETCHED": _("取账单"),
    "BILLS_VERIFIED": _("验账单"),
    "ROWS_LOADED": _("入明细"),
    "RECONCILED": _("对账"),
    "FEES_CHARGED": _("计服务费"),
    "STATEMENTS_MADE": _("出结算单"),
    "POSTED": _("记账"),
    "PROVED": _("账簿验证"),
    "PUBLISHED": _("发布"),
    "HELD": _("暂停"),
}


class BusinessDay(Machine):
    """营业日: the track of one day's close; `reached` is the last step done, also while the day is HELD."""

    STATES = BUSINESS_DAY

    date = models.DateField(_("营业日"), unique=True)
    reached = models.CharField(_("已完成"), max_length=24, default="OPEN", choices=list(STEP_NAMES.items()))
    hold_code = models.CharField(_("暂停代码"), max_length=32, default="", blank=True)
    hold_reason = models.CharField(_("暂停原因"), max_length=255, default="", blank=True)
    opened_at = models.DateTimeField(_("建立时间"))
    advanced_at = models.DateTimeField(_("最近推进"), null=True, blank=True)
    next_try_at = models.DateTimeField(_("下次推进"), null=True, blank=True)

    class Meta(Machine.Meta):
        verbose_name = verbose_name_plural = _("营业日")
        constraints = [
            models.CheckConstraint(
                name="business_day_held_has_reason", condition=~Q(status="HELD") | ~Q(hold_reason="")
            ),
        ]

    def __str__(self) -> str:
        return self.date.isoformat()


class BusinessDayStep(models.Model):
    """步骤: one step of a day's close as the console shows it."""

    class State(models.TextChoices):
        """How the step stands."""

        RUNNING = "RUNNING", _("进行中")
        DONE = "DONE", _("完成")
        HELD = "HELD", _("暂停")

    business_day = models.ForeignKey(BusinessDay, models.PROTECT, related_name="steps", verbose_name=_("营业日"))
    step = models.CharField(_("步骤"), max_length=24, choices=[(step, STEP_NAMES[step]) for step in STEPS])
    state = models.CharField(_("进度"), max_length=8, choices=State.choices)
    tries = models.PositiveIntegerField(_("次数"), default=1)
    started_at = models.DateTimeField(_("开始"))
    ended_at = models.DateTimeField(_("结束"), null=True, blank=True)
    took_ms = models.PositiveIntegerField(_("用时（毫秒）"), null=True, blank=True)
    count = models.BigIntegerField(_("笔数"), default=0)
    message = models.CharField(_("说明"), max_length=255, default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("步骤")
        constraints = [models.UniqueConstraint(name="business_day_step_once", fields=["business_day", "step"])]

    def __str__(self) -> str:
        return f"{self.business_day_id} {self.step}"
