"""Print jobs: what they print, that they can start over, and what counts as printed."""

import threading
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.utils import translation

from backend.accounts.actors import SYSTEM
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.models import AuditEntry, Event, uuid7
from badges import files, selectors, services
from badges.drawing import BadgeFace
from badges.models import PrintJob
from badges.selectors import Selection
from badges.tasks import draw_print_job, tidy_print_jobs
from events.fairs.models import Fair
from events.registrations.enums import RegistrationStatus
from events.registrations.models import Registration
from events.registrations.services.badge_columns import mark_badge_printed, mark_badges_printed
from events.registrations.services.badge_people import ensure_staff_registrations
from events.registrations.services.cancelling import cancel_registration_row
from events.registrations.services.ticketing import reissue_ticket
from tests.factories.accounts import make_organisation, organiser_of
from tests.factories.badges import (
    make_badge_holder,
    make_badge_holders,
    make_print_job,
    pdf_of,
    qr_text_of,
    run,
    scanned_pages,
    text_of,
)
from tests.factories.employers import make_employer, make_exhibitor, make_recruiter
from tests.factories.fairs import make_fair

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def printed(fair: Fair) -> list[str]:
    """Who has a badge on paper."""
    registrations = Registration.objects.filter(fair=fair, badge_printed_at__isnull=False)
    return sorted(registrations.values_list("given_name", flat=True))


def names(fair: Fair, **selection: Any) -> list[str]:
    """The given names of a selection, in its order."""
    ids = selectors.chosen_registrations(fair, Selection(**{"audience": "candidate"} | selection))
    found = Registration.objects.in_bulk(ids)
    return [found[registration_id].given_name for registration_id in ids]


# --- what is drawn ----------------------------------------------------------------------------------------------------


def test_a_job_draws_codes_that_scan_and_marks_badges_as_printed(media: Path) -> None:
    fair = make_fair()
    holders = make_badge_holders(fair, [{"given_name": f"N{number}"} for number in range(12)])
    job = make_print_job(fair)
    assert printed(fair) == []
    draw_print_job(str(job.id))
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.error) == ("done", 12, 12, "")
    pages = scanned_pages(pdf_of(job))
    assert [len(page) for page in pages] == [10, 2]
    assert set.union(*pages) == {qr_text_of(holder) for holder in holders}
    assert len(printed(fair)) == 12
    assert sorted(path.name for path in media.iterdir()) == [f"{job.id}.faces.gz", f"{job.id}.pdf"]
    assert {path.stat().st_mode & 0o077 for path in media.iterdir()} == {0}


def test_pages_from_one_on_are_the_same_though_people_have_changed() -> None:
    fair = make_fair()
    make_badge_holders(fair, [{"given_name": f"N{number}"} for number in range(7)])
    job = run(make_print_job(fair, format="a4_a6", order="created_at"))
    whole = scanned_pages(pdf_of(job))
    Registration.objects.filter(fair=fair).update(given_name="Zoé", status=RegistrationStatus.CANCELLED)
    assert scanned_pages(pdf_of(job, from_page=2)) == whole[1:]
    assert "N6" in text_of(pdf_of(job, from_page=2))
    assert "N0" not in text_of(pdf_of(job, from_page=2))
    for page in (0, 3):
        with pytest.raises(DomainError, match="invalid"):
            pdf_of(job, from_page=page)


def test_only_confirmed_registrations_of_the_fair_are_drawn() -> None:
    fair = make_fair(capacity=2)
    ada, bob, _waitlisted = make_badge_holders(fair, [{"given_name": name} for name in ("Ada", "Bob", "Cleo")])
    stranger = make_badge_holder(make_fair())
    fair.capacity = None
    cancel_registration_row(bob, actor=SYSTEM)
    Registration.objects.filter(fair=fair, given_name="Cleo").update(status=RegistrationStatus.PENDING)
    everybody = [stranger.id, bob.id, *Registration.objects.filter(fair=fair).values_list("id", flat=True), uuid7()]
    job = run(make_print_job(fair, registration_ids=everybody))
    assert job.total == 1
    assert scanned_pages(pdf_of(job)) == [{qr_text_of(ada)}]
    stranger.refresh_from_db()
    assert stranger.badge_printed_at is None


