"""The whole path with the real programs: sandbox, `make deploy`, producer, loader, tasks.

Real input is Synthea's: `../shared/data/synthea` beside the checkout, skipped where it is absent.
"""

import csv
import gzip
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import snowflake.connector

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SYNTHEA = ROOT.parent / "shared/data/synthea"

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Place:
    """A sandbox of its own, and the settings that lead the programs to it."""

    folder: Path
    environment: dict[str, str]

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout + done.stderr

    def program(self, name: str, *arguments: str) -> str:
        return self.run(str(BIN / name), *arguments)

    def sandbox(self, *arguments: str) -> str:
        return self.program("python", "-m", "sandbox", *arguments, "--dir", str(self.folder))

    def deploy(self) -> str:
        return self.run("make", "deploy", f"SANDBOX={self.folder}", f"BIN={BIN}", "-o", "install")

    def load(self) -> None:
        self.program("carefloe-loader", "run", "--until-caught-up")
        self.sandbox("settle", "--timeout", "240")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        connection = snowflake.connector.connect(
            connection_name="sandbox", connections_file_path=self.folder / "connections.toml"
        )
        try:
            return connection.cursor().execute(query).fetchall()
        finally:
            connection.close()

    def counts(self) -> dict[str, int]:
        """Rows per table that the pipeline writes."""
        tables = (
            "silver.patient_flow", "silver.encounter", "gold.dim_patient", "gold.dim_department",
            "gold.fact_patient_flow", "gold.fact_encounter", "ops.rejected_event", "silver.vitals",
            "gold.fact_vitals", "gold.vitals_hourly", "gold.fact_alert",
            "gold.patient_latest_vitals",
        )  # fmt: skip
        query = " union all ".join(f"select '{t}', count(*) from {t}" for t in tables)
        return dict(self.rows(query))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("sandbox")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SNOWFLAKE", "KAFKA"))}
    place = Place(folder, environment)
    place.sandbox("up")
    try:
        for line in (folder / "env").read_text().splitlines():
            name, _, value = line.removeprefix("export ").partition("=")
            environment[name] = value.strip("'\"")
        place.deploy()
        yield place
    finally:
        place.sandbox("down")


SAME_WORLD = ("--patients", "300", "--seed", "7")


@pytest.fixture(scope="module")
def world(place: Place) -> str:
    """A folder with the simulated world's files."""
    folder = str(place.folder / "world")
    place.program("carefloe-producer", "files", *SAME_WORLD, "--first", "120", "--to", folder)
    return folder


def test_events_and_files_go_from_the_simulator_to_the_kpis_and_nothing_doubles(
    place: Place, world: str
) -> None:
    flow = ("patient-flow", *SAME_WORLD, "--events", "1500", "--dirty-rate", "0.06",
            "--duplicate-rate", "0.05", "--late-rate", "0.05",
            "--out-of-order-rate", "0.05")  # fmt: skip
    ward = ("vitals", *SAME_WORLD, "--at", "2021-01-01T12:00:00", "--events", "2000",
            "--dirty-rate", "0.05", "--duplicate-rate", "0.05")  # fmt: skip
    place.program("carefloe-loader", "csv", world, "--as-of", "2021-01-01T00:00:00Z")
    place.program("carefloe-producer", *flow)
    place.program("carefloe-producer", *ward)
    place.load()
    first = place.counts()

    assert place.rows("select count(*) from raw.patient_flow_event") == [(1500,)]
    unexplained = place.rows(
        "select source, unexplained_rows, pending_rows from ops.reconciliation"
    )
    assert len(unexplained) == 16
    assert {(missing, waiting) for _, missing, waiting in unexplained} == {(0, 0)}
    assert place.rows(
        "select count(*), sum(bed_capacity) is not null from gold.kpi_bed_occupancy"
    ) != [(0, False)]
    runs = place.rows("select distinct state from ops.pipeline_run")
    assert runs == [("SUCCEEDED",)]

    # The same files, the same events and a second deployment change nothing.
    place.program("carefloe-loader", "csv", world, "--as-of", "2021-01-01T00:00:00Z")
    place.program("carefloe-producer", *flow)
    place.program("carefloe-producer", *ward)
    place.deploy()
    place.load()
    assert place.rows("select count(*) from raw.patient_flow_event") == [(3000,)]
    assert {**place.counts(), "ops.rejected_event": 0} == {**first, "ops.rejected_event": 0}
    assert place.counts()["ops.rejected_event"] == 2 * first["ops.rejected_event"]

    # Breaches of 2021 page nobody, but each run is told, once.
    assert place.rows(
        "select distinct kind, is_suppressed, outcome from ops.notification order by kind"
    ) == [("ALERT", True, None), ("RUN", False, "SUCCEEDED")]
    place.program("carefloe-loader", "notify", "--until-caught-up")
    assert "\n0 notifications" in "\n" + place.program(
        "carefloe-loader", "notify", "--until-caught-up"
    )
    assert place.rows("select count(*) from ops.notification_delivery") == place.rows(
        "select count(distinct graph_run_group_id) from ops.pipeline_run"
    )

    # The next events come on top.
    place.program("carefloe-producer", *flow, "--skip", "1500")
    place.load()
    later = place.counts()
    assert later["silver.patient_flow"] > first["silver.patient_flow"] + 1000
    assert place.rows(
        "select max(unexplained_rows), min(unexplained_rows) from ops.reconciliation"
    ) == [(0, 0)]


