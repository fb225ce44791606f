"""SQLAlchemy with Snowflake's dialect: engine, reflection, ORM and pandas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from snowflake.sqlalchemy import URL
from sqlalchemy import Engine, ForeignKey, create_engine, func, inspect, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

# The dialect itself warns; none of it is about the sandbox.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")


class Base(DeclarativeBase):
    pass


class Ward(Base):
    __tablename__ = "ward"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    beds: Mapped[list[Bed]] = relationship(back_populates="ward")


class Bed(Base):
    __tablename__ = "bed"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ward_id: Mapped[int] = mapped_column(ForeignKey("ward.id"))
    note: Mapped[str | None]
    ward: Mapped[Ward] = relationship(back_populates="beds")


@pytest.fixture
def engine(parameters: dict[str, Any], connection: Any) -> Iterator[Engine]:
    """An engine whose default schema is a fresh one."""
    named = {key: value for key, value in parameters.items() if key != "protocol"}
    made = create_engine(
        URL(**named | {"schema": connection.schema}),
        connect_args={"protocol": parameters["protocol"]},
    )
    yield made
    made.dispose()


def test_a_query_takes_parameters_and_gives_rows(engine: Engine) -> None:
    with engine.connect() as connection:
        found = connection.execute(text("select :a + 1 as x, :b as y"), {"a": 1, "b": "it's"})
        assert [tuple(row) for row in found] == [(2, "it's")]


def test_objects_are_made_inserted_selected_and_changed(engine: Engine) -> None:
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        ward = Ward(id=1, name="ICU")
        session.add_all([ward, Bed(id=10, ward=ward, note=None), Bed(id=11, ward=ward, note="w")])
        session.commit()
        found = session.execute(
            select(Ward.name, func.count(Bed.id)).join(Bed).group_by(Ward.name)
        ).all()
        assert [tuple(row) for row in found] == [("ICU", 2)]
        session.get(Bed, 10).note = "door"  # type: ignore[union-attr]
        session.delete(session.get(Bed, 11))
        session.commit()
    with Session(engine) as session:
        assert [(bed.id, bed.note, bed.ward.name) for bed in session.scalars(select(Bed))] == [
            (10, "door", "ICU")
        ]
        session.add(Ward(id=2, name="SUR"))
        session.rollback()
        assert session.scalars(select(func.count()).select_from(Ward)).one() == 1


def test_tables_views_and_columns_are_reflected(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("create table reading (id int not null, rate number(6,1), w text)"))
        connection.execute(text("create view high as select id from reading where rate > 100"))
    found = inspect(engine)
    schema = found.default_schema_name
    assert found.get_table_names(schema=schema) == ["reading"]
    assert found.get_view_names(schema=schema) == ["high"]
    columns = found.get_columns("reading", schema=schema)
    assert [(c["name"], str(c["type"]), c["nullable"]) for c in columns] == [
        ("id", "DECIMAL(38, 0)", False),
        ("rate", "DECIMAL(6, 1)", True),
        ("w", "VARCHAR(16777216)", True),
    ]


def test_frames_are_read_and_written(engine: Engine) -> None:
    frame = pd.DataFrame({"id": [1, 2, 3], "ward": ["ICU", None, "SUR"], "rate": [1.5, 2.5, None]})
    with engine.begin() as connection:
        frame.to_sql("reading", connection, index=False)
        frame[:1].to_sql("reading", connection, index=False, if_exists="append")
    with engine.connect() as connection:
        read = pd.read_sql("select id, ward, rate from reading order by id, ward", connection)
        whole = pd.read_sql_table("reading", connection)
    assert read["id"].tolist() == [1, 1, 2, 3]
    assert read["ward"].tolist() == ["ICU", "ICU", None, "SUR"]
    assert read["rate"].fillna(0).tolist() == [1.5, 1.5, 2.5, 0]
    assert len(whole) == 4
