"""The departments, and which typing errors are read as one of them."""

DEPARTMENTS = ("Emergency", "Surgery", "ICU", "Cardiology", "Maternity", "Oncology", "Pediatrics")


def meant(written: str) -> str | None:
    """The department a text stands for, itself included; null when it stands for none."""
    for department in DEPARTMENTS:
        if _is_typo(written.lower(), department.lower()):
            return department
    return None


def _is_typo(written: str, name: str) -> bool:
    if written == name:
        return True
    if len(written) == len(name) + 1:
        return any(_with_doubled(name, place) == written for place in range(len(name)))
    if len(name) < 4:
        return False
    if len(written) == len(name) - 1:
        return any(name[:place] + name[place + 1 :] == written for place in range(len(name)))
    return any(_with_swapped(name, place) == written for place in range(len(name) - 1))


def _with_doubled(name: str, place: int) -> str:
    return name[: place + 1] + name[place:]


def _with_swapped(name: str, place: int) -> str:
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
