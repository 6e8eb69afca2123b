"""The public page of a fair: what a first visit loads, and how many visits a worker serves."""

import asyncio
import re
from urllib.parse import urljoin, urlsplit

from bench.fairs import Ground
from bench.figures import Figure, Goal, Scale, interleaved
from bench.load import Connection, hammer, request
from bench.surroundings import WORKERS

CLIENTS = 8
OK = 200
TAG = re.compile(r"<(link|script|img)\b[^>]*>")
ATTRIBUTE = re.compile(r'\b(rel|href|src)="([^"]*)"')
LOADED_RELATIONS = {"stylesheet", "icon", "preload", "modulepreload"}
INSIDE = re.compile(r"""url\(["']?([^"')]+)|\b(?:import|from)\s*["']([^"']+)["']""")
COMPRESSED = {"Accept-Encoding": "br, gzip"}


def measure(scale: Scale) -> list[Figure]:
    """Visits a second and worker; the limit sends the very same bytes from memory."""
    ground = Ground()
    ground.slots(scale.of(300, 5))
    ground.register(scale.of(500, 5))
    path, number = f"/fairs/{ground.fair.slug}/", scale.of(400, 8)
    loaded = asyncio.run(_first_visit(path))
    asked = [request("GET", path, headers=COMPRESSED)] * number
    lean = [request("GET", f"/limit/page/{ground.fair.slug}/")] * number
    mine, other = interleaved(
        scale,
        lambda _round: hammer(asked, clients=CLIENTS, expected=[OK]),
        lambda _round: hammer(lean, clients=CLIENTS, expected=[OK]),
    )
    largest = sorted(loaded.items(), key=lambda item: -item[1])[:4]
    note = ", ".join(
        f"{urlsplit(url).path.rpartition('/')[2] or 'the page'} {size / 1000:.1f} kB" for url, size in largest
    )
    return [
        Figure("fair page, per worker", "/s", mine["rate"] / WORKERS, Goal(least=200), other["rate"] / WORKERS),
        Figure("  first visit", "kB", sum(loaded.values()) / 1000, Goal(most=100), note=f"heads included; {note}"),
        Figure("  requests", "", len(loaded), Goal(most=12)),
    ]


async def _first_visit(path: str) -> dict[str, int]:
    """The bytes of everything that a browser with an empty cache loads for this page, by path."""
    connection = await Connection().open()
    sizes: dict[str, int] = {}
    todo = [path]
    while todo:
        url = todo.pop()
        if url in sizes:
            continue
        status, head, body = await connection.ask(request("GET", url, headers=COMPRESSED))
        if status != OK:
            raise AssertionError(f"{url} answered {status}")
        sizes[url] = len(head) + len(body)
        # What it names is read from the uncompressed text.
        _status, head, body = await connection.ask(request("GET", url))
        kind = head.lower().partition(b"content-type:")[2].split(b"\r\n")[0]
        if b"html" in kind:
            todo += [urljoin(url, name) for name in _named_by_page(body.decode())]
        elif b"css" in kind or b"javascript" in kind:
            todo += [urljoin(url, name) for name in _named_by_file(body.decode())]
    await connection.close()
    return sizes


def _named_by_page(html: str) -> list[str]:
    named = []
    for tag in TAG.finditer(html):
        attributes = dict(ATTRIBUTE.findall(tag[0]))
        is_loaded = tag[1] != "link" or bool(LOADED_RELATIONS & set(attributes.get("rel", "").split()))
        named += [attributes[name] for name in ("href", "src") if is_loaded and name in attributes]
    return [name for name in named if not name.startswith(("data:", "#"))]


def _named_by_file(text: str) -> list[str]:
    names = [style or script for style, script in INSIDE.findall(text)]
    return [
        name
        for name in names
        if name.startswith(("/", "./", "../"))
        or (not name.startswith("data:") and "." in name and " " not in name and "#" not in name)
    ]