def test_a_minor_has_no_family_name_anywhere_in_the_document() -> None:
    fair = make_fair()
    day = fair.starts_at.astimezone(fair.zone).date()
    birthday = date(day.year - 18, day.month, min(day.day, 28))
    make_badge_holders(
        fair,
        [
            {"given_name": "Inès", "family_name": "Delacroix", "birth_date": birthday + timedelta(days=40)},
            {"given_name": "Paul", "family_name": "Fontaine", "birth_date": birthday - timedelta(days=40)},
        ],
    )
    job = run(make_print_job(fair))
    pdf = pdf_of(job)
    text = text_of(pdf)
    assert "Inès" in text
    assert "Fontaine" in text
    assert "Delacroix" not in text
    for written in (name.encode(encoding) for name in ("Delacroix",) for encoding in ("latin-1", "utf-16-be")):
        assert written not in pdf
    assert "Delacroix" not in "".join(face.family_name for face in files.read_faces(job.id))


def test_the_day_of_full_age_is_the_first_day_in_the_fairs_zone() -> None:
    fair = make_fair()
    day = fair.starts_at.astimezone(fair.zone).date()
    born = day.replace(year=day.year - 18) if (day.month, day.day) != (2, 29) else date(day.year - 18, 3, 1)
    holders = make_badge_holders(fair, [{"birth_date": born + timedelta(days=1)}, {"birth_date": born}])
    faces = [badge.face for badge in selectors.badges_of(fair, [holder.id for holder in holders])]
    assert [bool(face.family_name) for face in faces] == [False, (born.month, born.day) <= (day.month, day.day)]


# --- order and choice -------------------------------------------------------------------------------------------------


def test_orders_fold_accents_and_case() -> None:
    fair = make_fair()
    people = [
        {"given_name": "Zoé", "family_name": "élan", "employer_name": "beta", "badge_box": "12"},
        {"given_name": "émile", "family_name": "Zola", "employer_name": "Álfa", "badge_box": "9"},
        {"given_name": "Fatou", "family_name": "Eluard", "employer_name": "", "badge_box": "A1"},
    ]
    holders = make_badge_holders(fair, people)
    assert names(fair) == ["Zoé", "Fatou", "émile"]
    assert names(fair, order="given_name") == ["émile", "Fatou", "Zoé"]
    assert names(fair, order="employer") == ["Fatou", "émile", "Zoé"]
    assert names(fair, order="box") == ["émile", "Zoé", "Fatou"]
    assert names(fair, order="created_at") == ["Zoé", "émile", "Fatou"]
    by_code = sorted(holders, key=lambda holder: holder.code)
    assert names(fair, order="code") == [holder.given_name for holder in by_code]


def test_named_registrations_keep_their_order_unless_another_is_asked_for() -> None:
    fair = make_fair()
    ada, bob, cleo = make_badge_holders(fair, [{"given_name": name} for name in ("Ada", "Bob", "Cleo")])
    ids = [cleo.id, ada.id, bob.id, ada.id]
    assert names(fair, registration_ids=ids) == ["Cleo", "Ada", "Bob"]
    assert names(fair, registration_ids=ids, order="given_name") == ["Ada", "Bob", "Cleo"]
    assert names(fair, registration_ids=[]) == []


@pytest.mark.parametrize("kind", ["candidate", "visitor", "press"])
def test_an_audience_is_one_kind(kind: str) -> None:
    fair = make_fair()
    for other in ("candidate", "visitor", "press"):
        make_badge_holder(fair, kind=other, given_name=other)
    assert names(fair, audience=kind) == [kind]
    assert len(names(fair, audience="all")) == 3


# --- only what is new -------------------------------------------------------------------------------------------------


