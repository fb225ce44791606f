"""`carefloe-loader csv`: snapshots of feeds into raw, each line once.

1. Identify the file: feed, content hash, as-of.
2. Ask raw for the greatest line it holds of that identity.
3. Read the file from the start and land the lines behind that one, a chunk at a time.

Chunks land in the order of the lines, so the greatest line is all a killed load needs to go on, and
a file that is already there has nothing left to land.
"""

import logging
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import dropwhile
from pathlib import Path
from typing import Protocol

from loader.csv_lines import JSON, HeaderError, Line, read_lines
from loader.errors import DoubtfulError
from loader.feed_file import FeedFile, FileError, modified, open_file
from loader.trouble import Trouble

log = logging.getLogger(__name__)

LOADED, RESUMED, ALREADY_LOADED, EMPTY = "loaded", "resumed", "already loaded", "no rows"


@dataclass(frozen=True)
class LineBatch:
    """Consecutive lines of one file."""

    file: FeedFile
    lines: list[Line]
    load_id: str


@dataclass
class Outcome:
    """What became of one file."""

    path: Path
    feed: str
    as_of: datetime | None
    """UTC; null where the file could not be read."""
    state: str
    rows: int = 0
    broken: int = 0
    """Of the rows, those that are not a record of the header's columns."""


@dataclass(frozen=True)
class ChunkSize:
    """When a chunk is full, whichever comes first."""

    rows: int
    text_bytes: int


class Sink(Protocol):
    """Where lines land. `load` lands all lines or none; all may raise DoubtfulError."""

    def load(self, batch: LineBatch) -> None: ...
    def last_line(self, file: FeedFile) -> int: ...
    def recover(self) -> None: ...


@dataclass
class FileLoader:
    """Loads files into the sink, with patience (seconds) for an account that is away."""

    sink: Sink
    size: ChunkSize
    patience: float
    landed: Callable[[Outcome, int], None]
    """Told after each chunk what has become of the file, and its bytes read on disk."""

    def load(self, file: FeedFile) -> Outcome:
        """Land what raw does not hold of this file; FileError if the header will not do."""
        load_id = uuid.uuid4().hex
        done = self._last_line(file, in_doubt=False)
        outcome = Outcome(file.path, file.feed.name, file.as_of, ALREADY_LOADED if done else EMPTY)
        if done and done >= file.line_count:
            return outcome
        with open_file(file.path) as opened:
            try:
                lines = read_lines(opened.text, file.feed.key_columns)
                new = dropwhile(lambda line: line.number <= done, lines)
                for chunk in _chunks(new, self.size):
                    self._land(LineBatch(file, chunk, load_id))
                    outcome.rows += len(chunk)
                    outcome.broken += sum(line.encoding != JSON for line in chunk)
                    outcome.state = RESUMED if done else LOADED
                    self.landed(outcome, opened.bytes_read())
            except HeaderError as error:
                raise FileError(f"{file.path}: {error}") from error
        if modified(file.path) != file.read_at:
            raise FileError(f"{file.path}: changed while it was read; load it again when it rests")
        log.info(
            "file=%s feed=%s rows=%d broken=%d state=%r load_id=%s",
            file.path.name,
            outcome.feed,
            outcome.rows,
            outcome.broken,
            outcome.state,
            load_id,
        )
        return outcome

    def _land(self, batch: LineBatch) -> None:
        trouble = Trouble(self.patience)
        while batch.lines:
            try:
                self.sink.load(batch)
                return
            except DoubtfulError as error:
                trouble.add(error)
                trouble.pause()
            done = self._last_line(batch.file, in_doubt=True)
            left = [line for line in batch.lines if line.number > done]
            batch = LineBatch(batch.file, left, batch.load_id)

    def _last_line(self, file: FeedFile, in_doubt: bool) -> int:
        trouble = Trouble(self.patience)
        while True:
            try:
                if in_doubt:
                    self.sink.recover()
                return self.sink.last_line(file)
            except DoubtfulError as error:
                trouble.add(error)
                trouble.pause()
                in_doubt = True


def _chunks(lines: Iterator[Line], size: ChunkSize) -> Iterator[list[Line]]:
    chunk: list[Line] = []
    text_bytes = 0
    for line in lines:
        chunk.append(line)
        text_bytes += len(line.payload)
        if len(chunk) >= size.rows or text_bytes >= size.text_bytes:
            yield chunk
            chunk, text_bytes = [], 0
    if chunk:
        yield chunk
