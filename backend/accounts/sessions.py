"""The browser's session: who is signed in, and where they were going."""

from django.contrib.auth import login
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from backend.accounts.actors import Actor
from backend.accounts.models import User
from backend.accounts.navigation import home_of
from backend.accounts.pages import PageRequest

BACKEND = "django.contrib.auth.backends.ModelBackend"


def next_of(request: PageRequest) -> str:
    """Where the person was going, if that is a path of this site; "" if not."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours and target.startswith("/") else ""


def signed_in(request: PageRequest, user: User, target: str) -> HttpResponse:
    """Sign the browser in under a new session key and go on; a person who was put aside gets no session."""
    if user.is_active:
        login(request, user, backend=BACKEND)
    return redirect(target or home_of(Actor(kind="user", user=user)))
