"""What the audit trail calls things, in words. What has none yet is shown as it is written."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.accounts.enums import Role
from badges.enums import PrintJobState
from events.employers.enums import EmployerRole, ExhibitorStatus
from events.fairs.enums import FairStatus
from events.interviews.enums import BookingStatus, OutcomeKind, SlotState, WaitlistStatus
from events.offers.enums import OfferStatus
from events.registrations.enums import RegistrationStatus

Words = dict[str, str | Promise]

ACTIONS: Words = {
    "booking.cancelled": _("Interview cancelled"),
    "booking.created": _("Interview booked"),
    "booking.earlier_unwanted": _("No longer asked of an earlier time"),
    "booking.earlier_wanted": _("Asked to hear of an earlier time"),
    "booking.finished": _("Interview ended"),
    "booking.missed": _("Candidate noted as absent"),
    "booking.moved": _("Interview moved"),
    "booking.started": _("Interview begun"),
    "calendar.closed": _("Calendar to subscribe to switched off"),
    "calendar.opened": _("Calendar to subscribe to made"),
    "checkin.forced": _("Let in against a refusal"),
    "employer.changed": _("Employer changed"),
    "employer.created": _("Employer added"),
    "employer_member.added": _("Person added to an employer's team"),
    "employer_member.changed": _("Role in an employer's team changed"),
    "employer_member.removed": _("Person removed from an employer's team"),
    "exhibitor.accepted": _("Exhibitor accepted"),
    "exhibitor.submitted": _("Part in the fair asked for"),
    "fair.changed": _("Fair changed"),
    "fair.created": _("Fair made"),
    "fair.employers_imported": _("Employers imported"),
    "fair.published": _("Fair published"),
    "fair.registrations_imported": _("Registrations imported"),
    "gate.created": _("Gate made"),
    "hall.created": _("Hall made"),
    "interviewer.added": _("Interviewer added"),
    "member.added": _("Member added"),
    "member.changed": _("Role of a member changed"),
    "member.removed": _("Member removed"),
    "offer.changed": _("Offer changed"),
    "offer.closed": _("Offer closed"),
    "offer.created": _("Offer written"),
    "offer.deleted": _("Offer deleted"),
    "offer.published": _("Offer published"),
    "outcome.recorded": _("Outcome of an interview noted"),
    "organisation.created": _("Organisation made"),
    "print_job.done": _("Badges made"),
    "print_job.failed": _("Badges could not be made"),
    "print_job.requested": _("Badges asked for"),
    "registration.amended": _("Registration completed by an import"),
    "registration.cancelled": _("Registration cancelled"),
    "registration.code_sent_again": _("Code sent again"),
    "registration.confirmed": _("Registration confirmed"),
    "registration.guardian_consented": _("Guardian consented"),
    "registration.pending": _("Registration begun"),
    "registration.repeated": _("Registered once more"),
    "registration.waitlisted": _("Put on the waiting list"),
    "schedule.set": _("Schedule made"),
    "schedule.shifted": _("Times of an interviewer moved"),
    "series.changed": _("Series changed"),
    "series.created": _("Series made"),
    "slot.blocked": _("Time blocked"),
    "slot.reopened": _("Time offered again"),
    "stand.assigned": _("Stand assigned"),
    "stand.created": _("Stand made"),
    "ticket.reissued": _("Ticket issued anew"),
    "venue.created": _("Venue made"),
    "waitlist.accepted": _("Offered interview accepted"),
    "waitlist.expired": _("Offered interview not answered in time"),
    "waitlist.joined": _("Waiting for an interview"),
    "waitlist.left": _("No longer waiting for an interview"),
    "waitlist.offered": _("Interview offered"),
    "waitlist.passed_over": _("Passed over for an interview"),
}
OBJECTS: Words = {
    "checkin": _("entry"),
    "employer": _("employer"),
    "employermember": _("person of an employer's team"),
    "exhibitor": _("exhibitor"),
    "fair": _("fair"),
    "gate": _("gate"),
    "hall": _("hall"),
    "interviewer": _("interviewer"),
    "membership": _("member"),
    "offer": _("offer"),
    "organisation": _("organisation"),
    "place": _("interview"),
    "printjob": _("print job"),
    "registration": _("registration"),
    "scan": _("scan"),
    "series": _("series"),
    "slot": _("time"),
    "stand": _("stand"),
    "ticket": _("ticket"),
    "user": _("person"),
    "venue": _("venue"),
    "waitlistentry": _("place on a waiting list"),
}
STATES: Words = {
    state.value: state.label
    for states in (
        *(WaitlistStatus, FairStatus, BookingStatus, PrintJobState, OfferStatus, ExhibitorStatus, RegistrationStatus),
        *(EmployerRole, Role, OutcomeKind, SlotState),
    )
    for state in states
}


def action_word(action: str) -> str:
    """`booking.cancelled` in words."""
    return str(ACTIONS.get(action, action))


def object_word(object_type: str) -> str:
    """The kind of row an entry is about, in a word."""
    return str(OBJECTS.get(object_type, object_type))


def state_word(state: str) -> str:
    """A state or role in words; ids of rows stay as they are."""
    return str(STATES.get(state, state))