def test_the_deployed_procedures_declare_their_packages(place: Place) -> None:
    (row,) = (place.rows("describe procedure silver.load_patient_flow()"),)
    described = {name.lower(): value for name, value in row}
    assert "snowflake-snowpark-python" in described["packages"]
    assert described["runtime_version"] == "3.11"
    assert described["handler"] == "carefloe.silver.patient_flow.load"


BROKEN_RELEASE = """
create or replace procedure gold.load_dim_payer()
returns varchar
language python
runtime_version = '3.11'
packages = ('snowflake-snowpark-python')
handler = 'load'
as
$$
def load(session):
    raise ValueError("broken release")
$$
"""

WITHOUT_PAYER = """
select count(*)
from gold.fact_encounter as fact
left join gold.dim_payer as payer on fact.payer_key = payer.payer_key
where payer.payer_key is null
"""


def test_a_broken_release_makes_settle_fail_and_the_next_one_heals_it(
    place: Place, world: str
) -> None:
    place.rows("delete from gold.dim_payer where payer_key <> '-1'")
    place.rows(BROKEN_RELEASE)
    replay = ("encounters", "--from", world, "--skip", "50", "--events", "200")
    place.program("carefloe-producer", *replay)
    place.program("carefloe-loader", "run", "--until-caught-up")
    settled = subprocess.run(
        [str(BIN / "python"), "-m", "sandbox", "settle", "--dir", str(place.folder)],
        env=place.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert settled.returncode == 1
    assert "LOAD_DIM_PAYER" in settled.stdout + settled.stderr
    assert place.rows(
        "select distinct pipeline, failed_stage from ops.notification where outcome = 'FAILED'"
    ) == [("LOAD_DIM_PAYER", "LOAD_DIM_PAYER")]
    assert place.rows(WITHOUT_PAYER) != [(0,)]

    # No new events come, but the stream still has its rows: the repaired task reads them.
    place.deploy()
    place.sandbox("settle", "--timeout", "120")
    of_new = place.rows(
        "select count(*) from silver.encounter as e inner join gold.dim_payer as p"
        " on e.payer_id = p.payer_id"
    )
    assert of_new[0][0] >= 200


def read(name: str, file: str) -> list[dict[str, str]]:
    with gzip.open(SYNTHEA / name / f"{file}.csv.gz", "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("name", ["set_a_ohdsi27", "set_b_pop922"])
def test_real_synthea_encounters_arrive_whole_with_their_costs(place: Place, name: str) -> None:
    if not SYNTHEA.is_dir():
        pytest.skip(f"{SYNTHEA} is not there: the real Synthea samples are not part of the project")
    encounters, patients = read(name, "encounters"), read(name, "patients")
    organizations = {row["Id"]: row["NAME"] for row in read(name, "organizations")}
    place.program("carefloe-producer", "encounters", "--from", str(SYNTHEA / name))
    place.program(
        "carefloe-loader", "csv", str(SYNTHEA / name / "organizations.csv.gz"),
        "--as-of", "2020-01-01T00:00:00Z",
    )  # fmt: skip
    place.load()

    ids = ", ".join(f"'{row['Id']}'" for row in patients)
    found = place.rows(
        "select count(*), count(distinct encounter_key), sum(total_claim_cost),"
        " sum(payer_coverage), count_if(patient_key = '-1')"
        f" from gold.fact_encounter where patient_id in ({ids})"
    )
    claimed = sum(Decimal(row["TOTAL_CLAIM_COST"]) for row in encounters)
    covered = sum(Decimal(row["PAYER_COVERAGE"]) for row in encounters)
    assert found == [(len(encounters), len(encounters), claimed, covered, 0)]

    per_class: dict[str, int] = {}
    for row in encounters:
        per_class[row["ENCOUNTERCLASS"]] = per_class.get(row["ENCOUNTERCLASS"], 0) + 1
    by_class = place.rows(
        "select department, count(*) from gold.fact_encounter"
        f" where patient_id in ({ids}) group by department"
    )
    assert dict(by_class) == per_class

    named = place.rows(
        "select f.encounter_id, d.organization_name from gold.fact_encounter as f"
        " inner join gold.dim_organization as d on f.organization_key = d.organization_key"
        f" where f.patient_id in ({ids})"
    )
    assert dict(named) == {row["Id"]: organizations[row["ORGANIZATION"]] for row in encounters}

    current = place.rows(
        "select patient_id, gender from gold.dim_patient where is_current"
        f" and patient_id in ({ids})"
    )
    seen = {row["PATIENT"] for row in encounters}
    assert dict(current) == {row["Id"]: row["GENDER"] for row in patients if row["Id"] in seen}
    assert len(current) == len(seen)
