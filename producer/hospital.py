"""The seven hospitals of the network and the clinics beside them."""

from __future__ import annotations

from dataclasses import dataclass

from producer.department import Department


@dataclass(frozen=True)
class City:
    name: str
    county: str
    zip_code: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Hospital:
    hospital_id: str
    name: str
    clinic_name: str
    """The outpatient clinic of the same town: where wellness and ambulatory encounters happen."""
    city: City
    size: float
    """Beds and arrivals relative to the average hospital; the seven add up to 7."""

    def beds_of(self, department: Department) -> int:
        """Bed capacity, at least one bed."""
        return max(1, round(department.beds * self.size))


STATE, STATE_NAME = "MA", "Massachusetts"

HOSPITALS = (
    Hospital(
        "H1",
        "Harborview Medical Center",
        "Harborview Family Clinic",
        City("Boston", "Suffolk County", "02118", 42.3383, -71.0699),
        1.5,
    ),
    Hospital(
        "H2",
        "Worcester General Hospital",
        "Lakeside Primary Care",
        City("Worcester", "Worcester County", "01605", 42.2894, -71.7890),
        1.3,
    ),
    Hospital(
        "H3",
        "Pioneer Valley Hospital",
        "Forest Park Health Center",
        City("Springfield", "Hampden County", "01107", 42.1207, -72.6040),
        1.1,
    ),
    Hospital(
        "H4",
        "Cambridge Riverside Hospital",
        "Inman Square Clinic",
        City("Cambridge", "Middlesex County", "02139", 42.3647, -71.1042),
        1.0,
    ),
    Hospital(
        "H5",
        "Merrimack Community Hospital",
        "Pawtucket Falls Clinic",
        City("Lowell", "Middlesex County", "01854", 42.6506, -71.3265),
        0.8,
    ),
    Hospital(
        "H6",
        "South Shore Mercy Hospital",
        "Quincy Bay Primary Care",
        City("Quincy", "Norfolk County", "02169", 42.2491, -70.9978),
        0.7,
    ),
    Hospital(
        "H7",
        "Cape Light Hospital",
        "Cape Light Walk-In",
        City("Barnstable", "Barnstable County", "02601", 41.6525, -70.2881),
        0.6,
    ),
)
