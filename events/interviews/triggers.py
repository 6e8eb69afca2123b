"""What the database itself refuses about places (B1 to B4 of domain.md), on PostgreSQL and on SQLite alike.

The constraints of `Place.Meta` cover seats and one booking per employer. What compares rows with each other or with
their slot is here. On PostgreSQL a trigger does not see a concurrent insert, so it first locks the registration and an
exclusion constraint refuses plain overlaps by itself; on SQLite writers are alone anyway. A hold or an offer is
compared with nothing of the person's and locks nobody: who passes a place on holds its slot already, and registrations
come first. SQLite loses triggers when Django remakes a table, so all of it is dropped before and made after every
migrate that has something to do.

Between two rows the later booked one's walking gap, limits and flag hold: a row that becomes live, or changes its slot
or registration, is compared, with its own copies of the rules, with those that are live already. A row whose times
alone move (its slot was shifted) keeps its place among the limits, and of two gaps the later made row's holds; where it
cannot but clash it is marked `has_shifted_clash`, which only a row whose times alone move can become.
"""

from hashlib import sha256

from django.db.backends.base.base import BaseDatabaseWrapper

GUARDED_COLUMNS = (
    "is_live, kind, seat, slot_id, registration_id, starts_at, ends_at, day_on, stand_id, employer_id,"
    " has_shifted_clash"
)
"""An UPDATE of one of these makes the row be judged again."""

_OTHERS = """
    FROM events_place other
    WHERE other.registration_id = NEW.registration_id AND other.id <> NEW.id
      AND other.is_live AND other.kind = 'booking'"""

_COMPARED = "({is_new} OR NOT (NEW.has_shifted_clash OR other.has_shifted_clash))"

_SQLITE_SECONDS = "CAST(strftime('%s', {}) AS INTEGER)"
_SQLITE_IS_NEW = """(NOT OLD.is_live OR OLD.kind <> NEW.kind OR OLD.slot_id <> NEW.slot_id
            OR OLD.registration_id <> NEW.registration_id)"""
_GAP_MINUTES = """CASE WHEN other.stand_id = NEW.stand_id THEN 0
            WHEN {is_new} OR other.created_at <= NEW.created_at THEN NEW.gap_minutes ELSE other.gap_minutes END"""


def _sqlite_rules(is_new: str) -> dict[str, str]:
    """Name of each refusal -> the condition under which SQLite refuses; `is_new` says that the row was just booked."""
    gap = f"({_GAP_MINUTES.format(is_new=is_new)}) * 60"
    new_start, new_end, start, end = (
        _SQLITE_SECONDS.format(column)
        for column in ("NEW.starts_at", "NEW.ends_at", "other.starts_at", "other.ends_at")
    )
    return {
        "place_copies_slot": """NOT EXISTS (
            SELECT 1 FROM events_slot slot
            WHERE slot.id = NEW.slot_id AND slot.starts_at = NEW.starts_at AND slot.ends_at = NEW.ends_at
              AND slot.stand_id = NEW.stand_id AND slot.employer_id = NEW.employer_id)""",
        "place_seat_beyond_capacity": """NEW.seat > (
            SELECT slot.capacity FROM events_slot slot WHERE slot.id = NEW.slot_id)""",
        "place_one_per_employer": f"""NEW.kind = 'booking' AND NEW.is_single_per_employer AND {is_new} AND EXISTS (
            SELECT 1 {_OTHERS} AND other.employer_id = NEW.employer_id)""",
        "place_overlap": f"""NEW.kind = 'booking' AND EXISTS (
            SELECT 1 {_OTHERS} AND {_COMPARED.format(is_new=is_new)}
              AND {new_start} < {end} + {gap} AND {start} < {new_end} + {gap})""",
        "place_limit": f"""NEW.kind = 'booking' AND NEW.limit_total IS NOT NULL
            AND {is_new} AND (SELECT COUNT(*) {_OTHERS}) >= NEW.limit_total""",
        "place_limit_per_day": f"""NEW.kind = 'booking' AND NEW.limit_per_day IS NOT NULL
            AND {is_new} AND (SELECT COUNT(*) {_OTHERS} AND other.day_on = NEW.day_on) >= NEW.limit_per_day""",
    }


def sqlite_statements() -> list[str]:
    """The CREATE TRIGGER statements for SQLite."""
    statements = []
    for verb, when, is_new in (
        ("insert", "BEFORE INSERT", "1"),
        ("update", f"BEFORE UPDATE OF {GUARDED_COLUMNS}", _SQLITE_IS_NEW),
    ):
        checks = "\n".join(
            f"  SELECT RAISE(ABORT, '{name}') WHERE {condition};" for name, condition in _sqlite_rules(is_new).items()
        )
        statements.append(
            f"CREATE TRIGGER place_guard_{verb} {when} ON events_place WHEN NEW.is_live BEGIN\n{checks}\nEND"
        )
    return statements


