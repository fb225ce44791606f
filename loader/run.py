"""`carefloe-loader run`: opens both ends, runs the loop, closes both ends."""

from rich.console import Console

from loader.account import Account
from loader.event_log import EventLog
from loader.loop import LoadLoop
from loader.progress import RunProgress
from loader.settings import RunSettings
from loader.sink import EventSink
from loader.stop import asked_to_stop


def run(settings: RunSettings, console: Console, until_caught_up: bool) -> None:
    """Load until SIGTERM or SIGINT, or until caught up; what is buffered is landed before the end.

    LoaderError and its kinds; what had not landed is read again by the next run.
    """
    account = Account(settings.snowflake_default_connection_name)
    try:
        event_log = EventLog(settings)
        try:
            with RunProgress(console) as progress, asked_to_stop() as stopped:
                loop = LoadLoop(event_log, EventSink(account), settings, progress, stopped.is_set)
                loop.run(until_caught_up)
        finally:
            event_log.close()
    finally:
        account.close()
    console.print(progress.summary())
