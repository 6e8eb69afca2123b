"""A mail server that takes nothing and repeats the address in its answer."""

import smtplib
from typing import Any

from django.core.mail.backends.base import BaseEmailBackend


class Refusing(BaseEmailBackend):
    """Refuse everything."""

    def send_messages(self, email_messages: Any) -> int:
        """Refuse."""
        raise smtplib.SMTPSenderRefused(451, b"try later", email_messages[0].to[0])
