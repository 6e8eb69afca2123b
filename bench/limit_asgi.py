"""The product's way in, and beside it the limits: Django without middleware, and sockets that do next to nothing."""

import asyncio
import json
import os
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIHandler
from django.urls import re_path

from backend.asgi import application as product
from backend.core.wsgi_pool import Message, Receive, Send, WsgiPool


class Bare(WSGIHandler):
    """Django's handler with no middleware at all."""

    def load_middleware(self, is_async: bool = False) -> None:
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        self._middleware_chain = convert_exception_to_response(self._get_response)


class Echo(AsyncWebsocketConsumer):
    """Answer every frame with itself."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await self.send(text_data=text_data)


class Shout(AsyncWebsocketConsumer):
    """Say which process this is; send every frame to all sockets of the process."""

    everybody: set["Shout"] = set()

    async def connect(self) -> None:
        await self.accept()
        self.everybody.add(self)
        await self.send(text_data=json.dumps({"op": "welcome", "pid": os.getpid()}))

    async def disconnect(self, code: int) -> None:
        self.everybody.discard(self)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        await asyncio.gather(*(socket.send(text_data=text_data) for socket in self.everybody))


bare = WsgiPool(Bare(), threads=8)
sockets = URLRouter(
    [
        re_path(r"^limit/echo/$", Echo.as_asgi()),
        re_path(r"^limit/shout/$", Shout.as_asgi()),
        re_path(r"", product.application_mapping["websocket"]),
    ]
)


async def http(scope: Message, receive: Receive, send: Send) -> None:
    """The limits' addresses to the bare handler, all others to the product."""
    wanted = bare if scope["path"].startswith("/limit/") else product.application_mapping["http"]
    await wanted(scope, receive, send)


application = ProtocolTypeRouter({"http": http, "websocket": sockets})
