"""`manage.py print_badges`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from badges import services
from badges.models import PrintJob
from events.registrations.models import Registration
from tests.factories.badges import make_badge_holder, make_badge_holders, qr_text_of, scanned_pages, text_of
from tests.factories.fairs import make_fair

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.django_db


def test_it_prints_without_worker_or_browser(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fair = make_fair()
    ada, bob = make_badge_holders(fair, [{"given_name": "Ada"}, {"given_name": "Bob"}])
    out = tmp_path / "badges.pdf"
    options = ["--out", str(out), "--format", "a7", "--audience", "candidate", "--order", "given_name"]
    call_command("print_badges", fair.slug, *options)
    assert scanned_pages(out.read_bytes()) == [{qr_text_of(ada)}, {qr_text_of(bob)}]
    assert str(out) in capsys.readouterr().out
    assert Registration.objects.filter(fair=fair, badge_printed_at__isnull=False).count() == 2
    assert not PrintJob.objects.exists()
    assert list(tmp_path.iterdir()) == [out]


def test_only_new_twice_leaves_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fair = make_fair()
    make_badge_holder(fair)
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    call_command("print_badges", str(fair.id), "--out", str(first), "--only-new")
    said = capsys.readouterr().out
    call_command("print_badges", str(fair.id), "--out", str(second), "--only-new")
    assert first.exists()
    assert not second.exists()
    assert capsys.readouterr().out not in ("", said)


def test_everybody_includes_who_comes_to_work(tmp_path: Path) -> None:
    fair = make_fair()
    owner = fair.organisation.memberships.get().user
    owner.name = "Grace Hopper"
    owner.save(update_fields=["name"])
    out = tmp_path / "badges.pdf"
    call_command("print_badges", fair.slug, "--out", str(out))
    text = text_of(out.read_bytes())
    assert "Grace" in text
    assert "Hopper" in text


def test_a_file_that_was_there_is_replaced_only_when_all_went_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fair = make_fair()
    make_badge_holder(fair)
    out = tmp_path / "badges.pdf"
    out.write_bytes(b"yesterday's")

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(services.shutil, "copyfileobj", refuse)
    with pytest.raises(CommandError, match="No space left on device"):
        call_command("print_badges", fair.slug, "--out", str(out))
    assert out.read_bytes() == b"yesterday's"
    assert list(tmp_path.iterdir()) == [out]
    assert not Registration.objects.filter(badge_printed_at__isnull=False).exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--format", "a5"], "label_62x100"),
        (["--audience", "boss"], "candidate"),
        (["--order", "age"], "created_at"),
    ],
)
def test_unknown_words_are_answered_with_the_known_ones(tmp_path: Path, options: list[str], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("print_badges", make_fair().slug, "--out", str(tmp_path / "x.pdf"), *options)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    fair = make_fair()
    make_badge_holder(fair)
    with pytest.raises(CommandError, match="nowhere"):
        call_command("print_badges", fair.slug, "--out", str(tmp_path / "nowhere" / "x.pdf"))
    assert not Registration.objects.filter(badge_printed_at__isnull=False).exists()


def test_an_unknown_fair_is_one_line_and_exit_1(tmp_path: Path) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "backend.settings",
        "VAR_DIR": str(tmp_path / "var"),
        "DATABASE_URL": "",
    }

    def manage(*words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert manage("migrate", "-v", "0").returncode == 0
    answer = manage("print_badges", "no-such-fair", "--out", str(tmp_path / "x.pdf"))
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert len(answer.stderr.strip().splitlines()) == 1
    assert "no-such-fair" in answer.stderr
    assert not (tmp_path / "x.pdf").exists()
