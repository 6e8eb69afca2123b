"""What surrounds every websocket."""

import logging
from typing import Any

import pytest
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.urls import path

from backend.core.logs import REQUEST_ID
from backend.core.socket_watch import watched


class Echo(AsyncWebsocketConsumer):
    """Answers with the id of its lines in the log, and breaks when asked to."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if text_data == "break":
            raise ValueError("Noémie")
        await self.send(text_data=f"{REQUEST_ID.get()} {self.scope['request_id']}")


def socket() -> WebsocketCommunicator:
    return WebsocketCommunicator(URLRouter([watched(path("ws/<str:name>/", Echo.as_asgi()))]), "/ws/noemie/")


async def test_each_has_an_id_of_its_own() -> None:
    ids = []
    for _number in range(2):
        client = socket()
        await client.connect()
        await client.send_to(text_data="?")
        in_the_log, in_the_scope = (await client.receive_from()).split()
        assert in_the_log == in_the_scope
        ids.append(in_the_log)
        await client.disconnect()
    assert ids[0] != ids[1]


async def test_one_that_breaks_is_closed_and_its_route_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "backend")
    client = socket()
    await client.connect()
    await client.send_to(text_data="break")
    closed: dict[str, Any] = await client.receive_output()
    assert closed == {"type": "websocket.close", "code": 1011}
    await client.wait()
    broken, access = caplog.records
    assert broken.getMessage() == "a websocket failed: ws/<str:name>/"
    assert access.getMessage().startswith("WEBSOCKET ws/<str:name>/ ")
