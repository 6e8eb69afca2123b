"""One web process: daphne on a socket that it inherits, which on SIGTERM answers what it has begun before it ends."""

import asyncio
import logging
import os
import signal
import sys
import time
import weakref
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import daphne.server
from channels.routing import get_default_application
from daphne.http_protocol import HTTPFactory, WebRequest
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet import defer
from twisted.internet import reactor as twisted_reactor
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

from backend.core.leash import end_with_parent
from backend.core.wsgi_pool import Message, Receive, Send, body_limit

logger = logging.getLogger(__name__)
reactor: Any = twisted_reactor

DRAIN_SECONDS = 10.0
"""How long requests in flight may take after SIGTERM."""
LEAVE_SECONDS = 2.0
"""How long the other side may take to receive what was answered and to see its socket closed."""
TICK_SECONDS = 0.05
SERVICE_RESTART = 1012


class Request(WebRequest):  # type: ignore[misc]
    """daphne's request, without a second parsing of forms and without keeping more of a body than is ever read."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parsePOSTFormSubmission = False
        self.room = body_limit() + 1

    def handleContentChunk(self, data: bytes) -> None:
        """Keep what fits: one byte over the limit is enough to be refused, and the client gets to hear why."""
        super().handleContentChunk(data[: self.room])
        self.room = max(0, self.room - len(data))


class Factory(HTTPFactory):  # type: ignore[misc]
    """Connections that read such requests."""

    def buildProtocol(self, addr: Any) -> Any:
        """Give the protocol of a new connection."""
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = Request
        return protocol


@implementer(IPushProducer)
class Gate:
    """Closed while the client's side of the connection is full."""

    def __init__(self) -> None:
        self.is_open = asyncio.Event()
        self.is_open.set()

    def pauseProducing(self) -> None:
        """The buffer to the client is full."""
        self.is_open.clear()

    def resumeProducing(self) -> None:
        """There is room again."""
        self.is_open.set()

    def stopProducing(self) -> None:
        """The client is gone; who waits learns it from the disconnect message."""
        self.is_open.set()


