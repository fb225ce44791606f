"""The marts of the nightly files against pandas over the CSV files themselves.

The files are those of the simulated world, always, and Synthea's where they are. Money is added up
in whole cents. The event that says what time it is comes after the facts.
"""

import datetime as dt
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.account import Project
from support.comparison import assert_same_rows
from support.flow import tell_the_time
from support.procedure import GOLD, SILVER
from support.synthea import samples, synthea_frame, synthea_records
from support.ward import rounded

from producer.population import World
from producer.world_files import write_world

Row = dict[str, Any]

SOURCES = (
    "patient",
    "organization",
    "payer",
    "encounter",
    "condition",
    "claim",
    "claim_transaction",
)
WORLD = "world"
STAYS = "gold.load_fact_patient_flow"
NOW = dt.datetime(2020, 1, 1)
MARTS = (
    "encounters_by_department",
    "encounters_by_department_month",
    "encounters_by_organization_month",
    "payer_coverage_summary",
    "payer_concentration",
    "claim_cost_and_payments",
    "outstanding_by_age_band",
    "condition_prevalence",
    "patient_utilization_risk",
    "patient_cost_outlier",
)


@dataclass(frozen=True)
class Files:
    """Folders of files as pandas reads them, and the account in which all are loaded."""

    folders: Sequence[Path]
    project: Project

    def of(self, feed: str) -> pd.DataFrame:
        """The lines of all folders; of an organization or payer that several tell of, one."""
        found = pd.concat([synthea_frame(folder, feed) for folder in self.folders])
        if feed in ("organizations", "payers"):
            found = found.drop_duplicates(["Id", "NAME"])
        return found.reset_index(drop=True)

    def land(self, as_of: str) -> None:
        for folder in self.folders:
            self.project.land_records(synthea_records(folder, as_of, *SOURCES))

    def run(self) -> None:
        """Run what the marts need of the procedures."""
        for procedure in (*SILVER, *GOLD):
            if procedure.name.startswith(("silver.", "gold.")) and procedure.name != STAYS:
                self.project.run(procedure)

    def encounters(self) -> pd.DataFrame:
        """Encounters with their cents, their month and what was paid for them."""
        found, paid = self.of("encounters"), self.transactions()
        for column in ("TOTAL_CLAIM_COST", "PAYER_COVERAGE"):
            found[column] = cents(found[column])
        payments = paid.loc[paid.TYPE == "PAYMENT"].groupby("APPOINTMENTID").PAYMENTS.sum()
        nothing_paid = found.Id.isin(paid.APPOINTMENTID) & ~found.Id.isin(payments.index)
        found["PAYMENTS"] = found.Id.map(payments).mask(nothing_paid, 0)
        start, stop = (pd.to_datetime(found[name]) for name in ("START", "STOP"))
        found["MINUTES"] = (stop - start) // pd.Timedelta(minutes=1)
        found["MONTH"] = month(found.START)
        return found

    def transactions(self) -> pd.DataFrame:
        found = self.of("claims_transactions")
        for column in ("AMOUNT", "PAYMENTS", "ADJUSTMENTS"):
            found[column] = cents(found[column]).fillna(0)
        return found

    def payer_names(self) -> dict[str, str]:
        payers = self.of("payers")
        return dict(zip(payers.Id, payers.NAME, strict=True))

    def assert_mart(self, mart: str, expected: Iterable[Row]) -> None:
        assert_same_rows(mart, self.project.rows(f"gold.{mart}"), expected)


@pytest.fixture(scope="module", params=[WORLD, "synthea"])
def files(
    request: pytest.FixtureRequest, deployed: Project, tmp_path_factory: pytest.TempPathFactory
) -> Files:
    if request.param == WORLD:
        folders = [tmp_path_factory.mktemp(WORLD)]
        write_world(World(patients=60), folders[0])
    else:
        folders = samples("set_a_ohdsi27", "set_b_pop922", "set_c_claims107")
    deployed.empty()
    files = Files(folders, deployed)
    files.land("2026-01-05")
    files.run()
    tell_the_time(deployed, NOW)
    return files


def cents(amounts: "pd.Series[Any]") -> "pd.Series[Any]":
    return (pd.to_numeric(amounts) * 100).round()


def dollars(amount: float) -> Decimal | None:
    return None if np.isnan(amount) else Decimal(round(amount)) / 100


def percent(part: float, whole: float) -> Decimal | None:
    if np.isnan(part) or np.isnan(whole) or whole == 0:
        return None
    return rounded(100 * Decimal(round(part)) / Decimal(round(whole)))


def month(times: "pd.Series[Any]") -> "pd.Series[Any]":
    return times.str[:7].map(lambda text: dt.date.fromisoformat(f"{text}-01"))


def groups(frame: pd.DataFrame, *by: str) -> Iterable[tuple[Hashable, pd.DataFrame]]:
    return frame.groupby(list(by) if len(by) > 1 else by[0])


