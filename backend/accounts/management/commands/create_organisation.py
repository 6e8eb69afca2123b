"""`manage.py create_organisation NAME --organiser EMAIL`"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.accounts.actors import SYSTEM
from backend.accounts.services.people import create_organisation
from backend.core.errors import DomainError


class Command(BaseCommand):
    """Make an organisation and its owner; prints the slug."""

    help = "Make an organisation whose owner is the person with this e-mail address."

    def add_arguments(self, parser: CommandParser) -> None:
        """The name and the owner's address."""
        parser.add_argument("name")
        parser.add_argument("--organiser", required=True, metavar="EMAIL")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, or say in one line why not."""
        try:
            organisation = create_organisation(options["name"], actor=SYSTEM, organiser_email=options["organiser"])
        except DomainError as error:
            raise CommandError(error.sentence) from error
        self.stdout.write(organisation.slug)
