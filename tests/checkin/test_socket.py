"""The scanner's socket: every frame, every refusal, the figures that are pushed."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib import auth
from django.db import OperationalError
from django.utils import translation

from backend.accounts import greeting
from backend.accounts.actors import SYSTEM
from backend.accounts.enums import Role, Scope
from backend.accounts.models import ApiToken
from backend.core.clock import now
from backend.core.models import uuid7
from backend.routing import websocket
from checkin import group_commit, realtime
from checkin.enums import Reason
from checkin.models import CheckIn, Scan
from tests.factories.accounts import make_member, make_token
from tests.factories.checkin import make_guest, make_scan, open_fair, staff_token

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("threads")]
PATIENCE = 30


class Entrance:
    """A published fair with a token of its staff and some tickets."""

    def __init__(self) -> None:
        self.fair = open_fair()
        self.token = staff_token(self.fair)
        self.texts = [make_guest(self.fair)[1] for _number in range(5)]


@pytest.fixture
def entrance(transactional_db: None) -> Entrance:
    return Entrance()


class Socket(WebsocketCommunicator):
    """The client's end."""

    async def say(self, op: str, **members: Any) -> None:
        await self.send_to(text_data=json.dumps({"op": op, **members}))

    async def hear(self, *ops: str) -> dict[str, Any]:
        """The next frame with one of the operations; figures that are pushed in between are passed over."""
        while True:
            frame = json.loads(await self.receive_from(timeout=PATIENCE))
            if frame["op"] in ops or (not ops and frame["op"] != "counts"):
                return frame

    async def closed(self) -> int:
        """The code with which the server closes."""
        while True:
            message = await self.receive_output(timeout=PATIENCE)
            if message["type"] == "websocket.close":
                return message["code"]


@asynccontextmanager
async def connected(fair: Any, **headers: str) -> AsyncIterator[Socket]:
    known = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    socket = Socket(websocket, f"/ws/fairs/{getattr(fair, 'slug', fair)}/checkin/", known)
    is_open, _protocol = await socket.connect(timeout=PATIENCE)
    assert is_open
    try:
        yield socket
    finally:
        await socket.disconnect(timeout=PATIENCE)


@asynccontextmanager
async def greeted(entrance: Entrance, **headers: str) -> AsyncIterator[Socket]:
    async with connected(entrance.fair, **headers) as socket:
        await socket.say("hello", token=entrance.token)
        assert (await socket.hear())["op"] == "welcome"
        yield socket


def scan(secret: str, **more: Any) -> dict[str, Any]:
    return {"secret": secret, "type": "entry", "nonce": str(uuid7())} | more


async def test_hello_and_welcome(entrance: Entrance) -> None:
    async with connected(entrance.fair) as socket:
        await socket.say("hello", token=entrance.token, device_time="2026-01-01T00:00:00Z")
        welcome = await socket.hear()
    assert welcome.pop("server_time").startswith("20")
    assert welcome == {
        "op": "welcome",
        "fair": entrance.fair.slug,
        "gate": None,
        "counts": {"expected": 5, "admitted": 0, "inside": 0, "left": 0},
    }


async def test_redeem_answers_as_rest_does(entrance: Entrance) -> None:
    async with greeted(entrance) as socket:
        sent = scan(entrance.texts[0])
        await socket.say("redeem", **sent)
        answer = await socket.hear("redeemed")
        await socket.say("redeem", **sent)
        assert await socket.hear("redeemed") == answer
        await socket.say("redeem", **scan("hello"))
        refused = await socket.hear("redeemed")
    assert (answer["status"], answer["first"], answer["nonce"]) == ("ok", True, sent["nonce"])
    assert (refused["status"], refused["reason"]) == ("error", "invalid")
    stored = await realtime.read(lambda: Scan.objects.get(nonce=sent["nonce"]))
    assert {"op": "redeemed"} | stored.answer == answer
    assert stored.actor_token_id is not None


