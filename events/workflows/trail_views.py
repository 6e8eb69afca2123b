"""Page of an organiser: who did what in the organisation that holds the fair."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backend.accounts.models import User
from backend.accounts.pages import PageRequest, for_roles
from backend.accounts.selectors import visible_members
from backend.accounts.trail_selectors import done_by, visible_trail
from backend.core.models import AuditEntry
from events.fairs.models import Fair
from events.workflows.organisation_forms import TrailForm
from events.workflows.organiser_views import PAGES, ROWS, organised_fair
from events.workflows.trail_words import action_word, object_word, state_word


@require_safe
@for_roles("organiser")
def trail(request: PageRequest, fair: str) -> HttpResponse:
    """`/organiser/{fair}/audit/`: the trail, the latest first; only members of the organisation stand there by name."""
    row = organised_fair(request, fair)
    team = _team(request, row)
    entries = visible_trail(request.actor).filter(organisation_id=row.organisation_id)
    form = _form(request, entries, team)
    form.is_valid()
    wanted = form.cleaned_data
    if wanted.get("action"):
        entries = entries.filter(action=wanted["action"])
    if wanted.get("person"):
        entries = done_by(entries, wanted["person"])
    page: Any = Paginator(entries.order_by("-at", "-id"), ROWS).get_page(request.GET.get("page"))
    lines = [_line(entry, team) for entry in page]
    context = {"fair": row, "form": form, "page": page, "lines": lines, "is_narrowed": any(wanted.values())}
    return render(request, f"{PAGES}/trail.html", context)


def _team(request: PageRequest, fair: Fair) -> dict[str, User]:
    """The members of the organisation by their id, in the order of their addresses."""
    members = visible_members(request.actor).filter(organisation=fair.organisation_id).order_by("user__email_key")
    return {str(member.user_id): member.user for member in members}


def _form(request: PageRequest, entries: QuerySet[AuditEntry], team: dict[str, User]) -> TrailForm:
    done = entries.order_by("action").values_list("action", flat=True).distinct()
    actions = sorted(((action, action_word(action)) for action in done), key=lambda each: each[1])
    people = [("system", _("the system")), *((key, str(user)) for key, user in team.items())]
    return TrailForm(request.GET, actions=actions, people=people)


def _line(entry: AuditEntry, team: dict[str, User]) -> dict[str, Any]:
    """What the page says of an entry."""
    user = team.get(str(entry.actor_user_id))
    nobody = _("the system") if entry.actor_kind == "system" else _("somebody not signed in")
    outside = _("somebody outside the team") if entry.actor_user_id else nobody
    return {
        "entry": entry,
        "who": str(user) if user else outside,
        "what": action_word(entry.action),
        "object": object_word(entry.object_type),
        "before": state_word(entry.from_state),
        "after": state_word(entry.to_state),
    }
