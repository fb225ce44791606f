"""Every column that can tell who a patient is carries the tag."""

import re

import pytest
from support.sql_file import SQL

TEXT = {file.name: file.read_text() for file in sorted(SQL.glob("*.sql"))}

RULE = {
    "identifier": r"(patient|visit|unit|encounter|claim|patient_insurance|device)_id|kafka_key",
    "name": r"(first|middle|last|maiden|patient)_name|first|last|middle|maiden|prefix|suffix",
    "address": r"address|street|zip|zip_code|county|latitude|longitude|lat|lon",
    "date": r"(birth|death|deceased)_?(date|at|on)",
    "age": r"age|age_in_\w+|patient_age",
    "payload": r"payload",
    "free_text": r"extra|headers|value_text|note|notes|free_text|comment|message",
    "other": r"ssn|drivers|passport|phone\w*|fax\w*|email\w*|mrn|medical_record\w*|account_number|"
    r"licen[cs]e\w*|ip_address|url|photo\w*|biometric\w*|fingerprint\w*",
}
"""Names of columns that tell who somebody is, by HIPAA's identifiers: 45 CFR 164.514(b)(2)(i)."""

OF_PATIENTS_ALONE = {"city": {"silver.patient", "gold.dim_patient"}}
"""Names that tell it only where the row is a patient; other tables' cities are of hospitals,
organizations and providers."""

EXCEPTIONS: dict[str, str] = {}
"""Column -> why it tells nothing about a patient although its name says so."""

HASHES = {"gold.dim_patient": {"attribute_hash"}}
"""A hash of few known attributes can be guessed by whoever knows them."""


def columns() -> dict[str, dict[str, str]]:
    """Table -> column -> type."""
    found = {}
    for text in TEXT.values():
        for table, body in re.findall(
            r"create or alter table (\S+) \(\n(.*?)\n\)\ncomment", text, re.DOTALL
        ):
            found[table] = dict(re.findall(r"^    (\w+) (\w+)", body, re.MULTILINE))
    return found


def tagged() -> dict[str, dict[str, str]]:
    """Table -> column -> value of its tag."""
    return {
        table: dict(re.findall(r"column (\w+) set tag governance\.phi = '(\w+)'", body))
        for table, body in re.findall(r"alter table (\S+) modify\n(.*?);", TEXT["65_phi.sql"], re.S)
    }


def tells(table: str, column: str) -> str | None:
    """What of a patient the column tells, by its name."""
    if f"{table}.{column}" in EXCEPTIONS:
        return None
    if column in HASHES.get(table, ()):
        return "identifier"
    if table in OF_PATIENTS_ALONE.get(column, ()):
        return "address"
    return next((kind for kind, names in RULE.items() if re.fullmatch(names, column)), None)


@pytest.mark.parametrize("table", sorted(columns()))
def test_a_column_whose_name_tells_who_a_patient_is_carries_the_tag(table: str) -> None:
    expected = {column: kind for column in columns()[table] if (kind := tells(table, column))}
    assert tagged().get(table, {}) == expected, f"sql/65_phi.sql lacks or exceeds {table}"


def test_the_rule_knows_tables_of_all_layers() -> None:
    found = {table: set(values) for table, values in tagged().items()}
    assert found["raw.patient_flow_event"] == {"kafka_key", "headers", "payload"}
    assert found["silver.patient"] == {
        "patient_id", "first_name", "last_name", "birth_date", "death_date", "address", "city",
        "zip_code", "extra",
    }  # fmt: skip
    assert found["ops.rejected_event"] == {"payload"}
    assert found["ops.notification"] == {"patient_id"}
    assert len(columns()) > 45


def test_each_tagged_column_is_of_a_type_that_a_policy_masks() -> None:
    policies = re.findall(
        r"masking policy governance\.\w+ as \(val (\w+)\)", TEXT["97_enterprise.sql"]
    )
    assert set(policies) == {"varchar", "number", "date", "timestamp_ntz", "variant"}
    types = {columns()[table][one] for table, found in tagged().items() for one in found}
    assert types <= set(policies)


def test_every_policy_is_set_on_the_tag() -> None:
    text = TEXT["97_enterprise.sql"]
    made = re.findall(r"create or alter masking policy (\S+) as", text)
    set_on_tag = text.split("alter tag governance.phi set\n")[1].split(";")[0]
    assert re.findall(r"masking policy ([\w.]+)", set_on_tag) == made


def test_keys_and_hashes_that_joins_need_stay_as_they_are() -> None:
    for table, found in tagged().items():
        assert not {"payload_hash", "hospital_id", "organization_id"} & set(found), table
        assert not [column for column in found if column.endswith("_key") and column != "kafka_key"]


def test_every_table_of_patients_in_gold_has_a_row_policy() -> None:
    attached = re.findall(r"\('([A-Z_]+)', '\w+', '(\w+)'\)", TEXT["97_enterprise.sql"])
    of_patients = {
        table.removeprefix("gold.")
        for table, found in tagged().items()
        if table.startswith("gold.") and "patient_id" in found
    }
    assert {table.lower() for table, _ in attached} == of_patients
    for table, column in attached:
        assert column not in tagged()[f"gold.{table.lower()}"], "a column is in one policy only"
        by_hospital = {"hospital_id", "organization_id"} & set(columns()[f"gold.{table.lower()}"])
        assert not by_hospital or {column} == by_hospital


def test_no_view_shows_a_payload_it_only_hashes_it() -> None:
    """Views of the admin role read payloads unmasked, whoever asks: governance.mask_string.

    A subquery may pass a payload on under its own name; nothing else, and no view as its column.
    """
    text = re.sub(r"--[^\n]*| comment '[^\n]*'", "", "".join(TEXT.values()))
    for view, query in re.findall(r"create or replace view (\S+) (.*?);", text, re.DOTALL):
        columns, body = query.split("\n)\n", 1)
        hashed = re.sub(r"sha2\(payload, 256\)|payload is (not )?null", "", body)
        rest = re.sub(r"\n\s+payload(?=,?\n)", "", hashed)
        assert not re.search(r"\bpayload\b", columns + rest), view
