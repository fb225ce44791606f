"""What runs inside an account: handlers, tasks and alerts, with the thread that starts them."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

from sandbox.alert.keeper import AlertKeeper
from sandbox.procedure.pool import HandlerPool, Lend
from sandbox.task.run import TaskResult, TaskRun
from sandbox.task.scheduler import Scheduler
from sandbox.task.worker import TaskWorker
from sandbox.warehouse.account import Account
from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.session import Session

logger = logging.getLogger(__name__)

# Commits often come in bursts; streams are looked at once per burst.
_BURST_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 30.0

_runtimes: WeakKeyDictionary[Account, Runtime] = WeakKeyDictionary()


def runtime_of(session: Session) -> Runtime:
    """The runtime of the session's account; an error when the account has none."""
    runtime = _runtimes.get(session.account)
    if runtime is None:
        raise sql_error("This account runs without procedures and tasks: no server is started.")
    return runtime


class Runtime:
    def __init__(
        self,
        account: Account,
        port: int,
        lend: Lend,
        trigger_interval: timedelta = timedelta(seconds=1),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`port` is the warehouse's on loopback, where the handlers' sessions connect to."""
        self.clock = clock
        self.handlers = HandlerPool(port, lend)
        self.worker = TaskWorker(account, clock, self._cancel, self._finished)
        self.scheduler = Scheduler(self.worker, clock, trigger_interval)
        self.alerts = AlertKeeper(account, clock)
        self._account = account
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._loop, name="scheduler", daemon=True)
        _runtimes[account] = self
        account.on_commit(self._streams_fed)

    def start(self) -> None:
        """Run tasks from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more, and let the task graphs that run come to their end."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        while self.scheduler.live_runs():
            time.sleep(_BURST_SECONDS)
        self.worker.close()
        self.alerts.close()
        self.handlers.close()
        _runtimes.pop(self._account, None)

    def wake(self) -> None:
        """Look for work now: something about tasks changed."""
        self._wake.set()

    def _loop(self) -> None:
        while not self._stopping:
            self._wake.clear()
            wait = _LONGEST_WAIT_SECONDS
            try:
                for due in (self.scheduler.tick(), self.alerts.tick()):
                    if due is not None:
                        wait = min(wait, max(0.0, (due - self.clock()).total_seconds()))
            except Exception:
                logger.exception("the scheduler failed; it goes on")
                wait = 1.0
            self._wake.wait(wait)
            time.sleep(_BURST_SECONDS)

    def _streams_fed(self, streams: frozenset[ObjectName]) -> None:
        self.worker.conditions.fed(streams)
        self._wake.set()

    def _finished(self, run: TaskRun, result: TaskResult) -> None:
        self.scheduler.finished(run, result)
        self._wake.set()

    def _cancel(self, session: Session) -> None:
        self.handlers.cancel(session)
        session.interrupt()
