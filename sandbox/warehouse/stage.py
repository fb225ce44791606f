"""Internal stages: folders beside the database, filled by PUT, read by COPY and procedures.

The client copies files itself, as on Snowflake: PUT and GET answer with the folder's place.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import replace
from email.utils import formatdate
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sandbox.warehouse.errors import already_exists, does_not_exist, syntax_error, unsupported
from sandbox.warehouse.file_format import of_statement
from sandbox.warehouse.names import ObjectName, split_name
from sandbox.warehouse.registry import statement
from sandbox.warehouse.result import OTHER, SHOW, Column, Result, status, table
from sandbox.warehouse.statement import Reader, Statement

if TYPE_CHECKING:
    from sandbox.warehouse.session import Session

KIND = "stage"
_LIVE = re.compile(
    r"snow://streamlit/(?P<name>[^/]+)/versions/live(?P<path>/.*)?\Z", re.IGNORECASE | re.DOTALL
)
_OPTIONS = frozenset({"COMMENT", "FILE_FORMAT", "ENCRYPTION", "DIRECTORY"})
_USER, _TABLE = "~", "%"
"""How the stage of a user and those of tables are named."""
_LIVE_FOLDER = "streamlit "
_PUT = re.compile(
    r"""\s*(?P<verb>put|get)\s+(?P<first>'(?:[^']|'')*'|\S+)\s+(?P<second>'(?:[^']|'')*'|\S+)
        (?P<options>.*)\Z""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


@statement("create stage")
def create_stage(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    options = reader.options()
    reader.end()
    for option in options:
        if option not in _OPTIONS:
            raise unsupported(f"stage option {option}.")
    if isinstance(options.get("FILE_FORMAT"), tuple):
        of_statement(session, options["FILE_FORMAT"])
    definition = {
        "comment": options.get("COMMENT", ""),
        "file_format": options.get("FILE_FORMAT"),
        "created_on": session.now(),
    }
    if statement.is_temporary:
        session.commit()
        if name in session.temporary_stages and "IF NOT EXISTS" in modifiers:
            return status(f"{name.name} already exists, statement succeeded.")
        if name in session.temporary_stages and "OR REPLACE" not in modifiers:
            raise already_exists(name)
        session.temporary_stages[name] = definition
        empty(session, name)
        return status(f"Stage area {name.name} successfully created.")
    with session.ddl():
        if session.catalog.get(session, KIND, name) is not None:
            if modifiers & {"IF NOT EXISTS", "OR ALTER"}:
                return status(f"{name.name} already exists, statement succeeded.")
            if "OR REPLACE" not in modifiers:
                raise already_exists(name)
        empty(session, name)
        session.catalog.put(session, KIND, name, definition)
    return status(f"Stage area {name.name} successfully created.")


@statement("drop stage")
def drop_stage(session: Session, statement: Statement) -> Result:
    modifiers, reader = statement.after_head()
    name = session.resolve(reader.name())
    if name in session.temporary_stages:
        session.commit()
        empty(session, name)
        del session.temporary_stages[name]
        return status(f"{name.name} successfully dropped.")
    with session.ddl():
        if not session.catalog.drop(session, KIND, name):
            if "IF EXISTS" in modifiers:
                return status("Drop statement executed successfully.")
            raise does_not_exist("Stage", name)
        empty(session, name)
    return status(f"{name.name} successfully dropped.")


@statement("put", "get")
def put_or_get(session: Session, statement: Statement) -> Result:
    """https://docs.snowflake.com/en/sql-reference/sql/put"""
    match = _PUT.match(statement.text.rstrip().rstrip(";"))
    if match is None:
        raise syntax_error("in PUT or GET.")
    is_put = match["verb"].lower() == "put"
    file, location = match["first"], match["second"]
    if not is_put:
        file, location = location, file
    if location == "?" and isinstance(statement.params, tuple):
        location = str(statement.params[0])
    options = {k.upper(): v for k, v in re.findall(r"(\w+)\s*=\s*(\w+)", match["options"])}
    place = path(session, _unquoted(location))
    folder = place.parent if place.is_file() and not is_put else place
    folder.mkdir(parents=True, exist_ok=True)
    common: dict[str, Any] = {
        "stageInfo": {"locationType": "LOCAL_FS", "location": str(folder), "creds": {}},
        "parallel": 4,
    }
    local = re.sub(r"^file://", "", _unquoted(file))
    result = status("Statement executed successfully.", OTHER)
    if is_put:
        result.put = common | {
            "command": "UPLOAD",
            "src_locations": [local],
            "autoCompress": options.get("AUTO_COMPRESS", "TRUE").upper() == "TRUE",
            "sourceCompression": options.get("SOURCE_COMPRESSION", "auto_detect").lower(),
            "overwrite": options.get("OVERWRITE", "FALSE").upper() == "TRUE",
        }
    else:
        result.put = common | {
            "command": "DOWNLOAD",
            "localLocation": local,
            "src_locations": [
                str(file.relative_to(folder))
                for file in ([place] if place.is_file() else _files(folder))
            ],
            "encryptionMaterial": [],
        }
    return result


@statement("list", "ls")
def list_files(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    location, pattern = _location_and_pattern(reader)
    name, _ = split_location(session, location)
    root = _root(session, name)
    rows = []
    for file in _matching(session, location, pattern):
        digest = hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
        stat = file.stat()
        shown = _shown(name, file.relative_to(root))
        rows.append((shown, stat.st_size, digest, formatdate(stat.st_mtime, usegmt=True)))
    columns: list[Column | str] = [
        "name",
        Column("size", "fixed", 38, 0),
        "md5",
        "last_modified",
    ]
    return table(columns, rows)


@statement("remove", "rm")
def remove_files(session: Session, statement: Statement) -> Result:
    _, reader = statement.after_head()
    location, pattern = _location_and_pattern(reader)
    name, _ = split_location(session, location)
    root = _root(session, name)
    rows = []
    for file in _matching(session, location, pattern):
        file.unlink()
        rows.append((_shown(name, file.relative_to(root)), "removed"))
    return table(["name", "result"], rows, SHOW)


def path(session: Session, location: str) -> Path:
    """The folder or file on disk behind `@db.schema.stage/path`; the stage must exist."""
    name, tail = split_location(session, location)
    root = _root(session, name)
    place = (root / tail).resolve()
    if not place.is_relative_to(root.resolve()):
        raise syntax_error(f"{location!r} leads out of the stage.")
    return place


def files_of(session: Session, location: str, pattern: str | None = None) -> list[Path]:
    """The files a location names: those in its folder, or with its text as prefix."""
    return _matching(session, location, pattern)


def format_of(session: Session, location: str) -> object:
    """The FILE_FORMAT a stage was created with; None without one."""
    name, _ = split_location(session, location)
    known = session.temporary_stages.get(name) or session.catalog.get(session, KIND, name)
    return (known or {}).get("file_format")


def shown_path(session: Session, location: str, file: Path) -> str:
    """The path of a file from the root of its stage."""
    name, _ = split_location(session, location)
    return str(file.relative_to(_root(session, name)))


def split_location(session: Session, location: str) -> tuple[ObjectName, str]:
    """The stage of `@db.schema.stage/path` and the path, which keeps its case.

    An app's live files, `snow://streamlit/db.schema.app/versions/live/path`, are one as well.
    """
    if match := _LIVE.match(location):
        app = session.resolve(split_name(match["name"]))
        if session.catalog.get(session, "streamlit", app) is None:
            raise does_not_exist("Streamlit", app)
        return live_files(app), (match["path"] or "").lstrip("/")
    if not location.startswith("@"):
        raise syntax_error(f"{location!r} does not start with @.")
    text = location[1:]
    quoted = re.match(r'(?:"[^"]*"|[^"/])*', text)
    head = quoted[0] if quoted else text
    tail = text[len(head) :].lstrip("/")
    if head == _USER:
        return ObjectName(_USER, "user", session.user), tail
    name = session.resolve(split_name(head))
    if name.name.startswith(_TABLE):
        table = replace(name, name=name.name[1:])
        if not session.table_columns(session.place(table)):
            raise does_not_exist("Table", table)
        return name, tail
    is_known = name in session.temporary_stages or session.catalog.get(session, KIND, name)
    if not is_known:
        raise does_not_exist("Stage", name)
    return name, tail


def live_files(app: ObjectName) -> ObjectName:
    """The name of the folder that holds an app's files; no stage can have it."""
    return replace(app, name=f"{_LIVE_FOLDER}{app.name}")


def empty(session: Session, name: ObjectName) -> None:
    """Remove the stage's files."""
    shutil.rmtree(_root(session, name), ignore_errors=True)


def _shown(name: ObjectName, file: Path) -> str:
    if name.database == _USER or name.name.startswith(_TABLE):
        return str(file)
    is_live = name.name.startswith(_LIVE_FOLDER)
    return f"/versions/live/{file}" if is_live else f"{name.name.lower()}/{file}"


def _location_and_pattern(reader: Reader) -> tuple[str, str | None]:
    text = reader.rest().strip()
    match = re.match(r"('(?:[^']|'')*'|\S+)\s*(?:pattern\s*=\s*'((?:[^']|'')*)')?\Z", text, re.I)
    if match is None:
        raise syntax_error(f"in the location {text!r}.")
    return _unquoted(match[1]), match[2]


def _matching(session: Session, location: str, pattern: str | None) -> list[Path]:
    place = path(session, location)
    if place.is_dir():
        found = _files(place)
    else:
        found = [f for f in _files(place.parent) if fnmatch(f.name, place.name + "*")]
    if pattern is None:
        return found
    root = _root(session, split_location(session, location)[0])
    base = place if place.is_dir() else place.parent
    names = {f: (str(f.relative_to(root)), str(f.relative_to(base))) for f in found}
    return [f for f in found if any(re.fullmatch(pattern, name) for name in names[f])]


def _files(folder: Path) -> list[Path]:
    return sorted(f for f in folder.rglob("*") if f.is_file()) if folder.is_dir() else []


def forget_temporary(session: Session) -> None:
    """The end of a session is the end of its temporary stages and their files."""
    for name in list(session.temporary_stages):
        empty(session, name)
    session.temporary_stages.clear()


def _root(session: Session, name: ObjectName) -> Path:
    last = f"{name.name} {session.id}" if name in session.temporary_stages else name.name
    return session.account.stages / name.database / name.schema / last


def _unquoted(text: str) -> str:
    if text.startswith("'"):
        return text[1:-1].replace("''", "'").replace("\\'", "'")
    return text
