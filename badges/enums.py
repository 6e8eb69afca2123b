"""Words of print jobs: data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PrintJobState(models.TextChoices):
    """Where a print job stands."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
