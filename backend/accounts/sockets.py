"""Who is at the other end of a websocket, and whether its page is one of ours."""

from importlib import import_module
from urllib.parse import ParseResult

from channels.security.websocket import OriginValidator
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest

from backend.accounts.actors import Actor
from backend.accounts.models import ApiToken, User
from backend.accounts.services.tokens import actor_of_token
from backend.core.crypto import hash_secret
from backend.core.errors import DomainError
from backend.core.models import uuid7


class OwnPages(OriginValidator):
    """Lets in the sockets of our own pages, and of programs, which send no Origin."""

    def valid_origin(self, parsed_origin: ParseResult | None) -> bool:
        """Whether the socket may be opened at all."""
        return parsed_origin is None or self.validate_origin(parsed_origin)


def actor_of_socket(*, token: str, session_key: str, ip: str, request_id: str = "") -> Actor:
    """The actor of a hello: whoever holds the token, or without one the person signed in to the browser.

    Raises `not_authenticated` for none, wrong and expired credentials, `forbidden` for a revoked token.
    """
    request_id = request_id or uuid7().hex
    if token:
        actor = actor_of_token(token, ip=ip, request_id=request_id)
        if actor is None:
            revoked = ApiToken.objects.filter(token_hash=hash_secret(token), revoked_at__isnull=False)
            raise DomainError("forbidden" if revoked.exists() else "not_authenticated")
        return actor
    user = _user_of_session(session_key) if session_key.isalnum() else None
    if user is None:
        raise DomainError("not_authenticated")
    return Actor(kind="user", user=user, ip=ip, request_id=request_id)


def _user_of_session(session_key: str) -> User | None:
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user = auth.get_user(request)
    return user if isinstance(user, User) else None
