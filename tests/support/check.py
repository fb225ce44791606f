"""What must hold of the files, each as a function that names the faults it finds."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.errors import OptimizeError, ParseError
from sqlglot.optimizer.qualify import qualify
from support.files import DATABASE, Files, handler_of
from support.graph import above, calls, graphs, owners, roots_of
from support.snowflake_sql import unparsable

REPLACEABLE = {"view", "procedure", "function", "masking policy", "row access policy"}
"""Kinds that hold neither rows nor an offset nor a grant that `copy grants` does not keep."""
WITHOUT_COMMENT = {"resource monitor"}
"""Kinds whose CREATE takes no comment."""
NAMED = re.compile(r"(?<![\w.$/@-])(?:carefloe\.)?((?:raw|silver|gold|ops|governance)\.\w+)(\*?)")
TEMPORARY = re.compile(r"create (?:or replace )?temporary table (?:if not exists )?([\w.]+)", re.I)
REPLACED = re.compile(r"\bcreate or replace (?:transient )?(?:table|stream)\b", re.I)
HAS_DATA = re.compile(r"system\$stream_has_data\('([^']+)'\)", re.I)


def handlers_that_do_not_fit(files: Files) -> Iterator[str]:
    """Each imports and takes a session and the declared arguments; its stage is made by sql/."""
    stages = {f"{DATABASE}.{name}" for name in _qualified(files.of_kind("stage"))}
    for procedure in files.procedures:
        declared = ["session", *(name for name, _ in procedure.arguments)]
        try:
            taken = [*inspect.signature(handler_of(procedure)).parameters]
        except (ImportError, AttributeError) as error:
            yield f"{procedure.name}: {error}"
            continue
        if taken != declared:
            yield f"{procedure.name}: {procedure.handler} takes {taken}, declared is {declared}"
        if procedure.runtime != "3.11":
            yield f"{procedure.name}: runtime {procedure.runtime}"
        if procedure.stage not in stages:
            yield f"{procedure.name}: no stage {procedure.stage}"


def names_of_nothing(files: Files) -> Iterator[str]:
    """Every schema.object in sql/, in text and comments too, and in the handlers is defined."""
    known = _qualified({one.name for one in files.definitions}) | files.callable.keys()
    known |= {name.lower() for one in files.statements for name in TEMPORARY.findall(one.text)}
    for statement in files.statements:
        for name, any_ending in NAMED.findall(statement.text.lower()):
            if name not in known and not (any_ending and _starts_one(name, known)):
                yield f"{statement.file}: {name}"
    for procedure, names in files.read_by.items():
        yield from (f"{procedure}: {name}" for name in names if name not in known)


def calls_that_do_not_fit(files: Files) -> Iterator[str]:
    """Every CALL names a procedure, with as many arguments as it takes; every one is called."""
    called = set()
    for task in files.of_kind("task").values():
        for name, count in calls(task.body):
            called.add(name)
            if name not in files.callable:
                yield f"{task.name}: no procedure {name}"
            elif count != files.callable[name]:
                yield f"{task.name}: {name} takes {files.callable[name]} arguments, not {count}"
    for procedure in files.procedures:
        if procedure.name not in called:
            yield f"{procedure.name}: no task calls it"


def columns_of_nothing(files: Files) -> Iterator[str]:
    """Every column that a view reads exists, and it names as many as it selects."""
    schema = _schema(files)
    for view in files.of_kind("view").values():
        if not view.body:
            yield f"{view.name}: no query"
            continue
        try:
            query = sqlglot.parse_one(view.body, read="snowflake")
            qualified = qualify(query, schema=schema, dialect="snowflake", quote_identifiers=False)
        except (OptimizeError, ParseError) as error:
            reason = str(error).splitlines()[0]
            # Neither tells its columns: a table function of Snowflake, and VALUES without names.
            if "information_schema." not in view.body and "'COLUMN" not in reason:
                yield f"{view.name}: {reason}"
            continue
        if isinstance(qualified, exp.Query) and len(qualified.selects) != len(view.columns):
            yield f"{view.name}: {len(view.columns)} names, {len(qualified.selects)} columns"


def statements_that_do_not_parse(files: Files) -> Iterator[str]:
    """Each is Snowflake's SQL, as is what a task or alert does and asks."""
    for statement in files.statements:
        if reason := unparsable(statement.text):
            yield f"{statement.file}: {statement.text[:60]!r}: {reason}"
    for one in files.definitions:
        for part in (one.body, one.condition if one.kind == "alert" else ""):
            script = part.startswith(("begin", "declare", "execute immediate"))
            if part and not script and (reason := unparsable(part)):
                yield f"{one.name}: {part[:60]!r}: {reason}"


def replaced_with_their_content(files: Files) -> Iterator[str]:
    """Nothing that holds rows, an offset or history is replaced; all can run again.

    What a procedure does is left out: no deployment calls it.
    """
    called = [one.statement for one in files.of_kind("procedure").values()]
    for statement in files.statements:
        if REPLACED.search(statement.text, 1) and statement not in called:
            yield f"{statement.file}: {statement.text[:60]!r} replaces"
    for one in files.definitions:
        if one.mode == "" or (one.mode == "replace" and one.kind not in REPLACEABLE):
            yield f"{one.name}: create {f'or {one.mode} ' if one.mode else ''}{one.kind}"
        if one.mode == "replace" and one.kind == "view" and "copy grants" not in one.header:
            yield f"{one.name}: loses its grants"


