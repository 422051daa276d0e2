"""Write qa/pinyin.txt: the characters of GB 2312 by the syllables that they are read as, without tones.

    python -m qa.training.pinyin

The readings are those of pypinyin (MIT licence), whose sources are Unihan and the open dictionaries it names.
"""

import unicodedata
from pathlib import Path

from pypinyin.constants import PINYIN_DICT

from qa.romanized import TABLE

READINGS = 3  # of a character, the most common first; further ones are hardly met in names


def characters() -> list[str]:
    """Those of GB 2312, in its order."""
    found = []
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.append(bytes([row, cell]).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return found


def syllable(reading: str) -> str:
    """zhāng -> zhang; ü as v, as it is typed."""
    letters = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def table() -> dict[str, list[str]]:
    """Characters by syllable."""
    found: dict[str, list[str]] = {}
    for character in characters():
        readings = PINYIN_DICT.get(ord(character), "").split(",")[:READINGS]
        for key in dict.fromkeys(syllable(reading) for reading in readings if reading):
            found.setdefault(key, []).append(character)
    return found


def write(path: Path) -> None:
    """A line for each syllable."""
    lines = [f"{key} {''.join(value)}\n" for key, value in sorted(table().items())]
    path.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    write(TABLE)