async def test_a_list_is_answered_in_order(entrance: Entrance) -> None:
    first, out = scan(entrance.texts[0]), scan(entrance.texts[0], type="exit")
    async with greeted(entrance) as socket:
        await socket.say("redeem_many", scans=[first, "x", out, scan("hello"), first, {"nonce": "n"}])
        answers = [await socket.hear("redeemed") for _number in range(6)]
        assert [answer["reason"] for answer in answers] == [None, "invalid", None, "invalid", None, "invalid"]
        assert answers[4] == answers[0]
        assert answers[5]["nonce"] == "n"
        await socket.say("redeem_many", scans=["x"])
        assert (await socket.hear())["reason"] == "invalid"


async def test_many_frames_may_be_under_way(entrance: Entrance) -> None:
    sent = {frame["nonce"]: frame for frame in (scan(entrance.texts[0]) for _number in range(100))}
    async with greeted(entrance) as socket:
        for frame in sent.values():
            await socket.say("redeem", **frame)
        answers = [await socket.hear("redeemed") for _frame in sent]
    assert {answer["nonce"] for answer in answers} == sent.keys()
    assert sum(answer["first"] for answer in answers) == 1
    assert await realtime.read(CheckIn.objects.count) == 1


async def test_bad_frames_leave_the_socket_open(entrance: Entrance) -> None:
    async with greeted(entrance) as socket:
        for text in (" ", "{", "[]", "3", '{"op": "dance"}', '{"op": 7}', '{"op": ["redeem"]}', "{}", "[" * 5000):
            await socket.send_to(text_data=text)
            assert await socket.hear() == {"op": "error", "code": "bad_frame"}
        await socket.send_to(bytes_data=b"\x00\xff")
        assert await socket.hear() == {"op": "error", "code": "bad_frame"}
        await socket.send_to(text_data=" " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1))
        assert await socket.hear() == {"op": "error", "code": "bad_frame"}
        await socket.say("redeem", secret="x", type="entry")
        error = await socket.hear()
        assert (error["code"], list(error["errors"]), error["nonce"]) == ("bad_frame", ["nonce"], None)
        for scans in ([], "x", None, [{}] * 501):
            await socket.say("redeem_many", scans=scans)
            assert (await socket.hear())["code"] == "bad_frame"
        await socket.say("ping")
        assert await socket.hear() == {"op": "pong"}


async def test_force_without_the_scope_is_an_error_for_one_and_invalid_in_a_list(entrance: Entrance) -> None:
    forced = scan(entrance.texts[0], force=True, reason="VIP")
    async with greeted(entrance) as socket:
        await socket.say("redeem", **forced)
        error = await socket.hear()
        assert (error["op"], error["code"], error["nonce"]) == ("error", "forbidden", forced["nonce"])
        await socket.say("redeem_many", scans=[forced])
        assert (await socket.hear())["reason"] == "invalid"


async def test_counts_are_pushed_to_all_when_they_change(entrance: Entrance) -> None:
    async with greeted(entrance) as watching, greeted(entrance) as scanning:
        await scanning.say("redeem_many", scans=[scan(text) for text in entrance.texts[:3]])
        for socket in (watching, scanning):
            figures = await socket.hear("counts")
            assert figures == {"op": "counts", "expected": 5, "admitted": 3, "inside": 3, "left": 0}
        await scanning.say("redeem", **scan(entrance.texts[0], type="exit"))
        assert (await watching.hear("counts"))["left"] == 1


async def test_counts_come_without_a_pulse_too(entrance: Entrance) -> None:
    async with greeted(entrance) as socket:
        await realtime.read(lambda: make_guest(entrance.fair))
        assert (await socket.hear("counts"))["expected"] == 6


