"""The processes of this `serve`, as Linux knows them; elsewhere none are listed."""

import os
from collections.abc import Iterator
from pathlib import Path

COMMANDS = {"serve": "web", "work": "worker"}


def memory_of_processes() -> Iterator[tuple[str, int, int]]:
    """What each is (`web`, `worker`), its id, and the bytes of memory that it has in use."""
    me, parent = os.getpid(), os.getppid()
    try:
        family = [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    except OSError:
        family = [me]
    for pid in family:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except OSError:
            continue
        command = next((name for word, name in COMMANDS.items() if word in words), "")
        if command or pid == me:
            yield command or "web", pid, pages * os.sysconf("SC_PAGE_SIZE")