_GAP = f"make_interval(mins => {_GAP_MINUTES.format(is_new='is_new')})"

POSTGRESQL_STATEMENTS = [
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """ALTER TABLE events_place ADD CONSTRAINT place_overlap EXCLUDE USING gist (
        registration_id WITH =, tstzrange(starts_at, ends_at, '[)') WITH &&
    ) WHERE (is_live AND kind = 'booking' AND NOT has_shifted_clash)""",
    f"""CREATE FUNCTION place_guard() RETURNS trigger AS $$
DECLARE
    slot events_slot%ROWTYPE;
    refusal text;
    is_new boolean := TG_OP = 'INSERT' OR NOT OLD.is_live OR (OLD.kind, OLD.slot_id, OLD.registration_id)
        IS DISTINCT FROM (NEW.kind, NEW.slot_id, NEW.registration_id);
BEGIN
    SELECT * INTO slot FROM events_slot WHERE id = NEW.slot_id;
    IF NEW.kind = 'booking' THEN
        PERFORM 1 FROM events_registration WHERE id = NEW.registration_id FOR NO KEY UPDATE;
    END IF;
    refusal := CASE
        WHEN (slot.starts_at, slot.ends_at, slot.stand_id, slot.employer_id)
            IS DISTINCT FROM (NEW.starts_at, NEW.ends_at, NEW.stand_id, NEW.employer_id) THEN 'place_copies_slot'
        WHEN NEW.seat > slot.capacity THEN 'place_seat_beyond_capacity'
        WHEN NEW.kind <> 'booking' THEN NULL
        WHEN NEW.is_single_per_employer AND is_new AND EXISTS (
            SELECT 1 {_OTHERS} AND other.employer_id = NEW.employer_id) THEN 'place_one_per_employer'
        WHEN EXISTS (SELECT 1 {_OTHERS} AND {_COMPARED.format(is_new="is_new")}
            AND NEW.starts_at < other.ends_at + {_GAP} AND other.starts_at < NEW.ends_at + {_GAP}) THEN 'place_overlap'
        WHEN NEW.limit_total IS NOT NULL AND is_new
            AND (SELECT COUNT(*) {_OTHERS}) >= NEW.limit_total THEN 'place_limit'
        WHEN NEW.limit_per_day IS NOT NULL AND is_new
            AND (SELECT COUNT(*) {_OTHERS} AND other.day_on = NEW.day_on) >= NEW.limit_per_day
            THEN 'place_limit_per_day'
    END;
    IF refusal IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = refusal, CONSTRAINT = refusal;
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql""",
    """CREATE TRIGGER place_guard_insert BEFORE INSERT ON events_place
        FOR EACH ROW WHEN (NEW.is_live) EXECUTE FUNCTION place_guard()""",
    f"""CREATE TRIGGER place_guard_update BEFORE UPDATE OF {GUARDED_COLUMNS} ON events_place
        FOR EACH ROW WHEN (NEW.is_live) EXECUTE FUNCTION place_guard()""",
]

_DROP = {
    "sqlite": ["DROP TRIGGER IF EXISTS place_guard_insert", "DROP TRIGGER IF EXISTS place_guard_update"],
    "postgresql": [
        "ALTER TABLE IF EXISTS events_place DROP CONSTRAINT IF EXISTS place_overlap",
        "DROP FUNCTION IF EXISTS place_guard() CASCADE",
    ],
}


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take the guards away, before a migration may remake their table."""
    with connection.cursor() as cursor:
        for statement in _DROP[connection.vendor]:
            cursor.execute(statement)


def create(connection: BaseDatabaseWrapper) -> None:
    """Put the guards in place; whatever was there under their names goes first."""
    drop(connection)
    if connection.vendor == "sqlite":
        statements = sqlite_statements()
    else:
        statements = [*POSTGRESQL_STATEMENTS, f"COMMENT ON FUNCTION place_guard() IS '{_edition()}'"]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def are_in_place(connection: BaseDatabaseWrapper) -> bool:
    """Whether the database has these very guards: a migrate with nothing to do then leaves them alone."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'events_place'")
            return sorted(sql for (sql,) in cursor.fetchall()) == sorted(sqlite_statements())
        cursor.execute("SELECT count(*) FROM pg_constraint WHERE conname = 'place_overlap'")
        if cursor.fetchone() != (1,):
            return False
        cursor.execute(
            "SELECT obj_description(tgfoid, 'pg_proc') FROM pg_trigger WHERE tgrelid = 'events_place'::regclass"
            " AND tgname LIKE 'place_guard_%%'"
        )
        return [comment for (comment,) in cursor.fetchall()] == [_edition()] * 2


def _edition() -> str:
    """What tells one wording of the PostgreSQL guards from another."""
    return sha256("\n".join(POSTGRESQL_STATEMENTS).encode()).hexdigest()
