"""People and files that are gone when their turn comes."""

from pathlib import Path
from uuid import UUID

import pytest

from backend.accounts.actors import SYSTEM
from badges import files, selectors, services
from badges.selectors import Selection
from events.registrations.enums import RegistrationStatus
from events.registrations.models import Registration
from tests.factories.badges import make_badge_holder, make_badge_holders, make_print_job, run
from tests.factories.fairs import make_fair

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def cancel_when_chosen(monkeypatch: pytest.MonkeyPatch, cancelled: list[Registration]) -> None:
    """These people cancel after the badges were chosen and before they are drawn."""
    real = selectors.read_tickets

    def read(chunk: list[UUID]) -> object:
        ids = [registration.id for registration in cancelled]
        Registration.objects.filter(id__in=ids).update(status=RegistrationStatus.CANCELLED)
        return real(chunk)

    monkeypatch.setattr(selectors, "read_tickets", read)


def test_who_cancels_meanwhile_has_no_badge(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fair = make_fair()
    ada, bob = make_badge_holders(fair, [{"given_name": "Ada"}, {"given_name": "Bob"}])
    cancel_when_chosen(monkeypatch, [ada])
    chosen = Selection(audience="candidate", registration_ids=[ada.id, bob.id])
    assert services.print_badges(fair, chosen, actor=SYSTEM, out=tmp_path / "badges.pdf") == 1
    ada.refresh_from_db()
    assert ada.badge_printed_at is None


def test_where_all_cancel_meanwhile_there_is_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fair = make_fair()
    ada = make_badge_holder(fair)
    cancel_when_chosen(monkeypatch, [ada])
    chosen = Selection(audience="candidate", registration_ids=[ada.id])
    assert services.print_badges(fair, chosen, actor=SYSTEM, out=tmp_path / "badges.pdf") == 0
    assert not (tmp_path / "badges.pdf").exists()


def test_a_job_whose_file_is_lost_is_forgotten_with_the_person() -> None:
    fair = make_fair()
    ada = make_badge_holder(fair)
    job = run(make_print_job(fair))
    files.faces_path(job.id).unlink()
    assert services.forget_printed_badges([ada.id], actor=SYSTEM) == 1
    assert not files.pdf_path(job.id).exists()
    job.refresh_from_db()
    assert job.file_name == ""
