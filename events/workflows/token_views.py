"""Pages of an organiser: their tokens for programs."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from backend.accounts.enums import Scope
from backend.accounts.pages import PageRequest, add_refusal, for_roles
from backend.accounts.permissions import scopes_beyond
from backend.accounts.selectors import own_tokens
from backend.accounts.services.tokens import issue_token, revoke_token
from backend.core.api import found
from backend.core.clock import now
from backend.core.crypto import decrypt, encrypt
from backend.core.errors import DomainError
from events.fairs.models import Fair
from events.workflows.organisation_forms import TokenForm
from events.workflows.organiser_views import PAGES, organised_fair

MADE = "made_token"
"""Where the session keeps, sealed, the text of a token until the next page has shown it."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_roles("organiser")
def tokens(request: PageRequest, fair: str) -> HttpResponse:
    """`/organiser/{fair}/tokens/`: one's own tokens, and a form for one more, whose text is shown once."""
    row = organised_fair(request, fair)
    beyond = scopes_beyond(request.actor, Scope.values)
    form = TokenForm(request.POST or None, scopes=[scope for scope in Scope.values if scope not in beyond])
    if form.is_valid():
        try:
            return _made(request, row, form)
        except DomainError as error:
            add_refusal(form, error, expires_days="days")
    context = {
        "fair": row,
        "form": form,
        "tokens": [
            (token, [Scope(scope).label for scope in token.scopes])
            for token in own_tokens(request.actor).order_by("-created_at", "id")
        ],
        "made": _shown_once(request),
        "now": now(),
    }
    return render(request, f"{PAGES}/tokens.html", context, status=422 if form.errors else 200)


@require_POST
@for_roles("organiser")
def revoke(request: PageRequest, fair: str, token: UUID) -> HttpResponse:
    """`/organiser/{fair}/tokens/{id}/revoke/`: the program that holds it is refused from now on."""
    row = organised_fair(request, fair)
    revoked = revoke_token(found(own_tokens(request.actor), pk=token), actor=request.actor)
    messages.success(request, _("“%(name)s” is revoked.") % {"name": revoked.name})
    return redirect("organiser-tokens", fair=row.slug)


def _made(request: PageRequest, fair: Fair, form: TokenForm) -> HttpResponse:
    _token, text = issue_token(actor=request.actor, **form.cleaned_data)
    request.session[MADE] = encrypt(text, context=MADE)
    return redirect("organiser-tokens", fair=fair.slug)


def _shown_once(request: PageRequest) -> str:
    sealed = request.session.pop(MADE, "") if request.method == "GET" else ""
    return decrypt(sealed, context=MADE) if sealed else ""
