"""Tasks in the account's catalog."""

from __future__ import annotations

from collections.abc import Iterable

from sandbox.task.definition import Task
from sandbox.warehouse.account import Account
from sandbox.warehouse.errors import does_not_exist
from sandbox.warehouse.names import ObjectName
from sandbox.warehouse.session import Session

_KIND = "task"


class TaskStore:
    def __init__(self, account: Account) -> None:
        self._account = account
        self._known: tuple[int, dict[ObjectName, Task]] | None = None

    def all(self, session: Session) -> dict[ObjectName, Task]:
        """Every task of the account, by name."""
        generation = self._account.generation
        if session.in_ddl or self._known is None or self._known[0] != generation:
            tasks = {
                name: Task.from_json(definition)
                for database in self._account.databases()
                for name, definition in session.catalog.list(session, _KIND, database).items()
            }
            if session.in_ddl:
                return tasks
            self._known = (generation, tasks)
        return self._known[1]

    def get(self, session: Session, name: ObjectName) -> Task:
        """The task, or the error Snowflake raises for one that is not there."""
        task = self.all(session).get(name)
        if task is None:
            raise does_not_exist("Task", name)
        return task

    def put(self, session: Session, tasks: Iterable[Task]) -> None:
        """Write new or changed tasks; inside `session.ddl()`."""
        for task in tasks:
            session.catalog.put(session, _KIND, task.name, task.to_json())

    def drop(self, session: Session, name: ObjectName) -> None:
        session.catalog.drop(session, _KIND, name)
