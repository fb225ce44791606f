"""The identity of what files give no id: a hash of patient, encounter, code and time.

Within a file of any Synthea version these four name one line. So the nights agree on what they tell
of, also where a later one corrects the rest of the line.
"""

from collections.abc import Mapping

from snowflake.snowpark import Column
from snowflake.snowpark.functions import coalesce, col

from carefloe.field import text
from carefloe.key import hash_of, instant
from carefloe.rule import missing

KEY_FIELDS = {
    "PATIENT_ID": text("PATIENT"),
    "ENCOUNTER_ID": text("ENCOUNTER"),
    "CODE": text("CODE"),
}
KEY_RULES = (missing("PATIENT_ID"), missing("CODE"))


def natural_key(identifier: str, at: str) -> Mapping[str, Column]:
    """The id. `at` is a column of `with_text`; where it is unreadable, its text stands for it."""
    moment = instant(col(at).cast("timestamp_ntz")).cast("string")
    return {identifier: hash_of(*map(col, KEY_FIELDS), coalesce(moment, col(f"{at}_TEXT")))}


def without_key(identifier: str) -> Mapping[str, Column]:
    """MISSING_<ID>: neither patient nor encounter nor code tells what the line is of."""
    absent = col("PATIENT_ID").is_null() & col("ENCOUNTER_ID").is_null() & col("CODE").is_null()
    return {f"MISSING_{identifier}": absent}
