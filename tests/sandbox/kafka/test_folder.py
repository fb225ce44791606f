from __future__ import annotations

import os
from pathlib import Path

import pytest

from sandbox.kafka.error import FolderError
from sandbox.kafka.folder import FolderLock


def test_a_folder_has_one_broker_at_a_time(folder: Path) -> None:
    lock = FolderLock(folder)

    with pytest.raises(FolderError, match=rf"already served .* \(process {os.getpid()}\)"):
        FolderLock(folder)

    lock.close()
    FolderLock(folder).close()


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(FolderError, match="Cannot use the data folder"):
        FolderLock(tmp_path / "file" / "below")
