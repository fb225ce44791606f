from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.kafka.committed import CommittedOffsets, Position


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "offsets.jsonl"


def opened(path: Path) -> CommittedOffsets:
    return CommittedOffsets(path, fsync=False)


def test_the_last_commit_counts_also_after_a_restart(path: Path) -> None:
    offsets = opened(path)
    offsets.commit({("g", "t", 0): Position(5, -1, ""), ("g", "t", 1): Position(7, 0, "note")})
    offsets.commit({("g", "t", 0): Position(6, -1, "")})

    for reader in (offsets, opened(path)):
        assert reader.get("g", "t", 0) == Position(6, -1, "")
        assert reader.get("g", "t", 1) == Position(7, 0, "note")
        assert reader.get("g", "t", 2) is None
        assert reader.get("other", "t", 0) is None
        assert reader.places("g") == [("t", 0), ("t", 1)]


def test_a_torn_last_commit_is_skipped_and_the_next_one_counts(path: Path) -> None:
    opened(path).commit({("g", "t", 0): Position(5, -1, "")})
    path.write_bytes(path.read_bytes() + b'["g","t",0,9')

    opened(path).commit({("g", "t", 1): Position(1, -1, "")})

    after = opened(path)
    assert after.get("g", "t", 0) == Position(5, -1, "")
    assert after.get("g", "t", 1) == Position(1, -1, "")


@pytest.mark.parametrize("line", [b"7", b"{}", b'["g"]', b'["g","t",0,9]', b"\xff", b"null"])
def test_a_line_that_is_no_commit_is_skipped(path: Path, line: bytes) -> None:
    path.write_bytes(line + b'\n["g","t",0,5,-1,""]\n')

    assert opened(path).get("g", "t", 0) == Position(5, -1, "")


def test_a_forgotten_topic_is_forgotten_for_every_group(path: Path) -> None:
    offsets = opened(path)
    for group in ("g", "h"):
        offsets.commit({(group, "t", 0): Position(5, -1, ""), (group, "u", 0): Position(6, -1, "")})

    offsets.forget_topic("t")

    for reader in (offsets, opened(path)):
        assert reader.places("g") == reader.places("h") == [("u", 0)]


def test_a_forgotten_group_is_gone(path: Path) -> None:
    offsets = opened(path)
    offsets.commit({("g", "t", 0): Position(5, -1, ""), ("h", "t", 0): Position(6, -1, "")})

    offsets.forget_group("g")

    for reader in (offsets, opened(path)):
        assert reader.groups() == {"h"}


def test_the_file_is_tidied_at_start(path: Path) -> None:
    offsets = opened(path)
    for offset in range(1000):
        offsets.commit({("g", "t", 0): Position(offset, -1, "")})

    opened(path)

    assert len(path.read_bytes().splitlines()) == 1
