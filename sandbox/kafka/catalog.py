"""The topics of one data folder, and the numbers handed out once: cluster id and producer ids."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

from sandbox.kafka.durable import replace_file, sync_folder
from sandbox.kafka.error import ErrorCode, FolderError, RefusedError
from sandbox.kafka.log import PartitionLog

logger = logging.getLogger(__name__)

_NAME = re.compile(r"[A-Za-z0-9._-]{1,249}")
_MOST_PARTITIONS = 256  # each keeps one file open
_PRODUCER_IDS_AT_ONCE = 1000


@dataclass(frozen=True)
class Topic:
    """A topic and its partitions; a topic of the same name created later has another id."""

    name: str
    id: uuid.UUID
    partitions: tuple[PartitionLog, ...]


class Catalog:
    """Which topics exist, in `folder`; a change is on disk before it is answered."""

    def __init__(
        self, folder: Path, *, default_partitions: int, max_bytes: int, fsync: bool
    ) -> None:
        self.default_partitions = default_partitions
        self.topics: dict[str, Topic] = {}
        self._folder = folder
        self._max_bytes = max_bytes
        self._fsync = fsync
        self._topics_folder.mkdir(parents=True, exist_ok=True)
        if self._path.exists():
            self._load()
        elif any(self._topics_folder.iterdir()):
            raise FolderError(
                f"{self._path} is missing but {self._topics_folder} is not empty. "
                "Start with another folder, or delete this one to begin again."
            )
        else:
            self.cluster_id = uuid.uuid4().hex[:22]
            self._next_producer_id = self._reserved_producer_ids = 1
            self._save(self.topics, self._reserved_producer_ids)

    def topic(self, name: str) -> Topic:
        """RefusedError with UNKNOWN_TOPIC_OR_PARTITION when there is none."""
        topic = self.topics.get(name)
        if topic is None:
            raise RefusedError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
        return topic

    def partition(self, name: str, index: int) -> PartitionLog:
        """RefusedError with UNKNOWN_TOPIC_OR_PARTITION when there is none."""
        partitions = self.topic(name).partitions
        if not 0 <= index < len(partitions):
            raise RefusedError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
        return partitions[index]

    def create(self, name: str, partitions: int | None = None) -> Topic:
        """A new, empty topic; RefusedError for a name that is taken or not allowed."""
        self.check_new(name, partitions)
        try:
            topic = self._open(name, uuid.uuid4(), partitions or self.default_partitions)
        except OSError as error:
            raise RefusedError(ErrorCode.POLICY_VIOLATION, os.strerror(error.errno or 0)) from error
        self._change(self.topics | {name: topic})
        return topic

    def check_new(self, name: str, partitions: int | None = None) -> None:
        """RefusedError when `create` would be."""
        if not _NAME.fullmatch(name) or name in (".", ".."):
            raise RefusedError(ErrorCode.INVALID_TOPIC, "allowed: up to 249 of A-Z a-z 0-9 . _ -")
        if name in self.topics:
            raise RefusedError(ErrorCode.TOPIC_ALREADY_EXISTS, f"topic {name} exists")
        self._check_count(self.default_partitions if partitions is None else partitions)

    def delete(self, name: str) -> None:
        """The topic and all its records are gone."""
        topic = self.topic(name)
        self._change({kept: other for kept, other in self.topics.items() if kept != name})
        for log in topic.partitions:
            log.wake()
            log.close()
        shutil.rmtree(self._topic_folder(topic.name, topic.id))

    def extend(self, name: str, partitions: int) -> None:
        """More partitions for a topic that has fewer; its records stay where they are."""
        self.check_extension(name, partitions)
        topic = self.topic(name)
        added = self._logs(name, topic.id, range(len(topic.partitions), partitions))
        self._change(self.topics | {name: Topic(name, topic.id, topic.partitions + added)})

    def check_extension(self, name: str, partitions: int) -> None:
        """RefusedError when `extend` would be."""
        present = len(self.topic(name).partitions)
        self._check_count(partitions)
        if partitions <= present:
            raise RefusedError(
                ErrorCode.INVALID_PARTITIONS, f"topic {name} has {present} partitions"
            )

    def require_room(self, size: int) -> None:
        """RefusedError with POLICY_VIOLATION when `size` more bytes would exceed the cap."""
        stored = sum(log.size for topic in self.topics.values() for log in topic.partitions)
        if stored + size > self._max_bytes:
            raise RefusedError(
                ErrorCode.POLICY_VIOLATION,
                f"the log holds {stored} of at most {self._max_bytes} bytes: delete records or "
                "topics, or start it with a greater --max-bytes",
            )

    def expire(self, before: int) -> None:
        """Forget, in every partition, what is older than this time (ms)."""
        for topic in self.topics.values():
            for log in topic.partitions:
                try:
                    log.expire(before)
                except OSError as error:  # a full disk has no room for the shorter file
                    logger.warning("kept expired records file=%s error=%s", log.path, error)

    def new_producer_id(self) -> int:
        """A number no producer of this folder ever had."""
        if self._next_producer_id == self._reserved_producer_ids:
            reserved = self._reserved_producer_ids + _PRODUCER_IDS_AT_ONCE
            self._save(self.topics, reserved)
            self._reserved_producer_ids = reserved
        self._next_producer_id += 1
        return self._next_producer_id - 1

    def close(self) -> None:
        """Bring all logs to the disk and release their files."""
        for topic in self.topics.values():
            for log in topic.partitions:
                log.flush()
                log.close()
        self.topics.clear()

    @property
    def _path(self) -> Path:
        return self._folder / "catalog.json"

    @property
    def _topics_folder(self) -> Path:
        return self._folder / "topics"

    def _topic_folder(self, name: str, topic_id: uuid.UUID) -> Path:
        return self._topics_folder / f"{name[:200]}-{topic_id.hex}"

    def _check_count(self, partitions: int) -> None:
        if not 1 <= partitions <= _MOST_PARTITIONS:
            raise RefusedError(ErrorCode.INVALID_PARTITIONS, f"1 to {_MOST_PARTITIONS} partitions")

    def _open(self, name: str, topic_id: uuid.UUID, partitions: int) -> Topic:
        self._topic_folder(name, topic_id).mkdir(exist_ok=True)
        topic = Topic(name, topic_id, self._logs(name, topic_id, range(partitions)))
        sync_folder(self._topics_folder)
        return topic

    def _logs(self, name: str, topic_id: uuid.UUID, indices: range) -> tuple[PartitionLog, ...]:
        folder = self._topic_folder(name, topic_id)
        logs = tuple(PartitionLog(folder / f"{index}.log", fsync=self._fsync) for index in indices)
        sync_folder(folder)
        return logs

    def _load(self) -> None:
        try:
            stored = json.loads(self._path.read_bytes())
            self.cluster_id = str(stored["cluster_id"])
            self._next_producer_id = self._reserved_producer_ids = int(stored["next_producer_id"])
            topics = [
                (str(name), uuid.UUID(hex=topic["id"]), int(topic["partitions"]))
                for name, topic in stored["topics"].items()
            ]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise FolderError(
                f"{self._path} cannot be read ({error}). "
                "Start with another folder, or delete this one to begin again."
            ) from error
        known = {self._topic_folder(name, topic_id) for name, topic_id, _ in topics}
        for folder in set(self._topics_folder.iterdir()) - known:
            shutil.rmtree(
                folder
            )  # a deletion, or a creation nobody was told of, that was cut short
        self.topics = {name: self._open(name, topic_id, n) for name, topic_id, n in topics}

    def _change(self, topics: dict[str, Topic]) -> None:
        """On disk first: records must not go to a topic that a restart would not know."""
        self._save(topics, self._reserved_producer_ids)
        self.topics = topics

    def _save(self, topics: dict[str, Topic], next_producer_id: int) -> None:
        content = {
            "cluster_id": self.cluster_id,
            "next_producer_id": next_producer_id,
            "topics": {
                topic.name: {"id": topic.id.hex, "partitions": len(topic.partitions)}
                for topic in topics.values()
            },
        }
        replace_file(self._path, json.dumps(content, indent=1).encode())
