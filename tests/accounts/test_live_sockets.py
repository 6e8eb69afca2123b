"""The live sockets: who may listen to what, what is told when, and what after a break."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import OperationalError, connections

from backend.accounts import consumers, greeting
from backend.accounts.enums import Role, Scope
from backend.accounts.models import ApiToken, Membership
from backend.core import events, hub
from backend.core.clock import now
from backend.core.events import announce_many, prune_events
from backend.core.models import Event
from badges.models import PrintJob
from tests.factories.accounts import make_member, make_token, make_user
from tests.factories.employers import make_exhibitor, make_recruiter, make_stand
from tests.factories.fairs import make_fair
from tests.factories.sockets import PATIENCE, Socket, connected, cookie_of, session_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("threads")]


class Place:
    """A fair with a stand and a print job, and tokens for its people and for strangers."""

    def __init__(self) -> None:
        self.fair = make_fair()
        exhibitor = make_exhibitor(self.fair)
        self.stand = make_stand(self.fair, exhibitor=exhibitor)
        self.job = PrintJob.objects.create(fair=self.fair)
        self.person = make_user()
        organisation, other = self.fair.organisation, make_fair()
        self.tokens = {
            "organiser": make_token(make_member(organisation), [Scope.ORGANISER]),
            "auditor": make_token(make_member(organisation, Role.AUDITOR), [Scope.READ]),
            "staff": make_token(make_member(organisation, Role.STAFF), [Scope.CHECKIN]),
            "employer": make_token(make_recruiter(exhibitor.employer), [Scope.EMPLOYER]),
            "candidate": make_token(self.person, [Scope.CANDIDATE]),
            "organiser of another": make_token(make_member(other.organisation), [Scope.ORGANISER]),
            "employer of another": make_token(make_recruiter(make_exhibitor(self.fair).employer), [Scope.EMPLOYER]),
        }
        self.paths = {
            "fair": f"/ws/fairs/{self.fair.slug}/live/",
            "stand": f"/ws/stands/{self.stand.id}/",
            "job": f"/ws/print-jobs/{self.job.id}/",
            "me": "/ws/me/",
        }
        self.topic = f"fair.{self.fair.id}.live"
        announce_many([("before.all", [self.topic], {})])


@pytest_asyncio.fixture
async def threads(transactional_db: None) -> AsyncIterator[None]:
    """The threads that read for sockets leave no connection behind: the database could not be dropped."""
    yield
    await sync_to_async(connections.close_all)()
    for executor in (consumers.READER, hub.current()._reader):
        executor.submit(connections.close_all).result()


@pytest.fixture
def place(transactional_db: None) -> Place:
    return Place()


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "PAUSE_SECONDS", 0)


@asynccontextmanager
async def listening(place: Place, path: str = "fair", **hello: Any) -> AsyncIterator[tuple[Socket, dict[str, Any]]]:
    """An organiser's socket and the welcome it got."""
    async with connected(place.paths[path]) as socket:
        await socket.say("hello", **({"token": place.tokens["organiser"]} | hello))
        welcome = await socket.hear()
        assert welcome["op"] == "welcome"
        yield socket, welcome


@sync_to_async
def happen(topic: str, *names: str, **data: Any) -> int:
    """Have things happen; the number of the last one."""
    announce_many((name, [topic], data or {"n": number}) for number, name in enumerate(names))
    return Event.objects.latest("id").id


# --- who --------------------------------------------------------------------------------------------------------------

MAY_LISTEN = {
    "fair": {"organiser", "auditor", "staff"},
    "stand": {"organiser", "auditor", "employer"},
    "job": {"organiser"},
    "me": {"candidate"},
}


@pytest.mark.parametrize("path", MAY_LISTEN)
async def test_who_may_listen(place: Place, path: str) -> None:
    welcomed = set()
    for role, token in place.tokens.items():
        async with connected(place.paths[path]) as socket:
            await socket.say("hello", token=token)
            message = await socket.receive_output(timeout=PATIENCE)
            if message["type"] == "websocket.send":
                welcomed.add(role)
            else:
                assert message["code"] == 4403
    assert welcomed == MAY_LISTEN[path]


