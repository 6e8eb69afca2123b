"""The two doors of an import: REST and the command line."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test.client import MULTIPART_CONTENT

from events.employers.models import Employer
from tests.factories.accounts import make_organisation, organiser_client
from tests.factories.client import body_of, client_of, refused
from tests.factories.fairs import make_fair
from tests.factories.registrations import candidate_client, make_registration

pytestmark = pytest.mark.django_db
FILE = b"name,siret\nAirbus,73282932000074\n"
WRONG = b"name,siret\nAirbus,73282932000074\nOrange,1\n"


def send(client, fair, content=FILE, **fields: Any):
    file = SimpleUploadedFile("employeurs.csv", content)
    return client.post(
        f"fairs/{fair.slug}/imports/", {"file": file, "kind": "employers"} | fields, content_type=MULTIPART_CONTENT
    )


def test_rest_imports_tries_and_refuses():
    fair = make_fair()
    organiser = organiser_client(fair.organisation)
    dry = body_of(send(organiser, fair, dry_run="true"), 200)
    assert dry == {"created": 1, "updated": 0, "unchanged": 0, "notes": []}
    assert Employer.objects.count() == 0
    assert body_of(send(organiser, fair), 201) == dry
    assert body_of(send(organiser, fair), 201)["unchanged"] == 1
    problem = refused(send(organiser, fair, WRONG), 400, "import_refused")
    assert list(problem["errors"]) == ["row 3"]
    assert problem["errors"]["row 3"][0].startswith("siret: ")


def test_rest_names_missing_fields():
    fair = make_fair()
    organiser = organiser_client(fair.organisation)
    path = f"fairs/{fair.slug}/imports/"
    problem = refused(organiser.post(path, {}, content_type=MULTIPART_CONTENT), 400, "invalid")
    assert sorted(problem["errors"]) == ["file", "kind"]
    assert list(refused(send(organiser, fair, kind="stands"), 400, "invalid")["errors"]) == ["kind"]
    assert list(refused(send(organiser, fair, b""), 400, "import_refused")["errors"]) == ["file"]
    refused(organiser.post(path, {"kind": "employers"}), 415, "unsupported_media_type")


def test_rest_refuses_what_is_too_large(settings):
    settings.FILE_UPLOAD_MAX_BYTES = len(FILE) - 1
    fair = make_fair()
    refused(send(organiser_client(fair.organisation), fair), 413, "too_large")


def test_rest_is_for_the_fairs_organisers():
    fair = make_fair()
    refused(send(client_of(), fair), 401, "not_authenticated")
    refused(send(candidate_client(make_registration(fair)), fair), 403, "forbidden")
    refused(send(organiser_client(make_organisation()), fair), 404, "not_found")


def run(command, *args):
    out = io.StringIO()
    call_command(command, *map(str, args), stdout=out)
    return out.getvalue().splitlines()


def test_commands_import_try_and_refuse(tmp_path):
    fair = make_fair()
    good, wrong, people = tmp_path / "good.csv", tmp_path / "wrong.csv", tmp_path / "people.csv"
    good.write_bytes(FILE)
    wrong.write_bytes(WRONG)
    people.write_bytes(b"given_name,email,shoe size\nZoe,zoe@example.org,38\n")
    assert run("import_employers", fair.slug, good, "--dry-run")[-1].startswith("would be created: 1")
    assert Employer.objects.count() == 0
    assert run("import_employers", fair.slug, good)[-1] == "created: 1, updated: 0, unchanged: 0"
    out = io.StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("import_employers", fair.slug, str(wrong), stdout=out)
    assert caught.value.returncode == 1
    [line] = out.getvalue().splitlines()
    assert line.startswith("row 3, siret: ")
    note, total = run("import_registrations", fair.id, people)
    assert "shoe size" in note
    assert total == "created: 1, updated: 0, unchanged: 0"


def test_commands_say_what_is_missing(tmp_path):
    with pytest.raises(CommandError, match="nowhere"):
        call_command("import_employers", "nowhere", "x.csv")
    with pytest.raises(CommandError, match=r"x\.csv"):
        call_command("import_employers", make_fair().slug, str(tmp_path / "x.csv"))
