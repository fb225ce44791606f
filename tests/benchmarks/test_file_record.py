"""Nights of the benchmark: copies with ids of their own, of which a share changes."""

import json
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.file_record import SAMPLE, World

pytestmark = pytest.mark.skipif(not SAMPLE.exists(), reason=f"{SAMPLE} is not there")


def payloads(paths: list[Path]) -> list[dict[str, str]]:
    return [json.loads(text) for path in paths for text in pd.read_parquet(path).PAYLOAD]


def test_copies_tell_of_claims_of_their_own_that_belong_together(tmp_path: Path) -> None:
    night = World(3).write(tmp_path / "night")
    claims = [line["Id"] for line in payloads(night["claim"])]
    assert len(claims) == len(set(claims)) == 3 * 1267
    transactions = payloads(night["claim_transaction"])
    assert len({line["ID"] for line in transactions}) == len(transactions) == 3 * 5228
    assert {line["CLAIMID"] for line in transactions} == set(claims)
    assert len(payloads(night["payer"])) == 10


def test_overnight_a_hundredth_of_the_lines_changes(tmp_path: Path) -> None:
    world = World(2)
    before = payloads(world.write(tmp_path / "before")["claim_transaction"])
    world.pass_a_day(0.01)
    after = payloads(world.write(tmp_path / "after")["claim_transaction"])
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 105
