"""What a browser needs to know of the demonstration; runs in `manage.py shell` on the server's database."""

import json

from django.test import Client

from backend.accounts.enums import Role
from backend.accounts.models import Membership, User
from backend.core.crypto import hash_secret
from checkin.models import CheckIn, Scan
from events.employers.models import Stand
from events.fairs.models import Fair
from events.interviews.models import Place
from events.registrations.enums import Channel, Presence, RegistrationStatus
from events.registrations.models import Registration, Ticket
from events.registrations.selectors import ticket_text

DEMO_CANDIDATE = "candidate@demo.example.org"


def show_known(slug: str) -> None:
    """Print sessions by role, what pages are about, and tickets of people who have not come yet."""
    fair = Fair.objects.get(slug=slug)
    members = Membership.objects.filter(organisation=fair.organisation).select_related("user")
    place = Place.objects.filter(slot__fair=fair, employer__members__isnull=False).order_by("id")[0]
    interview = Place.objects.filter(slot__fair=fair, is_live=True, registration__user__email=DEMO_CANDIDATE)[0]
    coming = {"status": RegistrationStatus.CONFIRMED, "kind": "candidate", "presence": Presence.EXPECTED}
    tickets = Ticket.objects.filter(
        revoked_at=None, registration__fair=fair, **{f"registration__{name}": value for name, value in coming.items()}
    )
    advised = {"registration__channel": Channel.ADVISER, "is_live": True, "slot__fair": fair}
    meeting = Place.objects.filter(**advised).order_by("id")[0]
    known = {
        "sessions": {
            "organiser": _session(members.filter(role__in=(Role.OWNER, Role.ORGANISER))[0].user),
            "staff": _session(members.filter(role=Role.STAFF)[0].user),
            "employer": _session(place.employer.members.all()[0].user),
            "candidate": _session(interview.registration.user),
            "adviser": _session(members.filter(role=Role.ADVISER)[0].user),
            "public": _waiting_session(fair),
        },
        "employer": place.employer.slug,
        "recruiter": str(place.employer.members.all()[0].id),
        "colleague": str(members.filter(role=Role.STAFF)[0].id),
        "interview": str(interview.id),
        "offer": str(place.employer.offers.all()[0].id),
        "guardian": _ask_guardian(fair),
        "stand": str(Stand.objects.get(pk=place.stand_id).id),
        "booking": str(place.id),
        "person": str(meeting.registration_id),
        "meeting": str(meeting.id),
        "tickets": [
            [ticket_text(ticket, fair), ticket.registration.code, ticket.registration.family_name]
            for ticket in tickets.select_related("registration").order_by("id")[:2]
        ],
    }
    print(json.dumps(known))  # noqa: T201


def show_counts(code: str) -> None:
    """Print how many scans and check-ins the registration with this code has."""
    of = {"registration__code": code}
    print(Scan.objects.filter(**of).count(), CheckIn.objects.filter(**of).count())  # noqa: T201


def show_session(email: str) -> None:
    """Print the session of the person of this address."""
    print(_session(User.objects.get(email=email)))  # noqa: T201


def _session(user: User) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


def _waiting_session(fair: Fair) -> str:
    """Of somebody who was sent codes, to sign in and to register, and has typed none yet."""
    client = Client()
    session = client.session
    session["sign_in"] = {"address": "lina@example.org", "next": ""}
    session["registering"] = {"address": "lina@example.org", "fair": fair.slug}
    session.save()
    return client.cookies["sessionid"].value


def _ask_guardian(fair: Fair) -> str:
    """Give the last registration a guardian; the secret of their link."""
    registration = Registration.objects.filter(fair=fair).order_by("id").last()
    Registration.objects.filter(pk=registration.pk).update(
        guardian_name="Nadia Lefèvre", guardian_token_hash=hash_secret("asked")
    )
    return "asked"
