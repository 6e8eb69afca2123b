"""How many SQL statements a request costs, without transactions and apart from those that find out who asks."""

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

TRANSACTIONS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
WHO = ('FROM "accounts_', 'UPDATE "accounts_', 'FROM "events_employermember"', 'FROM "django_session"')


class Counted:
    """The statements of the requests made with `client` while the context is open."""

    def __init__(self, token: str = "") -> None:
        headers = {"host": "localhost"} | ({"authorization": f"Bearer {token}"} if token else {})
        self.client = Client(headers=headers)
        self.captured = CaptureQueriesContext(connection)

    def post(self, path: str, body: object, *, expected: int) -> HttpResponse:
        """POST JSON once; raises where the status is another."""
        return self._ask("POST", path, expected, data=body, content_type="application/json")

    def get(self, path: str) -> HttpResponse:
        """GET once; raises where the status is not 200."""
        return self._ask("GET", path, 200)

    def _ask(self, method: str, path: str, expected: int, **more: object) -> HttpResponse:
        with self.captured:
            response = self.client.generic(method, path) if method == "GET" else self.client.post(path, **more)
        if response.status_code != expected:
            raise AssertionError(f"{path} answered {response.status_code}: {response.content[:300]!r}")
        return response

    @property
    def _work(self) -> list[str]:
        texts = [query["sql"] for query in self.captured.captured_queries]
        return [text for text in texts if not text.upper().startswith(TRANSACTIONS)]

    @property
    def count(self) -> int:
        """The statements of the work itself."""
        return sum(not any(part in text for part in WHO) for text in self._work)

    @property
    def note(self) -> str:
        """Both counts in words."""
        return f"{self.count} statements, and {len(self._work) - self.count} to know who asks"
