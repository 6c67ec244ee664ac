"""The ground of every console page: read-only, sealed columns hidden, buttons that call services."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from silk_road_ebao.console.operators import actor_of, roles_of
from silk_road_ebao.console.readable import readable_columns, readable_filters
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.crypto import SealedField
from silk_road_ebao.kernel.money import MoneyError, parse_yuan
from silk_road_ebao.kernel.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Press:
    """What a button hands to its service: the row, who pressed, when, and what it asks for: reason, amount in fen."""

    row: Any
    actor: Actor
    at: datetime
    reason: str
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """One service on the page of a row; with `on_list` also for ticked rows.

    `role` is the operator's role it needs, `shown` says for which rows it makes sense.
    """

    name: str
    label: str | Promise
    press: Callable[[Press], object]
    role: str = ""
    shown: Callable[[Any], bool] = lambda row: True
    asks_reason: bool = False
    asks_amount: bool = False
    is_danger: bool = False
    on_list: bool = False


def hidden_names(model: type[models.Model]) -> list[str]:
    """Name the columns no page shows: sealed ones and bytes (blind indexes, hashes)."""
    return [field.name for field in model._meta.concrete_fields if isinstance(field, (SealedField, models.BinaryField))]


class ReadOnly:
    """Refuse adding, changing and deleting; show every column but the hidden ones."""

    model: type[models.Model]
    hidden: ClassVar[Sequence[str]] = ()

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: rows are made by services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: rows are changed by services."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: rows stay."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let operators look."""
        return request.user.is_active and request.user.is_staff

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        """Show the columns of the table in their order, without the sealed ones; codes in words, fen in yuan."""
        named = getattr(self, "fields", None)
        if named:
            return readable_columns(self.model, named)
        kept_back = {*hidden_names(self.model), *self.hidden}
        names = [field.name for field in self.model._meta.concrete_fields if field.name not in kept_back]
        return readable_columns(self.model, names)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        """Add the readable columns, which are never typed into."""
        named: Sequence[Any] = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        return [*named, *(column for column in self.get_fields(request, obj) if callable(column))]


class RowsInline(ReadOnly, TabularInline):
    """Rows of another table beneath a row, read-only."""

    extra = 0
    can_delete = False
    show_change_link = True


class StackedRowsInline(ReadOnly, StackedInline):
    """The same, one under the other."""

    extra = 0
    can_delete = False


class OperatorAdmin(ReadOnly, ModelAdmin):
    """Ground of every console page.

    `roles` limits who may look (empty: every operator); `buttons` are the services of a row. Nothing is exported
    unless a page adds it.
    """

    roles: ClassVar[frozenset[str]] = frozenset()
    buttons: ClassVar[Sequence[Button]] = ()
    desks: ClassVar[Sequence[tuple[str, frozenset[str]]]] = ()
    """Pages of its own beside list and row, by the name of their address and who sees them in the sidebar."""
    actions = None
    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True
    list_filter_sheet = False
    list_disable_select_all = True
    change_form_outer_before_template = "console/buttons.html"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let operators look, or only those with one of the page's roles."""
        return super().has_view_permission(request, obj) and (not self.roles or bool(self.roles & roles_of(request)))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to whoever may look at a page of it."""
        return self.has_view_permission(request)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Show codes in words."""
        return readable_columns(self.model, super().get_list_display(request))

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Offer codes in words."""
        return readable_filters(self.model, super().get_list_filter(request))

    def get_urls(self) -> list[URLPattern]:
        """Add the address that buttons post to."""
        info = (self.opts.app_label, self.opts.model_name)
        press = path(
            "<path:object_id>/press/<slug:name>/",
            self.admin_site.admin_view(self.press_view),
            name="{}_{}_press".format(*info),
        )
        return [press, *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Offer the buttons meant for lists; Django's own mass deletion never."""
        may = [button for button in self.buttons if button.on_list and self._may_press(request, button)]
        return {button.name: (self._mass_press(button), button.name, button.label) for button in may}

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the row with the buttons that make sense for it."""
        row = self.get_object(request, object_id)
        shown = [button for button in self.buttons if row and self._may_press(request, button) and button.shown(row)]
        extra = {
            **(extra_context or {}),
            "buttons": shown,
            "press_root": f"{request.path.removesuffix('change/')}press/",
        }
        page: HttpResponse = super().change_view(request, object_id, form_url, extra)
        return page

    def press_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Press one button for one row: POST only; a refusal is shown, not raised."""
        row = self.get_object(request, object_id)
        button = next((button for button in self.buttons if button.name == name), None)
        if row is None or button is None or request.method != "POST" or not self._may_press(request, button):
            raise Http404
        self.press_rows(request, button, [row])
        viewname = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(viewname, args=[object_id]))

    def press_rows(self, request: HttpRequest, button: Button, rows: Iterable[Any]) -> None:
        """Call the button's service row by row; refusals become messages and do not stop the others."""
        actor, at, done = actor_of(request), clock.now(), 0
        reason, amount = request.POST.get("reason", "").strip(), request.POST.get("amount", "").strip()
        for row in rows:
            try:
                button.press(Press(row, actor, at, reason, parse_yuan(amount) if amount else None))
            except (Refusal, MoneyError) as refusal:
                messages.error(request, f"{row}：{refusal}")
            else:
                done += 1
        if done:
            told = ngettext("%(label)s：%(n)s 条已完成", "%(label)s：%(n)s 条已完成", done)
            messages.success(request, told % {"label": button.label, "n": done})

    def _may_press(self, request: HttpRequest, button: Button) -> bool:
        return self.has_view_permission(request) and (not button.role or button.role in roles_of(request))

    def _mass_press(self, button: Button) -> Callable[[Any, HttpRequest, models.QuerySet], None]:
        def act(page: Any, request: HttpRequest, rows: models.QuerySet) -> None:
            if button.asks_reason or button.asks_amount:
                messages.error(request, gettext("这一步要写原因，请打开那一条再按"))
                return
            page.press_rows(request, button, rows)

        return act
