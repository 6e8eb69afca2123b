"""A signed-in browser without JavaScript."""

from django.test import Client

from backend.accounts.models import User


def browser_of(user: User | None = None, *, language: str = "en") -> Client:
    """The browser of this person, or of nobody known."""
    client = Client(HTTP_HOST="localhost", headers={"Accept-Language": language})
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
