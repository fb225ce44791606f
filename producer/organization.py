"""The hospitals and clinics as organizations.csv and providers.csv know them, with their staff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from producer.hospital import HOSPITALS, Hospital
from producer.names import Names, draw_names
from producer.population import World, uuid_from

HOSPITAL_SPECIALITIES = (
    "EMERGENCY MEDICINE",
    "INTERNAL MEDICINE",
    "GENERAL SURGERY",
    "CARDIOLOGY",
    "OBSTETRICS/GYNECOLOGY",
    "PEDIATRIC MEDICINE",
)
CLINIC_SPECIALITIES = (
    "GENERAL PRACTICE",
    "FAMILY PRACTICE",
    "INTERNAL MEDICINE",
    "NURSE PRACTITIONER",
    "PHYSICIAN ASSISTANT",
    "PHYSICAL THERAPY",
)


@dataclass(frozen=True)
class Provider:
    provider_id: str
    name: str
    gender: str
    speciality: str


@dataclass(frozen=True)
class Organization:
    organization_id: str
    town: int
    """Index into HOSPITALS."""
    is_hospital: bool
    address: str
    phone: str
    providers: tuple[Provider, ...]

    @property
    def hospital(self) -> Hospital:
        """The hospital of the town, also where this is its clinic."""
        return HOSPITALS[self.town]

    @property
    def name(self) -> str:
        """In capitals, as Synthea writes it."""
        hospital = self.hospital
        return (hospital.name if self.is_hospital else hospital.clinic_name).upper()


def organizations(world: World) -> list[Organization]:
    """A hospital and a clinic per town, hospitals first; the same for every size of population."""
    return list(_organizations(world))


def _organizations(world: World) -> Iterator[Organization]:
    ids, addresses, staff = (
        world.random(purpose) for purpose in ("organizations", "addresses", "providers")
    )
    names = draw_names(world.seed)
    kinds = [(is_hospital, town) for is_hospital in (True, False) for town in range(len(HOSPITALS))]
    for number, (is_hospital, town) in enumerate(kinds):
        specialities = HOSPITAL_SPECIALITIES if is_hospital else CLINIC_SPECIALITIES
        yield Organization(
            organization_id=uuid_from(ids),
            town=town,
            is_hospital=is_hospital,
            address=addresses.choice(names.streets).upper(),
            phone=f"617555{number:04d}",
            providers=tuple(
                _provider(uuid_from(ids), speciality, staff, names) for speciality in specialities
            ),
        )


def _provider(provider_id: str, speciality: str, rng: Random, names: Names) -> Provider:
    gender = rng.choice("FM")
    first = rng.choice(names.women if gender == "F" else names.men)
    return Provider(provider_id, f"{first} {rng.choice(names.last)}", gender, speciality)
