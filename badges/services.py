"""Writes of badges: print jobs, single badges, and what becomes of their files."""

import gzip
import io
import logging
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import IO, BinaryIO, TextIO, cast
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _

from backend.accounts.actors import Actor
from backend.core import audit, events
from backend.core.clock import now
from backend.core.errors import DomainError, invalid
from backend.jobs.services import enqueue
from badges import files, permissions, selectors
from badges.drawing import BadgeFace, content_hash, draw_badges
from badges.enums import Audience, PrintJobState
from badges.faces import face_of, words_of
from badges.formats import FORMATS
from badges.models import PrintJob
from badges.selectors import Selection
from events.fairs.models import Fair
from events.registrations.at_work import departed
from events.registrations.enums import STAFF_KINDS, Channel, RegistrationStatus
from events.registrations.models import Ticket
from events.registrations.services.badge_columns import mark_badge_printed, mark_badges_printed
from events.registrations.services.badge_people import ensure_staff_registrations

logger = logging.getLogger(__name__)

PROGRESS_SECONDS = 0.5
KEEP = timedelta(days=30)
STALLED_AFTER = timedelta(hours=1)


# --- print jobs: asked for, drawn, fetched ----------------------------------------------------------------------------


@transaction.atomic
def request_print_job(fair: Fair, selection: Selection, *, actor: Actor) -> PrintJob:
    """Have the worker draw these badges into one PDF. Raises `forbidden`."""
    if not permissions.can_print_badges(actor, fair):
        raise DomainError("forbidden")
    ids = selection.registration_ids
    job = PrintJob(
        fair=fair,
        created_by_id=actor.user_id,
        format=selection.format,
        audience=selection.audience,
        order=selection.order,
        is_only_new=selection.is_only_new,
        registration_ids=None if ids is None else [str(registration_id) for registration_id in ids],
    )
    job.save(force_insert=True)
    audit.record(
        "print_job.requested", job, actor=actor, organisation_id=fair.organisation_id, to_state=PrintJobState.QUEUED
    )
    enqueue("badges.tasks.draw_print_job", str(job.id))
    return job


def run_print_job(job_id: UUID, *, actor: Actor) -> None:
    """Draw a job's badges, keep the PDF and count them as printed; ends in `done` or `failed`.

    After a killed worker it starts over; a job that has ended is left alone. Only a database that does not answer is
    raised, for the worker to try again.
    """
    job = _begin(job_id)
    if job is None:
        return
    try:
        files.delete_files(job.id)
        ids = _registrations_to_print(job.fair, _selection_of(job), actor=actor)
        _report(job, total=len(ids))
        _finish(job, _draw_job(job, ids), actor=actor)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        # The message may name a person: the kind and the place are enough.
        place = "".join(traceback.format_tb(error.__traceback__))
        logger.error("print job %s: %s\n%s", job.id, type(error).__qualname__, place)
        _fail(job, _reason(error), actor=actor)


def _begin(job_id: UUID) -> PrintJob | None:
    with transaction.atomic():
        jobs = PrintJob.objects.select_for_update(of=("self",)).select_related("fair")
        job = jobs.filter(id=job_id, state__in=(PrintJobState.QUEUED, PrintJobState.RUNNING)).first()
        if job is not None:
            job.state, job.done, job.total = PrintJobState.RUNNING, 0, 0
            job.save(update_fields=["state", "done", "total", "updated_at"])
    return job


def _selection_of(job: PrintJob) -> Selection:
    ids = job.registration_ids
    return Selection(
        format=job.format,
        audience=job.audience,
        order=job.order,
        is_only_new=job.is_only_new,
        registration_ids=None if ids is None else [UUID(text) for text in ids],
    )


def _registrations_to_print(fair: Fair, selection: Selection, *, actor: Actor) -> list[UUID]:
    kinds = [kind for kind in STAFF_KINDS if selection.audience in (Audience.ALL, kind)]
    if kinds and selection.registration_ids is None:
        ensure_staff_registrations(fair, kinds, actor=actor)
    ids = selectors.chosen_registrations(fair, selection)
    return selectors.new_badges(fair, ids) if selection.is_only_new else ids


def _report(job: PrintJob, **columns: int) -> None:
    """Write how far the job is, for whoever asks and whoever listens."""
    for column, value in columns.items():
        setattr(job, column, value)
    with transaction.atomic():
        job.save(update_fields=[*columns, "updated_at"])
        _announce(job)


