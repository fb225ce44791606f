"""Which patient is on which monitor: the patients of the patient-flow simulation, in their beds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from producer.simulation import Event


@dataclass(frozen=True, slots=True)
class Inpatient:
    visit_id: str
    patient_id: str
    age: int
    admitted_at: int


class Bedsides:
    """A number of monitors, given to patients in the order of their admission.

    A patient keeps the monitor until the discharge; who finds none free waits for the next one.
    """

    def __init__(self, events: Iterable[Event], monitors: int) -> None:
        """`events` are those of `simulation.patient_flow`."""
        self.patients: dict[int, Inpatient] = {}
        """By monitor, those who are monitored."""
        self._events = iter(events)
        self._next: Event | None = next(self._events, None)
        self._free = list(range(monitors))[::-1]
        self._monitor_of: dict[str, int] = {}
        self._waiting: dict[str, Inpatient] = {}

    @property
    def next_at(self) -> int | None:
        """When the next admission or discharge happens; none after the last."""
        return None if self._next is None else self._next.at

    def follow(self, until: int) -> list[tuple[int, Inpatient | None]]:
        """Let the simulation go on up to and including this second.

        Gives the monitors that changed in between, each with its patient now.
        """
        changed: set[int] = set()
        for event in self._happened(until):
            visit = event.fields["visit_id"]
            if event.fields["event_type"] == "ADMISSION":
                self._waiting[visit] = Inpatient(
                    visit, event.patient_id, event.fields["age"], event.at
                )
            elif self._waiting.pop(visit, None) is None:
                changed.add(self._disconnect(visit))
            if self._free and self._waiting:
                changed.add(self._connect(next(iter(self._waiting))))
        return [(monitor, self.patients.get(monitor)) for monitor in sorted(changed)]

    def _happened(self, until: int) -> Iterator[Event]:
        while self._next is not None and self._next.at <= until:
            yield self._next
            self._next = next(self._events, None)

    def _connect(self, visit: str) -> int:
        monitor = self._free.pop()
        self.patients[monitor] = self._waiting.pop(visit)
        self._monitor_of[visit] = monitor
        return monitor

    def _disconnect(self, visit: str) -> int:
        monitor = self._monitor_of.pop(visit)
        del self.patients[monitor]
        self._free.append(monitor)
        return monitor
