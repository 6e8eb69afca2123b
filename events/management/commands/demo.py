"""`manage.py demo [--size S] [--seed N] [--no-serve] [--flush]`"""

import json
import os
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.accounts.models import Organisation
from backend.core import server
from backend.core.errors import DomainError
from events.workflows.demo import DemoTokens, issue_tokens, load_demo, renew_demo
from events.workflows.demo.loading import SIZES
from events.workflows.demo.people import MAIN, OTHER, SCOPES


class Command(BaseCommand):
    """Load the demonstration if the database is empty, and start everything."""

    help = "A fair under way today with people who do not exist; prints a sign-in link per role and serves."

    def add_arguments(self, parser: CommandParser) -> None:
        """Size, seed, whether to serve, whether to empty the database first."""
        parser.add_argument("--size", choices=sorted(SIZES), default="fair")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--no-serve", action="store_true", help="print one JSON object with tokens instead")
        parser.add_argument("--flush", action="store_true", help="empty the database first")

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, load or renew, then serve or print."""
        call_command("migrate", verbosity=0)
        if options["flush"]:
            call_command("flush", interactive=False, verbosity=0)
        if not Organisation.objects.exists():
            self.stderr.write("Loading the demonstration…")
            load_demo(options["size"], seed=options["seed"])
        try:
            renew_demo()
            main = issue_tokens(MAIN, tuple(SCOPES))
            other = issue_tokens(OTHER, ("organiser", "employer", "candidate"))
        except DomainError as error:
            raise CommandError(
                "This database holds something else than the demonstration: name another with VAR_DIR or "
                "DATABASE_URL, or empty this one with --flush."
            ) from error
        if options["no_serve"]:
            self.stdout.write(json.dumps(_as_json(main) | {"other": _as_json(other)}))
            return
        port = int(os.environ.get("PORT") or 8000)
        raise SystemExit(server.run(server.default_host(), port, 1, ready=lambda: self._greet(main)))

    def _greet(self, main: DemoTokens) -> None:
        self.stdout.write(f"\n{settings.SITE_URL}/fairs/{main.fair}/\n\nSign in as (each link works once):")
        for role, link in main.links.items():
            self.stdout.write(f"  {role:<10} {settings.SITE_URL}{link}")
        self.stdout.write("\nCtrl-C stops everything.")
        self.stdout.flush()


def _as_json(demo: DemoTokens) -> dict[str, Any]:
    return {"fair": demo.fair, "tokens": demo.tokens}
