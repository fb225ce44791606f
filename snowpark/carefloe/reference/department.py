"""The departments of a hospital, and the typing errors that are read as one of them."""

DEPARTMENTS = (
    "Emergency",
    "Surgery",
    "ICU",
    "Cardiology",
    "Maternity",
    "Oncology",
    "Pediatrics",
)


def typing_errors(department: str) -> tuple[str, ...]:
    """The spellings read as this department, lower case, sorted.

    Itself in any case, and one letter missing, doubled or swapped with its neighbour. Names under
    four letters stand only for themselves: one letter less or more of `ICU` could be anything,
    except doubled letters, which only a typing error makes.
    """
    name = department.lower()
    doubled = {name[:i] + name[i] + name[i:] for i in range(len(name))}
    if len(name) < 4:
        return tuple(sorted({name} | doubled))
    missing = {name[:i] + name[i + 1 :] for i in range(len(name))}
    swapped = {name[:i] + name[i + 1] + name[i] + name[i + 2 :] for i in range(len(name) - 1)}
    return tuple(sorted({name} | doubled | missing | swapped))
