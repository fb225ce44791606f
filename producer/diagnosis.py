"""ICD-10-CM diagnoses per department, with the sex and ages they befall."""

from __future__ import annotations

from dataclasses import dataclass

ANY_SEX = "FM"


@dataclass(frozen=True)
class Diagnosis:
    code: str
    """ICD-10 code and a short name, `I21.0-STEMI`."""
    weight: int
    youngest: int = 0
    oldest: int = 110
    sexes: str = ANY_SEX
    is_delivery: bool = False

    def befalls(self, gender: str, age: int) -> bool:
        """Whether a patient of this gender and age can have it."""
        return gender in self.sexes and self.youngest <= age <= self.oldest


DIAGNOSES: dict[str, tuple[Diagnosis, ...]] = {
    "Emergency": (
        Diagnosis("R07.9-ChestPain", 20, youngest=18),
        Diagnosis("R10.9-AbdominalPain", 18),
        Diagnosis("J18.9-Pneumonia", 14),
        Diagnosis("S06.0-Concussion", 9),
        Diagnosis("S52.5-RadiusFracture", 9),
        Diagnosis("N39.0-UrinaryTractInfection", 9),
        Diagnosis("A09-Gastroenteritis", 8),
        Diagnosis("T78.2-Anaphylaxis", 4),
        Diagnosis("I63.9-Stroke", 5, youngest=35),
        Diagnosis("F10.1-AlcoholIntoxication", 4, youngest=18),
    ),
    "Surgery": (
        Diagnosis("K35.8-Appendicitis", 20),
        Diagnosis("K80.2-Gallstones", 20),
        Diagnosis("K40.9-InguinalHernia", 14),
        Diagnosis("K56.6-BowelObstruction", 10),
        Diagnosis("N20.0-KidneyStone", 10),
        Diagnosis("S72.0-HipFracture", 14, youngest=55),
        Diagnosis("M17.1-KneeArthrosis", 14, youngest=45),
        Diagnosis("N40.1-ProstateHyperplasia", 8, youngest=50, sexes="M"),
        Diagnosis("D25.9-UterineFibroids", 8, youngest=30, oldest=55, sexes="F"),
    ),
    "ICU": (
        Diagnosis("A41.9-Sepsis", 28),
        Diagnosis("J96.0-RespiratoryFailure", 24),
        Diagnosis("J80-ARDS", 8),
        Diagnosis("R57.0-CardiogenicShock", 10, youngest=30),
        Diagnosis("S06.5-SubduralHemorrhage", 8),
        Diagnosis("I61.9-IntracerebralHemorrhage", 8, youngest=30),
        Diagnosis("K85.9-AcutePancreatitis", 7),
        Diagnosis("T07-MultipleTrauma", 7),
    ),
    "Cardiology": (
        Diagnosis("I50.9-HeartFailure", 28),
        Diagnosis("I21.4-NSTEMI", 16),
        Diagnosis("I21.0-STEMI", 12),
        Diagnosis("I48.9-AtrialFibrillation", 18),
        Diagnosis("I20.0-UnstableAngina", 14),
        Diagnosis("I44.2-CompleteHeartBlock", 6),
        Diagnosis("I35.0-AorticStenosis", 8, youngest=55),
    ),
    "Maternity": (
        Diagnosis("O80-NormalDelivery", 44, is_delivery=True),
        Diagnosis("O82-CesareanDelivery", 21, is_delivery=True),
        Diagnosis("O60.0-PretermLabor", 10),
        Diagnosis("O14.9-Preeclampsia", 8),
        Diagnosis("O24.4-GestationalDiabetes", 9),
        Diagnosis("O47.9-FalseLabor", 8),
    ),
    "Oncology": (
        Diagnosis("C34.9-LungCancer", 18, youngest=35),
        Diagnosis("C18.9-ColonCancer", 16, youngest=30),
        Diagnosis("C50.9-BreastCancer", 18, youngest=25, sexes="F"),
        Diagnosis("C61-ProstateCancer", 14, youngest=45, sexes="M"),
        Diagnosis("C25.9-PancreaticCancer", 8, youngest=35),
        Diagnosis("C85.9-Lymphoma", 12),
        Diagnosis("C92.0-AcuteMyeloidLeukemia", 7),
        Diagnosis("D70.1-Neutropenia", 10),
    ),
    "Pediatrics": (
        Diagnosis("J45.9-Asthma", 18, youngest=3),
        Diagnosis("J21.9-Bronchiolitis", 22, oldest=2),
        Diagnosis("J05.0-Croup", 10, oldest=5),
        Diagnosis("R56.0-FebrileSeizure", 8, oldest=5),
        Diagnosis("H66.9-OtitisMedia", 6, oldest=8),
        Diagnosis("A08.4-ViralGastroenteritis", 14),
        Diagnosis("J15.9-BacterialPneumonia", 12),
        Diagnosis("G40.9-Epilepsy", 7),
        Diagnosis("J35.0-ChronicTonsillitis", 8, youngest=3),
        Diagnosis("E10.1-DiabeticKetoacidosis", 6, youngest=2),
    ),
}
