"""Publication dates as pages write them, to ISO 8601 days."""

import re
from datetime import date

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_TIME = r"(?:[T\s]*\d{1,2}\s?[:：时時]\s?\d{2}(?:(?:[:：]|分)\d{0,2}(?:\.\d+)?秒?)?分?(?:Z|[+\-]\d{2}:?\d{2})?)?"
DATE = re.compile(
    r"(?:(?P<roc>(?:中華民國|中华民国|民國|民国)\s?\d{2,3}|\d{2,3}(?=[-/.]\d{1,2}[-/.]\d{1,2}\b))|(?P<year>(?:19|20)\d{2}))"
    r"\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})日?"
    + _TIME
    + r"|(?P<english>(?:[A-Z][a-z]{2,8}\.?\s\d{1,2},?|\d{1,2}\s[A-Z][a-z]{2,8}\.?,?)\s(?:19|20)\d{2})"
    + _TIME
)
"""A full date, with the time of day where one follows."""


def iso_date(text: str) -> str:
    """The first full date in a text as YYYY-MM-DD; "" where there is none that exists."""
    match = DATE.search(text)
    if not match:
        return ""
    if match["english"]:
        words = match["english"].replace(",", " ").replace(".", " ").split()
        day, month = (words[0], words[1]) if words[0].isdigit() else (words[1], words[0])
        name = month.lower()[:3]
        return _iso(int(words[2]), _MONTHS.index(name) + 1 if name in _MONTHS else 0, int(day))
    year = int(match["year"]) if match["year"] else int(re.sub(r"\D", "", match["roc"])) + 1911
    return _iso(year, int(match["month"]), int(match["day"]))


def _iso(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""