def counted(encounters: pd.DataFrame, *by: str) -> pd.DataFrame:
    """Encounters, patients and sums of each group; a sum is not known where no amount is."""
    grouped = encounters.groupby(list(by))
    sums = grouped[["TOTAL_CLAIM_COST", "PAYER_COVERAGE", "PAYMENTS"]].sum(min_count=1)
    counts = grouped.agg(
        ENCOUNTERS=("Id", "size"), PATIENTS=("PATIENT", "nunique"), MINUTES=("MINUTES", "sum")
    )
    return counts.join(sums).reset_index()


def figures(group: Any) -> Row:
    """What every mart of encounters says of a group."""
    return {
        "encounter_count": group.ENCOUNTERS,
        "patient_count": group.PATIENTS,
        "total_claim_cost": dollars(group.TOTAL_CLAIM_COST),
        "payments": dollars(group.PAYMENTS),
    }


def formulas(group: Any) -> Row:
    return {
        "payer_coverage": dollars(group.PAYER_COVERAGE),
        "coverage_percent": percent(group.PAYER_COVERAGE, group.TOTAL_CLAIM_COST),
        "payment_percent": percent(group.PAYMENTS, group.TOTAL_CLAIM_COST),
    }


def test_encounters_by_department(files: Files) -> None:
    files.assert_mart(
        "encounters_by_department",
        (
            {
                "department": group.ENCOUNTERCLASS,
                "mean_duration_minutes": rounded(Decimal(group.MINUTES) / group.ENCOUNTERS, 1),
            }
            | figures(group)
            | formulas(group)
            for group in counted(files.encounters(), "ENCOUNTERCLASS").itertuples()
        ),
    )


def test_encounters_by_department_and_month(files: Files) -> None:
    files.assert_mart(
        "encounters_by_department_month",
        (
            {"department": group.ENCOUNTERCLASS, "month_start": group.MONTH} | figures(group)
            for group in counted(files.encounters(), "ENCOUNTERCLASS", "MONTH").itertuples()
        ),
    )


def test_encounters_by_organization_and_month(files: Files) -> None:
    organizations = files.of("organizations")
    names = dict(zip(organizations.Id, organizations.NAME.str.strip(), strict=True))
    files.assert_mart(
        "encounters_by_organization_month",
        (
            {
                "organization_id": group.ORGANIZATION,
                "organization_name": names[group.ORGANIZATION],
                "month_start": group.MONTH,
                "payer_coverage": dollars(group.PAYER_COVERAGE),
            }
            | figures(group)
            for group in counted(files.encounters(), "ORGANIZATION", "MONTH").itertuples()
        ),
    )


def test_payer_coverage_summary(files: Files) -> None:
    groups_of_payers, names = counted(files.encounters(), "PAYER"), files.payer_names()
    cost_of_all = groups_of_payers.TOTAL_CLAIM_COST.sum()
    files.assert_mart(
        "payer_coverage_summary",
        (
            {
                "payer_id": group.PAYER,
                "payer_name": names[group.PAYER],
                "cost_share_percent": percent(group.TOTAL_CLAIM_COST, cost_of_all),
            }
            | figures(group)
            | formulas(group)
            for group in groups_of_payers.itertuples()
        ),
    )


def test_payer_concentration(files: Files) -> None:
    costs = files.encounters().groupby("PAYER").TOTAL_CLAIM_COST.sum()
    costs = costs[costs > 0].sort_values(ascending=False)
    shares = [Decimal(round(cost)) / Decimal(round(costs.sum())) for cost in costs]
    files.assert_mart(
        "payer_concentration",
        [
            {
                "payer_count": len(costs),
                "total_claim_cost": dollars(costs.sum()),
                "top_5_claim_cost": dollars(costs.head(5).sum()),
                "top_5_share_percent": percent(costs.head(5).sum(), costs.sum()),
                "herfindahl_hirschman_index": rounded(10_000 * sum(one * one for one in shares), 1),
            }
        ],
    )


def test_claim_cost_and_payments(files: Files) -> None:
    claims, paid, names = files.of("claims"), files.transactions(), files.payer_names()
    claims["MONTH"] = month(claims.SERVICEDATE)
    expected = []
    for (payer_id, month_start), found in groups(claims, "PRIMARYPATIENTINSURANCEID", "MONTH"):
        told = paid[paid.CLAIMID.isin(found.Id)]
        cost = told[told.TYPE == "CHARGE"].AMOUNT.sum()
        payments, adjustments = told.PAYMENTS.sum(), told.ADJUSTMENTS.sum()
        expected.append(
            {
                "payer_id": None if payer_id == "0" else payer_id,
                "payer_name": names.get(str(payer_id), "Unknown"),
                "month_start": month_start,
                "claim_count": len(found),
                "claim_cost": dollars(cost),
                "payments": dollars(payments),
                "adjustments": dollars(adjustments),
                "unpaid_amount": dollars(cost - payments - adjustments),
                "payment_percent": percent(payments, cost),
            }
        )

    files.assert_mart("claim_cost_and_payments", expected)


