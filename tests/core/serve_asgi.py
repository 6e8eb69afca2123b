"""The product's way in with one websocket that answers after a while."""

import asyncio
from pathlib import Path

from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter
from django.conf import settings
from django.core.wsgi import get_wsgi_application

from backend.core.wsgi_pool import WsgiPool


class Echo(AsyncWebsocketConsumer):
    """Answer what comes; on `slow` say in a file that it came, and answer when the test makes another."""

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        folder = Path(settings.VAR_DIR)
        if text_data == "slow":
            (folder / "begun").touch()
            while not (folder / "go").exists():
                await asyncio.sleep(0.02)
        await self.send(text_data=f"{text_data} done")


application = ProtocolTypeRouter({"http": WsgiPool(get_wsgi_application(), threads=2), "websocket": Echo.as_asgi()})
