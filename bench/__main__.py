"""`python -m bench [--tiny] [--peer | NAME …]`: measure, print the table, write VAR_DIR/bench.json."""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path

from bench import peer
from bench.figures import FULL, TINY, Figure, Goal
from bench.surroundings import ROOT, surroundings
from bench.table import as_table

SCRIPTS = (
    *("admit_rest", "admit_socket", "book_rest", "rush", "badges", "walk_in"),
    *("registrations_list", "public_page", "grid", "board", "start"),
)
PEER_SCRIPT = "peer_pretix"
SCRIPT_SECONDS = 1800


def main() -> int:
    """Run the named scripts, or all, each in a process of its own; 1 where one failed, whatever its figures are."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(SCRIPTS)}")
    parser.add_argument("--tiny", action="store_true", help="next to no work: whether the scripts run, not how fast")
    parser.add_argument(
        "--peer", action="store_true", help=f"ours beside {peer.NAME} instead, in turns; writes VAR_DIR/bench_peer.json"
    )
    options = parser.parse_args()
    if unknown := sorted(set(options.names) - set(SCRIPTS)):
        parser.error(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(SCRIPTS)}")
    if options.peer and options.names:
        parser.error("--peer measures what it measures, and takes no names")
    if options.peer:
        peer.require()
    names = [PEER_SCRIPT] if options.peer else options.names or SCRIPTS
    var = ROOT / (os.environ.get("VAR_DIR") or "var")
    figures: dict[str, list[Figure]] = {}
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    scale = TINY if options.tiny else FULL
    with surroundings() as ours, peer.running(ours, scale) if options.peer else nullcontext(ours) as environment:
        for name in names:
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            figures[name] = _run(name, environment, is_tiny=options.tiny)
    print(as_table(figures))
    var.mkdir(parents=True, exist_ok=True)
    members = {name: [figure.as_json() for figure in found] for name, found in figures.items()}
    out = var / ("bench_peer.json" if options.peer else "bench.json")
    out.write_text(json.dumps(members, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if all(figures.values()) else 1


def _run(name: str, environment: dict[str, str], *, is_tiny: bool) -> list[Figure]:
    """The figures of one script; none where it failed, and why stands on stderr."""
    with tempfile.NamedTemporaryFile("r", suffix=".json") as out:
        command = [sys.executable, "-m", "bench.script", name, out.name, *(["--tiny"] if is_tiny else [])]
        subprocess.run(command, cwd=ROOT, env=environment, check=False, timeout=SCRIPT_SECONDS)
        written = Path(out.name).read_text(encoding="utf-8")
    return [
        Figure(**row | {"goal": Goal(**row["goal"]) if row["goal"] else None}) for row in json.loads(written or "[]")
    ]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except peer.PeerError as error:
        sys.exit(str(error))
