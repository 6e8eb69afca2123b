"""Registrations to print badges of, print jobs, and PDFs looked at as a printer and a scanner would."""

import subprocess
import tempfile
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image

from backend.accounts.actors import SYSTEM
from badges import services
from badges.models import PrintJob
from badges.selectors import Selection
from events.fairs.models import Fair
from events.registrations.enums import Channel
from events.registrations.models import Registration
from events.registrations.selectors import live_ticket, ticket_text
from events.registrations.services.bulk import register_many

_numbers = count(1)


def make_badge_holders(fair: Fair, people: Iterable[dict[str, Any]]) -> list[Registration]:
    """Confirmed registrations with tickets, in this order; an adult candidate each unless said otherwise."""
    rows = [{"given_name": "Ada", "family_name": f"Lovelace {next(_numbers)}"} | person for person in people]
    registrations = register_many(fair, rows, actor=SYSTEM, channel=Channel.DESK)
    for registration, row in zip(registrations, rows, strict=True):
        if changed := {field: row[field] for field in ("employer_name", "badge_box") if field in row}:
            Registration.objects.filter(pk=registration.pk).update(**changed)
    return registrations


def make_badge_holder(fair: Fair, **person: Any) -> Registration:
    """One of them."""
    return make_badge_holders(fair, [person])[0]


def make_print_job(fair: Fair, **selection: Any) -> PrintJob:
    """A job in the queue, for candidates unless said otherwise: everybody includes the organisation's own people."""
    return services.request_print_job(fair, Selection(**{"audience": "candidate"} | selection), actor=SYSTEM)


def run(job: PrintJob) -> PrintJob:
    """The job as the worker leaves it."""
    services.run_print_job(job.id, actor=SYSTEM)
    job.refresh_from_db()
    return job


def pdf_of(job: PrintJob, from_page: int = 1) -> bytes:
    """The bytes of a job's PDF."""
    with services.open_print_job(job, actor=SYSTEM, from_page=from_page) as pdf:
        return pdf.read()


def qr_text_of(registration: Registration) -> str:
    """What the code on its badge must say."""
    return ticket_text(live_ticket(registration), registration.fair)


def scanned_pages(pdf: bytes) -> list[set[str]]:
    """The texts of the codes on each page."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pdftoppm", "-r", "150", "-png", "-", "page"], input=pdf, cwd=folder, check=True)
        pages = [Image.open(path).convert("L") for path in sorted(Path(folder).glob("*.png"))]
        return [{code.text for code in zxingcpp.read_barcodes(page)} for page in pages]


def text_of(pdf: bytes) -> str:
    """What a program reads in the document."""
    command = ["pdftotext", "-layout", "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