async def test_a_first_frame_that_is_no_hello_closes(entrance: Entrance) -> None:
    for text in (json.dumps({"op": "redeem", **scan("x")}), "{", json.dumps({"op": "hello", "token": 3})):
        async with connected(entrance.fair) as socket:
            await socket.send_to(text_data=text)
            assert await socket.closed() == 4401


async def test_no_hello_in_time_closes(entrance: Entrance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(greeting, "HELLO_SECONDS", 0.05)
    async with connected(entrance.fair) as socket:
        assert await socket.closed() == 4401


def _broken_tokens(entrance: Entrance) -> dict[str, int]:
    """Tokens with the code that they are closed with."""
    revoked, expired = staff_token(entrance.fair), staff_token(entrance.fair)
    former, latter = ApiToken.objects.order_by("-id")[:2][::-1]
    ApiToken.objects.filter(pk=former.pk).update(revoked_at=now())
    ApiToken.objects.filter(pk=latter.pk).update(expires_at=now() - timedelta(seconds=1))
    organiser = make_token(make_member(entrance.fair.organisation, Role.ORGANISER), [Scope.ORGANISER])
    stranger = staff_token(open_fair())
    return {"": 4401, "wrong": 4401, expired: 4401, revoked: 4403, organiser: 4403, stranger: 4403}


async def test_tokens_that_may_not(entrance: Entrance) -> None:
    tokens = await realtime.read(_broken_tokens, entrance)
    for token, code in tokens.items():
        async with connected(entrance.fair) as socket:
            await socket.say("hello", token=token)
            assert await socket.closed() == code
    async with connected("no-such-fair") as socket:
        await socket.say("hello", token=entrance.token)
        assert await socket.closed() == 4403


@pytest.mark.parametrize(("change", "code"), [("revoked_at", 4403), ("expires_at", 4401)])
async def test_a_token_that_ends_meanwhile(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch, change: str, code: int
) -> None:
    monkeypatch.setattr(greeting, "RECHECK_SECONDS", 0.05)
    async with greeted(entrance) as socket:
        await realtime.read(lambda: ApiToken.objects.update(**{change: now()}))
        assert await socket.closed() == code


async def test_a_token_is_looked_at_again_when_the_database_is_back(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = []
    actor_of_socket = greeting.actor_of_socket

    def fail_once(**kwargs: Any) -> Any:
        if not failures:
            failures.append(kwargs)
            raise OperationalError("gone")
        return actor_of_socket(**kwargs)

    monkeypatch.setattr(greeting, "RECHECK_SECONDS", 0.05)
    async with greeted(entrance) as socket:
        monkeypatch.setattr(greeting, "actor_of_socket", fail_once)
        await realtime.read(lambda: ApiToken.objects.update(revoked_at=now()))
        assert await socket.closed() == 4403
    assert failures


def _signed_in(entrance: Entrance) -> tuple[Any, str]:
    user = make_member(entrance.fair.organisation, Role.STAFF)
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[auth.SESSION_KEY] = str(user.pk)
    session[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session, f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


async def test_a_signed_in_browser_needs_no_token(entrance: Entrance, monkeypatch: pytest.MonkeyPatch) -> None:
    session, cookie = await realtime.read(_signed_in, entrance)
    monkeypatch.setattr(greeting, "RECHECK_SECONDS", 0.05)
    async with connected(entrance.fair, cookie=cookie, origin=settings.SITE_URL) as socket:
        await socket.say("hello")
        assert (await socket.hear())["op"] == "welcome"
        await realtime.read(session.delete)
        assert await socket.closed() == 4401
    async with connected(entrance.fair, cookie=cookie) as socket:
        await socket.say("hello")
        assert await socket.closed() == 4401


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
async def test_pages_of_others_are_not_let_in(entrance: Entrance, origin: str) -> None:
    socket = Socket(websocket, f"/ws/fairs/{entrance.fair.slug}/checkin/", [(b"origin", origin.encode())])
    is_open, _code = await socket.connect(timeout=PATIENCE)
    assert not is_open


async def test_an_unknown_address_is_refused() -> None:
    socket = Socket(websocket, "/ws/elsewhere/")
    is_open, _code = await socket.connect(timeout=PATIENCE)
    assert not is_open


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_explanations_in_the_language_asked_for(entrance: Entrance, language: str) -> None:
    async with greeted(entrance, accept_language=language) as socket:
        await socket.say("redeem", **scan("hello"))
        explanation = (await socket.hear("redeemed"))["reason_explanation"]
    with translation.override(language):
        assert explanation == Reason.INVALID.label


async def test_a_database_that_does_not_answer_is_said_and_the_scan_sent_again(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise OperationalError("gone")

    sent = scan(entrance.texts[0])
    async with greeted(entrance) as socket:
        with monkeypatch.context() as broken:
            broken.setattr(group_commit, "admit_scans", fail)
            await socket.say("redeem", **sent)
            assert await socket.hear() == {"op": "error", "code": "unavailable", "nonce": sent["nonce"]}
        await socket.say("redeem", **sent)
        assert (await socket.hear("redeemed"))["first"]


async def test_one_that_cannot_be_served_takes_nobody_else_down(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    admit_scans = group_commit.admit_scans

    def admit_or_fail(fair: Any, scans: Any, **kwargs: Any) -> Any:
        sizes.append(len(scans))
        if any(scan.secret == "poison" for scan in scans):
            raise OperationalError("poison")
        return admit_scans(fair, scans, **kwargs)

    monkeypatch.setattr(group_commit, "admit_scans", admit_or_fail)
    waiting = [[make_scan(secret, actor=SYSTEM)] for secret in (*entrance.texts[:2], "poison", *entrance.texts[2:])]
    answers = await asyncio.gather(
        *(group_commit.admit(entrance.fair, scans) for scans in waiting), return_exceptions=True
    )
    assert [isinstance(answer, OperationalError) for answer in answers] == [False, False, True, False, False, False]
    assert all(answer[0].body["first"] for answer in answers if isinstance(answer, list))
    assert sizes == [6, 1, 1, 1, 1, 1, 1]


async def test_waiting_scans_share_transactions(entrance: Entrance, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    admit_scans = group_commit.admit_scans

    def count(fair: Any, scans: Any, **kwargs: Any) -> Any:
        sizes.append(len(scans))
        return admit_scans(fair, scans, **kwargs)

    monkeypatch.setattr(group_commit, "admit_scans", count)
    frames = [scan("hello") for _number in range(450)]
    async with greeted(entrance) as one, greeted(entrance) as other:
        await one.say("redeem_many", scans=frames[:250])
        await asyncio.gather(*(other.say("redeem", **frame) for frame in frames[250:300]))
        for socket, number in ((one, 250), (other, 50)):
            assert len([await socket.hear("redeemed") for _number in range(number)]) == number
    assert sum(sizes) == 300
    assert sizes[0] == 250
    assert len(sizes) <= 10


async def test_figures_come_again_after_the_database_was_away(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = []
    counts = realtime.selectors.counts

    def fail_at_first(*args: Any) -> dict[str, int]:
        if len(failures) < 2:
            failures.append(args)
            raise OperationalError("gone")
        return counts(*args)

    monkeypatch.setattr(realtime, "REREAD_SECONDS", 0.05)
    async with greeted(entrance) as socket:
        monkeypatch.setattr(realtime.selectors, "counts", fail_at_first)
        await socket.say("redeem", **scan(entrance.texts[0]))
        assert (await socket.hear("counts"))["inside"] == 1
    assert len(failures) == 2


async def test_a_socket_that_opens_while_the_database_is_away_is_told_to_try_again(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: Any) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(realtime.selectors, "counts", fail)
    async with connected(entrance.fair) as socket:
        await socket.say("hello", token=entrance.token)
        assert await socket.closed() == 1013
