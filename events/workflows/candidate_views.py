"""A candidate's page that spans slices: giving up one's place in a fair."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backend.accounts.pages import PageRequest
from backend.core.errors import DomainError
from events.registrations.selectors import own_registrations
from events.workflows.cancel_registration import cancel_registration


@require_POST
def leave_fair(request: PageRequest, fair: str) -> HttpResponse:
    """Cancel one's registration and the interviews that hang on it; `?registration=` tells which of several."""
    rows = list(own_registrations(request.actor).filter(fair__slug=fair))
    wanted = request.GET.get("registration", "")
    registration = next((row for row in rows if not wanted or str(row.pk) == wanted), None)
    if registration is None:
        raise DomainError("not_found")
    cancel_registration(registration, actor=request.actor)
    messages.success(request, _("Your registration for %(fair)s is cancelled.") % {"fair": registration.fair.name})
    return redirect("my-fairs")
