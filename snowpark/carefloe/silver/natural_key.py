"""The identity of what files give no id: a hash of what tells its lines apart.

Patient, encounter and code do so within a file of any Synthea version, but for what is done again
and again in one encounter: that takes its time too. So the nights agree on what they tell of, also
where a later one corrects the rest of the line.
"""

from collections.abc import Mapping, Sequence

from snowflake.snowpark import Column
from snowflake.snowpark.functions import coalesce, col, iff

from carefloe.field import NO_TEXT, Field, text
from carefloe.key import hash_of, instant
from carefloe.rule import Rule, missing
from carefloe.silver.source import Source

KEY_FIELDS = {
    "PATIENT_ID": text("PATIENT"),
    "ENCOUNTER_ID": text("ENCOUNTER"),
    "CODE": text("CODE"),
}


def keyed_record(
    name: str, fields: Mapping[str, Field], rules: Sequence[Rule], *more: Column
) -> Source:
    """A feed whose <NAME>_ID is the hash of KEY_FIELDS and these columns more.

    A line with none of KEY_FIELDS is rejected, MISSING_<NAME>_ID: nothing tells what it is of.
    """
    identifier = f"{name.upper()}_ID"
    patient, encounter, code = (col(one).is_null() for one in KEY_FIELDS)
    return Source(
        name,
        "record",
        {**KEY_FIELDS, **fields},
        {f"MISSING_{identifier}": patient & encounter & code},
        [*rules, missing("PATIENT_ID"), missing("CODE")],
        derived=[{identifier: hash_of(*map(col, KEY_FIELDS), *more)}],
        judged=list(KEY_FIELDS),
    )


def moment(at: str) -> Column:
    """A time or day of `with_text` as one text, however it is written; unreadable, as it is."""
    return coalesce(instant(col(at).cast("timestamp_ntz")).cast("string"), col(f"{at}_TEXT"))


def moment_without_encounter(at: str) -> Column:
    """The moment where no encounter tells one line from another, else null."""
    return iff(col("ENCOUNTER_ID").is_null(), moment(at), NO_TEXT)
