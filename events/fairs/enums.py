"""Words and states of fairs: data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FairStatus(models.TextChoices):
    """The editorial state; the phase is computed from dates, never stored."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    CANCELLED = "cancelled", _("Cancelled")
    ARCHIVED = "archived", _("Archived")


class FairKind(models.TextChoices):
    """What kind of event it is (domain.md §5)."""

    FORUM = "forum", _("Forum")
    JOB_DATING = "job_dating", _("Job dating")
    INFORMATION_MEETING = "information_meeting", _("Information meeting")
    WORKSHOP = "workshop", _("Workshop")
    CONFERENCE = "conference", _("Conference")
    COMPANY_VISIT = "company_visit", _("Company visit")
    OPEN_DAY = "open_day", _("Open day")
    ONLINE = "online", _("Online")


class Phase(models.TextChoices):
    """The latest window of a fair that has begun."""

    UPCOMING = "upcoming", _("Upcoming")
    REGISTRATION = "registration", _("Registration open")
    BOOKING = "booking", _("Booking open")
    ONGOING = "ongoing", _("Under way")
    OVER = "over", _("Over")


FAIR_MOVES: dict[str, tuple[str, ...]] = {
    FairStatus.DRAFT: (FairStatus.PUBLISHED, FairStatus.CANCELLED),
    FairStatus.PUBLISHED: (FairStatus.CANCELLED, FairStatus.ARCHIVED),
    FairStatus.CANCELLED: (FairStatus.ARCHIVED,),
    FairStatus.ARCHIVED: (),
}
