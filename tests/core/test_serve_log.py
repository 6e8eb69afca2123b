"""The log of the real server and its worker, at its most talkative, while a person comes by and things go wrong."""

import json
import signal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from websockets.sync.client import connect

from tests.core.serving import PATIENCE, Site, manage, serving, until
from tests.engines import free_port

SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.e2e.plain_settings", "LOG_LEVEL": "DEBUG"}
FILL = """
from tests.factories.fairs import make_fair
make_fair(slug="forum")
"""
PERSON = {
    "given_name": "Noémie",
    "family_name": "Quémeneur",
    "email": "noemie.quemeneur@example.org",
    "phone": "+33612345678",
}


def post(site: Site, path: str, body: dict[str, Any]) -> tuple[int, Any]:
    """Status and JSON."""
    connection = site.connect()
    connection.request("POST", f"/api/v1/{path}", json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return response.status, answer


def test_nobody_is_named_and_every_request_has_its_id(tmp_path: Path) -> None:
    settings = SETTINGS | {"EMAIL_URL": f"smtp://127.0.0.1:{free_port()}"}
    for command in (["migrate", "--verbosity", "0"], ["shell", "--verbosity", "0", "--command", FILL]):
        done = manage(tmp_path, *command, **settings)
        assert done.returncode == 0, done.stderr
    with serving(tmp_path, **settings) as site:
        person = PERSON | {"consents": {"privacy": True}}
        status, registered = post(site, "fairs/forum/registrations/", person)
        assert status == 201
        assert post(site, "fairs/forum/registrations/", PERSON)[0] == 400
        assert post(site, f"registrations/{registered['id']}/confirm/", {"code": "000000"})[0] == 400
        assert site.get(f"/api/v1/fairs/forum/?q={quote(PERSON['email'])}")[0] == 200
        assert site.get(f"/api/v1/fairs/{quote(PERSON['given_name'])}/")[0] == 404
        with connect(f"ws://127.0.0.1:{site.port}/ws/me/", open_timeout=PATIENCE) as socket:
            socket.send(json.dumps({"op": "hello", "token": PERSON["email"]}))
        until(lambda: "attempt 1: ConnectionRefusedError" in (tmp_path / "stderr").read_text())
        site.process.send_signal(signal.SIGTERM)
        site.process.wait(PATIENCE)
    text = (tmp_path / "stderr").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    told = [*PERSON.values(), "noemie", "612345678", quote(PERSON["email"]), registered["id"], registered["code"]]
    assert [word for word in told if word.casefold() in text.casefold()] == []
    requests = [line for line in lines if line["logger"] == "backend.access"]
    assert {200, 201, 400, 404} <= {line.get("status") for line in requests}
    assert "WEBSOCKET" in {line["method"] for line in requests}
    assert all(line["request_id"] for line in requests)
