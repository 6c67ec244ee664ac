"""The ground of every row that has a status. `states.transition` is its only writer."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.state_table import StateTable

if TYPE_CHECKING:
    _CharField = models.CharField[Any, Any]
else:
    _CharField = models.CharField


class StatusField(_CharField):
    """The status column: brings the CheckConstraint listing the states of its model's STATES."""

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        table = getattr(cls, "STATES", None)
        if cls._meta.abstract or table is None:
            return
        listed = models.CheckConstraint(
            condition=models.Q(**{f"{name}__in": list(table.states)}),
            name=f"{cls._meta.app_label}_{cls._meta.model_name}_{name}",
        )
        cls._meta.constraints = [*cls._meta.constraints, listed]
        # The migration writer looks at what the class body said; this one is said for it.
        cls._meta.original_attrs["constraints"] = cls._meta.constraints

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Stand as a plain CharField in migrations, where the constraint is written out."""
        name, _path, args, kwargs = super().deconstruct()
        return name or "", "django.db.models.CharField", list(args), dict(kwargs)


class Machine(models.Model):
    """状态机. Abstract base: give STATES, and set `status` yourself when a row is created."""

    STATES: ClassVar[StateTable]

    status = StatusField(_("状态"), max_length=32)

    class Meta:
        abstract = True

    @classmethod
    def number_column(cls) -> str:
        """Name the column of the public number: the first unique one whose name ends in _no."""
        alone = {fields[0] for fields in (c.fields for c in cls._meta.total_unique_constraints) if len(fields) == 1}
        for field in cls._meta.concrete_fields:
            if field.name.endswith("_no") and (field.unique or field.name in alone):
                return str(field.column)
        return ""
