"""`manage.py api_token EMAIL [--scope S ...] [--expires DAYS]`"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.accounts.actors import SYSTEM, Actor
from backend.accounts.enums import Scope
from backend.accounts.services.people import roles_of, user_of_email
from backend.accounts.services.tokens import DEFAULT_DAYS, create_token, scopes_of_roles
from backend.core.errors import DomainError


class Command(BaseCommand):
    """Make a bearer token; it stands alone on the last line of stdout and is shown this once."""

    help = "Make an API token for the person with this e-mail address; the token is the last line."

    def add_arguments(self, parser: CommandParser) -> None:
        """The person, the scopes (all that the roles are worth, if left out), the days until it expires."""
        parser.add_argument("email")
        parser.add_argument("--scope", action="append", default=[], choices=Scope.values)
        parser.add_argument("--expires", type=int, default=DEFAULT_DAYS, metavar="DAYS")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, or say in one line why not."""
        user = user_of_email(options["email"])
        if user is None:
            raise CommandError(f"Nobody here has the address {options['email']}.")
        scopes = options["scope"] or scopes_of_roles(
            roles_of(user.id), works_for_employer=bool(Actor(kind="user", user=user).employers())
        )
        try:
            _token, text = create_token(
                user, actor=SYSTEM, name="manage.py api_token", scopes=scopes, days=options["expires"]
            )
        except DomainError as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(text)
