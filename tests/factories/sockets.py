"""A client of our websockets, and the session cookie of a browser."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib import auth

from backend.accounts.models import User
from backend.routing import websocket

PATIENCE = 30


class Socket(WebsocketCommunicator):
    """The client's end."""

    async def say(self, op: str, **members: Any) -> None:
        """Send a frame."""
        await self.send_to(text_data=json.dumps({"op": op, **members}))

    async def hear(self) -> dict[str, Any]:
        """The next frame."""
        return dict(json.loads(await self.receive_from(timeout=PATIENCE)))

    async def closed(self) -> int:
        """The code with which the server closes."""
        while True:
            message = await self.receive_output(timeout=PATIENCE)
            if message["type"] == "websocket.close":
                return int(message["code"])


@asynccontextmanager
async def connected(path: str, **headers: str) -> AsyncIterator[Socket]:
    """An open socket that has said nothing yet."""
    socket = Socket(websocket, path, [(name.encode(), value.encode()) for name, value in headers.items()])
    is_open, _protocol = await socket.connect(timeout=PATIENCE)
    assert is_open
    try:
        yield socket
    finally:
        await socket.disconnect(timeout=PATIENCE)


def session_of(user: User) -> Any:
    """The stored session of a browser in which the person is signed in."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[auth.SESSION_KEY] = str(user.pk)
    session[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[auth.HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session


def cookie_of(session: Any) -> str:
    """The header that such a browser sends."""
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
