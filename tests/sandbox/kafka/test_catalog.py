from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.kafka.catalog import Catalog
from sandbox.kafka.error import ErrorCode, FolderError, RefusedError
from tests.sandbox.kafka.batches import batch


def catalog(folder: Path, max_bytes: int = 1 << 20) -> Catalog:
    folder.mkdir(exist_ok=True)
    return Catalog(folder, default_partitions=4, max_bytes=max_bytes, fsync=False)


def partition_counts(catalog: Catalog) -> dict[str, int]:
    return {name: len(topic.partitions) for name, topic in catalog.topics.items()}


def test_topics_and_cluster_id_survive_a_restart(folder: Path) -> None:
    before = catalog(folder)
    before.create("carefloe.vitals")
    before.create("small", 1)
    before.extend("small", 2)
    ids = {name: topic.id for name, topic in before.topics.items()}
    before.partition("small", 1).append(batch(b"a"))
    cluster_id = before.cluster_id
    before.close()

    after = catalog(folder)

    assert partition_counts(after) == {"carefloe.vitals": 4, "small": 2}
    assert {name: topic.id for name, topic in after.topics.items()} == ids
    assert after.cluster_id == cluster_id
    assert after.partition("small", 1).end_offset == 1


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a b", "ä", "x" * 250])
def test_names_kafka_does_not_allow_are_refused(folder: Path, name: str) -> None:
    with pytest.raises(RefusedError) as refused:
        catalog(folder).create(name)

    assert refused.value.code is ErrorCode.INVALID_TOPIC


def test_the_longest_name_has_249_characters(folder: Path) -> None:
    catalog(folder).create("x" * 249)

    assert partition_counts(catalog(folder)) == {"x" * 249: 4}


@pytest.mark.parametrize("partitions", [0, -2, 257])
def test_impossible_numbers_of_partitions_are_refused(folder: Path, partitions: int) -> None:
    with pytest.raises(RefusedError) as refused:
        catalog(folder).create("t", partitions)

    assert refused.value.code is ErrorCode.INVALID_PARTITIONS


def test_a_topic_cannot_be_created_twice_nor_shrink(folder: Path) -> None:
    topics = catalog(folder)
    topics.create("t", 2)

    with pytest.raises(RefusedError) as refused:
        topics.create("t", 2)
    assert refused.value.code is ErrorCode.TOPIC_ALREADY_EXISTS
    with pytest.raises(RefusedError) as refused:
        topics.extend("t", 2)
    assert refused.value.code is ErrorCode.INVALID_PARTITIONS


@pytest.mark.parametrize(("name", "index"), [("t", 2), ("t", -1), ("other", 0)])
def test_unknown_partitions_are_refused(folder: Path, name: str, index: int) -> None:
    topics = catalog(folder)
    topics.create("t", 2)

    with pytest.raises(RefusedError) as refused:
        topics.partition(name, index)

    assert refused.value.code is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


def test_a_topic_created_again_is_another_one(folder: Path) -> None:
    topics = catalog(folder)
    first = topics.create("t", 1)
    first.partitions[0].append(batch(b"a"))

    topics.delete("t")
    second = topics.create("t", 1)

    assert second.id != first.id
    assert second.partitions[0].end_offset == 0
    topics.close()
    assert catalog(folder).partition("t", 0).end_offset == 0


def test_a_deletion_that_was_cut_short_is_finished_at_start(folder: Path) -> None:
    catalog(folder).create("kept", 1)
    (left_over := folder / "topics" / "gone-0123").mkdir()
    (left_over / "0.log").write_bytes(b"x")

    catalog(folder)

    assert not left_over.exists()


def test_a_lost_catalog_does_not_lose_the_records(folder: Path) -> None:
    catalog(folder).create("t", 1)
    (folder / "catalog.json").unlink()

    with pytest.raises(FolderError, match=r"catalog\.json is missing"):
        catalog(folder)

    assert len(list((folder / "topics").iterdir())) == 1


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"cluster_id": "x"}'])
def test_an_unreadable_catalog_is_reported(folder: Path, content: str) -> None:
    catalog(folder)
    (folder / "catalog.json").write_text(content)

    with pytest.raises(FolderError, match=r"catalog\.json cannot be read"):
        catalog(folder)


def test_a_change_that_cannot_be_saved_is_not_made(folder: Path) -> None:
    topics = catalog(folder)
    topics.create("kept", 1)
    (folder / "catalog.json.tmp").mkdir()  # in the way of the new content

    with pytest.raises(OSError, match="Is a directory"):
        topics.create("t", 1)
    with pytest.raises(OSError, match="Is a directory"):
        topics.delete("kept")

    assert partition_counts(topics) == {"kept": 1}


def test_producer_ids_are_never_given_twice(folder: Path) -> None:
    before = catalog(folder)
    given = [before.new_producer_id() for _ in range(1500)]

    after = catalog(folder)
    given += [after.new_producer_id() for _ in range(1500)]

    assert len(set(given)) == 3000


def test_a_full_folder_refuses_and_drops_nothing(folder: Path) -> None:
    data = batch(b"a")
    topics = catalog(folder, max_bytes=2 * len(data))
    log = topics.create("t", 1).partitions[0]
    for _ in range(2):
        topics.require_room(len(data))
        log.append(data)

    with pytest.raises(RefusedError, match="--max-bytes") as refused:
        topics.require_room(1)
    assert refused.value.code is ErrorCode.POLICY_VIOLATION
    assert (log.start_offset, log.end_offset) == (0, 2)

    log.delete_before(1)
    topics.require_room(len(data))
