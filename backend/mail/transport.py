"""How a message leaves the house: SMTP or a folder for e-mail, HTTP or a folder for text messages."""

import base64
import json
import urllib.request
from email.parser import BytesParser
from email.policy import default
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from backend.mail.enums import Channel
from backend.mail.models import OutboxMessage

TIMEOUT_SECONDS = 20
READABLE = default.clone(utf8=True, cte_type="8bit", max_line_length=0, refold_source="all")
"""E-mail as people can read it in an editor (RFC 6532): headers in UTF-8, unfolded."""


def deliver(message: OutboxMessage) -> None:
    """Hand the message over to the other side; raises whatever says that it was not taken."""
    if message.channel == Channel.EMAIL:
        _email(message).send()
    else:
        _send_sms(message)


def _email(message: OutboxMessage) -> EmailMessage:
    host = urlsplit(settings.SITE_URL).hostname
    headers = {
        "Date": format_datetime(message.created_at),
        "Message-ID": f"<{message.id}@{host}>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": message.language,
    }
    return EmailMessage(message.subject, message.body, to=[message.to], headers=headers)


class FolderBackend(BaseEmailBackend):
    """Django's e-mail backend for EMAIL_URL `file:///folder`: each message a readable `.eml`.

    The file is named after the Message-ID, so that a message sent again replaces itself.
    """

    def send_messages(self, email_messages: Any) -> int:
        """Write the files; their number."""
        for message in email_messages:
            parsed = BytesParser(policy=READABLE).parsebytes(message.message().as_bytes())
            for header, value in parsed.items():  # what was folded begins with the space of its second line
                parsed.replace_header(header, str(value).strip())
            name = str(parsed["Message-ID"]).strip("<>").partition("@")[0].replace("/", "_")
            _write(settings.EMAIL_FILE_PATH, f"{name}.eml", parsed.as_bytes())
        return len(email_messages)


def _send_sms(message: OutboxMessage) -> None:
    """Write a text file, or POST `{"id", "to", "text"}` as JSON; any answer of 2xx means taken."""
    url = urlsplit(settings.SMS_URL)
    if url.scheme == "file":
        _write(
            settings.SMS_URL.removeprefix("file://"),
            f"{message.id}.txt",
            f"To: {message.to}\n\n{message.body}".encode(),
        )
        return
    text = {"id": str(message.id), "to": message.to, "text": message.body.strip()}
    headers = {"Content-Type": "application/json", "Idempotency-Key": str(message.id)}
    if url.username:
        secret = f"{unquote(url.username)}:{unquote(url.password or '')}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(secret).decode()}"
    address = url._replace(netloc=url.netloc.rpartition("@")[2]).geturl()
    request = urllib.request.Request(address, json.dumps(text).encode(), headers, method="POST")
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # nosec B310: the settings allow http(s) only
        pass


def _write(folder: str | Path, name: str, content: bytes) -> None:
    """Write a file that nobody ever sees half written; the folder is for its owner alone."""
    Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = Path(folder) / f".{name}"
    draft.write_bytes(content)
    draft.replace(Path(folder) / name)
