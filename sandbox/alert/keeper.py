"""Evaluates alerts: at their times while they are resumed, and when EXECUTE ALERT asks for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from weakref import WeakKeyDictionary

from snowflake.connector.errors import ProgrammingError

from sandbox.alert.definition import KIND, Alert
from sandbox.alert.history import AlertHistory, AlertResult, AlertRun, Origin
from sandbox.script.interpreter import run_body
from sandbox.task.schedule import parse_schedule
from sandbox.warehouse import hook
from sandbox.warehouse.account import Account
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.session import Session

logger = logging.getLogger(__name__)

running: WeakKeyDictionary[Session, AlertRun] = WeakKeyDictionary()
"""The evaluation a session belongs to."""


class AlertKeeper:
    """One thread evaluates: an alert asked for while it runs is evaluated again afterwards."""

    def __init__(self, account: Account, clock: Callable[[], datetime]) -> None:
        self.history = AlertHistory(account)
        self._account = account
        self._clock = clock
        self._lock = threading.Lock()
        self._known: tuple[int, list[Alert]] = (-1, [])
        self._due: dict[tuple[ObjectName, datetime, str], datetime] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="alert")

    def execute(self, alert: Alert) -> None:
        """Evaluate it as soon as the evaluations before it are done."""
        self._submit(alert, self._clock(), "EXECUTE ALERT")

    def tick(self) -> datetime | None:
        """Start what is due; the moment at which something is due next, None for never."""
        now = self._clock()
        due: dict[tuple[ObjectName, datetime, str], datetime] = {}
        for alert in self._resumed():
            assert alert.resumed_on is not None  # noqa: S101
            schedule = parse_schedule(alert.schedule)
            key = (alert.name, alert.resumed_on, alert.schedule)
            moment = self._due.get(key) or schedule.next_after(now, alert.resumed_on)
            if moment <= now:
                self._submit(alert, moment, "SCHEDULE")
                moment = schedule.next_after(now, alert.resumed_on)
            due[key] = moment
        self._due = due
        return min(due.values(), default=None)

    def close(self) -> None:
        """Wait for the evaluations that were asked for."""
        self._thread.shutdown()

    def _resumed(self) -> list[Alert]:
        generation = self._account.generation
        if self._known[0] != generation:
            with closing(self._account.connect()) as session:
                alerts = [
                    Alert.from_json(plain)
                    for database in self._account.databases()
                    for plain in session.catalog.list(session, KIND, database).values()
                ]
            self._known = (generation, [alert for alert in alerts if alert.resumed_on])
        return self._known[1]

    def _submit(self, alert: Alert, moment: datetime, origin: Origin) -> None:
        self._thread.submit(self._run, alert, moment, origin)

    def _run(self, alert: Alert, moment: datetime, origin: Origin) -> None:
        try:
            run = AlertRun(alert, moment, origin, self.history.last_successful(alert.name))
            result = self._evaluate(run)
            self.history.add(run, result, self._clock())
            logger.info("alert=%s state=%s", alert.name, result.state)
        except Exception:
            logger.exception("alert=%s: the sandbox failed", alert.name)

    def _evaluate(self, run: AlertRun) -> AlertResult:
        alert = run.alert
        with closing(self._account.connect(alert.name.database, alert.name.schema)) as session:
            session.warehouse = alert.warehouse
            session.role = hook.hooks.owner(session, "ALERT", alert.name)
            running[session] = run
            try:
                has_rows = bool(session.execute(alert.condition).rows())
            except ProgrammingError as error:
                return _failed("CONDITION_FAILED", error)
            asked = session.last_query_id
            if not has_rows:
                return AlertResult("CONDITION_FALSE", asked)
            try:
                run_body(session, alert.action)
            except ProgrammingError as error:
                return _failed("ACTION_FAILED", error, asked)
            return AlertResult("TRIGGERED", asked, session.last_query_id)


def _failed(
    state: str, error: ProgrammingError, condition_query_id: str | None = None
) -> AlertResult:
    return AlertResult(
        state,  # type: ignore[arg-type]
        condition_query_id,
        error_code=error.errno,
        error_message=error.raw_msg,
    )
