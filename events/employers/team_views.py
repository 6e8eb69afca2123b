"""Pages of an employer's team."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.accounts.pages import PageRequest, add_refusal, for_roles, say_refusal
from backend.core.api import found_by_slug
from backend.core.errors import DomainError
from events.employers import team_services
from events.employers.enums import EmployerRole
from events.employers.forms import InviteTeammateForm, TeammateForm
from events.employers.models import Employer, EmployerMember
from events.employers.permissions import can_change_team, can_write_to_strangers
from events.employers.selectors import employers_of_team, members_of

PAGES = "events/employers"
ROWS = 50


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("employer")
def team(request: PageRequest, employer: str) -> HttpResponse:
    """`/employer/{employer}/team/`: who works for it here; its administrators invite one more."""
    row = found_by_slug(employers_of_team(request.actor), employer)
    form = InviteTeammateForm(request.POST or None, initial={"role": EmployerRole.RECRUITER})
    if form.is_valid():
        try:
            return _invited(request, row, form)
        except DomainError as error:
            _refuse(form, error)
    members = members_of(row).order_by("user__email_key", "id")
    context = {
        "employer": row,
        "employers": employers_of_team(request.actor),
        "page": Paginator(members, ROWS).get_page(request.GET.get("page")),
        "form": form,
        "may_change": can_change_team(request.actor, row),
    }
    return render(request, f"{PAGES}/team.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("employer")
def teammate(request: PageRequest, employer: str, recruiter: UUID) -> HttpResponse:
    """`/employer/{employer}/team/{id}/`: the role of a person, and removing them."""
    row, member = _member(request, employer, recruiter)
    form = TeammateForm(request.POST or None, initial={"role": member.role})
    if form.is_valid():
        try:
            team_services.change_employer_member(member, actor=request.actor, role=form.cleaned_data["role"])
            messages.success(request, _("The role is changed."))
            return redirect("employer-team", employer=row.slug)
        except DomainError as error:
            _refuse(form, error)
    context = {"employer": row, "member": member, "form": form}
    return render(request, f"{PAGES}/teammate.html", context, status=422 if form.errors else 200)


@require_POST
@for_roles("employer")
def remove_teammate(request: PageRequest, employer: str, recruiter: UUID) -> HttpResponse:
    """`/employer/{employer}/team/{id}/remove/`: out of the team; who removed themselves is outside now."""
    row, member = _member(request, employer, recruiter)
    try:
        team_services.remove_employer_member(member, actor=request.actor)
        messages.success(request, _("%(person)s is no longer in the team.") % {"person": member.user})
    except DomainError as error:
        say_refusal(request, error)
    if member.user_id == request.actor.user_id:
        return redirect("/")
    return redirect("employer-team", employer=row.slug)


def _member(request: PageRequest, employer: str, recruiter: UUID) -> tuple[Employer, EmployerMember]:
    """The person of the address, to who may change the team. Raises `forbidden` for others of the team."""
    row = found_by_slug(employers_of_team(request.actor), employer)
    member = get_object_or_404(members_of(row), pk=recruiter)
    if not can_change_team(request.actor, row):
        raise DomainError("forbidden")
    return row, member


def _invited(request: PageRequest, employer: Employer, form: InviteTeammateForm) -> HttpResponse:
    member, is_new = team_services.add_employer_member(employer, actor=request.actor, **form.cleaned_data)
    is_told = is_new and can_write_to_strangers(request.actor, employer)
    said = _("%(person)s is in the team. A message says how to sign in.") if is_told else _("%(person)s has this role.")
    messages.success(request, said % {"person": member.user})
    return redirect("employer-team", employer=employer.slug)


def _refuse(form: TeammateForm, error: DomainError) -> None:
    """What a role can be refused for is said at it."""
    if error.code == "last_administrator":
        form.add_error("role", str(error.detail))
    else:
        add_refusal(form, error)
