"""`manage.py print_badges FAIR --out FILE.pdf`: badges without a browser and without the worker."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.accounts.actors import SYSTEM
from backend.core.api import found_by_slug
from backend.core.errors import DomainError
from badges import services
from badges.enums import Audience, Order
from badges.formats import DEFAULT_FORMAT, FORMATS
from badges.selectors import Selection
from events.fairs.selectors import organised_fairs


class Command(BaseCommand):
    """Draw badges of a fair into a PDF and count them as printed."""

    help = "Draw badges of a fair into a PDF and count them as printed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The words are those of the API."""
        parser.add_argument("fair", metavar="FAIR", help="slug or id of the fair")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE.pdf")
        parser.add_argument("--format", default=DEFAULT_FORMAT, choices=list(FORMATS))
        parser.add_argument("--audience", default=Audience.ALL.value, choices=Audience.values)
        parser.add_argument("--order", default=Order.FAMILY_NAME.value, choices=Order.values)
        parser.add_argument("--only-new", action="store_true", help="leave out what was printed with the same content")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print, and say how many."""
        selection = Selection(
            format=options["format"],
            audience=options["audience"],
            order=options["order"],
            is_only_new=options["only_new"],
        )
        out: Path = options["out"]
        try:
            fair = found_by_slug(organised_fairs(SYSTEM), options["fair"])
            count = services.print_badges(fair, selection, actor=SYSTEM, out=out)
        except DomainError as error:
            message = _("There is no fair %(fair)s.") if error.code == "not_found" else str(error.detail)
            raise CommandError(message % {"fair": options["fair"]}) from error
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be written: %(why)s.") % {"file": out, "why": error.strerror}
            ) from error
        if not count:
            self.stdout.write(_("There is nothing to print."))
            return
        said = ngettext("%(count)d badge in %(file)s.", "%(count)d badges in %(file)s.", count)
        self.stdout.write(said % {"count": count, "file": out})
