"""Patient-flow events from elsewhere, and the truth that only their writer knows.

Independent of `producer`: other ids, no visit_id, every kind of dirt the rules name, corrections,
messages that come late and twice. What dirt makes undecidable is counted apart.
"""

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from support.foreign.stay import Stay, lives
from support.foreign.telling import HARMLESS, LOSING, Message, Told, tell
from support.raw import FLOW, RawEvent

LATE_SHARE = 0.05
TWICE_SHARE = 0.03
NOISE_SHARE = 0.01
PARTITIONS = 3


@dataclass(frozen=True)
class Bed:
    """A bed as the messages let it be seen."""

    patient_id: str | None
    """Null when the admission did not say who."""
    hospital_id: str | None
    department: str | None
    admitted_at: dt.datetime
    discharged_at: dt.datetime | None
    is_true: bool
    """False when a message that decides the stay was lost: then it seems open for ever."""


@dataclass(frozen=True)
class ForeignHospital:
    """What was sent, in the order of arrival, and what is true of it."""

    events: list[RawEvent]
    beds: list[Bed]
    insurances_told: dict[str, list[str]]
    """Patient -> the insurances a reader can know of, in time."""
    hidden_stays: int
    """Stays of which no readable message tells the admission: no bed can be seen."""
    rejected: int
    """Deliveries that nobody can read."""
    distinct: int
    """Different readable messages."""
    first_event_at: dt.datetime
    """The smallest readable event_timestamp."""
    last_event_at: dt.datetime
    """The greatest readable event_timestamp."""

    def beds_in_use(self, at: dt.datetime) -> Counter[tuple[str | None, str | None]]:
        """Beds by hospital and department at an instant: from the admission to the discharge."""
        return Counter(
            (bed.hospital_id, bed.department)
            for bed in self.beds
            if bed.admitted_at <= at and (bed.discharged_at is None or at < bed.discharged_at)
        )

    def insurance_versions(self) -> dict[str, int]:
        """How often a patient's insurance differs from the one before, counting the first."""
        return {
            patient_id: 1 + sum(one != other for one, other in pairwise(told))
            for patient_id, told in self.insurances_told.items()
        }


def foreign_hospital(
    seed: int, patients: int, days: int = 60, dirt: float = 0.25
) -> ForeignHospital:
    """The same seed gives the same messages; `dirt` is the share of spoiled tellings."""
    rng = random.Random(seed)
    everyone = [life for life in lives(patients, days, rng) if life]
    strangers = [life[0].patient_id for life in everyone]
    told: list[Told] = []
    messages: list[Message] = []
    seen: list[Bed | None] = []
    for life in everyone:
        dirt_of_life = iter(_dirt_of_life(2 * len(life), dirt, rng))
        for stay in life:
            halves: list[Told | None] = [None, None]
            for place in range(1 if stay.discharged_at is None else 2):
                kind, stranger = ("ADMISSION", "DISCHARGE")[place], rng.choice(strangers)
                half, sent = tell(stay, kind, next(dirt_of_life), stranger, rng)
                halves[place] = half
                told.append(half)
                messages += sent
            seen.append(_seen(stay, *halves))
    arrived = _arrivals(messages, rng)
    stamps = [m.sent_at for m in messages if m.is_readable and m.is_stamped]
    return ForeignHospital(
        [event for event, _ in arrived],
        [bed for bed in seen if bed is not None],
        _insurances(told),
        hidden_stays=seen.count(None),
        rejected=sum(not is_readable for _, is_readable in arrived),
        distinct=len({event.payload for event, is_readable in arrived if is_readable}),
        first_event_at=min(stamps),
        last_event_at=max(stamps),
    )


def _dirt_of_life(count: int, share: float, rng: random.Random) -> list[str | None]:
    """Dirt for each telling: at most one loses a message, for two could be taken for a pair."""
    chosen = [rng.choice(HARMLESS) if rng.random() < share else None for _ in range(count)]
    if rng.random() < share:
        chosen[rng.randrange(count)] = rng.choice(LOSING)
    return chosen


def _seen(stay: Stay, admission: Told | None, discharge: Told | None) -> Bed | None:
    """The bed that a careful reader sees; null when no message opens one."""
    assert admission is not None
    if not admission.counts:
        return None
    is_closed = (
        discharge is not None
        and discharge.counts
        and None not in (admission.patient_id, discharge.patient_id)
    )
    place = admission
    if is_closed and discharge is not None and not admission.knows_place and discharge.knows_place:
        place = discharge
    return Bed(
        admission.patient_id,
        place.hospital_id,
        place.department,
        stay.admitted_at,
        stay.discharged_at if is_closed else None,
        is_true=is_closed or (stay.discharged_at is None and admission.patient_id is not None),
    )


def _insurances(told: list[Told]) -> dict[str, list[str]]:
    by_patient: dict[str, list[str]] = {}
    for one in told:
        if one.is_readable and one.patient_id is not None:
            by_patient.setdefault(one.patient_id, []).append(one.insurance)
    return by_patient


def _arrivals(messages: list[Message], rng: random.Random) -> list[tuple[RawEvent, bool]]:
    """In order of arrival, some late, some twice, with noise; and whether each is readable."""
    sent = [*messages, *(m for m in messages if rng.random() < TWICE_SHARE), *_noise(messages, rng)]
    arrived: list[tuple[dt.datetime, Message]] = []
    for message in sent:
        minutes = rng.uniform(60, 48 * 60) if rng.random() < LATE_SHARE else rng.uniform(0, 1)
        arrived.append((message.sent_at + dt.timedelta(minutes=minutes), message))
    arrived.sort(key=lambda found: found[0])
    next_offset: Counter[int] = Counter()
    rows = []
    for at, message in arrived:
        partition = rng.randrange(PARTITIONS)
        encoding = None if message.payload is None else "utf-8"
        row = RawEvent(FLOW, partition, next_offset[partition], message.payload, encoding, at)
        next_offset[partition] += 1
        rows.append((row, message.is_readable))
    return rows


def _noise(messages: list[Message], rng: random.Random) -> list[Message]:
    texts = (None, "", "  ", "null", "[]", "7", "ping", '{"event_type": "TRANSFER"}')
    count = round(NOISE_SHARE * len(messages)) + len(texts)
    return [
        Message(rng.choice(messages).sent_at, texts[number % len(texts)], is_readable=False)
        for number in range(count)
    ]
