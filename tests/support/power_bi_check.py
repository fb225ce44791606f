"""What must hold of the files and the report of powerbi/, each as a function that names faults."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from referencing import Registry, Resource
from support.power_bi import MODEL, REPORT, Project, fields

SCHEMAS = Path(__file__).parents[1] / "powerbi" / "schema"
SCHEMA_URL = "https://developer.microsoft.com/json-schemas/fabric/"


def json_against_its_schema(project: Project) -> Iterator[str]:
    """Every JSON file names a published schema and follows it; the theme has none of its own."""
    registry = Registry().with_resources(
        (SCHEMA_URL + path.relative_to(SCHEMAS).as_posix(), Resource.from_contents(_json(path)))
        for path in SCHEMAS.rglob("*.json")
    )
    for path, content in project.json_files.items():
        if "/RegisteredResources/" in path:
            continue
        name = content.get("$schema", "")
        if name not in registry:
            yield f"{path}: no schema {name!r} here"
            continue
        validator = Draft7Validator(registry.contents(name), registry=registry)
        for error in validator.iter_errors(content):
            yield f"{path}: {'/'.join(map(str, error.absolute_path))}: {error.message[:150]}"


def files_that_do_not_fit(project: Project) -> Iterator[str]:
    """Pages, visuals, tables and roles stand where they are named; lineage tags are unique."""
    (model,) = project.nodes("model")
    listed = re.findall(r"^ref (table|role) (.+)$", project.texts[f"{MODEL}model.tmdl"], re.M)
    there = [(one.kind, one.name) for one in (*project.nodes("table"), *project.nodes("role"))]
    if sorted(there) != sorted((kind, name.strip("'")) for kind, name in listed):
        yield "model.tmdl: its refs are not the tables and roles of the files"
    for path in project.tmdl_files:
        named = [one.name for one in project.tmdl_files[path] if one.kind in ("table", "role")]
        if named and [Path(path).stem] != named:
            yield f"{path}: holds {named}"
    if not model.has("discourageImplicitMeasures"):
        yield "model.tmdl: implicit sums are allowed"
    everything = [*project.tables.values(), *project.columns.values(), *project.measures.values()]
    tags = Counter(one.get("lineageTag") for one in (*everything, *project.nodes("expression")))
    yield from (f"lineage tag {tag!r}: {count} times" for tag, count in tags.items() if count > 1)
    pages = {path.split("/")[3] for path in project.visuals}
    if pages != set(project.json_files[f"{REPORT}pages/pages.json"]["pageOrder"]):
        yield "pages.json: its pages are not the folders"
    for path, content in project.json_files.items():
        if path.endswith(("/page.json", "/visual.json")) and content["name"] != _folder(path):
            yield f"{path}: is named {content['name']}"


def fields_of_nothing(project: Project) -> Iterator[str]:
    """Every column and measure that the report names is one of the model, and of that kind."""
    for path, content in project.json_files.items():
        if not path.startswith(REPORT):
            continue
        for kind, table, name in fields(content):
            known = project.columns if kind == "Column" else project.measures
            if (table, name) not in known:
                yield f"{path}: no {kind.lower()} {table}[{name}]"
            elif kind == "Column" and known[table, name].has("isHidden"):
                yield f"{path}: {table}[{name}] is hidden"
        for one in _projections(content):
            ((_, table, name),) = fields(one["field"])
            if one["queryRef"] != f"{table}.{name}":
                yield f"{path}: queryRef {one['queryRef']}"


def visuals_that_cannot_be_read(project: Project) -> Iterator[str]:
    """Each has a title (or cards their labels, text its words) and a text for screen readers, lies
    on the page and over no other."""
    places: dict[str, list[tuple[str, float, float, float, float]]] = {}
    for path, content in project.visuals.items():
        visual, place = content["visual"], content["position"]
        shown = visual["visualContainerObjects"]
        named = visual["visualType"] in ("textbox", "cardVisual")
        if not named and "text" not in shown["title"][0]["properties"]:
            yield f"{path}: no title"
        if "altText" not in shown.get("general", [{"properties": {}}])[0]["properties"]:
            yield f"{path}: no alternative text"
        left, top = place["x"], place["y"]
        right, bottom = left + place["width"], top + place["height"]
        if left < 0 or top < 0 or right > 1280 or bottom > 720:
            yield f"{path}: outside of the page"
        places.setdefault(path.split("/")[3], []).append((path, left, top, right, bottom))
    for page in places.values():
        for one, other in combinations(page, 2):
            if one[1] < other[3] and other[1] < one[3] and one[2] < other[4] and other[2] < one[4]:
                yield f"{one[0]}: lies over {_folder(other[0])}"


REPORT_CHECKS = (
    json_against_its_schema,
    files_that_do_not_fit,
    fields_of_nothing,
    visuals_that_cannot_be_read,
)


def _json(path: Path) -> Any:
    return json.loads(path.read_text())


def _folder(path: str) -> str:
    return path.split("/")[-2]


def _projections(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What the roles of a visual show."""
    state = content.get("visual", {}).get("query", {}).get("queryState", {})
    for role in state.values():
        yield from role["projections"]
