"""The database refuses by itself what breaks B1 to B4: raw SQL, no service, on whichever engine the run is on."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from backend.core.clock import now
from backend.core.models import uuid7
from events.interviews import triggers
from events.interviews.models import Place, Slot
from events.registrations.models import Registration
from tests.factories.employers import make_exhibitor, make_stand
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_candidate, make_slot

pytestmark = pytest.mark.django_db


def insert(slot: Slot, registration: Registration, **values: Any) -> str:
    """A place written with SQL alone; answers its id."""
    row = {
        "id": uuid7(),
        "created_at": now(),
        "updated_at": now(),
        "slot_id": slot.id,
        "registration_id": registration.id,
        "kind": "booking",
        "status": "booked",
        "is_live": True,
        "seat": 1,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "day_on": slot.starts_at.date(),
        "stand_id": slot.stand_id,
        "employer_id": slot.employer_id,
        "gap_minutes": 5,
        "limit_total": None,
        "limit_per_day": None,
        "is_single_per_employer": True,
        "note": "",
        "cancelled_by": "",
        "cancel_reason": "",
    } | values
    fields = {field.column: field for field in Place._meta.concrete_fields}
    prepared = [fields[name].get_db_prep_save(value, connection) for name, value in row.items()]
    names = ", ".join(connection.ops.quote_name(name) for name in row)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO events_place ({names}) VALUES ({', '.join(['%s'] * len(row))})", prepared)
    return str(row["id"])


def update(place_id: str, **values: Any) -> None:
    """Columns of a place set with SQL alone."""
    fields = {field.column: field for field in Place._meta.concrete_fields}
    prepared = [fields[name].get_db_prep_save(value, connection) for name, value in values.items()]
    key = fields["id"].get_db_prep_save(place_id, connection)
    with connection.cursor() as cursor:
        assignments = ", ".join(f"{name} = %s" for name in values)
        cursor.execute(f"UPDATE events_place SET {assignments} WHERE id = %s", [*prepared, key])


def refuses(name: str, action: Any, *args: Any, **values: Any) -> None:
    """The database refuses, and the refusal carries the constraint's name (SQLite names columns for uniques)."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        action(*args, **values)
    said = str(refusal.value)
    columns = {"place_seat_once": "events_place.slot_id", "place_one_per_employer": "events_place.registration_id"}
    assert name in said or columns.get(name, name) in said, said


def test_a_sound_row_is_taken() -> None:
    fair = make_fair()
    insert(make_slot(fair), make_candidate(fair))
    assert Place.objects.count() == 1


def test_b1_seat_twice_and_seat_beyond_capacity() -> None:
    fair = make_fair()
    slot = make_slot(fair, capacity=2)
    insert(slot, make_candidate(fair), seat=1)
    refuses("place_seat_once", insert, slot, make_candidate(fair), seat=1)
    refuses("place_seat_beyond_capacity", insert, slot, make_candidate(fair), seat=3)
    insert(slot, make_candidate(fair), seat=2)


def test_b1_holds_and_offers_count() -> None:
    fair = make_fair()
    slot = make_slot(fair)
    insert(slot, make_candidate(fair), kind="hold", expires_at=now() + timedelta(minutes=5))
    refuses("place_seat_once", insert, slot, make_candidate(fair))


def test_b1_by_update_when_a_row_becomes_live() -> None:
    fair = make_fair()
    slot = make_slot(fair)
    cancelled = insert(slot, make_candidate(fair), is_live=False, status="cancelled")
    insert(slot, make_candidate(fair))
    refuses("place_seat_once", update, cancelled, is_live=True, status="booked")


@pytest.mark.parametrize("offset", [-5, 0, 5])
def test_b2_overlap(offset: int) -> None:
    fair = make_fair()
    person, slot = make_candidate(fair), make_slot(fair)
    insert(slot, person)
    other = make_slot(fair, starts_at=slot.starts_at + timedelta(minutes=offset))
    refuses("place_overlap", insert, other, person)


@pytest.mark.parametrize(("minutes", "fits"), [(14, False), (15, True), (-14, False), (-15, True)])
def test_b2_walking_gap_between_stands(minutes: int, fits: bool) -> None:
    fair = make_fair()
    person, slot = make_candidate(fair), make_slot(fair, minutes=10)
    insert(slot, person)
    other = make_slot(fair, starts_at=slot.starts_at + timedelta(minutes=minutes), minutes=10)
    if fits:
        insert(other, person)
    else:
        refuses("place_overlap", insert, other, person)


def test_b2_no_gap_within_a_stand() -> None:
    fair = make_fair()
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    person, slot = make_candidate(fair), make_slot(fair, stand=stand)
    insert(slot, person, is_single_per_employer=False)
    insert(make_slot(fair, stand=stand, starts_at=slot.ends_at), person, is_single_per_employer=False)
    assert Place.objects.count() == 2


def test_b2_the_later_booked_ones_gap_holds() -> None:
    fair = make_fair()
    person, slot = make_candidate(fair), make_slot(fair)
    insert(slot, person, gap_minutes=60)
    insert(make_slot(fair, starts_at=slot.ends_at), person, gap_minutes=0)
    third = make_slot(fair, starts_at=slot.ends_at + timedelta(minutes=20))
    refuses("place_overlap", insert, third, person, gap_minutes=15)


