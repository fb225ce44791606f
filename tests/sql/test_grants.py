"""Who may do what: the GRANT statements of sql/ are these tables, and nothing beside them."""

import re
from collections import defaultdict

from support.sql_file import SQL

TEXT = {
    file.name: re.sub(r"--[^\n]*", "", file.read_text()).replace("<% ctx.env.database %>", "db")
    for file in sorted(SQL.glob("*.sql"))
}
ALL = " ".join(" ".join(TEXT.values()).split())

MATRIX = {
    "loader": {
        "warehouse db_load_wh": "usage",
        "database db": "usage",
        "schema raw": "usage, create stage",
        "future tables in schema raw": "select, insert",
        "schema ops": "usage",
        "view ops.undelivered_notification": "select",
        "table ops.notification_delivery": "select, insert",
    },
    "transformer": {
        "account": "execute task, execute alert, execute managed alert",
        "integration db_email": "usage",
        "warehouse <% ctx.env.warehouse %>": "usage",
        "database db": "usage",
        "schema raw": "usage",
        "future tables in schema raw": "select",
        "future streams in schema raw": "select",
        "schema silver": "usage",
        "future tables in schema silver": "select, insert",
        "future streams in schema silver": "select",
        "schema gold": "usage",
        "future tables in schema gold": "select, insert, update, delete",
        "schema ops": "usage, create task, create alert",
        "future tables in schema ops": "select, insert",
        "table ops.notification": "update",
        "view ops.finished_task_run": "select",
        "view ops.run_notification": "select",
        "stage ops.code": "read",
        "all procedures in schema silver": "ownership",
        "all procedures in schema gold": "ownership",
        "all procedures in schema ops": "ownership",
    },
    "reporter": {
        "warehouse db_report_wh": "usage",
        "database db": "usage",
        "schema gold": "usage",
        "schema ops": "usage",
        "schema app": "usage",
        "table gold.dim_hospital": "select",
        "table gold.dim_organization": "select",
        "table gold.dim_department": "select",
        "table gold.dim_payer": "select",
        "table gold.dim_date": "select",
        "view ops.freshness": "select",
        "view ops.run_outcome": "select",
        "view ops.volume_anomaly": "select",
        "view ops.dq_flag_count": "select",
        "view ops.vitals_quality": "select",
        "view ops.vitals_completeness": "select",
        "view ops.reconciliation": "select",
        "view ops.rejection": "select",
        "view ops.late_arrival": "select",
    },
    "dashboard": {
        "account": "read session",
        "schema app": "create streamlit, create stage",
        "view ops.task_run": "select",
        "view ops.task_graph": "select",
        "view ops.undelivered_notification": "select",
    },
    "phi_reader": {
        "all tables in schema gold": "select",
        "all views in schema gold": "select",
        "table ops.rejected_event": "select",
    },
    "admin": {
        "account": "apply masking policy",
        "database db": "ownership",
        "warehouse <% ctx.env.warehouse %>": "ownership",
        "warehouse db_load_wh": "ownership",
        "warehouse db_report_wh": "ownership",
    },
}
"""Role -> object -> privileges. Readers of gold views stand in the tests below."""

MEMBERS = {
    "db_dashboard": {"role db_admin"},
    "db_reporter": {"role db_phi_reader", "role db_dashboard", "user db_report_service"},
    "db_loader": {"role db_admin", "user db_loader_service"},
    "db_transformer": {"role db_admin"},
    "db_phi_reader": {"role db_admin"},
    "db_admin": {"role sysadmin", "user db_deploy_service"},
}

WITH_PATIENTS = re.compile(r"^    \w*(patient_id|patient_key|stay_key) comment", re.MULTILINE)
MASKED_FIGURES = {"gold.outstanding_by_age_band"}
"""Made of birth dates, which reporters have masked: their figures would be wrong."""


def granted(*files: str) -> dict[str, dict[str, set[str]]]:
    """Role -> object -> privileges, of these files or of all."""
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    text = " ".join(" ".join(TEXT[name] for name in files or TEXT).split())
    for privileges, on, role in re.findall(
        r"grant ([\w ,]+?) on ([^;]+?) to role db_(\w+)(?: copy current grants)?;", text
    ):
        found[role][on] |= set(privileges.split(", "))
    return found


def gold_views() -> dict[str, str]:
    """View -> its columns."""
    return dict(
        re.findall(
            r"create or replace view (gold\.\w+) \(\n(.*?)\n\)", "".join(TEXT.values()), re.S
        )
    )


def views_with_patients() -> set[str]:
    return {view for view, columns in gold_views().items() if WITH_PATIENTS.search(columns)}


def on_gold(grants: dict[str, set[str]], kind: str) -> set[str]:
    return {on.split()[1] for on in grants if on.startswith(f"{kind} gold.")}


