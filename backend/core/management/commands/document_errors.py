"""`manage.py document_errors > docs/errors.md`"""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation

from backend.core.errors import kinds_in_order

HEAD = """# Error codes

Every refusal of the REST interface is a problem document (RFC 9457, `application/problem+json`) with a stable `code`.
Programs decide by the code; `detail` is for people, in their language. Pages say the same sentences.
The `type` of a problem document is the address of its line in this list on the server itself: `/api/v1/docs/errors`.

Made from the registry in `backend/core/errors.py` by `manage.py document_errors > docs/errors.md`; a test compares.

| code | status | detail |
| --- | --- | --- |
"""


class Command(BaseCommand):
    """Print docs/errors.md, made from the registry of errors."""

    help = "Print the page of error codes (docs/errors.md), made from the registry."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the codes by status and name, in English."""
        with translation.override("en"):
            rows = [f"| `{kind.code}` | {kind.status} | {kind.detail} |\n" for kind in kinds_in_order()]
        self.stdout.write(HEAD + "".join(rows), ending="")
