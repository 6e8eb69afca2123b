"""Gives every request its actor and its navigation."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from backend.accounts.authentication import actor_of_session
from backend.accounts.navigation import entries


class ActorMiddleware:
    """Set `request.actor` from the session, read when first asked for; the API's bearer door replaces it.

    `request.nav` is worked out by the page that shows it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(lambda: actor_of_session(request))  # type: ignore[attr-defined]
        request.nav = SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: entries(request.actor, request.path)  # type: ignore[attr-defined]
        )
        return self.get_response(request)
