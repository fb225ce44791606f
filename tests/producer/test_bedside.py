from __future__ import annotations

from producer.bedside import Bedsides, Inpatient
from producer.simulation import Event


def event(at: int, kind: str, visit: str) -> Event:
    fields = {"event_type": kind, "visit_id": visit, "age": 40}
    return Event(at, f"patient of {visit}", fields)


def patients(bedsides: Bedsides) -> dict[int, str]:
    return {monitor: patient.visit_id for monitor, patient in bedsides.patients.items()}


TWO_MONITORS = (
    event(10, "ADMISSION", "a"),
    event(20, "ADMISSION", "b"),
    event(30, "ADMISSION", "c"),
    event(30, "ADMISSION", "d"),
    event(40, "DISCHARGE", "a"),
    event(50, "DISCHARGE", "d"),
    event(60, "DISCHARGE", "b"),
    event(70, "DISCHARGE", "c"),
)


def test_monitors_are_given_in_the_order_of_admission_and_wait_for_a_discharge() -> None:
    bedsides = Bedsides(TWO_MONITORS, monitors=2)
    after = {}
    for until in (9, 10, 20, 39, 40, 50, 60, 70):
        bedsides.follow(until)
        after[until] = patients(bedsides)
    assert after == {
        9: {},
        10: {0: "a"},
        20: {0: "a", 1: "b"},
        39: {0: "a", 1: "b"},
        40: {1: "b", 0: "c"},
        50: {1: "b", 0: "c"},
        60: {0: "c"},
        70: {},
    }
    assert bedsides.next_at is None


def test_only_monitors_that_changed_are_told_with_their_patient_now() -> None:
    bedsides = Bedsides(TWO_MONITORS, monitors=2)
    assert bedsides.follow(39) == [
        (0, Inpatient("a", "patient of a", 40, 10)),
        (1, Inpatient("b", "patient of b", 40, 20)),
    ]
    assert bedsides.follow(39) == []
    assert bedsides.next_at == 40
    assert bedsides.follow(50) == [(0, Inpatient("c", "patient of c", 40, 30))]
    assert bedsides.follow(100) == [(0, None), (1, None)]
