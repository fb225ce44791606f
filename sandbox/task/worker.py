"""Runs tasks in sessions of their own, within their time, and keeps their history."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime
from weakref import WeakKeyDictionary

from snowflake.connector.errors import ProgrammingError

from sandbox.script.interpreter import run_body
from sandbox.task.change import suspended
from sandbox.task.condition import Conditions
from sandbox.task.definition import Task
from sandbox.task.graph_run import Outcome
from sandbox.task.history import TaskHistory
from sandbox.task.run import TaskResult, TaskRun
from sandbox.task.store import TaskStore
from sandbox.warehouse import hook
from sandbox.warehouse.account import Account
from sandbox.warehouse.control import set_parameter
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.session import Session

logger = logging.getLogger(__name__)

# One more than the cores of a small laptop: handlers wait for the warehouse most of the time.
_PARALLEL_TASKS = 3
_TIMEOUT_ERROR = 630

Finished = Callable[[TaskRun, TaskResult], None]


class RunningTask:
    """A task run and what its body sets."""

    def __init__(self, run: TaskRun) -> None:
        self.run = run
        self.return_value: str | None = None
        self.timed_out = False
        self.cancelled = False


class TaskWorker:
    """What the scheduler asks of the account. `finished` is called in the thread of the run."""

    def __init__(
        self,
        account: Account,
        clock: Callable[[], datetime],
        cancel: Callable[[Session], None],
        finished: Finished,
    ) -> None:
        """`cancel` ends, from another thread, whatever a session is doing."""
        self.store = TaskStore(account)
        self.history = TaskHistory(account)
        self.conditions = Conditions()
        self.running: WeakKeyDictionary[Session, RunningTask] = WeakKeyDictionary()
        """The task run a session belongs to."""
        self._account = account
        self._clock = clock
        self._cancel = cancel
        self._finished = finished
        self._threads = ThreadPoolExecutor(_PARALLEL_TASKS, thread_name_prefix="task")

    def tasks(self) -> Mapping[ObjectName, Task]:
        with closing(self._account.connect()) as session:
            return self.store.all(session)

    def holds(self, task: Task) -> bool:
        return self.conditions.holds(task, self._evaluate)

    def start(self, run: TaskRun) -> None:
        self._threads.submit(self._run, run)

    def record(
        self, run: TaskRun, state: str, result: TaskResult, next_time: datetime | None
    ) -> None:
        try:
            self.history.add(run, state, result, next_time)
        except Exception:
            # The graph must go on: a run nobody waits for any more could never be stopped.
            logger.exception("task=%s: its row in the history is lost", run.task.name)
        log = logger.warning if state.startswith("FAILED") else logger.info
        seconds = (result.completed - result.started).total_seconds()
        log("task=%s state=%s seconds=%.3f", run.task.name, state, seconds)

    def suspend(self, root: Task) -> None:
        with closing(self._account.connect()) as session, session.ddl():
            now = self.store.all(session).get(root.name)
            if now is not None and now.task_id == root.task_id:
                changed = suspended(now, self._clock(), "SUSPENDED_DUE_TO_ERRORS")
                self.store.put(session, [changed])

    def cancel_runs(self, task_id: str) -> int:
        """End the runs of this task that are in progress; how many there were."""
        found = [pair for pair in self.running.items() if pair[1].run.task.task_id == task_id]
        for session, running in found:
            running.cancelled = True
            self._cancel(session)
        return len(found)

    def close(self) -> None:
        """Wait for the threads to end."""
        self._threads.shutdown()

    def _run(self, run: TaskRun) -> None:
        try:
            result = self._result(run)
        except Exception as error:
            logger.exception("task=%s: the sandbox failed", run.task.name)
            now = self._clock()
            message = f"Internal error of the sandbox: {type(error).__name__}"
            result = TaskResult(Outcome.FAILED, now, now, error_code=603, error_message=message)
        try:
            self._finished(run, result)
        except Exception:
            logger.exception("task=%s: its result is lost", run.task.name)

    def _result(self, run: TaskRun) -> TaskResult:
        started = self._clock()
        running = RunningTask(run)
        with self._session(run.task) as session:
            self.running[session] = running
            outcome, code, message = Outcome.SUCCEEDED, None, None
            with self._deadline(session, running):
                try:
                    if run.task.when is not None and not _condition(session, run.task):
                        outcome = Outcome.SKIPPED
                    else:
                        _execute(session, run.task)
                except ProgrammingError as error:
                    outcome, code, message = Outcome.FAILED, error.errno, error.raw_msg
            del self.running[session]
            if running.cancelled and outcome is Outcome.FAILED:
                outcome, code, message = Outcome.CANCELLED, None, "The task run was cancelled."
            if running.timed_out:
                outcome, code = Outcome.FAILED, _TIMEOUT_ERROR
                limit = (run.deadline - started).total_seconds()
                message = (
                    f"Statement reached its timeout of {limit:.0f} second(s) and was canceled."
                )
            return TaskResult(
                outcome,
                started,
                self._clock(),
                query_id=None if outcome is Outcome.SKIPPED else session.last_query_id,
                return_value=running.return_value,
                error_code=code,
                error_message=message,
            )

    def _evaluate(self, task: Task) -> bool:
        with self._session(task) as session:
            try:
                return _condition(session, task)
            except ProgrammingError:
                return True

    @contextmanager
    def _session(self, task: Task) -> Iterator[Session]:
        session = self._account.connect(task.name.database, task.name.schema)
        session.warehouse = task.options.warehouse
        session.role = hook.hooks.owner(session, "TASK", task.name)
        with closing(session):
            yield session

    @contextmanager
    def _deadline(self, session: Session, running: RunningTask) -> Iterator[None]:
        """Cancel what the session does when the run's time is over."""

        def cancel() -> None:
            running.timed_out = True
            self._cancel(session)

        left = (running.run.deadline - self._clock()).total_seconds()
        timer = threading.Timer(min(max(left, 0.0), threading.TIMEOUT_MAX), cancel)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _condition(session: Session, task: Task) -> bool:
    return bool(session.execute(f"select {task.when}").rows()[0][0])


def _execute(session: Session, task: Task) -> None:
    for name, value in task.options.parameters.items():
        set_parameter(session, name, value)
    run_body(session, task.body)
