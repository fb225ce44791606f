"""Requests about records: write them, read them, find offsets, delete the oldest."""

from __future__ import annotations

import asyncio

from kafka.protocol import admin, consumer, producer

from sandbox.kafka.batch import LEADER_EPOCH
from sandbox.kafka.catalog import Catalog
from sandbox.kafka.error import ErrorCode, RefusedError
from sandbox.kafka.log import PartitionLog
from sandbox.kafka.protocol import Call, Message

MAX_MESSAGE_BYTES = 1_048_588  # Kafka's default for message.max.bytes, header of the batch included
_LATEST, _EARLIEST = -1, -2  # instead of a timestamp
_END = -1  # instead of an offset
_LONGEST_WAIT_SECONDS = 60.0
_MOST_FETCHED_BYTES = 64 << 20

_Produced = producer.ProduceResponse.TopicProduceResponse
_Fetched = consumer.FetchResponse.FetchableTopicResponse
_Listed = consumer.ListOffsetsResponse.ListOffsetsTopicResponse
_Epochs = consumer.OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult
_Deleted = admin.DeleteRecordsResponse.DeleteRecordsTopicResult


class RecordApi:
    """Answers requests about the records of `catalog`'s topics."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def init_producer_id(self, request: Message, _: Call) -> Message:
        """A fresh id for an idempotent producer; transactions are refused."""
        if request.transactional_id is not None:
            return producer.InitProducerIdResponse(error_code=ErrorCode.INVALID_REQUEST)
        producer_id = self._catalog.new_producer_id()
        return producer.InitProducerIdResponse(producer_id=producer_id, producer_epoch=0)

    def produce(self, request: Message, call: Call) -> Message:
        """Each partition's batch is stored, or refused on its own; no answer for acks=0."""
        answer = producer.ProduceResponse(
            responses=[
                _Produced(
                    name=topic.name,
                    partition_responses=[
                        self._produced(topic.name, part, call) for part in topic.partition_data
                    ],
                )
                for topic in request.topic_data
            ]
        )
        return answer if request.acks else None

    async def fetch(self, request: Message, call: Call) -> Message:
        """What is there from each offset on; waits up to `max_wait_ms` for `min_bytes` of it."""
        loop = asyncio.get_running_loop()
        patience = min(max(request.max_wait_ms / 1000, 0), _LONGEST_WAIT_SECONDS)
        deadline = loop.time() + patience
        while True:
            answer, size, has_error = self._fetched(request, call)
            remaining = deadline - loop.time()
            if has_error or size >= request.min_bytes or remaining <= 0:
                return answer
            await _news(self._logs(request), remaining)

    def list_offsets(self, request: Message, _: Call) -> Message:
        """First, next, or first offset since a time (-1 where no record is that late)."""
        return consumer.ListOffsetsResponse(
            topics=[
                _Listed(
                    name=topic.name,
                    partitions=[self._listed(topic.name, part) for part in topic.partitions],
                )
                for topic in request.topics
            ]
        )

    def offset_for_leader_epoch(self, request: Message, _: Call) -> Message:
        """Where the one leader epoch there is ends: nothing was ever truncated."""
        return consumer.OffsetForLeaderEpochResponse(
            topics=[
                _Epochs(
                    topic=topic.topic,
                    partitions=[self._epoch_end(topic.topic, part) for part in topic.partitions],
                )
                for topic in request.topics
            ]
        )

    def delete_records(self, request: Message, _: Call) -> Message:
        """Records below the given offset (-1: all) are gone; the answer is the new first offset."""
        return admin.DeleteRecordsResponse(
            topics=[
                _Deleted(
                    name=topic.name,
                    partitions=[self._deleted(topic.name, part) for part in topic.partitions],
                )
                for topic in request.topics
            ]
        )

    def _produced(self, topic: str, part: Message, call: Call) -> Message:
        code, message, offset, start = ErrorCode.NONE, None, -1, -1
        try:
            call.raise_fault()
            log = self._catalog.partition(topic, part.index)
            records = part.records or b""
            if len(records) > MAX_MESSAGE_BYTES:
                limit = f"a batch may have {MAX_MESSAGE_BYTES} bytes"
                raise RefusedError(ErrorCode.MESSAGE_TOO_LARGE, limit)
            self._catalog.require_room(len(records))
            offset, start = log.append(records), log.start_offset
        except RefusedError as refused:
            code, message = refused.code, refused.message
        return _Produced.PartitionProduceResponse(
            index=part.index,
            error_code=code,
            error_message=message,
            base_offset=offset,
            log_append_time_ms=-1,
            log_start_offset=start,
            record_errors=[],
        )

    def _fetched(self, request: Message, call: Call) -> tuple[Message, int, bool]:
        total, has_error, topics = 0, False, []
        for topic in request.topics:
            parts = []
            for wanted in topic.partitions:
                room = min(request.max_bytes, _MOST_FETCHED_BYTES) - total
                part = self._fetched_part(topic.topic, wanted, room, call)
                total += len(part.records)
                has_error |= part.error_code != ErrorCode.NONE
                parts.append(part)
            topics.append(_Fetched(topic=topic.topic, partitions=parts))
        answer = consumer.FetchResponse(session_id=0, responses=topics)  # 0: sessions are not kept
        return answer, total, has_error

    def _fetched_part(self, topic: str, wanted: Message, room: int, call: Call) -> Message:
        code, records, start, end = ErrorCode.NONE, b"", -1, -1
        try:
            call.raise_fault()
            log = self._catalog.partition(topic, wanted.partition)
            start, end = log.start_offset, log.end_offset
            if room > 0:
                records = log.read(wanted.fetch_offset, min(wanted.partition_max_bytes, room))
        except RefusedError as refused:
            code = refused.code
        return _Fetched.PartitionData(
            partition_index=wanted.partition,
            error_code=code,
            high_watermark=end,
            last_stable_offset=end,
            log_start_offset=start,
            aborted_transactions=None,
            preferred_read_replica=-1,
            records=records,
        )

    def _logs(self, request: Message) -> list[PartitionLog]:
        return [
            self._catalog.partition(topic.topic, part.partition)
            for topic in request.topics
            for part in topic.partitions
        ]

    def _listed(self, topic: str, part: Message) -> Message:
        code, offset, timestamp = ErrorCode.NONE, -1, -1
        try:
            log = self._catalog.partition(topic, part.partition_index)
            if part.timestamp == _LATEST:
                offset = log.end_offset
            elif part.timestamp == _EARLIEST:
                offset = log.start_offset
            elif part.timestamp >= 0:
                offset, timestamp = log.offset_since(part.timestamp) or (-1, -1)
            else:
                raise RefusedError(ErrorCode.INVALID_REQUEST)
        except RefusedError as refused:
            code = refused.code
        return _Listed.ListOffsetsPartitionResponse(
            partition_index=part.partition_index,
            error_code=code,
            offset=offset,
            timestamp=timestamp,
            leader_epoch=LEADER_EPOCH if offset >= 0 else -1,
        )

    def _epoch_end(self, topic: str, part: Message) -> Message:
        code, end = ErrorCode.NONE, -1
        try:
            end = self._catalog.partition(topic, part.partition).end_offset
        except RefusedError as refused:
            code = refused.code
        return _Epochs.EpochEndOffset(
            partition=part.partition, error_code=code, leader_epoch=LEADER_EPOCH, end_offset=end
        )

    def _deleted(self, topic: str, part: Message) -> Message:
        code, start = ErrorCode.NONE, -1
        try:
            log = self._catalog.partition(topic, part.partition_index)
            log.delete_before(log.end_offset if part.offset == _END else part.offset)
            start = log.start_offset
        except RefusedError as refused:
            code = refused.code
        return _Deleted.DeleteRecordsPartitionResult(
            partition_index=part.partition_index, error_code=code, low_watermark=start
        )


async def _news(logs: list[PartitionLog], timeout: float) -> None:
    """Return when one of `logs` has grown or gone, at the latest after `timeout` seconds."""
    news = asyncio.Event()
    for log in logs:
        log.waiting.add(news.set)
    try:
        async with asyncio.timeout(timeout):
            await news.wait()
    except TimeoutError:
        pass
    finally:
        for log in logs:
            log.waiting.discard(news.set)
