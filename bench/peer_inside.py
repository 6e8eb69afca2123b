"""What is done inside the peer: run by pretix's own interpreter, never by ours. JSON on stdout is what it found.

`fill TICKETS BADGES RUSHES` makes an event with so many paid tickets, so many of them of a product of their own, and so
many products of twenty places; `badges RENDERING ONE MANY` prints the badges of two products' tickets; `statements
TOKEN LIST PRODUCT SECRET SECRET` counts the statements of a scan and an order.
"""

import json
import os
import resource
import sys
import tempfile
import threading
import time
from datetime import timedelta
from decimal import Decimal

import django

django.setup()

# Models only after setup.
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils.crypto import get_random_string  # noqa: E402
from django.utils.timezone import now  # noqa: E402
from django_scopes import scope, scopes_disabled  # noqa: E402
from pretix.base.models import Event, Item, Order, OrderPosition, Organizer  # noqa: E402
from pretix.plugins.badges.exporters import BadgeExporter  # noqa: E402

SLUG = "bench"
PLUGINS = "pretix.plugins.badges,pretix.plugins.checkinlists,pretix.plugins.sendmail,pretix.plugins.statistics"
# More than is ever ordered, and yet a number: a quota without one is not counted.
PLENTY = 100_000
PLACES = 20
# An order locks the quotas of its products, as a booking its slot: so each client has a product of its own.
PRODUCTS = 32
CREATED = 201
WHO = '"pretixbase_teamapitoken"'
TRANSACTIONS = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")
# What our badge shows, too: its default layout is the name alone.
TEXT = {"type": "textarea", "text": "", "left": "10", "width": "80", "align": "left", "color": [0, 0, 0, 1]}
TEXT |= {"fontfamily": "Open Sans", "bold": False, "italic": False}
LAYOUT = [
    TEXT | {"content": "event_name", "bottom": "90", "fontsize": "12"},
    TEXT | {"content": "attendee_name", "bottom": "60", "fontsize": "22", "bold": True},
    TEXT | {"content": "item", "bottom": "40", "fontsize": "14"},
    TEXT | {"content": "event_date", "bottom": "20", "fontsize": "12"},
    {"type": "barcodearea", "left": "100", "bottom": "10", "size": "40", "content": "secret"},
]
NAMES = [("Amélie", "Dupont"), ("Jean-Christophe", "de La Rochefoucauld"), ("Łukasz", "Żółkiewski"), ("Zoé", "Lê")]


def fill(tickets: str, badges: str, rushes: str) -> dict[str, object]:
    """An organiser with a token, an event under way with its products, quotas, check-in list and tickets."""
    organiser = Organizer.objects.create(name="Bench", slug=SLUG)
    team = organiser.teams.create(
        name="All", all_events=True, all_event_permissions=True, all_organizer_permissions=True
    )
    token = team.tokens.create(name="bench").token
    with scope(organizer=organiser):
        event = organiser.events.create(
            name="Forum de l'emploi",
            slug=SLUG,
            live=True,
            currency="EUR",
            date_from=now() - timedelta(days=1),
            date_to=now() + timedelta(days=1),
            plugins=PLUGINS,
        )
        many, one, entry = (_product(event, name) for name in ("Exposant", "Invité", "Candidat"))
        event.badge_layouts.create(name="A6", default=True, layout=json.dumps(LAYOUT))
        _sell(event, many, int(badges))
        _sell(event, one, 1)
        secrets = _sell(event, entry, int(tickets) - int(badges) - 1)
        scanned = event.checkin_lists.create(name="Entrée", all_products=True)
        products = [_product(event, f"Atelier {number}").pk for number in range(PRODUCTS)]
        rush = [_product(event, f"Entretien {number}", size=PLACES).pk for number in range(int(rushes))]
    return {
        "token": token,
        "list": scanned.pk,
        "secrets": secrets,
        "tickets": int(tickets),
        "badges": int(badges),
        "printed": [one.pk, many.pk],
        "orders": [order_of(product) for product in products],
        "rushes": [order_of(product) for product in rush],
        "places": PLACES,
    }


