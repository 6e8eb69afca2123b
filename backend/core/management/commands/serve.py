"""`manage.py serve`: the production entry."""

import sys
from argparse import SUPPRESS
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from backend.core import server, web


class Command(BaseCommand):
    help = "Start the web processes, sharing one port, and the job worker; SIGTERM or Ctrl-C ends all of them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=server.default_host(), help="address to listen on (%(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (%(default)s)")
        parser.add_argument("--workers", type=int, default=1, help="web processes (%(default)s); more need REDIS_URL")
        # How a web process is started: with the listening socket that it inherits.
        parser.add_argument("--fd", type=int, help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["fd"] is not None:
            web.serve(options["fd"])
        else:
            sys.exit(server.run(options["host"], options["port"], options["workers"]))
