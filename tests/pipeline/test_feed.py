"""Files through silver, against sums and counts taken from the files themselves."""

import csv
import gzip
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.account import Project, Rows
from support.comparison import assert_same_rows
from support.procedure import SILVER
from support.raw import FEEDS as RAW_FEEDS
from support.raw import RawRecord, at, records

from loader.csv_lines import read_lines
from loader.feed_file import open_file
from producer.population import World
from producer.world_files import write_world

SAMPLE = Path(__file__).parents[3] / "shared" / "data" / "synthea" / "set_a_ohdsi27"
FEEDS = [
    "patient",
    "provider",
    "encounter",
    "condition",
    "observation",
    "procedure",
    "allergy",
    "claim",
    "claim_transaction",
]
TABLES = [f"silver.{'encounter_record' if name == 'encounter' else name}" for name in FEEDS]
AS_OF = "2026-01-01"
AMOUNTS = {
    ("silver.encounter_record", "total_claim_cost"): ("encounter", "TOTAL_CLAIM_COST"),
    ("silver.encounter_record", "payer_coverage"): ("encounter", "PAYER_COVERAGE"),
    ("silver.procedure", "base_cost"): ("procedure", "BASE_COST"),
    ("silver.claim_transaction", "amount"): ("claim_transaction", "AMOUNT"),
    ("silver.claim_transaction", "payments"): ("claim_transaction", "PAYMENTS"),
    ("silver.claim_transaction", "transfers"): ("claim_transaction", "TRANSFERS"),
}


def load(project: Project) -> None:
    for procedure in SILVER:
        project.run(procedure)


def tables(project: Project) -> dict[str, Rows]:
    return {name: project.rows(name) for name in TABLES}


def lines(source: str) -> list[dict[str, str]]:
    """The lines of the sample's file; skips the test where there is no sample."""
    if not SAMPLE.exists():
        pytest.skip(f"{SAMPLE} is not there: the samples are not part of the project")
    path = SAMPLE / f"{RAW_FEEDS[source]}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def total(given: Sequence[dict[str, str]], column: str) -> Decimal | None:
    """The sum of a column; null where no line has a value."""
    cells = [Decimal(line[column]).quantize(Decimal("0.01")) for line in given if line[column]]
    return sum(cells, Decimal(0)) if cells else None


def test_every_line_of_a_real_folder_is_a_row_of_silver_and_no_amount_is_lost(
    project: Project,
) -> None:
    given = {source: lines(source) for source in FEEDS}
    for source, its in given.items():
        project.land_records(records(source, AS_OF, *its))
    load(project)

    for source, table in zip(FEEDS, TABLES, strict=True):
        assert project.execute(f"select count(*) from {table}") == [(len(given[source]),)]
    for (table, column), (source, header) in AMOUNTS.items():
        ((found,),) = project.execute(f"select sum({column}) from {table}")
        assert found == total(given[source], header), column
    assert project.rows("ops.rejected_event") == []
    # Synthea writes 1970 where a transaction has no end.
    flagged = project.rows("ops.dq_flag_count", "flag <> 'CLEAN'")
    without_end = sum(line["TODATE"] < line["FROMDATE"] for line in given["claim_transaction"])
    assert [(row["source"], row["flag"], row["row_count"]) for row in flagged] == (
        [("claim_transaction", "ENDED_BEFORE_STARTED", without_end)] if without_end else []
    )


def test_order_batches_and_repeated_files_change_nothing(project: Project) -> None:
    sources = ("patient", "condition", "procedure")
    first = [one for name in sources for one in records(name, AS_OF, *lines(name))]
    nights = [*first, *changed(first, "2026-01-02"), *changed(first[::3], "2026-01-03")]
    project.land_records(nights)
    load(project)
    expected = tables(project)

    project.empty()
    shuffled = nights + nights[::7]
    random.Random(5).shuffle(shuffled)
    for start in range(0, len(shuffled), 800):
        project.land_records(shuffled[start : start + 800])
        load(project)

    for table, rows in tables(project).items():
        assert_same_rows(table, rows, expected[table])
    unexplained: list[tuple[Any, ...]] = project.execute(
        "select sum(duplicate_rows), sum(pending_rows), min(unexplained_rows),"
        " max(unexplained_rows) from ops.reconciliation"
    )
    assert unexplained == [(len(nights[::7]), 0, 0, 0)]


def changed(given: Sequence[RawRecord], as_of: str) -> list[RawRecord]:
    """The next night: the same lines in a file of their own."""
    return [replace(one, as_of=at(as_of), content_hash=f"of {as_of}") for one in given]


def test_each_fault_of_the_simulated_files_is_rejected_or_flagged_as_what_it_is(
    project: Project, tmp_path: Path
) -> None:
    faults = write_world(World(seed=7, patients=2000), tmp_path, dirt_rate=0.2, first=60).faults
    for source, feed in RAW_FEEDS.items():
        with open_file(tmp_path / f"{feed}.csv") as opened:
            given = list(read_lines(opened.text, ()))
        project.land_records([RawRecord(source, feed, at("2021-01-01"), *line) for line in given])
    load(project)

    reasons = dict(
        project.execute("select reason, count(*) from ops.rejected_event group by reason")
    )
    assert reasons == {"BROKEN_LINE": faults["broken_line"], "NOT_UTF8": faults["wrong_encoding"]}
    flags: Counter[str] = Counter()
    for row in project.rows("ops.dq_flag_count", "flag <> 'CLEAN'"):
        flags["BAD" if row["flag"].startswith("BAD_") else row["flag"]] += int(row["row_count"])
    # Expenses of patients and amounts of payers are not in silver: a minus there is not seen.
    unseen = faults["negative_cost"] - flags.pop("NEGATIVE_COST")
    assert 0 <= unseen < faults["negative_cost"] / 4
    too_early = flags.pop("DISCHARGE_BEFORE_ADMIT") + flags.pop("ENDED_BEFORE_STARTED")
    assert too_early == faults["stop_before_start"]
    # A date in another format is none of these: it is read.
    assert flags == {
        "BAD": faults["impossible_date"],
        "INVALID_BIRTH_DATE": faults["impossible_birth_date"],
    }
    assert faults["other_date_format"] > 100
