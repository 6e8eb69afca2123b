"""Page of an organiser: an employer becomes an exhibitor by hand."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backend.accounts.pages import PageRequest, add_refusal, for_roles, say_refusal
from backend.core.api import found_by_slug
from backend.core.errors import DomainError
from backend.core.text import fold
from events.employers.models import Employer, Exhibitor
from events.employers.selectors import employers_to_invite
from events.employers.services import create_exhibitor, create_exhibitor_and_employer
from events.fairs.models import Fair
from events.workflows.exhibitor_forms import NewEmployerForm
from events.workflows.organiser_views import PAGES, organised_fair

SHOWN = 20
"""How many employers a search shows; more words find fewer."""


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("organiser")
def add_exhibitor(request: PageRequest, fair: str) -> HttpResponse:
    """`/organiser/{fair}/exhibitors/add/`: an employer that is known, found by words, or a new one takes part."""
    row = organised_fair(request, fair)
    if "employer" in request.POST:
        return _add_known(request, row)
    query = request.GET.get("q", "").strip()[:100]
    form = NewEmployerForm(request.POST or None)
    employers = employers_to_invite(row, fold(query).split())
    if form.is_valid():
        try:
            return _added(request, create_exhibitor_and_employer(row, actor=request.actor, values=form.cleaned_data))
        except DomainError as error:
            if error.code == "already_exists":
                employers = employers_to_invite(row, ()).filter(slug=error.extra["employer"])
            _refuse(form, error, is_free=employers.exists())
    context = {"fair": row, "form": form, "query": query, "employers": employers[:SHOWN], "most": SHOWN}
    return render(request, f"{PAGES}/fair_exhibitor_add.html", context, status=422 if form.errors else 200)


def _add_known(request: PageRequest, fair: Fair) -> HttpResponse:
    employers = Employer.objects.filter(organisation_id=fair.organisation_id)
    employer = found_by_slug(employers, request.POST["employer"])
    try:
        return _added(request, create_exhibitor(fair, actor=request.actor, employer=employer))
    except DomainError as error:
        if error.code == "already_exists":
            messages.info(request, _("%(employer)s takes part already.") % {"employer": employer.name})
        else:
            say_refusal(request, error)
        return redirect("organiser-exhibitors", fair=fair.slug)


def _added(request: PageRequest, exhibitor: Exhibitor) -> HttpResponse:
    messages.success(request, _("%(employer)s takes part.") % {"employer": exhibitor.employer.name})
    return redirect("organiser-exhibitors", fair=exhibitor.fair.slug)


def _refuse(form: NewEmployerForm, error: DomainError, *, is_free: bool) -> None:
    if error.code != "already_exists":
        add_refusal(form, error)
        return
    field = "siret" if form.cleaned_data["siret"] else "name"
    known = _("This employer is known already: add it from the list.")
    form.add_error(field, known if is_free else _("This employer is known and takes part already."))
