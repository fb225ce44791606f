"""How files write dates and times, beside ISO-8601 date-times: US order, the month before the day.

A text of none of these forms is no date. `01/05/2026` is the fifth of January, always: the order is
never guessed from the values, or one file would be read in two ways.
"""

DATE_FORMATS = (
    # What is written, whole; the ISO-8601 date-time it stands for.
    (r"(\d{4}-\d{2}-\d{2})", r"\1T00:00"),  # YYYY-MM-DD
    (r"(\d{2})/(\d{2})/(\d{4})", r"\3-\1-\2T00:00"),  # MM/DD/YYYY
    (r"(\d{4})/(\d{2})/(\d{2})", r"\1-\2-\3T00:00"),  # YYYY/MM/DD
    (r"(\d{4})(\d{2})(\d{2})", r"\1-\2-\3T00:00"),  # YYYYMMDD
    # Each with a time of day: hh:mm or hh:mm:ss
    (r"(\d{2})/(\d{2})/(\d{4}) (\d{2}:\d{2}(:\d{2})?)", r"\3-\1-\2T\4"),  # MM/DD/YYYY
    (r"(\d{4})/(\d{2})/(\d{2}) (\d{2}:\d{2}(:\d{2})?)", r"\1-\2-\3T\4"),  # YYYY/MM/DD
)
