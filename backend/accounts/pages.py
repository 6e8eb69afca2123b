"""The manners of the pages: who may open one at all, and how a refusal is said on the page it concerns."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from backend.accounts.actors import Actor
from backend.core.errors import DomainError

Page = Callable[..., HttpResponseBase]
WITH_PAGES_OF_THEIR_OWN = ("not_found", "forbidden")


class PageRequest(HttpRequest):
    """For annotations only: what RequestMiddleware and ActorMiddleware have set."""

    actor: Actor
    ip: str
    request_id: str


def for_roles(*roles: str) -> Callable[[Page], Page]:
    """Open a page to callers with one of the roles (scope words) anywhere; 403 for others who are signed in.

    Whose objects they see on it is for selectors to say: another tenant's is a 404.
    """

    def decorate(page: Page) -> Page:
        @wraps(page)
        def guarded(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.actor.has_any(roles):
                raise PermissionDenied
            return page(request, *args, **kwargs)

        return guarded

    return decorate


def say_refusal(request: HttpRequest, error: DomainError) -> None:
    """Show a refusal as a notice on the next page; one that has a page of its own is raised again."""
    if error.code in WITH_PAGES_OF_THEIR_OWN:
        raise error
    messages.error(request, error.sentence)


def add_refusal(form: forms.Form, error: DomainError, **names: str) -> None:
    """Put a refusal into the form: at the fields it names (`names`: as the form calls them), else on top."""
    if error.code in WITH_PAGES_OF_THEIR_OWN:
        raise error
    for field, found in error.errors.items():
        known = names.get(field, field)
        form.add_error(known if known in form.fields else None, [str(message) for message in found])
    if not error.errors:
        form.add_error(None, str(error.detail))
