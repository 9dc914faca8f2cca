"""What a reader of the site sees for a code of ours, and how moments, days and differences are written.

Dutch words for codes belong here; sentences belong in the templates, and what a rule says in the catalogue.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from warehouse.presentation import dutch_number

_DUTCH = {
    # what became of a file or submission
    "received": "ontvangen",
    "duplicate": "doublure",
    "accepted": "aanvaard",
    "accepted_with_findings": "aanvaard met bevindingen",
    "rejected": "afgewezen",
    "awaiting_acceptance": "wacht op aanvaarding",
    "superseded": "vervangen door een latere versie",
    "withdrawn": "ingetrokken",
    # rules
    "error": "fout",
    "warning": "waarschuwing",
    "info": "mededeling",
    "holds": "houdt stand",
    "fails": "houdt geen stand",
    "not_evaluable": "niet te beoordelen",
    "file": "het bestand",
    "sheet": "een blad",
    "return": "één opgave",
    "across_returns": "opgaven onderling",
    "across_periods": "opeenvolgende periodes",
    "national": "het landelijke beeld",
    # waivers
    "active": "werkt",
    "expired": "verlopen",
    "value_changed": "werkt niet meer: de waarde is veranderd",
    "not_needed": "werkt niet meer: niets meer te dekken",
    "ended": "verlopen en niet meer nodig",
    # figures
    "reported": "opgegeven",
    "approximate": "bij benadering",
    "estimated": "geschat",
    "missing": "onbekend",
    "not_supplied": "niet aangeleverd",
    "not_applicable": "niet van toepassing",
    "absent": "stond er niet",
    "sector": "sector",
    "group": "groep",
    "employer": "werkgever",
    "unit": "onderdeel",
    "job": "banen",
    "person": "personen",
    "fte": "fte",
    "hour_per_week": "uren per week",
    "hour_per_year": "uren per jaar",
    "percent": "procent",
    "count": "aantal",
    "none": "geen eenheid",
    "stated": "gepubliceerd",
    "derived": "afgeleid",
    "unverified": "niet bevestigd",
    # revisions
    "up": "omhoog",
    "down": "omlaag",
    "value_to_missing": "was bekend, nu onbekend",
    "zero_to_missing": "was nul, nu onbekend",
    "missing_to_value": "was onbekend, nu bekend",
    "missing_to_zero": "was onbekend, nu nul",
    "row": "plaats erbij of weg",
    "status": "anders opgegeven",
    "text": "andere tekst",
    "version": "nieuwe versie",
    "restatement": "ander cijfer over een eerdere periode",
    # series
    "sector_returns": "Opgaven van de sectoren",
    "official_monitor": "Landelijke monitor",
}


def dutch(code: str) -> str:
    """The Dutch word for a code; a code that has none is shown itself, so that nothing is hidden."""
    return _DUTCH.get(code, code)


def moment(at: datetime) -> str:
    """A moment as `31-12-2024 16:05 UTC`."""
    return f"{at:%d-%m-%Y %H:%M} UTC"


def day(on: date) -> str:
    """A day as `31-12-2024`."""
    return f"{on:%d-%m-%Y}"


def signed(difference: Decimal | None) -> str:
    """A difference with its sign, as `+1` or `−1.207,5`."""
    if difference is None:
        return "–"
    sign = "+" if difference > 0 else "−" if difference < 0 else ""
    return sign + dutch_number(abs(difference))


def whole(count: int) -> str:
    """A count as `1.207`."""
    return dutch_number(Decimal(count))
