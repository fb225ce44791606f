"""What arrives at the socket: announced versions are answered, nonsense harms its sender alone."""

from __future__ import annotations

import random
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from kafka.protocol.metadata import ApiVersionsRequest, ApiVersionsResponse, MetadataRequest
from kafka.protocol.producer import ProduceRequest

from sandbox.kafka.protocol import APIS, Api

HUGE = (2**31 - 1).to_bytes(4)


@pytest.fixture
def connect(address: str) -> Iterator[Callable[[], socket.socket]]:
    host, _, port = address.partition(":")
    opened: list[socket.socket] = []

    def open_one() -> socket.socket:
        opened.append(socket.create_connection((host, int(port)), timeout=10))
        return opened[-1]

    yield open_one
    for connection in opened:
        connection.close()


def framed(request: Any, version: int, correlation_id: int = 1) -> bytes:
    request.API_VERSION = version
    request.with_header(correlation_id=correlation_id, client_id="test")
    return bytes(request.encode(header=True, framed=True))


def received(connection: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        if not (more := connection.recv(size - len(data))):
            raise ConnectionResetError
        data += more
    return data


def answered(connection: socket.socket) -> bytes:
    return received(connection, int.from_bytes(received(connection, 4)))


def is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def is_served(connection: socket.socket) -> bool:
    connection.sendall(framed(ApiVersionsRequest(), 0))
    answer = ApiVersionsResponse.decode(answered(connection), version=0, header=True)
    return bool(answer.error_code == 0)


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
def test_every_announced_version_is_answered(
    connect: Callable[[], socket.socket], api: Api
) -> None:
    connection = connect()
    for version in range(api.lowest, api.highest + 1):
        fields = {"acks": -1} if api.name == "Produce" else {}
        connection.sendall(framed(api.request(**fields), version, correlation_id=version))

        answer = api.response.decode(answered(connection), version=version, header=True)

        assert answer.header.correlation_id == version


def test_an_unknown_version_of_api_versions_is_answered_in_version_0(
    connect: Callable[[], socket.socket],
) -> None:
    connection = connect()
    request = framed(ApiVersionsRequest(), 4)
    connection.sendall(request[:6] + (99).to_bytes(2) + request[8:])

    answer = ApiVersionsResponse.decode(answered(connection), version=0, header=True)

    assert answer.error_code == 35
    assert is_served(connection)


def test_answers_come_in_the_order_of_the_requests(connect: Callable[[], socket.socket]) -> None:
    connection = connect()
    connection.sendall(
        b"".join(framed(ApiVersionsRequest(), 0, correlation_id=n) for n in range(50))
    )

    assert [int.from_bytes(answered(connection)[:4]) for _ in range(50)] == list(range(50))


def endless_number() -> bytes:
    """A metadata request whose list of topics has a length that goes on for half a megabyte."""
    header = struct.pack(">hhih", 3, 9, 1, -1) + b"\x00"
    return header + b"\x80" * 500_000 + b"\x01"


@pytest.mark.parametrize(
    "frame",
    [
        HUGE,
        b"\xff\xff\xff\xff",
        (0).to_bytes(4),
        (7).to_bytes(4) + b"1234567",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        (100).to_bytes(4) + struct.pack(">hhi", 999, 0, 1) + bytes(92),
        framed(MetadataRequest(topics=[]), 1)[:5] + b"\x03\x7f\xff" + bytes(30),
        (12).to_bytes(4) + struct.pack(">hhi", 3, 1, 1) + HUGE,
        (14).to_bytes(4) + struct.pack(">hhih", 3, 1, 1, -1) + HUGE,
        (len(endless_number())).to_bytes(4) + endless_number(),
        (2 << 20).to_bytes(4) + struct.pack(">hhih", 3, 1, 1, -1) + bytes((2 << 20) - 10),
    ],
    ids=[
        "huge length",
        "negative length",
        "empty",
        "too short for a header",
        "http",
        "unknown kind",
        "unknown version",
        "client id beyond the end",
        "two thousand million topics",
        "endless number",
        "large metadata request",
    ],
)
def test_nonsense_closes_its_connection_only(
    connect: Callable[[], socket.socket], frame: bytes
) -> None:
    other, hostile = connect(), connect()
    assert is_served(other)

    hostile.sendall(frame)

    assert is_closed(hostile)
    assert is_served(other)
    assert is_served(connect())


def test_random_changes_to_requests_never_stop_the_log(
    connect: Callable[[], socket.socket], caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(7)
    for api in APIS:
        for version in range(api.lowest, api.highest + 1):
            original = framed(api.request(), version)
            for _ in range(3):
                frame = bytearray(original)
                for _ in range(chance.randint(1, 4)):
                    frame[chance.randrange(8, len(frame))] = chance.randrange(256)
                with closing(connect()) as connection:
                    connection.sendall(frame)

    assert is_served(connect())
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_client_that_stops_in_the_middle_disturbs_nobody(
    connect: Callable[[], socket.socket],
) -> None:
    request = framed(ProduceRequest(acks=-1, timeout_ms=1000, topic_data=[]), 8)
    half = connect()
    half.sendall(request[: len(request) // 2])

    assert is_served(connect())
    half.close()
    assert is_served(connect())