NOBODYS = "01a20505-7cbf-79a0-a33d-12e3dce0fb09"


@pytest.mark.parametrize("path", ["fairs/no-such-fair/live", f"stands/{NOBODYS}", f"print-jobs/{NOBODYS}"])
async def test_what_is_not_there_is_refused_like_what_is_anothers(place: Place, path: str) -> None:
    async with connected(f"/ws/{path}/") as socket:
        await socket.say("hello", token=place.tokens["organiser"])
        assert await socket.closed() == 4403


async def test_the_welcome_names_what_it_is_about(place: Place) -> None:
    number = await happen("elsewhere", "something")
    for path, named in {"fair": place.fair.slug, "stand": str(place.stand.id), "job": str(place.job.id)}.items():
        async with listening(place, path) as (_socket, welcome):
            assert named in welcome.values()
            assert welcome["last"] == number
            assert welcome["server_time"].startswith("20")


@pytest.mark.parametrize("frame", ['{"op": "ping"}', "{", "[]", '{"op": "hello", "token": 3}', '{"op": "hello"}'])
async def test_a_first_frame_that_is_no_hello_closes(place: Place, frame: str) -> None:
    async with connected(place.paths["fair"]) as socket:
        await socket.send_to(text_data=frame)
        assert await socket.closed() == 4401


async def test_no_hello_in_time_closes(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(greeting, "HELLO_SECONDS", 0.05)
    async with connected(place.paths["fair"]) as socket:
        assert await socket.closed() == 4401


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda: ApiToken.objects.update(revoked_at=now()), 4403),
        (lambda: ApiToken.objects.update(expires_at=now() - timedelta(seconds=1)), 4401),
        (lambda: Membership.objects.all().delete(), 4403),
    ],
    ids=["revoked", "expired", "no longer a member"],
)
async def test_who_may_no_longer_listen_is_cut_off(
    place: Place, monkeypatch: pytest.MonkeyPatch, change: Any, code: int
) -> None:
    monkeypatch.setattr(greeting, "RECHECK_SECONDS", 0.05)
    async with listening(place) as (socket, _welcome):
        await sync_to_async(change)()
        assert await socket.closed() == code


async def test_a_signed_in_browser_needs_no_token(place: Place) -> None:
    session = await sync_to_async(session_of)(place.person)
    async with connected(place.paths["me"], cookie=cookie_of(session), origin=settings.SITE_URL) as socket:
        await socket.say("hello")
        assert (await socket.hear())["op"] == "welcome"
        await happen(f"user.{place.person.id}", "booking.created", booking="b")
        assert (await socket.hear())["data"] == {"booking": "b"}


async def test_pages_of_others_are_not_let_in(place: Place) -> None:
    async with connected(place.paths["me"]):
        pass
    with pytest.raises(AssertionError):
        async with connected(place.paths["me"], origin="https://evil.example"):
            pass


# --- what -------------------------------------------------------------------------------------------------------------


async def test_an_event_comes_with_its_number_to_those_whom_it_concerns(place: Place) -> None:
    async with listening(place) as (socket, _welcome), listening(place, "stand") as (stand, _):
        number = await happen(place.topic, "booking.created", booking="b")
        event = await socket.hear()
        assert event.pop("at").startswith("20")
        assert event == {
            "op": "event",
            "id": number,
            "last": number,
            "name": "booking.created",
            "data": {"booking": "b"},
        }
        await happen(f"stand.{place.stand.id}", "slots.changed")
        assert (await stand.hear())["name"] == "slots.changed"


