"""`python -m bench.script NAME OUT [--tiny]`: one script in the surroundings that `python -m bench` made."""

import json
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import django

from bench.figures import FULL, TINY


def main(name: str, out: str, *options: str) -> None:
    """Write the figures of the script as JSON."""
    django.setup()
    # Only now are there models, and the scripts need them.
    figures = import_module(f"bench.{name}").measure(TINY if "--tiny" in options else FULL)
    Path(out).write_text(json.dumps([asdict(figure) for figure in figures]), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