def _announce(job: PrintJob) -> None:
    data = {"id": str(job.id), "state": job.state, "done": job.done, "total": job.total, "error": job.error}
    events.announce("print_job.progress", topics=[f"job.{job.id}"], data=data)


def _draw_job(job: PrintJob, ids: list[UUID]) -> dict[UUID, str]:
    """Draw the PDF and its faces; the content of each badge by registration."""
    if not ids:
        return {}
    pdf = files.pdf_path(job.id)
    pdf.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    reported_at = monotonic()

    def progress(done: int) -> None:
        nonlocal reported_at
        if monotonic() - reported_at >= PROGRESS_SECONDS:
            _report(job, done=done)
            reported_at = monotonic()

    with ExitStack() as stack:
        zipped = stack.enter_context(files.replacing(files.faces_path(job.id)))
        faces = cast(TextIO, stack.enter_context(gzip.open(zipped, "wt", encoding="utf-8")))
        out = stack.enter_context(files.replacing(pdf))
        return _draw(job.fair, ids, job.format, out, faces=faces, progress=progress)


def _draw(
    fair: Fair,
    ids: list[UUID],
    format: str,
    out: IO[bytes],
    *,
    faces: TextIO | None = None,
    progress: Callable[[int], None] | None = None,
) -> dict[UUID, str]:
    printed: dict[UUID, str] = {}

    def shown() -> Iterator[BadgeFace]:
        for badge in selectors.badges_of(fair, ids):
            printed[badge.registration_id] = badge.content_hash
            if faces is not None:
                files.write_face(faces, badge.registration_id, badge.face)
            yield badge.face

    _draw_pdf(fair, shown(), format, out, progress=progress)
    return printed


def _draw_pdf(
    fair: Fair,
    faces: Iterable[BadgeFace],
    format: str,
    out: IO[bytes],
    *,
    progress: Callable[[int], None] | None = None,
) -> None:
    words = words_of(fair)
    draw_badges(
        faces,
        format=format,
        out=cast(BinaryIO, out),
        title=words.title,
        language=words.language,
        progress=progress,
    )


@transaction.atomic
def _finish(job: PrintJob, printed: dict[UUID, str], *, actor: Actor) -> None:
    """Printed and done in one transaction: a job that starts over finds its badges as they were."""
    if not _is_running(job):
        return
    mark_badges_printed(job.fair, printed, actor=actor)
    job.done = job.total = len(printed)
    job.file_name = files.pdf_path(job.id).name if printed else ""
    _end(job, PrintJobState.DONE, actor=actor)


@transaction.atomic
def _fail(job: PrintJob, reason: str, *, actor: Actor) -> None:
    if not _is_running(job):
        return
    files.delete_files(job.id)
    job.error = reason[:200]
    _end(job, PrintJobState.FAILED, actor=actor)


def _is_running(job: PrintJob) -> bool:
    """Whether nobody else has ended the job meanwhile; it is locked then."""
    return PrintJob.objects.select_for_update().filter(id=job.id, state=PrintJobState.RUNNING).first() is not None


def _end(job: PrintJob, state: PrintJobState, *, actor: Actor) -> None:
    audit.record(
        f"print_job.{state}",
        job,
        actor=actor,
        organisation_id=job.fair.organisation_id,
        from_state=job.state,
        to_state=state,
    )
    job.state, job.finished_at = state, now()
    job.save(update_fields=["state", "done", "total", "error", "file_name", "finished_at", "updated_at"])
    _announce(job)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return _("The file could not be written: %(why)s.") % {"why": error.strerror or type(error).__name__}
    return _("The badges could not be drawn. The log says more: look for the number of this job.")