def test_only_new_is_never_printed_changed_or_reissued() -> None:
    fair = make_fair()
    ada, bob, cleo = make_badge_holders(fair, [{"given_name": name} for name in ("Ada", "Bob", "Cleo")])
    assert run(make_print_job(fair, registration_ids=[ada.id, bob.id])).total == 2
    job = run(make_print_job(fair, is_only_new=True))
    assert scanned_pages(pdf_of(job)) == [{qr_text_of(cleo)}]
    assert run(make_print_job(fair, is_only_new=True)).total == 0
    Registration.objects.filter(id=ada.id).update(given_name="Adèle")
    job = run(make_print_job(fair, is_only_new=True))
    assert scanned_pages(pdf_of(job)) == [{qr_text_of(ada)}]
    reissue_ticket(bob, actor=SYSTEM, reason="lost")
    job = run(make_print_job(fair, is_only_new=True))
    assert scanned_pages(pdf_of(job)) == [{qr_text_of(bob)}]
    assert run(make_print_job(fair, is_only_new=True)).total == 0
    assert run(make_print_job(fair)).total == 3


def test_a_reader_of_another_language_makes_no_badge_new() -> None:
    fair = make_fair()
    make_badge_holder(fair)
    with translation.override("en"):
        run(make_print_job(fair))
    with translation.override("fr"):
        assert run(make_print_job(fair, is_only_new=True)).total == 0


def test_nothing_to_print_is_a_job_done_without_a_pdf(media: Path) -> None:
    job = run(make_print_job(make_fair()))
    assert (job.state, job.total, job.error) == ("done", 0, "")
    with pytest.raises(DomainError, match="nothing_to_print"):
        pdf_of(job)
    assert not media.exists()


# --- who may ---------------------------------------------------------------------------------------------------------


def test_strangers_may_neither_ask_nor_make_nor_mark() -> None:
    fair = make_fair()
    holder = make_badge_holder(fair)
    stranger = organiser_of(make_organisation())
    job = run(make_print_job(fair))
    for refused in (
        lambda: services.request_print_job(fair, Selection(), actor=stranger),
        lambda: services.print_badges(fair, Selection(), actor=stranger, out=Path("never.pdf")),
        lambda: ensure_staff_registrations(fair, ["staff"], actor=stranger),
        lambda: mark_badges_printed(fair, {holder.id: "x"}, actor=stranger),
        lambda: mark_badge_printed(holder, "x", actor=stranger),
    ):
        with pytest.raises(DomainError, match="forbidden"):
            refused()
    with pytest.raises(DomainError, match="not_found"):
        services.open_print_job(job, actor=stranger)
    assert list(selectors.visible_print_jobs(stranger)) == []
    assert not Path("never.pdf").exists()


def test_marking_touches_no_other_fair() -> None:
    holder = make_badge_holder(make_fair())
    mark_badges_printed(make_fair(), {holder.id: "x"}, actor=SYSTEM)
    holder.refresh_from_db()
    assert (holder.badge_printed_at, holder.badge_hash) == (None, "")


# --- starting over, failing, two at once ------------------------------------------------------------------------------


class Killed(BaseException):
    """What no `except Exception` sees: the worker has to end."""


def test_a_job_of_a_killed_worker_starts_over_without_double_effect(
    monkeypatch: pytest.MonkeyPatch, media: Path
) -> None:
    fair = make_fair()
    holders = make_badge_holders(fair, [{} for _ in range(5)])
    job = make_print_job(fair, is_only_new=True)
    with monkeypatch.context() as patched:
        patched.setattr(selectors, "CHUNK", 2)
        reads = kill_at_chunk(patched, 5)
        with pytest.raises(Killed):
            services.run_print_job(job.id, actor=SYSTEM)
        assert len(reads) == 5
    job.refresh_from_db()
    assert job.state == "running"
    assert list(media.iterdir()) == []
    assert printed(fair) == []
    # A kill -9 leaves files behind as well.
    (media / f"{job.id}-x.part").write_bytes(b"half")
    run(job)
    assert (job.state, job.done, job.total) == ("done", 5, 5)
    assert set.union(*scanned_pages(pdf_of(job))) == {qr_text_of(holder) for holder in holders}
    assert len(list(media.iterdir())) == 2
    before = (job.finished_at, AuditEntry.objects.count(), media.stat().st_mtime_ns)
    run(job)
    assert (job.finished_at, AuditEntry.objects.count(), media.stat().st_mtime_ns) == before


