"""Page of an employer's profile."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.accounts.pages import PageRequest, add_refusal, for_roles
from backend.core.api import found_by_slug
from backend.core.errors import DomainError
from events.employers.forms import ProfileForm
from events.employers.selectors import employers_of_team
from events.employers.services import change_employer

PAGES = "events/employers"


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("employer")
def profile(request: PageRequest, employer: str) -> HttpResponse:
    """`/employer/{employer}/profile/`: what the fairs' pages say of the employer, and how the organiser reaches it."""
    row = found_by_slug(employers_of_team(request.actor), employer)
    form = ProfileForm(request.POST or None, employer=row)
    if form.is_valid():
        try:
            change_employer(row, actor=request.actor, values=form.changes())
            messages.success(request, _("The profile is saved."))
            return redirect("employer-profile", employer=row.slug)
        except DomainError as error:
            _refuse(form, error)
    context = {"employer": row, "employers": employers_of_team(request.actor), "form": form}
    return render(request, f"{PAGES}/profile.html", context, status=422 if form.errors else 200)


def _refuse(form: ProfileForm, error: DomainError) -> None:
    """An employer is known by its SIRET, without one by its name."""
    if error.code == "already_exists":
        field = "siret" if form.cleaned_data["siret"] else "name"
        form.add_error(field, _("The organiser knows another employer by this already. Ask them to join the two."))
    else:
        add_refusal(form, error)