def _product(event: Event, name: str, *, size: int = PLENTY) -> Item:
    """A free ticket with a quota of its own."""
    item = event.items.create(name=name, default_price=Decimal(0), admission=True, personalized=True)
    event.quotas.create(name=name, size=size).items.add(item)
    return item


def _sell(event: Event, item: Item, number: int) -> list[str]:
    """So many paid orders of one ticket each, written at once; the texts of their QR codes."""
    channel = event.organizer.sales_channels.get(identifier="web")
    at = now()
    orders = Order.objects.bulk_create(
        Order(
            code=get_random_string(8, "ABCDEFGHJKLMNPQRSTUVWXYZ3789"),
            event=event,
            organizer=event.organizer,
            email=f"{item.pk}.{position}@bench.example",
            locale="fr",
            status=Order.STATUS_PAID,
            datetime=at,
            expires=at + timedelta(days=10),
            total=Decimal(0),
            sales_channel=channel,
        )
        for position in range(number)
    )
    sold = []
    for position, order in enumerate(orders):
        given_name, family_name = NAMES[position % len(NAMES)]
        ticket = OrderPosition(
            order=order,
            organizer=event.organizer,
            item=item,
            price=Decimal(0),
            tax_rate=Decimal(0),
            tax_value=Decimal(0),
            attendee_name_parts={"_scheme": "full", "full_name": f"{given_name} {family_name} {position}"},
            attendee_name_cached=f"{given_name} {family_name} {position}",
            secret=get_random_string(32),
            pseudonymization_id=get_random_string(10, "ABCDEFGHJKLMNPQRSTUVWXYZ3789"),
        )
        sold.append(ticket)
    OrderPosition.objects.bulk_create(sold)
    return [ticket.secret for ticket in sold]


def badges(rendering: str, one: str, many: str) -> dict[str, float]:
    """Print as the export "badges" of the program does, after one that loads the fonts: ms of one badge, seconds and
    bytes of many, peak MB."""
    with scopes_disabled():
        event = Event.objects.get(slug=SLUG)
    with scope(organizer=event.organizer):
        _print(event, rendering, one)
        single, _size = _print(event, rendering, one)
        seconds, size = _print(event, rendering, many)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return {"one": single * 1000, "seconds": seconds, "bytes": size, "megabytes": peak}


def _print(event: Event, rendering: str, item: str) -> tuple[float, int]:
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        BadgeExporter(event, event.organizer).render({"items": [item], "rendering": rendering}, output_file=out)
        return time.perf_counter() - start, out.seek(0, 2)


def statements(token: str, scanned: str, product: str, *secrets: str) -> dict[str, int]:
    """How many SQL statements a scan and an order cost, after one of each that warms what is kept; without transactions
    and without the one that finds out who asks."""
    client = Client(headers={"authorization": f"Token {token}", "host": "127.0.0.1"})

    def count(path: str, body: object) -> int:
        with CaptureQueriesContext(connection) as captured:
            response = client.post(f"/api/v1/organizers/{SLUG}/{path}", body, content_type="application/json")
        if response.status_code != CREATED:
            raise AssertionError(f"{path} answered {response.status_code}: {response.content[:300]!r}")
        texts = [query["sql"] for query in captured.captured_queries]
        return sum(WHO not in text and not text.startswith(TRANSACTIONS) for text in texts)

    scans = [{"secret": secret, "lists": [int(scanned)], "type": "entry", "nonce": secret} for secret in secrets]
    orders = [order_of(int(product))] * len(scans)
    return {
        "scan": [count("checkinrpc/redeem/", scan) for scan in scans][-1],
        "order": [count(f"events/{SLUG}/orders/", order) for order in orders][-1],
    }


def order_of(product: int) -> dict[str, object]:
    """The body of an order of one free ticket."""
    name = {"_scheme": "full", "full_name": "Amélie Dupont"}
    position = {"item": product, "variation": None, "attendee_name_parts": name, "answers": []}
    buyer = {"email": "amelie@bench.example", "locale": "en", "status": "p", "payment_provider": "free"}
    return buyer | {"positions": [position]}


def end_with_parent() -> None:
    """Watch who started this process, and end where they have been killed: badges take minutes."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    end_with_parent()
    print(json.dumps({"fill": fill, "badges": badges, "statements": statements}[sys.argv[1]](*sys.argv[2:])))
