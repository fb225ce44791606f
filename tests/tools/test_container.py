"""Dockerfile, compose.yaml and the workflows against the repository. None of them has been run.

`make lint` holds them to hadolint and to the schemas of Compose and of GitHub's workflows.
"""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PROGRAMS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]


def stages() -> dict[str, str]:
    """Stage -> its instructions with those of the stages it is made from."""
    found: dict[str, str] = {}
    for part in re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]:
        base, name = re.match(r"(\S+) AS (\S+)", part).groups()  # type: ignore[union-attr]
        found[name] = found.get(base, "") + part
    return found


@pytest.mark.parametrize("stage", ["programs", "sandbox"])
def test_what_runs_is_no_root_and_tells_of_its_health(stage: str) -> None:
    instructions = stages()[stage]
    assert re.findall(r"^USER (\S+)", instructions, re.MULTILINE)[-1] == "10001"
    assert "useradd --uid 10001" in instructions
    assert "HEALTHCHECK" in instructions


def test_the_image_without_a_target_is_that_of_the_programs() -> None:
    assert list(stages())[-1] == "programs"


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    kept = [
        line[1:]
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    ]
    for name in kept:
        assert (ROOT / name).exists(), name
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for name in sources.split():
            assert name == "." or any(fnmatch(name, one) for one in kept), name


def test_compose_runs_the_broker_the_sandbox_and_both_programs() -> None:
    services = COMPOSE["services"]
    assert sorted(services) == ["kafka", "loader", "producer", "sandbox"]
    for name in ("producer", "loader"):
        assert services[name]["command"][0] in PROGRAMS
        assert services[name]["depends_on"]["kafka"] == {"condition": "service_healthy"}
        assert "privileged" not in services[name]
    assert all(port.startswith("127.0.0.1:") for port in services["kafka"]["ports"])
    for service in services.values():
        target = service.get("build", {}).get("target")
        assert "healthcheck" in service or "HEALTHCHECK" in stages()[target]


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_pins_its_actions_and_may_only_read(file: Path) -> None:
    text = file.read_text()
    assert "Not run yet" in text
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    used = re.findall(r"uses: (\S+)", text)
    assert used
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", action) for action in used)
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z-]+)", text)) <= targets
    for job in workflow["jobs"].values():
        assert "timeout-minutes" in job or job["steps"][0]["id"] == "look"


def test_the_account_is_left_alone_without_its_secret_and_always_cleaned_up() -> None:
    jobs = yaml.safe_load((ROOT / ".github/workflows/account.yml").read_text())["jobs"]
    assert jobs["account"]["needs"] == "gate"
    assert jobs["account"]["if"] == "needs.gate.outputs.is_set == 'yes'"
    last = jobs["account"]["steps"][-1]
    assert last["if"] == "always()"
    assert "make teardown" in last["run"]
