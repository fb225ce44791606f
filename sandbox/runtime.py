"""What runs inside an account: procedure handlers and tasks, with the threads they need."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from weakref import WeakKeyDictionary

from snowflake.connector.errors import ProgrammingError

from sandbox.condition import Conditions
from sandbox.graph_run import Outcome
from sandbox.handler_pool import HandlerPool, Lend
from sandbox.run import TaskResult, TaskRun
from sandbox.scheduler import Scheduler
from sandbox.script import statements
from sandbox.task import Task
from sandbox.task_change import suspended
from sandbox.task_history import TaskHistory
from sandbox.task_store import TaskStore
from sandbox.warehouse.account import Account
from sandbox.warehouse.control import set_parameter
from sandbox.warehouse.errors import sql_error
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.session import Session

logger = logging.getLogger(__name__)

# One more than the cores of a small laptop: handlers wait for the warehouse most of the time.
_PARALLEL_TASKS = 3
# Commits often come in bursts; streams are looked at once per burst.
_SETTLE_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 60.0

_runtimes: WeakKeyDictionary[Account, Runtime] = WeakKeyDictionary()


def runtime_of(session: Session) -> Runtime:
    """The runtime of the session's account; an error when the account has none."""
    runtime = _runtimes.get(session.account)
    if runtime is None:
        raise sql_error("This account runs without procedures and tasks: no server is started.", 2)
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
        self.account = account
        self.clock = clock
        self.handlers = HandlerPool(port, lend)
        self.tasks = TaskStore(account)
        self.history = TaskHistory(account)
        self._worker = _TaskWorker(self)
        self.scheduler = Scheduler(self._worker, clock, trigger_interval)
        self.running: WeakKeyDictionary[Session, RunningTask] = WeakKeyDictionary()
        """The task run a session belongs to."""
        self.workers = ThreadPoolExecutor(_PARALLEL_TASKS, thread_name_prefix="task")
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._loop, name="scheduler", daemon=True)
        _runtimes[account] = self
        account.on_commit(self._streams_fed)

    def start(self) -> None:
        """Run tasks from now on."""
        self.handlers.warm_up()
        self._thread.start()

    def stop(self) -> None:
        """Start nothing more and wait for the tasks that run."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        while self.scheduler.live_runs():
            time.sleep(_SETTLE_SECONDS)
        self.workers.shutdown()
        self.handlers.close()
        _runtimes.pop(self.account, None)

    def wake(self) -> None:
        """Look for work now: something about tasks changed."""
        self._wake.set()

    @property
    def stopping(self) -> bool:
        return self._stopping

    def _streams_fed(self, streams: frozenset[ObjectName]) -> None:
        self._worker.conditions.fed(streams)
        self._wake.set()

    def _loop(self) -> None:
        while not self._stopping:
            self._wake.clear()
            wait = _LONGEST_WAIT_SECONDS
            try:
                due = self.scheduler.tick()
                if due is not None:
                    wait = min(wait, max(0.0, (due - self.clock()).total_seconds()))
            except Exception:
                logger.exception("the scheduler failed; it goes on")
                wait = 1.0
            self._wake.wait(wait)
            time.sleep(_SETTLE_SECONDS)


class RunningTask:
    """A task run and what its body sets."""

    def __init__(self, run: TaskRun) -> None:
        self.run = run
        self.return_value: str | None = None
        self.timed_out = False


class _TaskWorker:
    """Runs tasks in sessions of their own and keeps their history."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.conditions = Conditions()

    def tasks(self) -> Mapping[ObjectName, Task]:
        with closing(self._runtime.account.connect()) as session:
            return self._runtime.tasks.all(session)

    def holds(self, task: Task) -> bool:
        return self.conditions.holds(task, self._evaluate)

    def _evaluate(self, task: Task) -> bool:
        with self._session(task) as session:
            try:
                return _holds(session, task)
            except ProgrammingError:
                return True

    def start(self, run: TaskRun) -> None:
        self._runtime.workers.submit(self._run, run)

    def record(self, run: TaskRun, state: str, result: TaskResult) -> None:
        runtime = self._runtime
        runtime.history.add(run, state, result, runtime.scheduler.next_time(run.graph.root))
        log = logger.warning if state.startswith("FAILED") else logger.info
        seconds = (result.completed - result.started).total_seconds()
        log("task=%s state=%s seconds=%.3f", run.task.name, state, seconds)

    def suspend(self, root: Task) -> None:
        runtime = self._runtime
        with closing(runtime.account.connect()) as session, session.ddl():
            now = runtime.tasks.all(session).get(root.name)
            if now is not None and now.task_id == root.task_id:
                changed = suspended(now, runtime.clock(), "SUSPENDED_DUE_TO_ERRORS")
                runtime.tasks.put(session, [changed])

    def _run(self, run: TaskRun) -> None:
        try:
            result = self._result(run)
        except Exception as error:
            logger.exception("task=%s: the sandbox failed", run.task.name)
            now = self._runtime.clock()
            message = f"Internal error of the sandbox: {type(error).__name__}"
            result = TaskResult(Outcome.FAILED, now, now, error_code=603, error_message=message)
        try:
            self._runtime.scheduler.finished(run, result)
        except Exception:
            logger.exception("task=%s: its result is lost", run.task.name)
        self._runtime.wake()

    def _result(self, run: TaskRun) -> TaskResult:
        clock = self._runtime.clock
        started = clock()
        running = RunningTask(run)
        with self._session(run.task) as session:
            self._runtime.running[session] = running
            outcome, code, message = Outcome.SUCCEEDED, None, None
            with self._deadline(session, running):
                try:
                    if run.task.when is not None and not _holds(session, run.task):
                        outcome = Outcome.SKIPPED
                    else:
                        self._execute(session, run.task)
                except ProgrammingError as error:
                    outcome, code, message = Outcome.FAILED, error.errno, error.raw_msg
            if running.timed_out:
                outcome, code = Outcome.FAILED, 630
                limit = (run.deadline - started).total_seconds()
                message = (
                    f"Statement reached its timeout of {limit:.0f} second(s) and was canceled."
                )
            return TaskResult(
                outcome,
                started,
                clock(),
                query_id=None if outcome is Outcome.SKIPPED else session.last_query_id,
                return_value=running.return_value,
                error_code=code,
                error_message=message,
            )

    @staticmethod
    def _execute(session: Session, task: Task) -> None:
        for name, value in task.options.parameters.items():
            set_parameter(session, name, value)
        for text in statements(task.body):
            session.execute(text)

    @contextmanager
    def _session(self, task: Task) -> Iterator[Session]:
        session = self._runtime.account.connect(task.name.database, task.name.schema)
        session.warehouse = task.options.warehouse
        with closing(session):
            yield session

    @contextmanager
    def _deadline(self, session: Session, running: RunningTask) -> Iterator[None]:
        """Cancel what the session does when the run's time is over."""

        def cancel() -> None:
            running.timed_out = True
            self._runtime.handlers.cancel(session)
            session.interrupt()

        left = (running.run.deadline - self._runtime.clock()).total_seconds()
        timer = threading.Timer(min(max(left, 0.0), threading.TIMEOUT_MAX), cancel)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _holds(session: Session, task: Task) -> bool:
    return bool(session.execute(f"select {task.when}").rows()[0][0])