def age_band(birth: str, service: str) -> str:
    born, at = (dt.date.fromisoformat(text[:10]) for text in (birth, service))
    age = at.year - born.year - ((at.month, at.day) < (born.month, born.day))
    for limit, band in ((18, "0-17"), (35, "18-34"), (50, "35-49"), (65, "50-64"), (80, "65-79")):
        if age < limit:
            return band
    return "80+"


def test_outstanding_by_age_band(files: Files) -> None:
    claims, patients = files.of("claims"), files.of("patients")
    births = claims.PATIENTID.map(dict(zip(patients.Id, patients.BIRTHDATE, strict=True)))
    claims["BAND"] = [age_band(*told) for told in zip(births, claims.SERVICEDATE, strict=True)]
    owed = {"1": "primary", "2": "secondary", "P": "patient"}
    for number in owed:
        claims[number] = cents(claims[f"OUTSTANDING{number}"]).fillna(0)
    claims["TOTAL"] = claims[list(owed)].sum(axis=1)
    if len(files.folders) == 1:
        assert claims.TOTAL.sum() > 0, "Synthea's claims are all settled, the world's are not"
    files.assert_mart(
        "outstanding_by_age_band",
        (
            {
                "age_band": band,
                "claim_count": len(found),
                "open_claim_count": int((found[list(owed)] != 0).any(axis=1).sum()),
                **{f"outstanding_{name}": dollars(found[key].sum()) for key, name in owed.items()},
                "outstanding_total": dollars(found.TOTAL.sum()),
            }
            for band, found in groups(claims, "BAND")
        ),
    )


def test_condition_prevalence(files: Files) -> None:
    known, conditions = len(files.of("patients")), files.of("conditions")
    conditions = conditions.drop_duplicates(["PATIENT", "ENCOUNTER", "CODE", "START"])
    expected = []
    for code, found in groups(conditions, "CODE"):
        active = found[found.STOP.isna() | (found.STOP.str[:10] > f"{NOW:%Y-%m-%d}")]
        expected.append(
            {
                "code": code,
                "description": found.DESCRIPTION.max(),
                "record_count": len(found),
                "patient_count": found.PATIENT.nunique(),
                "active_patient_count": active.PATIENT.nunique(),
                "known_patient_count": known,
                "prevalence_percent": percent(found.PATIENT.nunique(), known),
                "active_prevalence_percent": percent(active.PATIENT.nunique(), known),
            }
        )

    files.assert_mart("condition_prevalence", expected)


def used(files: Files) -> pd.DataFrame:
    encounters, conditions = files.encounters(), files.of("conditions")
    by_patient = encounters.groupby("PATIENT")
    found = pd.DataFrame({"n": by_patient.size(), "cost": by_patient.TOTAL_CLAIM_COST.sum() / 100})
    found["conditions"] = conditions.groupby("PATIENT").CODE.nunique()
    found = found.fillna(0)
    logs = np.log1p(found.n) + np.log1p(found.cost)
    found["score"] = 0.4 * logs + 0.2 * found.conditions
    return found


def test_patient_utilization_risk(files: Files) -> None:
    expected = used(files)
    rows = {row["patient_id"]: row for row in files.project.rows("gold.patient_utilization_risk")}
    assert set(rows) == set(expected.index)
    limits = {"LOW": (0, 4), "MODERATE": (4, 6), "HIGH": (6, 8), "VERY_HIGH": (8, 1000)}
    for patient_id, told in expected.iterrows():
        row = rows[patient_id]
        assert row["encounter_count"] == told.n
        assert float(row["total_claim_cost"]) == pytest.approx(told.cost, abs=0.001)
        assert row["condition_count"] == told.conditions
        assert float(row["risk_score"]) == pytest.approx(told.score, abs=0.0001)
        least, limit = limits[row["risk_band"]]
        assert least - 0.0001 <= told.score < limit + 0.0001


def test_patient_cost_outliers(files: Files) -> None:
    costs = used(files).cost
    first, third = np.percentile(costs, [25, 75])
    lower, upper = first - 1.5 * (third - first), third + 1.5 * (third - first)
    high, low = costs[costs > upper], costs[costs < lower]

    rows = files.project.rows("gold.patient_cost_outlier")

    assert len(high) > 0
    found = {row["patient_id"]: row["direction"] for row in rows}
    assert found == dict.fromkeys(high.index, "HIGH") | dict.fromkeys(low.index, "LOW")
    names = ("first_quartile", "third_quartile", "lower_bound", "upper_bound")
    for row in rows:
        bounds = [float(row[name]) for name in names]
        assert bounds == pytest.approx([first, third, lower, upper], abs=0.01)


def test_other_nights_and_a_replay_change_no_figure(files: Files) -> None:
    if len(files.folders) > 1:
        pytest.skip("one folder is enough")
    before = {mart: files.project.rows(f"gold.{mart}") for mart in MARTS}
    for as_of in ("2026-01-05", "2026-01-06", "2026-01-04"):
        files.land(as_of)
    files.run()

    for mart, rows in before.items():
        assert_same_rows(mart, files.project.rows(f"gold.{mart}"), rows)