def open_print_job(job: PrintJob, *, actor: Actor, from_page: int = 1) -> BinaryIO:
    """A job's PDF from this page on (counted from 1), to be read and closed by the caller.

    Raises `not_ready`, `print_failed`, `nothing_to_print`, `invalid` for a page that the PDF does not have, and
    `not_found` for another organisation's job and for a PDF that is past its 30 days or was deleted with a person.
    """
    if not permissions.can_print_badges(actor, job.fair):
        raise DomainError("not_found")
    if job.state != PrintJobState.DONE:
        raise DomainError("print_failed" if job.state == PrintJobState.FAILED else "not_ready")
    if not job.total:
        raise DomainError("nothing_to_print")
    per_page = FORMATS[job.format].badges_per_page
    pages = -(-job.total // per_page)
    if not 1 <= from_page <= pages:
        raise invalid("from_page", _("A page from 1 to %(pages)d.") % {"pages": pages})
    try:
        if from_page == 1:
            return files.pdf_path(job.id).open("rb")
        faces = files.read_faces(job.id, skip=(from_page - 1) * per_page)
        out = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 (the caller closes it)
        _draw_pdf(job.fair, faces, job.format, out)
    except FileNotFoundError as error:
        raise DomainError("not_found") from error
    out.seek(0)
    return out


# --- without the worker -----------------------------------------------------------------------------------------------


def print_badges(fair: Fair, selection: Selection, *, actor: Actor, out: Path) -> int:
    """Draw these badges into a file at once and count them as printed; how many. Nothing to print makes no file.

    Raises `forbidden`, and OSError for a file that cannot be written.
    """
    if not permissions.can_print_badges(actor, fair):
        raise DomainError("forbidden")
    ids = _registrations_to_print(fair, selection, actor=actor)
    if not ids:
        return 0
    with tempfile.TemporaryFile() as drawn:
        printed = _draw(fair, ids, selection.format, drawn)
        if not printed:
            return 0
        drawn.seek(0)
        with files.replacing(out) as file:
            shutil.copyfileobj(drawn, file)
    mark_badges_printed(fair, printed, actor=actor)
    return len(printed)


def print_badge(ticket: Ticket, *, actor: Actor, format: str) -> bytes:
    """The PDF of one badge; it counts as printed where staff or an organiser fetches it, not where its person does.

    `ticket` is a live one with its registration and fair. Raises `not_found`,
    `not_confirmed`, and `nothing_to_print` for who came to work and has left.
    """
    registration = ticket.registration
    if not permissions.can_read_badge(actor, registration):
        raise DomainError("not_found")
    if registration.status != RegistrationStatus.CONFIRMED:
        raise DomainError("not_confirmed")
    if registration.channel == Channel.BADGE_JOB and departed(registration.fair).filter(pk=registration.pk).exists():
        raise DomainError("nothing_to_print")
    face = face_of(ticket, words_of(registration.fair))
    out = io.BytesIO()
    _draw_pdf(registration.fair, [face], format, out)
    if permissions.can_hand_out_badge(actor, registration):
        mark_badge_printed(registration, content_hash(face), actor=actor)
    return out.getvalue()


# --- what becomes of the files ----------------------------------------------------------------------------------------


def delete_expired_print_jobs(*, actor: Actor, dry_run: bool = False) -> int:
    """Delete jobs of more than 30 days ago with their files (contract §2.7); how many there are."""
    expired = PrintJob.objects.filter(created_at__lt=now() - KEEP)
    ids = list(expired.values_list("id", flat=True))
    if not dry_run:
        for job_id in ids:
            files.delete_files(job_id)
        PrintJob.objects.filter(id__in=ids).delete()
    return len(ids)


def fail_stalled_print_jobs(*, actor: Actor) -> int:
    """End the jobs that were begun and not touched for an hour, so that nobody waits for them; how many."""
    begun = PrintJob.objects.select_related("fair").filter(state=PrintJobState.RUNNING)
    stalled = list(begun.filter(updated_at__lt=now() - STALLED_AFTER))
    for job in stalled:
        _fail(job, _("The badges took too long to draw. Start the job again."), actor=actor)
    return len(stalled)


def forget_printed_badges(registration_ids: Iterable[UUID], *, actor: Actor) -> int:
    """Delete the PDFs that show one of these registrations, for a person who is erased; how many.

    The jobs stay as rows without a file: their PDF answers `not_found`.
    """
    wanted = set(registration_ids)
    fairs = Ticket.objects.filter(registration_id__in=wanted).values("registration__fair_id")
    jobs = PrintJob.objects.filter(fair_id__in=fairs, state=PrintJobState.DONE).exclude(file_name="")
    count = 0
    for job_id in jobs.values_list("id", flat=True):
        try:
            is_shown = files.shows_any(job_id, wanted)
        except FileNotFoundError:
            is_shown = True
        if is_shown:
            files.delete_files(job_id)
            PrintJob.objects.filter(id=job_id).update(file_name="", updated_at=now())
            count += 1
    return count