def kill_at_chunk(monkeypatch: pytest.MonkeyPatch, number: int) -> list[int]:
    """Have the reading of this chunk kill the worker; the sizes of those asked for, as they come."""
    reads: list[int] = []
    real = selectors.read_tickets

    def read(chunk: list[UUID]) -> QuerySet[Any]:
        reads.append(len(chunk))
        if len(reads) == number:
            raise Killed
        return real(chunk)

    monkeypatch.setattr(selectors, "read_tickets", read)
    return reads


def test_a_job_that_cannot_be_drawn_fails_and_says_so(monkeypatch: pytest.MonkeyPatch, media: Path) -> None:
    fair = make_fair()
    make_badge_holder(fair, family_name="Delacroix")

    def refuse(face: BadgeFace) -> str:
        raise ValueError(f"no glyph for {face.family_name}")

    with monkeypatch.context() as patched:
        patched.setattr(selectors, "content_hash", refuse)
        job = run(make_print_job(fair))
    assert job.state == "failed"
    assert job.error
    assert "Delacroix" not in job.error
    assert list(media.iterdir()) == []
    assert printed(fair) == []
    with pytest.raises(DomainError, match="print_failed"):
        pdf_of(job)
    assert run(job).state == "failed"


def test_a_full_disk_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    fair = make_fair()
    make_badge_holder(fair)

    def refuse(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "write_face", refuse)
    job = run(make_print_job(fair))
    assert job.state == "failed"
    assert "No space left on device" in job.error


def test_a_database_that_does_not_answer_is_left_to_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    fair = make_fair()
    make_badge_holder(fair)
    job = make_print_job(fair)

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(services, "mark_badges_printed", refuse)
        with pytest.raises(OperationalError):
            services.run_print_job(job.id, actor=SYSTEM)
    assert run(job).state == "done"


def test_a_job_that_somebody_else_ended_marks_nothing() -> None:
    fair = make_fair()
    make_badge_holder(fair)
    job = make_print_job(fair)
    job.state = "running"
    services._finish(job, {uuid7(): "x"}, actor=SYSTEM)
    job.refresh_from_db()
    assert job.state == "queued"


@pytest.mark.django_db(transaction=True)
def test_two_jobs_at_once_both_end_and_make_each_badge_once() -> None:
    organisation = make_organisation()
    fair = make_fair(organisation)
    employer = make_exhibitor(fair, make_employer(organisation)).employer
    for _ in range(3):
        make_recruiter(employer)
    make_badge_holders(fair, [{} for _ in range(30)])
    jobs = [
        make_print_job(fair, audience="all", order="created_at"),
        make_print_job(fair, audience="all", order="family_name"),
    ]
    errors: list[BaseException] = []

    def work(job: PrintJob) -> None:
        try:
            services.run_print_job(job.id, actor=SYSTEM)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    for job in jobs:
        job.refresh_from_db()
        assert (job.state, job.total) == ("done", 34)
    assert Registration.objects.filter(fair=fair, kind="employer").count() == 3


# --- progress, events, statements -------------------------------------------------------------------------------------


def test_progress_is_written_at_most_twice_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    fair = make_fair()
    make_badge_holders(fair, [{} for _ in range(9)])
    ticks = iter(range(100))
    # Each look at the clock is a fifth of a second later: a page every 0.2 s is told at every third page.
    monkeypatch.setattr(services, "monotonic", lambda: next(ticks) * 0.2)
    job = make_print_job(fair, format="a6")
    run(job)
    told = [event.data for event in Event.objects.filter(name="print_job.progress").order_by("id")]
    assert {event.topics[0] for event in Event.objects.filter(name="print_job.progress")} == {f"job.{job.id}"}
    assert [(data["state"], data["done"], data["total"]) for data in told] == [
        ("running", 0, 9),
        ("running", 3, 9),
        ("running", 6, 9),
        ("running", 9, 9),
        ("done", 9, 9),
    ]


