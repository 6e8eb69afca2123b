"""Closed by default: the permission of every API view."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class Closed(BasePermission):
    """The default: a method is for signed-in callers with one of the view's roles, unless the view says `public`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """True where the caller may come in at all; whose objects they see is for selectors to say."""
        method = "GET" if request.method == "HEAD" else request.method
        if method == "OPTIONS" or method in getattr(view, "public", ()):
            return True
        if not request.user.is_authenticated:
            return False
        wanted = getattr(view, "roles", {}).get(method)
        actor: Any = view.actor
        return wanted is None or bool(actor.has_any(wanted))
