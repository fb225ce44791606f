"""The data folder belongs to one broker at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from sandbox.kafka.error import FolderError


class FolderLock:
    """Holds `folder` for this process until closed; the system lets go when the process dies.

    Raises FolderError when another broker holds it.
    """

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise FolderError(f"Cannot use the data folder {folder}: {error.strerror}.") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._file, 32).decode("ascii", "replace") or "unknown"
            os.close(self._file)
            raise FolderError(
                f"The data folder {folder} is already served by another broker (process {holder}). "
                "Stop it, or start with another folder."
            ) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, str(os.getpid()).encode(), 0)

    def close(self) -> None:
        """Let another broker have the folder."""
        os.close(self._file)
