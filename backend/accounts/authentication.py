"""The doors of the API: a bearer token, or the browser's session with CSRF."""

from typing import Any

from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.request import Request

from backend.accounts.actors import Actor
from backend.accounts.models import User
from backend.accounts.services.tokens import actor_of_token
from backend.core.errors import DomainError


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer TOKEN`. Wrong, expired and revoked tokens are 401, also on public routes."""

    def authenticate(self, request: Request) -> tuple[User, Any] | None:
        """The token's person; sets the request's actor. None without the header."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        if len(words) != 2:
            raise exceptions.AuthenticationFailed
        page: Any = request._request
        actor = actor_of_token(words[1].decode("latin-1"), ip=page.ip, request_id=page.request_id)
        if actor is None or actor.user is None:
            raise exceptions.AuthenticationFailed
        page.actor = actor
        return actor.user, actor.token_id

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return "Bearer"


class CookieAuthentication(SessionAuthentication):
    """The browser's session, with CSRF on everything that writes."""

    def enforce_csrf(self, request: Any) -> None:
        """Raise `csrf_failed` where the token is missing or wrong."""
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as error:
            raise DomainError("csrf_failed") from error


def actor_of_session(request: HttpRequest) -> Actor:
    """The actor of a page's request: the signed-in person, or nobody."""
    user = request.user
    if not isinstance(user, User):
        return Actor(kind="anonymous", ip=request.ip, request_id=request.request_id)  # type: ignore[attr-defined]
    return Actor(kind="user", user=user, ip=request.ip, request_id=request.request_id)  # type: ignore[attr-defined]
