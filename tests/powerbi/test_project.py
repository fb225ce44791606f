"""powerbi/ holds together, and each check of it finds what it is for."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.power_bi import MODEL, REPORT, ROOT, Project, power_bi_project
from support.power_bi_check import REPORT_CHECKS
from support.power_bi_model_check import MODEL_CHECKS
from support.power_bi_source_check import SOURCE_CHECKS

CHECKS = REPORT_CHECKS + MODEL_CHECKS + SOURCE_CHECKS
TABLES = f"{MODEL}tables/"
BARS = f"{REPORT}pages/high-risk/visuals/average-heart-rate/visual.json"
SCATTER = f"{REPORT}pages/high-risk/visuals/pressure-against-hospitals/visual.json"
LINKS = f"{MODEL}relationships.tmdl"
ROLE = f"{MODEL}roles/Hospital.tmdl"

BROKEN: dict[str, list[tuple[str, str, str, str]]] = {
    "json_against_its_schema": [
        (BARS, '"visualType"', '"visualKind"', "visualKind"),
        (BARS, "visualContainer/2.4.0", "visualContainer/9.0.0", "no schema"),
        (SCATTER, '"Measure"', '"Measur"', "Measur"),
        ("Carefloe.pbip", '"version"', '"edition"', "edition"),
    ],
    "files_that_do_not_fit": [
        (f"{MODEL}model.tmdl", "ref table Stay\n", "", "refs"),
        (f"{MODEL}model.tmdl", "\tdiscourageImplicitMeasures\n", "", "implicit"),
        (f"{TABLES}Payer.tmdl", "table Payer", "table Payor", "Payor"),
        (f"{REPORT}pages/pages.json", '    "wards",\n', "", "pages"),
        (BARS, '"name": "average-heart-rate"', '"name": "bars"', "bars"),
    ],
    "fields_of_nothing": [
        (BARS, "Average heart rate", "Mean heart rate", "no measure"),
        (SCATTER, '"Property": "Patient ID"', '"Property": "Patient"', "no column"),
        (SCATTER, '"Measure"', '"Column"', "no column"),
        (SCATTER, "Patient risk.Patient ID", "Patient risk.ID", "queryRef"),
        (BARS, '"Property": "Patient ID"', '"Property": "Reading count"', "hidden"),
    ],
    "visuals_that_cannot_be_read": [
        (BARS, '"altText"', '"alt"', "alternative"),
        (BARS, '"text"', '"titleText"', "no title"),
        (BARS, '"x": 24', '"x": -1', "outside"),
        (BARS, '"width": 400', '"width": 700', "lies over"),
    ],
    "words_that_tmdl_does_not_know": [
        (f"{TABLES}Stay.tmdl", "\t\tisHidden", "\t\thidden", "hidden"),
    ],
    "columns_without_source": [
        (f"{TABLES}Stay.tmdl", "FACT_PATIENT_FLOW", "FACT_STAY", "no gold"),
        (f"{TABLES}Stay.tmdl", 'Kind = "Table"', 'Kind = "View"', "a table"),
        (f"{TABLES}Stay.tmdl", "BED_ID", "BED_NUMBER", "bed_number"),
        (f"{TABLES}Stay.tmdl", '"BED_ID", ', "", "chooses"),
        (f"{TABLES}Claim.tmdl", "dataType: decimal", "dataType: double", "18"),
        (f"{TABLES}Stay.tmdl", "dataType: dateTime", "dataType: string", "time"),
    ],
    "relationships_that_do_not_hold": [
        (LINKS, "Hospital.'Hospital key'", "Hospital.Key", "no Hosp"),
        (LINKS, "Stay.'Patient key'", "Stay.'Bed'", "is shown"),
        (LINKS, "Hospital.'Hospital key'", "Hospital.'Hospital ID'", "several rows"),
        (
            LINKS,
            "fromColumn: 'Claim transaction'.'Claim ID'\n\ttoColumn: Claim.'Claim ID'",
            "fromColumn: Claim.'Claim ID'\n\ttoColumn: 'Claim transaction'.'Claim ID'",
            "one row of each",
        ),
        (LINKS, "toColumn: Date.'Date key'", "toColumn: Patient.'Patient key'", "two types"),
        (
            LINKS,
            "\ttoColumn: Claim.'Claim ID'",
            "\ttoColumn: Claim.'Claim ID'\n\tcrossFilteringBehavior: bothDirections",
            "both ways",
        ),
        (
            LINKS,
            "\ttoColumn: Claim.'Claim ID'",
            "\ttoColumn: Claim.'Claim ID'\n\nrelationship second\n"
            "\tfromColumn: 'Claim transaction'.'Claim ID'\n\ttoColumn: Claim.'Claim ID'",
            "2 paths",
        ),
    ],
    "dax_of_nothing": [
        (f"{TABLES}Stay.tmdl", "'Stay'[Patient ID]", "'Stay'[Patient]", "no column"),
        (f"{TABLES}Stay.tmdl", "- [Discharges]", "- [Exits]", "no measure [Exits]"),
        (f"{TABLES}Alert.tmdl", "COUNTROWS ( 'Alert' )", "COUNTROWS ( 'A' )", "table"),
        (f"{TABLES}Alert.tmdl", "'Alert'[Severity] =", "Alert[Severity] =", "quotes"),
        (f"{TABLES}Alert.tmdl", "COUNTROWS ( 'Alert' )", "COUNTROWS ( 'Alert'", "paren"),
        (ROLE, "'Hospital'[Hospital ID]", "'Hospital'[ID]", "Hospital[ID]"),
    ],
    "what_nobody_explained": [
        (f"{TABLES}Payer.tmdl", "\t/// Payer id.\n", "", "Payer ID"),
        (f"{TABLES}Claim.tmdl", "\t\tformatString: $#,0\n", "", "Outstanding"),
        (f"{TABLES}Claim.tmdl", "summarizeBy: none", "summarizeBy: sum", "summ"),
        (f"{TABLES}Claim.tmdl", "measure Claims", "measure Patients", "twice"),
        (f"{TABLES}Payer.tmdl", "\t\tisHidden\n", "", "a key that is shown"),
        (f"{TABLES}Date.tmdl", "sortByColumn: 'Weekday number'", "sortByColumn: No", "no column"),
    ],
    "calendar_that_is_none": [
        (f"{TABLES}Date.tmdl", "\tdataCategory: Time\n", "", "calendars: []"),
        (f"{TABLES}Date.tmdl", "\t\tisKey\n", "", "not marked"),
        (f"{MODEL}model.tmdl", "Enabled = 0", "Enabled = 1", "hidden calendar"),
    ],
    "refreshes_that_are_not_incremental": [
        (LINKS, "toColumn: Payer.'Payer key'", "toColumn: Stay.'Stay key'", "Stay: not whole"),
        (f"{TABLES}Alert.tmdl", "WINDOW_START] < RangeEnd", "ALERT_TYPE] < RangeEnd", "ALERT_TYPE"),
        (f"{TABLES}Alert.tmdl", "and [WINDOW_START] < RangeEnd", "", "not incremental"),
        (f"{TABLES}Alert.tmdl", "\t\tsourceExpression", "\t\tpollingExpression", "differ"),
        (f"{MODEL}expressions.tmdl", "expression RangeEnd", "expression RangeStop", "RangeEnd"),
    ],
    "rows_that_are_open": [
        (ROLE, "tablePermission Alert", "tablePermission Alarm", "no table Alarm"),
        (ROLE, "tablePermission Organization", "tablePermission 'As of'", "Encounter"),
    ],
    "sources_that_a_reporter_cannot_read": [
        (f"{TABLES}Alert.tmdl", "FACT_ALERT", "OUTSTANDING_BY_AGE_BAND", "cannot read"),
    ],
    "patients_that_are_told": [
        (f"{TABLES}Patient.tmdl", "n: STATE", "n: CITY", "address"),
        (f"{TABLES}Patient.tmdl", "n: STATE", "n: PATIENT_ID", "identifier"),
        (f"{TABLES}Patient risk.tmdl", "n: LAST_SEEN", "n: LATEST_CITY", "addr"),
        (f"{TABLES}Alert.tmdl", "n: PATIENT_ID", "n: SEVERITY", "exception"),
    ],
}
"""Check -> file, what stands there, what stands there instead, and what the check says then."""


@pytest.fixture(scope="module")
def project() -> Project:
    return power_bi_project()


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_nothing_is_wrong(project: Project, check: Callable[[Project], Iterator[str]]) -> None:
    assert list(check(project)) == []


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_check_finds_what_it_is_for(
    project: Project, check: Callable[[Project], Iterator[str]]
) -> None:
    for path, old, new, fault in BROKEN[check.__name__]:
        found = list(check(project.edited(path, old, new)))
        assert any(fault in one for one in found), f"{old!r} as {new!r}: {found}"


def test_the_theme_has_the_colours_of_the_dashboard(project: Project) -> None:
    board = ROOT / "dashboard"
    known = (board / "board/look.py").read_text() + (board / ".streamlit/config.toml").read_text()
    theme = project.texts["Carefloe.Report/StaticResources/RegisteredResources/Carefloe.json"]
    assert set(re.findall("#[0-9A-F]{6}", theme)) <= set(re.findall("#[0-9A-F]{6}", known))


def test_a_deleted_table_is_missed(project: Project) -> None:
    faults = [fault for check in CHECKS for fault in check(project.without(f"{TABLES}Payer.tmdl"))]
    assert any("refs" in fault for fault in faults)
    assert any("no Payer[Payer key]" in fault for fault in faults)
    assert any("no column Payer[Payer]" in fault for fault in faults)


@pytest.mark.parametrize(
    ("title", "violated"), [("Wards", []), ("Page 2", ["explicit_page_names"])]
)
def test_pbir_utils_finds_no_fault_but_a_page_without_a_title(
    tmp_path: Path, title: str, violated: list[str]
) -> None:
    report = tmp_path / "Carefloe.Report"
    shutil.copytree(ROOT / "powerbi" / "Carefloe.Report", report)
    page = report / "definition/pages/wards/page.json"
    page.write_text(page.read_text().replace('"Wards"', f'"{title}"'))
    command = [Path(sys.executable).with_name("pbir-utils"), "validate", report, "--format=json"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    found = json.loads(result.stdout[result.stdout.index("{") :])["violations"]
    assert [one["rule_id"] for one in found] == violated
