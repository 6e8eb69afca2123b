"""Two hundred people book one slot of twenty places at the same moment."""

from bench.fairs import Ground
from bench.figures import Figure, Goal, Scale, interleaved
from bench.load import hammer, request
from events.interviews.models import Place, Slot

CREATED, CONFLICT = 201, 409


def measure(scale: Scale) -> list[Figure]:
    """Seconds until the last has an answer, and how many got a place; the limit locks the same row as often."""
    ground = Ground()
    people, places = scale.of(200, 12), scale.of(20, 3)
    slots = ground.slots(scale.rounds + 1, capacity=places)
    lean = [request("POST", f"/limit/book/{slots[-1].id}/", body={})] * people
    given: list[int] = []

    def ours(number: int) -> dict[str, float]:
        took = hammer(_bookings(ground, slots[number], people), clients=people, expected=[CREATED, CONFLICT])
        given.append(Place.objects.filter(slot=slots[number], is_live=True).count())
        return took

    def limit(_round: int) -> dict[str, float]:
        return hammer(lean, clients=people, expected=[CREATED])

    mine, other = interleaved(scale, ours, limit)
    what = f"{people} at once for {places} places"
    wrong = max(abs(number - places) for number in given)
    return [
        Figure(what, "s", mine["seconds"], Goal(most=0.6), other["seconds"], peer="5.9 s"),
        Figure("  places given too many or too few", "", wrong, Goal(most=0), peer="0"),
    ]


def _bookings(ground: Ground, slot: Slot, people: int) -> list[bytes]:
    path = f"/api/v1/slots/{slot.id}/bookings/"
    return [
        request("POST", path, token=ground.token, body={"registration": str(registration.id)})
        for registration in ground.register(people)
    ]