async def test_frames_that_make_no_sense_leave_the_socket_open(place: Place) -> None:
    async with listening(place) as (socket, _welcome):
        for text in (" ", "{", "[]", "3", '{"op": "dance"}', '{"op": "hello"}', "[" * 5000):
            await socket.send_to(text_data=text)
            assert await socket.hear() == {"op": "error", "code": "bad_frame"}
        await socket.send_to(bytes_data=b"\x00\xff")
        assert await socket.hear() == {"op": "error", "code": "bad_frame"}
        await socket.say("ping")
        assert await socket.hear() == {"op": "pong"}


async def test_at_most_five_events_a_second_and_none_lost(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def note(seconds: float) -> None:
        if seconds == consumers.PAUSE_SECONDS:
            pauses.append(seconds)
            seconds = 0
        await sleep(seconds)

    monkeypatch.setattr(consumers.asyncio, "sleep", note)
    async with listening(place) as (socket, _welcome):
        await happen(place.topic, *(f"name.{number}" for number in range(12)))
        assert [(await socket.hear())["name"] for _number in range(12)] == [f"name.{number}" for number in range(12)]
    assert len(pauses) >= 11
    assert 5 * consumers.PAUSE_SECONDS > 1


async def test_of_progress_the_newest_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = asyncio.Event()
    sleep = asyncio.sleep

    async def wait(seconds: float) -> None:
        await (go_on.wait() if seconds == consumers.PAUSE_SECONDS else sleep(seconds))

    monkeypatch.setattr(consumers.asyncio, "sleep", wait)
    async with listening(place) as (socket, _welcome):
        await happen(place.topic, "first")
        assert (await socket.hear())["name"] == "first"
        for done in range(3):
            await happen(place.topic, "print_job.progress", id="a", done=done)
        await happen(place.topic, "print_job.progress", id="b", done=7)
        await happen(place.topic, "slots.changed", "slots.changed", stand="s")
        await happen(place.topic, "booking.created", "booking.created", booking="b")
        await happen(place.topic, "last")
        while not socket_has(place, "last"):
            await sleep(0.01)
        go_on.set()
        heard = [await socket.hear() for _number in range(6)]
    assert [(frame["name"], frame["data"].get("done")) for frame in heard] == [
        ("print_job.progress", 2),
        ("print_job.progress", 7),
        ("slots.changed", None),
        ("booking.created", None),
        ("booking.created", None),
        ("last", None),
    ]


def socket_has(place: Place, name: str) -> bool:
    """Whether an event of this name waits in the one socket that listens to the fair."""
    [listener] = hub.current()._listeners[place.topic]
    return any(message["name"] == name for message in listener.__self__.waiting._messages.values())  # type: ignore[attr-defined]


async def test_who_cannot_keep_up_is_told_to_read_anew(
    place: Place, no_pause: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.accounts.live.REPLAY_LIMIT", 3)
    async with listening(place) as (socket, _welcome):
        number = await happen(place.topic, *("many",) * 50)
        frame = await socket.hear()
        while frame["op"] == "event":
            frame = await socket.hear()
        assert frame == {"op": "refetch", "last": number}


# --- after a break ----------------------------------------------------------------------------------------------------


async def test_what_was_missed_is_told_first(place: Place) -> None:
    async with listening(place) as (socket, _welcome):
        await happen(place.topic, "heard")
        since = (await socket.hear())["last"]
    await happen("elsewhere", "not.mine")
    await happen(place.topic, *("missed",) * 20)
    async with listening(place, since=since) as (socket, welcome):
        assert welcome["last"] == since
        missed = [await socket.hear() for _number in range(20)]
        number = await happen(place.topic, "new")
        new = await socket.hear()
    assert [frame["id"] for frame in missed] == sorted(frame["last"] for frame in missed)
    assert {frame["name"] for frame in missed} == {"missed"}
    assert (new["name"], new["id"]) == ("new", number)


async def test_who_missed_nothing_hears_nothing_old(place: Place) -> None:
    since = await happen(place.topic, "old")
    async with listening(place, since=since) as (socket, welcome):
        assert welcome["last"] == since
        await happen(place.topic, "new")
        assert (await socket.hear())["name"] == "new"


@pytest.mark.parametrize("since", [-1, 10**30, "7", 1.5, True, [], {}])
async def test_a_number_that_never_was_means_reading_anew(place: Place, since: Any) -> None:
    number = await happen(place.topic, "old")
    async with listening(place, since=since) as (socket, welcome):
        assert welcome["last"] == number
        assert await socket.hear() == {"op": "refetch", "last": number}
        await happen(place.topic, "new")
        assert (await socket.hear())["name"] == "new"


async def test_who_missed_too_much_reads_anew(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "REPLAY_LIMIT", 3)
    since = await happen(place.topic, "heard")
    await happen(place.topic, *("missed",) * 3)
    async with listening(place, since=since) as (socket, _welcome):
        assert [(await socket.hear())["op"] for _number in range(3)] == ["event"] * 3
    await happen(place.topic, "missed")
    async with listening(place, since=since) as (socket, _welcome):
        assert (await socket.hear())["op"] == "refetch"


async def test_who_was_away_for_weeks_reads_anew(place: Place) -> None:
    since = await happen(place.topic, "heard")
    await happen(place.topic, "missed")
    await sync_to_async(lambda: Event.objects.update(at=now() - timedelta(days=8)))()
    newest = await happen(place.topic, "yesterday")
    await sync_to_async(prune_events)()
    async with listening(place, since=since) as (socket, _welcome):
        assert await socket.hear() == {"op": "refetch", "last": newest}


def test_the_newest_event_stays(transactional_db: None) -> None:
    announce_many((name, ["t"], {}) for name in ("one", "two"))
    Event.objects.update(at=now() - timedelta(days=8))
    prune_events()
    assert [event.name for event in Event.objects.all()] == ["two"]


async def test_where_a_number_is_still_to_come_one_resumes_before_it(place: Place) -> None:
    """A transaction that began first may commit last; who breaks off in between must hear it all the same."""
    first = await happen(place.topic, "first")
    async with listening(place) as (socket, _welcome):
        await sync_to_async(Event(id=first + 2, name="second", topics=[place.topic], data={}, at=now()).save)()
        second = await socket.hear()
        assert (second["id"], second["last"]) == (first + 2, first)
        await sync_to_async(Event(id=first + 1, name="late", topics=[place.topic], data={}, at=now()).save)()
        late = await socket.hear()
        assert (late["name"], late["last"]) == ("late", first + 1)


def fail(*_args: Any) -> None:
    raise OperationalError("gone")


async def test_who_cannot_keep_up_while_the_database_is_away_comes_again(
    place: Place, no_pause: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.accounts.live.REPLAY_LIMIT", 3)
    async with listening(place) as (socket, _welcome):
        monkeypatch.setattr(hub, "newest_number", fail)
        await happen(place.topic, *("many",) * 50)
        assert await socket.closed() == 1013


async def test_a_token_is_looked_at_again_when_the_database_is_back(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[int] = []
    actor_of_socket = greeting.actor_of_socket

    def fail_twice(**kwargs: Any) -> Any:
        if len(failures) < 2:
            failures.append(1)
            fail()
        return actor_of_socket(**kwargs)

    monkeypatch.setattr(greeting, "RECHECK_SECONDS", 0.05)
    async with listening(place) as (socket, _welcome):
        monkeypatch.setattr(greeting, "actor_of_socket", fail_twice)
        await sync_to_async(lambda: ApiToken.objects.update(revoked_at=now()))()
        assert await socket.closed() == 4403
    assert len(failures) == 2


async def test_a_database_that_does_not_answer_is_no_refusal(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "missed_messages", fail)
    async with connected(place.paths["fair"]) as socket:
        await socket.say("hello", token=place.tokens["organiser"])
        assert await socket.closed() == 1013
