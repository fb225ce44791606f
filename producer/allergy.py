"""Allergies, found at a patient's first encounter."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

_ALLERGIC_SHARE = 0.18
_MOST = 3


class Allergy(NamedTuple):
    code: str
    description: str
    category: str
    reactions: tuple[str, ...]
    """Code, description and severity of two reactions, one after the other; empty where none."""
    system: str = "SNOMED-CT"


_ITCHING = ("418290006", "Itching (finding)", "MILD")
_WHEAL = ("247472004", "Wheal (finding)", "MODERATE")
_COUGH = ("49727002", "Cough (finding)", "MODERATE")
_VOMITING = ("300359004", "Finding of vomiting (finding)", "MODERATE")
_ERUPTION = ("271807003", "Eruption of skin (disorder)", "MILD")
_DYSPNEA = ("267036007", "Dyspnea (finding)", "SEVERE")
_NONE = ("", "", "")

ALLERGIES = (
    Allergy("111088007", "Latex (substance)", "environment", _ITCHING + _ERUPTION),
    Allergy("84489001", "Mold (organism)", "environment", _COUGH + _NONE),
    Allergy("260147004", "House dust mite (organism)", "environment", _NONE + _NONE),
    Allergy("264287008", "Animal dander (substance)", "environment", _COUGH + _NONE),
    Allergy("256277009", "Grass pollen (substance)", "environment", _NONE + _NONE),
    Allergy("288328004", "Bee venom (substance)", "environment", _DYSPNEA + _WHEAL),
    Allergy("3718001", "Cow's milk (substance)", "food", _VOMITING + _NONE),
    Allergy("102263004", "Eggs (edible) (substance)", "food", _NONE + _NONE),
    Allergy("762952008", "Peanut (substance)", "food", _WHEAL + _DYSPNEA),
    Allergy("735029006", "Shellfish (substance)", "food", _ERUPTION + _NONE),
    Allergy("7984", "Penicillin V", "medication", _ERUPTION + _ITCHING, "RxNorm"),
    Allergy("1191", "Aspirin", "medication", _NONE + _NONE, "RxNorm"),
)
"""Codes and descriptions as Synthea writes them."""


def draw_allergies(rng: Random) -> list[Allergy]:
    """None for most patients, else up to three different ones."""
    if rng.random() >= _ALLERGIC_SHARE:
        return []
    return rng.sample(ALLERGIES, rng.randint(1, _MOST))
