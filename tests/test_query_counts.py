"""Every list and every page costs the same number of statements with one row and with three."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backend import api as rest
from backend.accounts.actors import SYSTEM
from backend.accounts.enums import Role, Scope
from backend.accounts.models import User
from backend.accounts.services.people import add_member
from backend.core.clock import now
from events.employers.models import EmployerMember
from events.interviews.models import WaitlistEntry
from events.interviews.services import book_interview
from events.registrations.enums import Channel
from tests.factories.accounts import make_organisation, make_token, make_user
from tests.factories.badges import make_print_job
from tests.factories.browser import browser_of
from tests.factories.client import body_of, client_of
from tests.factories.employers import make_employer, make_exhibitor, make_stand
from tests.factories.fairs import make_fair, make_gate, make_hall, make_series, make_venue
from tests.factories.interviews import make_interviewer, make_slot
from tests.factories.offers import make_offer
from tests.factories.registrations import make_registration
from tests.factories.worlds import kept_for_a_module
from tests.routes import PAGES
from tests.test_isolation import routes

pytestmark = pytest.mark.django_db

# Statements of one request, with the one that says who asks (employers are asked for apart).
LISTS = {
    "fairs/": 3,
    "fairs/{fair}/exhibitors/": 6,
    "fairs/{fair}/stands/": 4,
    "fairs/{fair}/halls/": 4,
    "fairs/{fair}/gates/": 4,
    "fairs/{fair}/slots/": 4,
    "fairs/{fair}/offers/": 4,
    "fairs/{fair}/bookings/": 4,
    "fairs/{fair}/registrations/": 4,
    "venues/": 3,
    "series/": 3,
    "employers/": 4,
    "employers/{employer}/members/": 5,
    "offers/": 4,
    "stands/{stand}/interviewers/": 5,
    "slots/{slot}/waitlist/": 6,
    "members/": 3,
    "tokens/": 3,
    "audit/": 3,
    "me/registrations/": 3,
    "me/bookings/": 4,
}
OTHER_READS = {"stands/{stand}/agenda/": 5, "series/{series}/occurrences/": 3, "fairs/{fair}/checkin/status/": 7}
"""What is no list with pages and yet shows as many rows as there are."""
PAGE_COSTS = {
    "/": 10,
    "/fairs/{fair}/": 10,
    "/fairs/{fair}/employers/": 12,
    "/fairs/{fair}/employers/{employer}/": 11,
    "/fairs/{fair}/offers/": 8,
    "/me/": 6,
    "/me/fairs/{fair}/": 8,
    "/me/fairs/{fair}/book/": 10,
    "/me/fairs/{fair}/book/{employer}/": 10,
    "/me/fairs/{fair}/interviews/{booking}/": 6,
    "/me/fairs/{fair}/interviews/{booking}/move/": 10,
    "/me/fairs/{fair}/calendar/": 6,
    "/employer/": 7,
    "/employer/to-complete/": 5,
    "/employer/offers/": 6,
    "/employer/offers/new/": 7,
    "/employer/offers/{offer}/": 7,
    "/employer/{employer}/profile/": 6,
    "/employer/{employer}/team/": 8,
    "/employer/{employer}/team/{recruiter}/": 6,
    "/employer/stands/{stand}/": 10,
    "/employer/stands/{stand}/calendars/": 6,
    "/employer/stands/{stand}/schedule/": 5,
    "/employer/stands/{stand}/shift/": 10,
    "/employer/stands/{stand}/to-complete/": 6,
    "/employer/bookings/{booking}/": 5,
    "/employer/bookings/{booking}/outcome/": 5,
    "/adviser/": 10,
    "/adviser/{fair}/": 11,
    "/adviser/{fair}/import/": 5,
    "/adviser/{fair}/{registration}/": 8,
    "/adviser/{fair}/{registration}/book/": 10,
    "/adviser/{fair}/{registration}/book/{employer}/": 10,
    "/adviser/{fair}/{registration}/interviews/{booking}/": 6,
    "/adviser/{fair}/{registration}/interviews/{booking}/move/": 10,
    "/staff/": 5,
    "/staff/{fair}/scan/": 6,
    "/organiser/": 6,
    "/organiser/{fair}/": 12,
    "/organiser/{fair}/settings/": 6,
    "/organiser/{fair}/exhibitors/": 10,
    "/organiser/{fair}/exhibitors/add/": 6,
    "/organiser/{fair}/registrations/": 7,
    "/organiser/{fair}/import/": 5,
    "/organiser/{fair}/places/": 9,
    "/organiser/{fair}/badges/": 10,
    "/organiser/{fair}/team/": 9,
    "/organiser/{fair}/team/{colleague}/": 9,
    "/organiser/{fair}/tokens/": 6,
    "/organiser/{fair}/audit/": 10,
}
SHOW_NO_ROWS = re.compile(r"/sign-|/register/|/healthz|/manifest|/docs/errors|/staff/\{fair\}/$|\{job\}/$")
"""Pages that are one form, one row or a redirect, whatever there is."""


@dataclass
class Crowd:
    """One person who organises, exhibits, advises and takes part, and so many rows of every kind that they can see."""

    size: int
    person: User
    paths: dict[str, str]
    token: str = ""


def make_crowd(size: int) -> Crowd:
    """Everything as often as `size` says."""
    organisation = make_organisation()
    person = organisation.memberships.get().user
    for _each in range(size - 1):
        add_member(organisation, actor=SYSTEM, user=make_user(), role=Role.STAFF)
    venue, *_others = [make_venue(organisation) for _each in range(size)]
    series, *_others = [make_series(organisation) for _each in range(size)]
    fairs = [make_fair(organisation, venue=venue, series=series) for _each in range(size)]
    fair, employers = fairs[0], [make_employer(organisation, sector="Métallurgie") for _each in range(size)]
    add_member(organisation, actor=SYSTEM, user=person, role=Role.ADVISER)
    own, *_others = [make_registration(each, email=person.email, channel=Channel.ADVISER) for each in fairs]
    for _each in range(size - 1):
        make_registration(fair, channel=Channel.ADVISER)
    starts_at, stands, places, offers = now() + timedelta(hours=1), [], [], []
    for number, employer in enumerate(employers):
        EmployerMember.objects.create(employer=employer, user=person)
        if number:
            EmployerMember.objects.create(employer=employers[0], user=make_user())
        stands.append(make_stand(fair, exhibitor=make_exhibitor(fair, employer), hall=make_hall(fair)))
        offers.append(make_offer(employer, fair=fair))
        make_gate(fair)
        make_print_job(fair)
        slot = make_slot(fair, stand=stands[-1], starts_at=starts_at + timedelta(minutes=30 * number), capacity=5)
        places.append(book_interview(slot.pk, actor=SYSTEM, registration_id=own.pk))
    for _each in range(size):
        WaitlistEntry.objects.create(slot=places[0].slot, registration=make_registration(fair), joined_at=now())
    for place in places:
        WaitlistEntry.objects.create(slot=place.slot, registration=own, joined_at=now())
    for _each in range(size - 1):
        slot = make_slot(fair, stand=stands[0], interviewer=make_interviewer(stands[0]), capacity=5)
        book_interview(slot.pk, actor=SYSTEM, registration_id=make_registration(fair).pk)
    paths = {"fair": fair.slug, "employer": employers[0].slug, "stand": str(stands[0].pk), "series": series.slug}
    paths["colleague"] = str(organisation.memberships.get(user=person, role=Role.OWNER).pk)
    paths["recruiter"] = str(employers[0].members.get(user=person).pk)
    tokens = [make_token(person, list(Scope.values)) for _each in range(size)]
    return Crowd(
        size,
        person,
        paths
        | {"booking": str(places[0].pk), "slot": str(places[0].slot_id)}
        | {"offer": str(offers[0].pk), "registration": str(own.pk)},
        tokens[0],
    )


@pytest.fixture(scope="module", params=[1, 3])
def crowd(request: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[Crowd]:
    with kept_for_a_module(django_db_blocker):
        yield make_crowd(request.param)


@pytest.mark.parametrize(("path", "statements"), (LISTS | OTHER_READS).items())
def test_statements_of_a_list(crowd: Crowd, path: str, statements: int) -> None:
    api = client_of(crowd.token)
    address = path.format(**crowd.paths)
    api.get(address)  # the token's last use is written once a minute
    with CaptureQueriesContext(connection) as queries:
        answer = body_of(api.get(address), 200)
    if path in LISTS:
        assert answer["count"] >= crowd.size
    assert len(queries) == statements, shown(queries)


@pytest.mark.parametrize(("path", "statements"), PAGE_COSTS.items())
def test_statements_of_a_page(crowd: Crowd, path: str, statements: int) -> None:
    browser = browser_of(crowd.person)
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(path.format(**crowd.paths))
    assert answer.status_code == 200
    assert len(queries) == statements, shown(queries)


def shown(queries: CaptureQueriesContext) -> str:
    return "\n".join(query["sql"][:200] for query in queries.captured_queries)


def test_every_list_is_counted() -> None:
    found = {path for path, view in routes(rest.urlpatterns) if hasattr(getattr(view, "cls", None), "listing")}
    assert found == set(LISTS)


def test_every_page_is_counted_or_shows_no_rows() -> None:
    pages = {route.split()[1] for route in PAGES if route.startswith("GET")}
    assert {page for page in pages if not SHOW_NO_ROWS.search(page)} == set(PAGE_COSTS)
