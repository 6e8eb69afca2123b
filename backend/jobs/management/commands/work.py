"""`manage.py work`: the job worker on its own, for a machine that serves no pages."""

import os
from argparse import SUPPRESS
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from backend.core.leash import end_with_parent
from backend.jobs.worker import Worker

POLITENESS = 10
"""How much later than the web processes beside it a worker of `serve` gets the processor (nice's scale, 0 to 19)."""


class Command(BaseCommand):
    help = "Run jobs until SIGTERM or Ctrl-C. `serve` starts one of these by itself."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--leashed", action="store_true", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["leashed"]:
            end_with_parent()
            # Whoever waits for an answer goes before mail, where both share a machine.
            os.nice(POLITENESS)
        Worker().run()
