"""What `make` would run, for each environment and edition."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def make(*arguments: str, code: int = 0) -> str:
    """What it prints without running anything."""
    command = ["make", "-n", "-o", "install", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    ("given", "database"),
    [
        ([], "carefloe"),
        (["ENVIRONMENT=prod"], "carefloe"),
        (["ENVIRONMENT=test"], "carefloe_test"),
        (["ENVIRONMENT=dev"], "carefloe_dev"),
        (["DATABASE=carefloe_ci_1"], "carefloe_ci_1"),
    ],
)
def test_every_command_goes_to_the_database_of_the_environment(
    given: list[str], database: str
) -> None:
    deployed = make("deploy", "CONNECTION=work", *given)
    commands = [line for line in deployed.splitlines() if "/snow " in line]

    assert len(commands) >= 4
    assert all(f"--env database={database} " in f"{line} " for line in commands)
    assert all("-c work " in line for line in commands if "snowpark build" not in line)
    for target in ("plan", "teardown"):
        assert f"--connection work --database {database} sql/" in make(
            target, "CONNECTION=work", *given
        )


def test_the_files_run_in_their_order_around_the_procedures() -> None:
    commands = make("deploy")
    before, procedures, after = (
        commands.index(text) for text in ("-f sql/", "snowpark deploy", "-f sql/80_")
    )

    assert before < procedures < after
    named = [word for word in commands.split() if word.startswith("sql/")]
    files = [word for word in dict.fromkeys(named) if word.endswith(".sql")]
    assert files == sorted(f"sql/{path.name}" for path in (ROOT / "sql").glob("*.sql"))


def test_standard_edition_leaves_out_one_file() -> None:
    assert "sql/97_enterprise.sql" in make("deploy")
    for target in ("deploy", "plan", "teardown"):
        assert "sql/97_enterprise.sql" not in make(target, "EDITION=standard")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("ENVIRONMENT=stage", 'ENVIRONMENT is dev, test or prod, not "stage"'),
        ("EDITION=free", 'EDITION is standard or enterprise, not "free"'),
    ],
)
def test_a_word_that_is_none_of_them_is_refused(given: str, told: str) -> None:
    assert told in make("deploy", given, code=2)


def test_a_connection_that_is_not_there_is_3(tmp_path: Path) -> None:
    (tmp_path / "connections.toml").touch(mode=0o600)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "deploy", "plan", "--connection", "nowhere",
         "--database", "carefloe", "sql/00_account.sql"],
        cwd=ROOT, capture_output=True, text=True, timeout=60,
        env={"PATH": os.environ["PATH"], "SNOWFLAKE_HOME": str(tmp_path), "HOME": str(tmp_path)},
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (3, "")
    assert "nowhere is not configured" in " ".join(done.stderr.split())
