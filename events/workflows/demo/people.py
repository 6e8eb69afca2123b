"""Who is in the demonstration, and the tokens they hold."""

from dataclasses import dataclass

from backend.accounts.actors import SYSTEM, Actor
from backend.accounts.enums import Role, Scope
from backend.accounts.models import Organisation, User
from backend.accounts.services.codes import create_sign_in_link
from backend.accounts.services.people import add_member, ensure_user, user_of_email
from backend.accounts.services.tokens import create_token
from backend.core.errors import DomainError
from events.fairs.models import Fair

MAIN, OTHER = "demo", "autre"
"""The part of the addresses by which the people of the two organisations are known."""

SCOPES = {
    "organiser": (Scope.ORGANISER, Scope.CHECKIN, Scope.CHECKIN_FORCE, Scope.READ),
    "staff": (Scope.CHECKIN,),
    "employer": (Scope.EMPLOYER,),
    "candidate": (Scope.CANDIDATE,),
    "adviser": (Scope.ADVISER,),
}
NAMES = {
    "organiser": "Claire Organisatrice",
    "staff": "Samir Accueil",
    "employer": "Hélène Recrute",
    "candidate": "Camille Candidate",
    "adviser": "Paul Conseil",
}


@dataclass(frozen=True, slots=True)
class DemoTokens:
    """A fair's slug, a bearer token for each role, and a path that signs each in once."""

    fair: str
    tokens: dict[str, str]
    links: dict[str, str]


def address(role: str, part: str) -> str:
    """The e-mail address of a role in one of the two organisations."""
    return f"{role}@{part}.example.org"


def make_people(organisation: Organisation, part: str) -> dict[str, User]:
    """The people of an organisation by role; staff and advisers become its members."""
    people = {
        role: ensure_user(email=address(role, part), phone=None, name=name, language="fr")
        for role, name in NAMES.items()
    }
    for role in (Role.STAFF, Role.ADVISER):
        add_member(organisation, actor=SYSTEM, user=people[role], role=role)
    return people


def browser(user: User) -> Actor:
    """The person as services know them."""
    return Actor(kind="user", user=user)


def issue_tokens(part: str, roles: tuple[str, ...]) -> DemoTokens:
    """New tokens and sign-in links for the people of a loaded demonstration. Raises `not_found` where there is none."""
    tokens, links = {}, {}
    for role in roles:
        user = user_of_email(address(role, part))
        if user is None:
            raise DomainError("not_found")
        _token, tokens[role] = create_token(user, actor=SYSTEM, name="demo", scopes=SCOPES[role])
        links[role] = create_sign_in_link(user)
    return DemoTokens(fair=demo_fair(part).slug, tokens=tokens, links=links)


def demo_fair(part: str) -> Fair:
    """The fair of one of the two organisations. Raises `not_found` where there is none."""
    fair = Fair.objects.filter(
        organisation__memberships__user__email_key=address("organiser", part), series__isnull=False
    ).order_by("created_at")
    found = fair.first()
    if found is None:
        raise DomainError("not_found")
    return found
