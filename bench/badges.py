"""Badges by the thousand: drawn, and from the database to the file; beside reportlab with a line and a mask a badge."""

import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from backend.accounts.actors import SYSTEM
from badges.drawing import BadgeFace, draw_badges
from badges.selectors import Selection
from badges.services import print_badges
from bench.fairs import LATIN, SHAPED, Ground
from bench.figures import Figure, Goal, Scale, interleaved
from bench.surroundings import ROOT, memory_mb
from events.fairs.models import Fair
from events.registrations import qr, tickets

NAMES = {"Latin": (LATIN, 5000), "shaped": (SHAPED, 1000)}
PEERS = {"a6": "52.5 s, 51 kB, 427–463 MB", "a4_90x55": "175 s, 51 kB, 427–463 MB"}
MOST_KB = 0.6


def measure(scale: Scale) -> list[Figure]:
    """Badges a second of 1,000 by format and script, and 10,000 out of the database with their peak memory."""
    thousand, many = scale.of(1000, 20), scale.of(10_000, 40)
    figures = []
    for script, (names, goal) in NAMES.items():
        faces = list(_faces(thousand, names))
        _draw(faces[: scale.of(100, 10)], "a6")  # fonts are loaded once
        for format in ("a4_90x55", "a6"):
            mine, other = interleaved(
                scale,
                lambda _round, faces=faces, format=format: _draw(faces, format),  # type: ignore[misc]
                lambda _round: _bare(thousand),
            )
            what = f"{thousand:,} {script}, {format}"
            figures += [
                Figure(what, "/s", mine["rate"], Goal(least=goal), other["rate"], peer=PEERS[format]),
                Figure("  size of one", "kB", mine["kilobytes"], Goal(most=MOST_KB), other["kilobytes"]),
            ]
    ground = Ground()
    ground.register(many)
    seconds, megabytes, at_start = _in_a_process_of_its_own(ground.fair)
    return [
        *figures,
        Figure(f"{many:,} out of the database, a4_90x55", "s", seconds, Goal(most=4)),
        Figure(
            "  peak memory", "MB", megabytes, Goal(most=250), at_start, note="limit: the same process before it draws"
        ),
    ]


def _faces(number: int, names: list[tuple[str, str]]) -> Iterator[BadgeFace]:
    for position in range(number):
        given_name, family_name = names[position % len(names)]
        ticket = tickets.TicketPayload(fair_number=1, number=tickets.new_number(), not_after_on=date(2030, 1, 1))
        yield BadgeFace(
            given_name=given_name,
            family_name=f"{family_name} {position}",
            role="Candidat",
            kind="candidate",
            employer="",
            fair="Forum de l'emploi en Provence",
            date="Jeudi 28 novembre 2030",
            code=f"{position:08d}",
            qr_text=tickets.encode(ticket),
            box="",
            language="fr",
        )


def _draw(faces: list[BadgeFace], format: str) -> dict[str, float]:
    out = io.BytesIO()
    start = time.perf_counter()
    draw_badges(faces, format=format, out=out, title="Badges", language="fr")
    return _result(len(faces), time.perf_counter() - start, out)


def _bare(number: int) -> dict[str, float]:
    """A page of ten badges of one line of text and one mask of a QR code's size each."""
    out = io.BytesIO()
    bits = "5a" * (-(-qr.SIDE // 8) * qr.SIDE)
    start = time.perf_counter()
    canvas = Canvas(out, pageCompression=1)
    for position in range(number):
        canvas.drawString(20, 20 + position % 10 * 80, f"Amélie Dupont {position}")
        canvas._code.append(
            f"q 71 0 0 71 200 {20 + position % 10 * 80} cm BI /W {qr.SIDE} /H {qr.SIDE} /IM true /BPC 1 "
            f"/D [1 0] /F /AHx ID {bits}> EI Q"
        )
        if position % 10 == 9:
            canvas.showPage()
    canvas.save()
    return _result(number, time.perf_counter() - start, out)


def _result(number: int, seconds: float, out: io.BytesIO) -> dict[str, float]:
    return {"rate": number / seconds, "kilobytes": len(out.getvalue()) / number / 1000}


def _in_a_process_of_its_own(fair: Fair) -> list[float]:
    """Seconds, peak MB and MB at the start of drawing all badges of a fair."""
    program = "import sys, django; django.setup(); from bench.badges import print_all; print_all(sys.argv[1])"
    command = [sys.executable, "-c", program, str(fair.pk)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def print_all(fair_id: str) -> None:
    """Draw all badges of the fair into a file that is thrown away; prints what `_in_a_process_of_its_own` gives."""
    fair = Fair.objects.get(pk=fair_id)
    before = memory_mb()
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        print_badges(fair, Selection(), actor=SYSTEM, out=Path(folder) / "badges.pdf")
        print(time.perf_counter() - start, memory_mb(peak=True), before)
