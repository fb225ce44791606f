"""Rows of patients, organizations, payers and providers, with the sums over their encounters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from producer.clock import iso_date
from producer.feed_file import Row, amount
from producer.history import PastEncounter
from producer.hospital import STATE
from producer.insurance import PAYERS, Payer
from producer.nights import Chronicle
from producer.organization import Organization, Provider
from producer.person import Home, Person
from producer.population import Patient


@dataclass(slots=True)
class Account:
    """Sums over encounters; amounts in cents."""

    claimed: int = 0
    covered: int = 0
    encounters: int = 0
    covered_encounters: int = 0

    def add(self, encounter: PastEncounter) -> None:
        self.claimed += encounter.total_claim_cost
        self.covered += encounter.payer_coverage
        self.encounters += 1
        self.covered_encounters += encounter.payer_coverage > 0


class Accounts:
    """The sums of everybody who has to do with an encounter."""

    def __init__(self) -> None:
        self.of: defaultdict[str, Account] = defaultdict(Account)
        """By the id of a patient, organization or provider, and by the name of a payer."""
        self.customers: defaultdict[str, set[str]] = defaultdict(set)
        """Patient ids by payer name."""

    def add(self, encounter: PastEncounter) -> None:
        patient_id, payer = encounter.patient.patient_id, encounter.payer.name
        organization = encounter.organization.organization_id
        for key in (patient_id, organization, encounter.provider.provider_id, payer):
            self.of[key].add(encounter)
        self.customers[payer].add(patient_id)


def patient_rows(chronicle: Chronicle, accounts: Accounts) -> Iterable[Row]:
    """One row per patient of the world, in the order they are drawn."""
    for index, (patient, person) in enumerate(
        zip(chronicle.population, chronicle.people, strict=True)
    ):
        died_at = chronicle.died_at.get(index)
        account = accounts.of[patient.patient_id]
        yield (
            patient.patient_id,
            _birth_date(patient),
            "" if died_at is None else iso_date(died_at),
            *_personal(person, patient),
            *_address(chronicle.homes[index]),
            amount(account.claimed),
            amount(account.covered),
            chronicle.insurance[index],
        )


def _personal(person: Person, patient: Patient) -> tuple[str, ...]:
    return (
        person.ssn,
        person.drivers,
        "",
        person.prefix,
        person.first,
        person.last,
        "",
        "",
        person.marital,
        person.race,
        person.ethnicity,
        patient.gender,
        person.birthplace,
    )


def _address(home: Home) -> tuple[object, ...]:
    city = home.city
    return (
        home.address,
        city.name,
        home.state,
        city.county,
        city.zip_code,
        home.latitude,
        home.longitude,
    )


def organization_rows(sites: Iterable[Organization], accounts: Accounts) -> Iterable[Row]:
    """One row per hospital and clinic."""
    for site in sites:
        account = accounts.of[site.organization_id]
        yield (
            site.organization_id,
            site.name,
            *_place(site),
            site.phone,
            amount(account.claimed),
            account.encounters,
        )


def provider_rows(sites: Iterable[Organization], accounts: Accounts) -> Iterable[Row]:
    """One row per member of the staff."""
    for site in sites:
        for provider in site.providers:
            yield _provider_row(site, provider, accounts.of[provider.provider_id])


def _provider_row(site: Organization, provider: Provider, account: Account) -> Row:
    return (
        provider.provider_id,
        site.organization_id,
        provider.name,
        provider.gender,
        provider.speciality,
        *_place(site),
        account.encounters,
    )


def _place(site: Organization) -> tuple[object, ...]:
    city = site.hospital.city
    return site.address, city.name.upper(), STATE, city.zip_code, city.latitude, city.longitude


def payer_rows(payer_ids: Mapping[str, str], accounts: Accounts) -> Iterable[Row]:
    """One row per payer, those who pay themselves among them."""
    for payer in PAYERS:
        customers = len(accounts.customers[payer.name])
        yield _payer_row(payer_ids[payer.name], payer, accounts.of[payer.name], customers)


def _payer_row(payer_id: str, payer: Payer, account: Account, customers: int) -> Row:
    return (
        payer_id,
        payer.name,
        "",
        payer.city,
        payer.state,
        "",
        "",
        amount(account.covered),
        amount(account.claimed - account.covered),
        amount(account.covered * 11 // 10),
        account.covered_encounters,
        account.encounters - account.covered_encounters,
        *(0,) * 6,
        customers,
        "0.9",
        customers * 12,
    )


def _birth_date(patient: Patient) -> str:
    birth = patient.birth
    return f"{birth // 10_000:04d}-{birth // 100 % 100:02d}-{birth % 100:02d}"