def test_every_role_is_granted_what_it_needs_and_nothing_else() -> None:
    found = {
        role: {
            on: ", ".join(sorted(privileges))
            for on, privileges in grants.items()
            if not on.startswith("view gold.") and (role, on) not in _PATIENT_TABLES
        }
        for role, grants in granted().items()
    }
    expected = {
        role: {on: ", ".join(sorted(one.split(", "))) for on, one in grants.items()}
        for role, grants in MATRIX.items()
    }
    assert found == expected


_PATIENT_TABLES = {
    ("reporter", f"table gold.{table}")
    for table in (
        "fact_patient_flow", "fact_encounter", "dim_patient", "fact_vitals", "vitals_hourly",
        "fact_alert", "patient_latest_vitals", "fact_claim", "fact_claim_transaction",
        "fact_condition",
    )
}  # fmt: skip
"""With Enterprise edition alone: masked, and by hospital."""


def test_reporters_read_figures_on_every_edition_and_patients_where_policies_are() -> None:
    standard = granted(*(name for name in TEXT if name != "97_enterprise.sql"))["reporter"]
    enterprise = granted("97_enterprise.sql")["reporter"]
    figures = set(gold_views()) - views_with_patients() - MASKED_FIGURES
    assert on_gold(standard, "view") == figures, "give the view its line in sql/66_reader.sql"
    assert on_gold(enterprise, "view") == views_with_patients(), "or in sql/97_enterprise.sql"
    assert {("reporter", f"table {table}") for table in on_gold(enterprise, "table")} == (
        _PATIENT_TABLES
    )
    assert {one for grants in (standard, enterprise) for on in grants for one in grants[on]} == {
        "usage",
        "select",
    }


def test_views_with_a_line_per_patient_are_secure() -> None:
    secure = set(re.findall(r"alter view (\S+) set secure;", ALL))
    assert secure == views_with_patients(), "alter view .. set secure in sql/66_reader.sql"


def test_roles_stand_in_one_hierarchy_below_sysadmin() -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for role, to in re.findall(r"grant role (\w+) to ((?:role|user) \w+);", ALL):
        found[role].add(to)
    assert found == MEMBERS
    assert set(re.findall(r"create role if not exists (\w+)", ALL)) == set(MEMBERS)
    assert re.findall(r"grant database role (\S+) to role (\S+);", ALL) == [
        ("snowflake.alert_viewer", "db_transformer")
    ]


def test_every_grant_is_one_of_those_above() -> None:
    """No other form of GRANT, nothing for PUBLIC, nothing that may be passed on."""
    everything = re.findall(r"\bgrant [^;]+;", ALL)
    known = re.findall(
        r"\bgrant (?:[\w ,]+? on [^;]+? to role db_\w+(?: copy current grants)?"
        r"|role \w+ to (?:role|user) \w+|database role snowflake\.\w+ to role \w+);",
        ALL,
    )
    assert len(known) == len(everything)
    assert not re.search(r"to role public|with grant option|grant all|grant imported", ALL)


def test_every_schema_is_of_managed_access() -> None:
    made = re.findall(r"create schema if not exists (\w+) ([\w ]+?) comment", ALL)
    assert made == [
        (name, "with managed access")
        for name in ("raw", "silver", "gold", "ops", "app", "governance")
    ]


def test_every_file_takes_the_role_it_needs_first() -> None:
    of_account = {"00_account.sql", "05_role.sql", "06_email.sql", "97_enterprise.sql"}
    for name, text in TEXT.items():
        role = "db_transformer" if re.match(r"8\d_task", name) else "db_admin"
        expected = "accountadmin" if name in of_account else role
        assert text.strip().startswith(f"use role {expected};"), name


def test_service_users_log_in_with_a_key_from_known_addresses() -> None:
    for user in re.findall(r"create user if not exists (\w+)", ALL):
        body = ALL.split(f"create user if not exists {user} ")[1].split(";")[0]
        assert "type = service" in body
        assert "default_secondary_roles = ()" in body
        assert not re.search(r"password|rsa_public_key", body)
        assert f"alter user {user} set network_policy = db_service;" in ALL


def test_every_warehouse_suspends_itself_and_has_a_monitor() -> None:
    warehouses = re.findall(r"create warehouse if not exists (.+?) warehouse_size = (\w+)", ALL)
    assert [size for _, size in warehouses] == ["xsmall"] * 3
    for name, _ in warehouses:
        body = ALL.split(f"create warehouse if not exists {name} ")[1].split(";")[0]
        assert "auto_suspend = 60 auto_resume = true initially_suspended = true" in body
        assert f"alter warehouse {name} set resource_monitor = db_" in ALL


def test_what_enterprise_edition_needs_stands_in_one_file() -> None:
    needs = r"masking policy|row access policy|event_table|data_retention_time_in_days = [2-9]"
    assert [name for name, text in TEXT.items() if re.search(needs, text)] == ["97_enterprise.sql"]
    assert "create user" not in TEXT["97_enterprise.sql"]
