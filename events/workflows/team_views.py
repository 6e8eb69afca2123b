"""Pages of an organiser: the members of the organisation that holds the fair."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backend.accounts.enums import Role
from backend.accounts.models import Membership
from backend.accounts.pages import PageRequest, add_refusal, for_roles, say_refusal
from backend.accounts.permissions import can_give_role
from backend.accounts.selectors import visible_members
from backend.accounts.services import members
from backend.core.errors import DomainError
from events.fairs.models import Fair
from events.workflows.organisation_forms import InviteForm, RoleForm
from events.workflows.organiser_views import PAGES, ROWS, organised_fair


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("organiser")
def team(request: PageRequest, fair: str) -> HttpResponse:
    """`/organiser/{fair}/team/`: who has which role since when, and a form to invite one more."""
    row = organised_fair(request, fair)
    roles = _roles_to_give(request, row)
    form = InviteForm(request.POST or None, roles=roles, initial={"role": Role.STAFF})
    if form.is_valid():
        return _invited(request, row, form)
    people = visible_members(request.actor).filter(organisation=row.organisation_id)
    page = Paginator(people.order_by("user__email_key", "id"), ROWS).get_page(request.GET.get("page"))
    context = {"fair": row, "form": form, "page": page, "roles": roles}
    return render(request, f"{PAGES}/team.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("organiser")
def colleague(request: PageRequest, fair: str, colleague: UUID) -> HttpResponse:
    """`/organiser/{fair}/team/{id}/`: the role of one member, and removing it."""
    row, member = _member(request, fair, colleague)
    form = RoleForm(request.POST or None, roles=_roles_to_give(request, row), initial={"role": member.role})
    if form.is_valid():
        try:
            members.change_member(member, actor=request.actor, role=form.cleaned_data["role"])
            messages.success(request, _("The role is changed."))
            return _back(request, row, member)
        except DomainError as error:
            _refuse(form, error)
    context = {"fair": row, "member": member, "form": form}
    return render(request, f"{PAGES}/colleague.html", context, status=422 if form.errors else 200)


@require_POST
@for_roles("organiser")
def remove_colleague(request: PageRequest, fair: str, colleague: UUID) -> HttpResponse:
    """`/organiser/{fair}/team/{id}/remove/`: take the role away."""
    row, member = _member(request, fair, colleague)
    try:
        members.remove_member(member, actor=request.actor)
        said = _("%(person)s no longer has the role: %(role)s.")
        messages.success(request, said % {"person": member.user, "role": member.get_role_display()})
    except DomainError as error:
        say_refusal(request, error)
    return _back(request, row, member)


def _back(request: PageRequest, fair: Fair, member: Membership) -> HttpResponse:
    """To the team; who changed their own role may be outside now."""
    if member.user_id == request.actor.user_id:
        return redirect("/")
    return redirect("organiser-team", fair=fair.slug)


def _member(request: PageRequest, fair: str, colleague: UUID) -> tuple[Fair, Membership]:
    """The member of the address, if the caller may change it. Raises `forbidden` for an owner to who is none."""
    row = organised_fair(request, fair)
    people = visible_members(request.actor).filter(organisation=row.organisation_id)
    member = get_object_or_404(people, pk=colleague)
    if not can_give_role(request.actor, row.organisation_id, member.role):
        raise DomainError("forbidden")
    return row, member


def _roles_to_give(request: PageRequest, fair: Fair) -> list[str]:
    return [role for role in Role.values if can_give_role(request.actor, fair.organisation_id, role)]


def _invited(request: PageRequest, fair: Fair, form: InviteForm) -> HttpResponse:
    values = form.cleaned_data
    member, is_new = members.invite_member(actor=request.actor, organisation=fair.organisation, **values)
    said = _("%(person)s is in the team. A message says how to sign in.") if is_new else _("%(person)s has this role.")
    messages.success(request, said % {"person": member.user})
    return redirect("organiser-team", fair=fair.slug)


def _refuse(form: RoleForm, error: DomainError) -> None:
    """What a role can be refused for is said at it."""
    if error.code == "already_exists":
        form.add_error("role", _("This person has this role as well: remove one of the two."))
    elif error.code == "last_owner":
        form.add_error("role", str(error.detail))
    else:
        add_refusal(form, error)
