"""The people who came already today."""

import random
from datetime import datetime, time, timedelta

from backend.accounts.actors import Actor
from backend.core.clock import now
from backend.core.models import uuid7
from checkin.enums import ScanType
from checkin.scan import ScanRequest
from checkin.services import admit_scans
from events.fairs.models import Fair
from events.registrations.enums import Channel
from events.registrations.models import Registration

BATCH = 200


def let_people_in(fair: Fair, registrations: list[Registration], *, actor: Actor, dice: random.Random) -> None:
    """Scan a quarter of the confirmed in during the last two hours, most of the advisers', and some of them out again.

    Times lie after today's midnight of the fair's zone, when everybody who stayed overnight counts as gone.
    """
    moment = now()
    midnight = datetime.combine(moment.astimezone(fair.zone).date(), time.min, tzinfo=fair.zone)
    span = min(timedelta(hours=2), moment - midnight)
    likely: dict[str, float] = {Channel.ADVISER: 0.6}
    coming = [
        row for row in registrations if row.status == "confirmed" and dice.random() < likely.get(row.channel, 0.25)
    ]
    scans = []
    for row in coming:
        came_at = moment - span * (0.2 + 0.8 * dice.random())
        scans.append(ScanRequest(row.code, ScanType.ENTRY, uuid7(), scanned_at=came_at))
        if dice.random() < 0.2:
            left_at = came_at + (moment - came_at) * 0.5
            scans.append(ScanRequest(row.code, ScanType.EXIT, uuid7(), scanned_at=left_at))
    scans.sort(key=lambda scan: scan.scanned_at or moment)
    for start in range(0, len(scans), BATCH):
        admit_scans(fair, scans[start : start + BATCH], actor=actor)
