"""`python -m sandbox.kafka --dir DIR [--port PORT]`: the log as a process of its own."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from sandbox.kafka.error import StartError
from sandbox.kafka.server import DEFAULT_PARTITIONS, MAX_BYTES, KafkaLog

_FAILED = 1


def main() -> int:
    """Serve until SIGTERM or SIGINT; the exit code is 1 when the log could not start."""
    options = _options()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    log = KafkaLog(
        options.dir,
        port=options.port,
        partitions=options.partitions,
        max_bytes=options.max_bytes,
        retention_seconds=options.retention_hours and options.retention_hours * 3600,
        fsync=options.fsync,
    )
    try:
        asyncio.run(_serve_until_stopped(log))
    except StartError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"Cannot use the data folder {options.dir}: {error.strerror}.")
    return 0


async def _serve_until_stopped(log: KafkaLog) -> None:
    loop = asyncio.get_running_loop()
    serving = asyncio.create_task(log.serve(_announce))
    for stop in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(stop, serving.cancel)
    await asyncio.wait([serving])
    if not serving.cancelled():
        serving.result()


def _announce(address: str) -> None:
    sys.stdout.write(f"{address}\n")
    sys.stdout.flush()


def _fail(message: str) -> int:
    sys.stderr.write(f"{message}\n")
    return _FAILED


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox.kafka",
        description="A log on loopback that speaks the Kafka protocol. For development and tests.",
    )
    parser.add_argument(
        "--dir", type=Path, required=True, help="data folder; DIR/address = host:port"
    )
    parser.add_argument("--port", type=int, default=0, help="default: a free one")
    parser.add_argument(
        "--partitions", type=int, default=DEFAULT_PARTITIONS, help="of topics created on first use"
    )
    parser.add_argument(
        "--max-bytes", type=int, default=MAX_BYTES, help="of records; beyond it they are refused"
    )
    parser.add_argument(
        "--retention-hours", type=_hours, help="drop older records; default: never drop any"
    )
    parser.add_argument("--fsync", action="store_true", help="survive a power cut, not only a kill")
    return parser.parse_args()


def _hours(text: str) -> float:
    hours = float(text)
    if not 0 < hours < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is no number of hours above 0")
    return hours


if __name__ == "__main__":
    sys.exit(main())
