"""My data: take everything along, or have it deleted; and the safety of the sign-in."""

from typing import cast

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.door import PersonRequest, fresh_page, open_session, person_page
from accounts.forms import PasswordForm
from accounts.models import User
from accounts.selectors.users import actor_of
from accounts.services.data_exports import export_archive
from accounts.services.deletions import delete_person
from accounts.services.users import set_password
from accounts.views.answers import go, page
from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.refusals import Refusal


@require_POST
@fresh_page
@person_page
def export(request: PersonRequest) -> HttpResponse:
    """Hand everything held about a person to him, as a ZIP."""
    at = clock.now()
    packed = export_archive(person=request.person, actor=actor_of(cast(User, request.user)), at=at)
    name = f"silk-road-ebao-{business_date(at):%Y%m%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(packed, content_type="application/zip", headers=headers)


@require_http_methods(["GET", "POST"])
@fresh_page
@person_page
def delete(request: PersonRequest) -> HttpResponse:
    """Say what deletion does; do it after the person's own tick."""
    error = ""
    if request.method == "POST":
        if request.POST.get("sure") != "on":
            error = _("请先看完，再勾选确认")
        else:
            try:
                delete_person(person=request.person, actor=actor_of(cast(User, request.user)), at=clock.now())
            except Refusal as refusal:
                error = str(refusal)
            else:
                logout(request)
                messages.success(request, _("已注销，资料不再使用"))
                return go("sign_in")
    return page(request, "accounts/delete.html", {"error": error}, status=422 if error else 200)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@fresh_page
def password(request: HttpRequest) -> HttpResponse:
    """Set a password; every other session ends, this one begins anew."""
    user, form = cast(User, request.user), PasswordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["password"]
        try:
            validate_password(chosen, user)
        except ValidationError as error:
            form.add_error("password", error)
        else:
            changed = set_password(user=user, password=chosen, actor=actor_of(user), at=clock.now())
            logout(request)
            return open_session(request, changed, next_url="/me/own/")
    return page(request, "accounts/password.html", {"form": form}, status=422 if form.errors else 200)
