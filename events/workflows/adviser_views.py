"""Pages of an adviser: the people they accompany at a fair, registering them, one person's day."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from backend.accounts.pages import PageRequest, add_refusal, for_roles
from backend.core.api import found, found_by_slug
from backend.core.clock import now
from backend.core.errors import DomainError
from events.fairs.models import Fair
from events.interviews import booking_views, candidate_views
from events.registrations import rules
from events.registrations.enums import Channel
from events.registrations.models import Registration
from events.registrations.presence import presence_of
from events.registrations.selectors import advised_registrations
from events.registrations.services import register
from events.registrations.views import FIELDS
from events.workflows import adviser_people
from events.workflows.adviser_forms import PersonForm
from events.workflows.cancel_registration import cancel_registration
from events.workflows.import_file import import_people
from events.workflows.import_views import import_page
from events.workflows.organiser_forms import FileForm

PAGES = "events/workflows"
ROWS = 100

book = for_roles("adviser")(booking_views.book)
book_employer = for_roles("adviser")(booking_views.book_employer)
join_line = for_roles("adviser")(booking_views.join_line)
answer_line = for_roles("adviser")(booking_views.answer_line)
interview = for_roles("adviser")(candidate_views.my_interview)
move_interview = for_roles("adviser")(candidate_views.move_interview)


@never_cache
@require_safe
@for_roles("adviser")
def my_people(request: PageRequest, fair: str = "") -> HttpResponse:
    """`/adviser/{fair}/`, and `/adviser/` for the next fair: who is here, who waits, whom somebody still expects."""
    at = now()
    fairs = adviser_people.fairs_to_choose(request.actor, at)
    row = _fair(request, fair) if fair else next(iter(fairs), None)
    if row is None:
        return render(request, f"{PAGES}/adviser_no_fair.html")
    query, shown = request.GET.get("q", "").strip()[:100], request.GET.get("show", "")
    people = adviser_people.people_of(row, request.actor, at)
    shown_people = adviser_people.narrowed(people, query=query, standing=shown)
    page: Any = Paginator(shown_people, ROWS).get_page(request.GET.get("page"))
    context = {
        "fair": row,
        "today": at.astimezone(row.zone).date(),
        "closed": _closed(row),
        "others": fairs if len(fairs) > 1 else [],
        "counts": adviser_people.counts_of(people),
        "query": query,
        "shown": shown if shown in adviser_people.STANDINGS else "",
        "page": page,
        "lines": adviser_people.lines(row, list(page), at),
    }
    return render(request, f"{PAGES}/adviser_people.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("adviser")
def register_person(request: PageRequest, fair: str) -> HttpResponse:
    """`/adviser/{fair}/register/`: somebody whom one accompanies; no address is needed."""
    row = _fair(request, fair)
    form = PersonForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            person = register(row, actor=request.actor, values=form.values(), channel=Channel.ADVISER)
        except DomainError as error:
            if known := _known(request, error):
                messages.info(request, _("%(name)s is registered already.") % {"name": known.full_name})
                return redirect("adviser-person", row.slug, known.pk)
            add_refusal(form, error, **FIELDS)
        else:
            messages.success(request, _("%(name)s is registered.") % {"name": person.full_name})
            return redirect("adviser-person", row.slug, person.pk)
    context = {"fair": row, "form": form, "closed": _closed(row)}
    return render(request, f"{PAGES}/adviser_register.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("adviser")
def import_people_page(request: PageRequest, fair: str) -> HttpResponse:
    """`/adviser/{fair}/import/`: many at once out of a file, tried first."""
    row = _fair(request, fair)
    form = FileForm(request.POST or None, request.FILES or None)
    context = {"fair": row, "form": form, "closed": _closed(row)}
    return import_page(
        request,
        f"{PAGES}/adviser_import.html",
        context,
        lambda **file: import_people(row, actor=request.actor, **file),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("adviser")
def person(request: PageRequest, fair: str, registration: UUID) -> HttpResponse:
    """`/adviser/{fair}/{registration}/`: one person's day and ticket; POST cancels the registration."""
    if request.method == "POST":
        row = found(advised_registrations(request.actor).filter(fair__slug=fair), pk=registration)
        cancel_registration(row, actor=request.actor)
        messages.success(request, _("The registration of %(name)s is cancelled.") % {"name": row.full_name})
        return redirect("adviser-fair", fair=fair)
    context = candidate_views.day_of(request, fair, registration)
    context["presence"] = presence_of(context["registration"], context["fair"], at=now())
    return render(request, f"{PAGES}/adviser_person.html", context)


def _fair(request: PageRequest, key: str) -> Fair:
    """The fair of the address, if the caller advises for its organisation. Raises `not_found`."""
    return found_by_slug(adviser_people.advised_fairs(request.actor).select_related("venue"), key)


def _known(request: PageRequest, error: DomainError) -> Registration | None:
    """The person of ours that somebody tried to register again."""
    known = error.extra.get("registration")
    return advised_registrations(request.actor).filter(pk=known).first() if known else None


def _closed(fair: Fair) -> DomainError | None:
    """Why nobody can be registered now, if so."""
    try:
        rules.refuse_outside_window(fair, now(), is_preparing=False)
    except DomainError as error:
        return error
    return None