def test_b2_by_update_of_the_slot() -> None:
    fair = make_fair()
    person, slot = make_candidate(fair), make_slot(fair)
    insert(slot, person)
    far = make_slot(fair, starts_at=slot.starts_at + timedelta(hours=2))
    near = make_slot(fair, starts_at=slot.starts_at + timedelta(minutes=5))
    moved = insert(far, person)
    refuses(
        "place_overlap",
        update,
        moved,
        slot_id=near.id,
        starts_at=near.starts_at,
        ends_at=near.ends_at,
        stand_id=near.stand_id,
        employer_id=near.employer_id,
    )


def move(place_id: str, slot: Slot, minutes: int) -> None:
    """The slot is shifted, and its place with it."""
    by = timedelta(minutes=minutes)
    Slot.objects.filter(pk=slot.pk).update(starts_at=slot.starts_at + by, ends_at=slot.ends_at + by)
    update(place_id, starts_at=slot.starts_at + by, ends_at=slot.ends_at + by)


def test_a_shifted_slot_keeps_its_place_among_limits_and_the_later_gap_holds() -> None:
    fair = make_fair()
    person, slot = make_candidate(fair), make_slot(fair)
    first = insert(slot, person, limit_total=1, limit_per_day=1, gap_minutes=60)
    later = make_slot(fair, starts_at=slot.ends_at + timedelta(minutes=10))
    insert(later, person, gap_minutes=3)
    move(first, slot, 7)
    slot.refresh_from_db()
    refuses("place_overlap", move, first, slot, 1)


def test_a_shift_may_move_a_booking_into_another_and_nothing_else_may() -> None:
    fair = make_fair()
    person, slot = make_candidate(fair), make_slot(fair)
    first = insert(slot, person)
    later = make_slot(fair, starts_at=slot.ends_at + timedelta(minutes=10))
    second = insert(later, person)
    by = timedelta(minutes=15)
    Slot.objects.filter(pk=slot.pk).update(starts_at=slot.starts_at + by, ends_at=slot.ends_at + by)
    update(first, starts_at=slot.starts_at + by, ends_at=slot.ends_at + by, has_shifted_clash=True)
    # What it clashes with may move as well, and nothing new may be put where it is, marked or not.
    move(second, later, 1)
    elsewhere = make_slot(fair, starts_at=slot.starts_at + by)
    refuses("place_overlap", insert, elsewhere, person)
    refuses("place_overlap", insert, elsewhere, person, has_shifted_clash=True)
    refuses("place_overlap", update, first, has_shifted_clash=False)


def test_b3_limit_and_limit_per_day() -> None:
    fair = make_fair()
    person, first = make_candidate(fair), make_slot(fair)
    insert(first, person)
    second = make_slot(fair, starts_at=first.starts_at + timedelta(hours=1))
    refuses("place_limit", insert, second, person, limit_total=1)
    refuses("place_limit_per_day", insert, second, person, limit_per_day=1, day_on=first.starts_at.date())
    insert(second, person, limit_total=2, limit_per_day=1, day_on=first.starts_at.date() + timedelta(days=1))


def test_b4_one_live_booking_per_employer() -> None:
    fair = make_fair()
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    person, slot = make_candidate(fair), make_slot(fair, stand=stand)
    cancelled = insert(slot, person)
    later = make_slot(fair, stand=stand, starts_at=slot.starts_at + timedelta(hours=1))
    refuses("place_one_per_employer", insert, later, person)
    update(cancelled, is_live=False, status="cancelled")
    insert(later, person)
    refuses("place_one_per_employer", update, cancelled, is_live=True, status="booked")


def test_b4_by_update_of_the_registration() -> None:
    fair = make_fair()
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    slot = make_slot(fair, stand=stand)
    one, other = make_candidate(fair), make_candidate(fair)
    insert(slot, one)
    later = insert(make_slot(fair, stand=stand, starts_at=slot.starts_at + timedelta(hours=1)), other)
    refuses("place_one_per_employer", update, later, registration_id=one.id)


def test_copies_are_the_slots_own() -> None:
    fair = make_fair()
    slot = make_slot(fair)
    refuses("place_copies_slot", insert, slot, make_candidate(fair), starts_at=slot.starts_at - timedelta(minutes=1))


def test_live_is_what_the_status_says() -> None:
    fair = make_fair()
    refuses("place_live_is_status", insert, make_slot(fair), make_candidate(fair), status="cancelled")


def test_every_guard_is_there_after_migrate() -> None:
    assert triggers.are_in_place(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events_place'")
        else:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = 'events_place'::regclass AND NOT tgisinternal"
            )
        assert {name for (name,) in cursor.fetchall()} == {"place_guard_insert", "place_guard_update"}


def test_guards_that_are_lost_or_of_another_wording_are_made_again() -> None:
    triggers.drop(connection)
    assert not triggers.are_in_place(connection)
    call_command("migrate", verbosity=0)
    assert triggers.are_in_place(connection)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE events_place DROP CONSTRAINT place_overlap")
        assert not triggers.are_in_place(connection)
        call_command("migrate", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("COMMENT ON FUNCTION place_guard() IS 'older'")
        assert not triggers.are_in_place(connection)
        call_command("migrate", verbosity=0)
        assert triggers.are_in_place(connection)


def test_a_migrate_with_nothing_to_do_leaves_them_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triggers, "drop", lambda _connection: pytest.fail("there was nothing to do"))
    call_command("migrate", verbosity=0)