class Server(daphne.server.Server):  # type: ignore[misc]
    """daphne's server that drains on SIGTERM, lets a slow client slow a stream down and breaks off a broken one."""

    def __init__(self, application: Callable[..., Any], **options: Any) -> None:
        super().__init__(self._watching(application), signal_handlers=False, server_name="", **options)
        self.ports: list[Any] = []
        self.channels: weakref.WeakSet[Any] = weakref.WeakSet()
        self.gates: weakref.WeakKeyDictionary[Any, Gate] = weakref.WeakKeyDictionary()
        self.busy_sockets: set[int] = set()
        self.is_draining = False

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then drain."""
        daphne.server.HTTPFactory = Factory  # the name by which daphne makes its factory
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        super().run()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        reactor.callFromThread(self.drain)

    # --- what is under way -------------------------------------------------------------------------------------------

    def _watching(self, application: Callable[..., Any]) -> Callable[..., Any]:
        """Note which websockets are at work: those not waiting for the client's next message."""

        async def watched(scope: Message, receive: Receive, send: Send) -> None:
            if scope["type"] != "websocket":
                await application(scope, receive, send)
                return
            number = id(scope)

            async def receive_idle() -> Message:
                self.busy_sockets.discard(number)
                message = await receive()
                self.busy_sockets.add(number)
                return message

            self.busy_sockets.add(number)
            try:
                await application(scope, receive_idle, send)
            finally:
                self.busy_sockets.discard(number)

        return watched

    def listen_success(self, port: Any) -> None:
        """Remember the port, to stop listening on it."""
        super().listen_success(port)
        self.ports.append(port)

    def protocol_connected(self, protocol: Any) -> None:
        """Remember the connection, to close it when its last byte is out."""
        super().protocol_connected(protocol)
        if isinstance(protocol, WebRequest):
            self.channels.add(protocol.channel)

    def create_application(self, protocol: Any, scope: Message) -> Any:
        """Start the application, and break the connection if it fails when half of the response is out."""
        queue = super().create_application(protocol, scope)
        instance = self.connections.get(protocol, {}).get("application_instance")
        if instance is not None and isinstance(protocol, WebRequest):
            instance.add_done_callback(partial(self._ended, protocol))
        return queue

    def _ended(self, protocol: Any, instance: "asyncio.Future[None]") -> None:
        is_cut_short = protocol._response_started and not protocol.finished
        if not instance.cancelled() and instance.exception() and is_cut_short and protocol.channel is not None:
            protocol.channel.transport.abortConnection()

    async def handle_reply(self, protocol: Any, message: Message) -> None:
        """Pass the message on; wait where the client is slower than the response."""
        if not isinstance(protocol, WebRequest) or protocol.finished or protocol.channel is None:
            await super().handle_reply(protocol, message)
            return
        if message["type"] == "http.response.start" and self.is_draining:
            protocol.channel.persistent = False
            message["headers"] = [*message.get("headers", []), (b"connection", b"close")]
        is_last = message["type"] == "http.response.body" and not message.get("more_body")
        gate = self.gates.get(protocol)
        if is_last and gate:
            protocol.unregisterProducer()
        await super().handle_reply(protocol, message)
        if is_last or message["type"] != "http.response.body" or protocol.channel is None:
            return
        if gate is None:
            gate = self.gates[protocol] = Gate()
            protocol.registerProducer(gate, True)
        await gate.is_open.wait()

    # --- the end -----------------------------------------------------------------------------------------------------

    def drain(self) -> None:
        """Take nothing new, wait for what is under way, close the sockets, stop."""
        if self.is_draining:
            return
        self.is_draining = True
        for port in self.ports:
            port.stopListening()
        self._wait_for_work(time.monotonic() + DRAIN_SECONDS)

    def _wait_for_work(self, deadline: float) -> None:
        alive = [protocol for protocol, details in self.connections.items() if "disconnected" not in details]
        working = [protocol for protocol in alive if isinstance(protocol, WebRequest)]
        if (working or self.busy_sockets) and time.monotonic() < deadline:
            reactor.callLater(TICK_SECONDS, self._wait_for_work, deadline)
            return
        for protocol in alive:
            if isinstance(protocol, WebSocketProtocol) and protocol.state == WebSocketProtocol.STATE_OPEN:
                # autobahn's sendClose knows no codes of RFC 6455's registry but 1000.
                protocol.sendCloseFrame(code=SERVICE_RESTART, reasonUtf8=b"restart", isReply=False)
        for channel in list(self.channels):
            if _is_connected(channel):
                channel.loseConnection()
        self._wait_for_goodbyes(time.monotonic() + LEAVE_SECONDS)

    def _wait_for_goodbyes(self, deadline: float) -> None:
        open_sockets = any("disconnected" not in details for details in self.connections.values())
        if (open_sockets or any(map(_is_connected, self.channels))) and time.monotonic() < deadline:
            reactor.callLater(TICK_SECONDS, self._wait_for_goodbyes, deadline)
            return
        self.stop()

    def kill_all_applications(self) -> Any:
        """Cancel what is left. daphne's own stumbles over a connection without an application."""
        left = [details.get("application_instance") for details in self.connections.values()]
        tasks = [task for task in left if task is not None and not task.done()]
        for task in tasks:
            task.cancel()
        return defer.Deferred.fromFuture(asyncio.gather(*tasks, return_exceptions=True))


def _is_connected(channel: Any) -> bool:
    """Whether the connection is open and still speaks HTTP."""
    transport = channel.transport
    return bool(getattr(transport, "connected", False)) and not isinstance(transport.protocol, WebSocketProtocol)


def serve(fd: int) -> None:
    """Serve on the listening socket with this file descriptor until SIGTERM; ends the process."""
    end_with_parent()
    Server(get_default_application(), endpoints=[f"fd:fileno={fd}"]).run()
    # A request that would not end in time still has its thread, and Python waits for the threads of a pool.
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
