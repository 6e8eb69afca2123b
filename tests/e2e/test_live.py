"""The browser's websocket client against a socket that the test plays; no server is needed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute

STATIC = Path(__file__).resolve().parent.parent.parent / "backend" / "static"
PAGE = """<!doctype html><html lang="fr"><link rel="stylesheet" href="/static/dist/app.css">
<script type="module" src="/static/dist/app.js"></script>
<section id="live" data-live="/ws/fairs/x/live/"><span class="live-state online">Live</span>
<span class="live-state offline">Reconnecting</span><b data-live-field="inside">0</b></section></html>"""
LISTEN = """window.heard = [];
for (const name of ["open", "event", "counts", "pong", "offline", "refused"])
  document.addEventListener(`live:${name}`, (event) => heard.push([name, event.detail]));"""


class Server:
    """Answers each hello with a welcome, or refuses it with ``code``; keeps sockets and frames."""

    def __init__(self, page: Page) -> None:
        self.sockets: list[WebSocketRoute] = []
        self.frames: list[dict[str, object]] = []
        self.code = 0
        page.route_web_socket("**/ws/**", self.accept)

    def accept(self, socket: WebSocketRoute) -> None:
        self.sockets.append(socket)
        socket.on_message(lambda text: self.answer(socket, json.loads(text)))

    def answer(self, socket: WebSocketRoute, frame: dict[str, object]) -> None:
        self.frames.append(frame)
        if self.code:
            socket.close(code=self.code)
        elif frame["op"] == "hello":
            socket.send(json.dumps({"op": "welcome", "counts": {"inside": 1614}}))


@pytest.fixture
def server(page: Page) -> Server:
    """A page that has just opened, on a host that does not exist."""

    def serve(route: Route) -> None:
        name = route.request.url.partition("/static/")[2]
        route.fulfill(path=STATIC / name) if name else route.fulfill(body=PAGE, content_type="text/html")

    page.route("**/*", serve)
    page.add_init_script(LISTEN)
    return Server(page)


@pytest.fixture
def heard(page: Page) -> Callable[[str, int], None]:
    """Wait until the page has heard a name so many times."""

    def wait(name: str, times: int) -> None:
        page.wait_for_function(
            "([name, times]) => heard.filter((h) => h[0] === name).length >= times", arg=[name, times]
        )

    return wait


def test_hello_welcome_counts_and_events(page: Page, server: Server, heard: Callable[[str, int], None]) -> None:
    page.goto("http://passerelle.test/")
    heard("open", 1)
    assert server.sockets[0].url == "ws://passerelle.test/ws/fairs/x/live/"
    assert server.frames[0]["op"] == "hello"
    assert page.inner_text("b").split() == ["1", "614"]
    server.sockets[0].send(json.dumps({"op": "counts", "inside": 615}))
    server.sockets[0].send(json.dumps({"op": "event", "name": "booking.created", "data": {"id": "a"}}))
    heard("event", 1)
    assert page.inner_text("b") == "615"
    assert page.evaluate("heard.at(-1)[1].data.id") == "a"
    assert page.get_attribute("#live", "data-live-state") == "online"
    assert page.is_visible("text=Live")
    assert page.is_hidden("text=Reconnecting")


def test_lost_socket_comes_back_and_says_so(page: Page, server: Server, heard: Callable[[str, int], None]) -> None:
    page.goto("http://passerelle.test/")
    heard("open", 1)
    server.sockets[0].close(code=1012)
    heard("offline", 1)
    heard("open", 2)
    assert [frame["op"] for frame in server.frames] == ["hello", "hello"]


def test_after_a_break_it_asks_for_what_it_missed(
    page: Page, server: Server, heard: Callable[[str, int], None]
) -> None:
    page.goto("http://passerelle.test/")
    heard("open", 1)
    server.sockets[0].send(json.dumps({"op": "event", "id": 7, "last": 7, "name": "booking.created", "data": {}}))
    heard("event", 1)
    server.sockets[0].close(code=1012)
    heard("open", 2)
    assert [frame.get("since") for frame in server.frames] == [None, 7]


@pytest.mark.parametrize("code", [4401, 4403])
def test_refused_socket_stays_away(page: Page, server: Server, heard: Callable[[str, int], None], code: int) -> None:
    server.code = code
    page.clock.install()
    page.goto("http://passerelle.test/")
    heard("refused", 1)
    page.clock.run_for(120_000)
    assert page.evaluate("heard.at(-1)") == ["refused", {"code": code}]
    assert page.get_attribute("#live", "data-live-state") == "refused"
    assert len(server.sockets) == 1


def test_silent_socket_is_given_up(page: Page, server: Server, heard: Callable[[str, int], None]) -> None:
    page.clock.install()
    page.goto("http://passerelle.test/")
    heard("open", 1)
    page.clock.run_for(36_000)
    heard("offline", 1)
    assert {"op": "ping"} in server.frames
