"""What the tests need of the machine: `python -m tests.system` installs it where it may, else says what is missing."""

import os
import shutil
import subprocess
import sys

from tests.engines import EngineError, find_binary

# What it is for, a program that shows that it is there, where distributions hide it, Debian's package.
NEEDS = [
    ("PostgreSQL server", "initdb", ["/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"], "postgresql"),
    ("Redis server", "redis-server", [], "redis-server"),
    ("Chromium browser", "chromium", [], "chromium"),
    ("PDF rasteriser (poppler)", "pdftoppm", [], "poppler-utils"),
    ("gettext", "xgettext", [], "gettext"),
]


def missing(packages: list[str]) -> list[tuple[str, str, str]]:
    """What is not there of the needs with these packages, or of all: (what for, program, package) each."""
    found = []
    for purpose, program, folders, package in NEEDS:
        if packages and package not in packages:
            continue
        try:
            find_binary(program, *folders)
        except EngineError:
            found.append((purpose, program, package))
    return found


def install(packages: list[str]) -> None:
    """Install Debian packages quietly; what apt says is shown when it fails."""
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    fetch = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    for command in (["apt-get", "update", "-qq"], fetch):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.stderr.write(done.stdout + done.stderr)


def main(packages: list[str]) -> int:
    """See to the needs with these Debian packages, or to all; 0 when everything is there, else 1 and a list."""
    wanted = missing(packages)
    if wanted and os.geteuid() == 0 and shutil.which("apt-get"):
        names = [package for _, _, package in wanted]
        sys.stdout.write(f"Installing {', '.join(names)}\n")
        install(names)
        wanted = missing(packages)
    if not wanted:
        return 0
    sys.stderr.write("Missing for this; install it and try again:\n")
    for purpose, program, package in wanted:
        sys.stderr.write(f"  {purpose}: program `{program}`, Debian package `{package}`\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