def without_comment(files: Files) -> Iterator[str]:
    """Every object has a comment, that of a table or view states its grain, and every column."""
    for one in files.definitions:
        if not one.comment and one.kind not in WITHOUT_COMMENT:
            yield one.name
        if one.kind in ("table", "view") and not one.comment.startswith("One row"):
            yield f"{one.name}: grain"
        if one.kind in ("table", "view") and not one.columns:
            yield f"{one.name}: names no columns"
        yield from (f"{one.name}.{column.name}" for column in one.columns if not column.comment)


def graphs_that_are_none(files: Files) -> Iterator[str]:
    """Every task hangs on one root; a graph has one finalizer, one schema and one owner."""
    tasks = files.of_kind("task")
    for task in tasks.values():
        over = above(task)
        yield from (f"{task.name}: after {name}, no task" for name in over if name not in tasks)
        if len(roots := roots_of(task, tasks)) != 1:
            yield f"{task.name}: {len(roots)} roots"
        elif over and task.option("schedule"):
            yield f"{task.name}: a schedule below a root"
        if any(tasks[name].option("finalize") for name in over if name in tasks):
            yield f"{task.name}: after a finalizer"
    owner = owners(files)
    for root, graph in graphs(files).items():
        finalizers = [task for task in graph if task.option("finalize")]
        if [one.option("finalize") for one in finalizers] != [root]:
            yield f"{root}: finalizers {[one.name for one in finalizers]}"
        if len({task.name.split(".")[0] for task in graph}) != 1:
            yield f"{root}: several schemas"
        if len({owner[task.name] for task in graph}) != 1:
            yield f"{root}: several owners"


def roots_that_miss_a_stream(files: Files) -> Iterator[str]:
    """A root's WHEN names the streams that the handlers of its graph read, no more and no less."""
    for root, graph in graphs(files).items():
        called = {name for task in graph for name, _ in calls(task.body)}
        needed = {
            name
            for procedure in called
            for name in files.read_by.get(procedure, ())
            if name.endswith("_stream")
        }
        asked = set(HAS_DATA.findall(files.of_kind("task")[root].condition))
        yield from (f"{root}: does not wait for {name}" for name in sorted(needed - asked))
        yield from (f"{root}: waits for {name} in vain" for name in sorted(asked - needed))


def streams_without_one_consumer(files: Files) -> Iterator[str]:
    """Each stream is append-only, on a table, and read by one procedure that one task calls."""
    tables = files.of_kind("table")
    reads = Counter(
        name
        for task in files.of_kind("task").values()
        for procedure, _ in calls(task.body)
        for name in files.read_by.get(procedure, ())
    )
    for stream in files.of_kind("stream").values():
        if reads[stream.name] != 1:
            yield f"{stream.name}: {reads[stream.name]} consumers"
        if stream.option("append_only") != "true":
            yield f"{stream.name}: not append-only"
        if stream.source not in tables:
            yield f"{stream.name}: no table {stream.source}"
    for name in reads:
        if name.endswith("_stream") and name not in files.of_kind("stream"):
            yield f"{name}: no such stream"


def roots_left_out_of_a_redeploy(files: Files) -> Iterator[str]:
    """Every root and alert is suspended before its graph changes, and resumed after it."""
    roots, alerts = set(graphs(files)), set(files.of_kind("alert"))
    texts = [statement.text for statement in files.statements]
    suspended = _first(texts, r"alter (?:task|alert) if exists (\S+) suspend")
    resumed = _first(texts, rf"select system\$task_dependents_enable\('{DATABASE}\.(\S+)'\)")
    resumed |= _first(texts, r"alter alert (\S+) resume")
    procedures_from = min(
        number for number, one in enumerate(files.statements) if one.file >= "sql/8"
    )
    changed = {one.name: files.statements.index(one.statement) for one in files.definitions}
    for name in sorted(roots | alerts):
        if suspended.get(name, procedures_from) >= procedures_from:
            yield f"{name}: not suspended before the procedures change"
        graph = graphs(files).get(name, [files.of_kind("alert").get(name)])
        last = max(changed[one.name] for one in graph if one)
        if resumed.get(name, -1) < last:
            yield f"{name}: not resumed after its last change"
    for name in sorted((suspended.keys() | resumed.keys()) - roots - alerts):
        yield f"{name}: no root, no alert"


CHECKS = (
    handlers_that_do_not_fit,
    names_of_nothing,
    calls_that_do_not_fit,
    columns_of_nothing,
    statements_that_do_not_parse,
    replaced_with_their_content,
    without_comment,
    graphs_that_are_none,
    roots_that_miss_a_stream,
    streams_without_one_consumer,
    roots_left_out_of_a_redeploy,
)


def _qualified(names: Iterable[str]) -> set[str]:
    return {name.removeprefix(f"{DATABASE}.") for name in names}


def _starts_one(start: str, names: Iterable[str]) -> bool:
    return any(name.startswith(start) for name in names)


def _first(texts: Sequence[str], pattern: str) -> dict[str, int]:
    """What the pattern's group finds -> the number of the first statement that it matches."""
    found: dict[str, int] = {}
    for number, text in enumerate(texts):
        if match := re.fullmatch(pattern, text, re.I):
            found.setdefault(match[1].lower(), number)
    return found


def _schema(files: Files) -> dict[str, dict[str, dict[str, str]]]:
    """Schema -> table, view or stream -> its columns, all upper case."""
    columns = {
        one.name: [column.name for column in one.columns]
        for one in files.definitions
        if one.kind in ("table", "view")
    }
    for stream in files.of_kind("stream").values():
        added = ["metadata$action", "metadata$isupdate", "metadata$row_id"]
        columns[stream.name] = [*columns.get(stream.source, ()), *added]
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for name, found in columns.items():
        place, _, table = name.upper().partition(".")
        schema.setdefault(place, {})[table] = {column.upper(): "varchar" for column in found}
    return schema
