"""Who I am: name and resident ID, asked for once."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.door import signed_in_page
from accounts.forms import IdentityForm
from accounts.models import User
from accounts.selectors.users import actor_of
from accounts.services.identities import identify_user
from accounts.views.answers import go, page
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.refusals import Refusal


@sensitive_post_parameters("resident_id", "full_name")
@require_http_methods(["GET", "POST"])
@signed_in_page
def identity(request: HttpRequest) -> HttpResponse:
    """Ask for name and resident ID; once known, show them masked."""
    user = cast(User, request.user)
    if user.person is not None:
        return page(request, "accounts/identity.html", {"person": user.person})
    given: dict[str, Any] = {"initial": {"phone": user.phone_masked}}
    form = IdentityForm(request.POST if request.method == "POST" else None, **given)
    if request.method == "POST" and form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("full_name", "resident_id")}
        try:
            identify_user(user=user, **typed, actor=actor_of(user), at=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("身份已登记"))
            return go("onboarding") if request.GET.get("next") == "onboarding" else go("own")
    return page(request, "accounts/identity.html", {"form": form}, status=422 if form.errors else 200)
