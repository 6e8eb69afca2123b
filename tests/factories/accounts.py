"""Organisations, people and their tokens."""

from collections.abc import Sequence
from itertools import count

from backend.accounts.actors import SYSTEM, Actor
from backend.accounts.enums import Role, Scope
from backend.accounts.models import Organisation, User
from backend.accounts.services import people, tokens
from backend.core.models import uuid7
from tests.factories.client import Api, client_of

_numbers = count(1)


def make_user(email: str | None = None, *, name: str = "", language: str = "fr") -> User:
    """A person with an e-mail address."""
    return people.ensure_user(
        email=email or f"person{next(_numbers)}@example.org", phone=None, name=name, language=language
    )


def make_organisation(name: str | None = None) -> Organisation:
    """An organiser, with an owner."""
    number = next(_numbers)
    return people.create_organisation(
        name or f"Organisation {number}", actor=SYSTEM, organiser_email=f"owner{number}@example.org"
    )


def make_member(organisation: Organisation, role: str = Role.ORGANISER) -> User:
    """A new person with this role."""
    user = make_user()
    people.add_member(organisation, actor=SYSTEM, user=user, role=role)
    return user


def make_token(user: User, scopes: Sequence[str] = (Scope.ORGANISER,)) -> str:
    """The text of a token of this person."""
    _token, text = tokens.create_token(user, actor=SYSTEM, name="test", scopes=list(scopes))
    return text


def actor_of(user: User, scopes: Sequence[str] | None = None) -> Actor:
    """The person as services know them: at a browser, or, with scopes, through a token."""
    if scopes is None:
        return Actor(kind="user", user=user)
    return Actor(kind="token", user=user, token_id=uuid7(), scopes=frozenset(scopes))


def organiser_of(organisation: Organisation) -> Actor:
    """A new organiser of it, as services know them."""
    return actor_of(make_member(organisation))


def organiser_client(organisation: Organisation) -> Api:
    """The REST client of a new organiser of it."""
    return client_of(make_token(make_member(organisation), [Scope.ORGANISER]))