@pytest.mark.parametrize("people", [1, 3])
def test_a_chunk_is_drawn_in_one_statement(people: int, django_assert_num_queries: Any) -> None:
    fair = make_fair()
    ids = [holder.id for holder in make_badge_holders(fair, [{} for _ in range(people)])]
    with django_assert_num_queries(1):
        assert len(list(selectors.badges_of(fair, ids))) == people


@pytest.mark.parametrize(("people", "statements"), [(1, 4), (3, 4), (201, 6)])
def test_a_chunk_is_marked_in_two_statements(people: int, statements: int, django_assert_num_queries: Any) -> None:
    fair = make_fair()
    hashes = {holder.id: "x" for holder in make_badge_holders(fair, [{} for _ in range(people)])}
    # Two more are the savepoint that the test's own transaction makes of ours.
    with django_assert_num_queries(statements):
        mark_badges_printed(fair, hashes, actor=SYSTEM)
    assert Registration.objects.filter(fair=fair, badge_hash="x").count() == people


def test_the_trail_tells_of_the_job() -> None:
    fair = make_fair()
    actor = organiser_of(fair.organisation)
    job = services.request_print_job(fair, Selection(audience="candidate"), actor=actor)
    run(job)
    entries = AuditEntry.objects.filter(object_id=job.id).order_by("id")
    assert [(entry.action, entry.actor_user_id) for entry in entries] == [
        ("print_job.requested", actor.user_id),
        ("print_job.done", None),
    ]


# --- what becomes of files --------------------------------------------------------------------------------------------


def test_files_are_deleted_after_thirty_days(media: Path) -> None:
    fair = make_fair()
    make_badge_holder(fair)
    old, young = run(make_print_job(fair)), run(make_print_job(fair))
    PrintJob.objects.filter(id=old.id).update(created_at=now() - timedelta(days=30, minutes=1))
    PrintJob.objects.filter(id=young.id).update(created_at=now() - timedelta(days=29, hours=23))
    assert services.delete_expired_print_jobs(actor=SYSTEM, dry_run=True) == 1
    assert len(list(media.iterdir())) == 4
    tidy_print_jobs()
    assert [job.id for job in PrintJob.objects.all()] == [young.id]
    assert {path.name.split(".")[0] for path in media.iterdir()} == {str(young.id)}


def test_a_job_that_nobody_draws_any_more_fails() -> None:
    stalled, waiting, busy = (make_print_job(make_fair()) for _ in range(3))
    long_ago = now() - timedelta(minutes=61)
    PrintJob.objects.filter(id=stalled.id).update(state="running", updated_at=long_ago)
    PrintJob.objects.filter(id=waiting.id).update(updated_at=long_ago)
    PrintJob.objects.filter(id=busy.id).update(state="running")
    tidy_print_jobs()
    for job, state in ((stalled, "failed"), (waiting, "queued"), (busy, "running")):
        job.refresh_from_db()
        assert job.state == state
    stalled.refresh_from_db()
    assert stalled.error


def test_the_pdfs_of_an_erased_person_are_gone(media: Path) -> None:
    fair = make_fair()
    ada, bob = make_badge_holders(fair, [{"given_name": "Ada"}, {"given_name": "Bob"}])
    both = run(make_print_job(fair))
    one = run(make_print_job(fair, registration_ids=[bob.id]))
    assert services.forget_printed_badges([ada.id], actor=SYSTEM) == 1
    with pytest.raises(DomainError, match="not_found"):
        pdf_of(both)
    both.refresh_from_db()
    assert (both.state, both.total) == ("done", 2)
    assert len(scanned_pages(pdf_of(one))) == 1
    assert {path.name.split(".")[0] for path in media.iterdir()} == {str(one.id)}
    assert services.forget_printed_badges([ada.id], actor=SYSTEM) == 0
