"""Bytes to text: UTF-8, UTF-16, GB18030, Big5 and Western single bytes, told apart by what they spell.

Double-byte tables accept nearly every sequence of each other's bytes, so "it decodes" proves
nothing. What does: text decoded by the right table consists mostly of common characters.
"""

import codecs
import re
from collections import Counter
from dataclasses import dataclass

from embeddings.documents.common_characters import COMMON
from embeddings.errors import DocumentError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 LE"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 BE"),
)
_SAMPLE = 65_536
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_PHONETIC = re.compile("[\t\n\r -~\xa0-\u04ff\u3040-\u30ff]")  # ASCII, European letters, kana
_PLAUSIBLE = 0.3  # right readings of a sentence score .6 and more, wrong ones below .2
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PUNCTUATION = frozenset("，。、；：？！“”‘’「」『』（）《》〈〉【】〔〕—…·．～％　１２３４５６７８９０")
_WESTERN = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôöøùúûüýœŒ‘’“”–—…•€£¥§©®°±²³½¼¡¿«»·\xa0™")
_ADVICE = "save it as UTF-8 and add it again"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and the name of the encoding it was stored in."""

    text: str
    encoding: str


def decode(data: bytes, declared: str = "") -> Decoded:
    """The text of these bytes; `declared` is what the file itself names, such as an html charset.

    Raises DocumentError for binary data and broken or unknown encodings.
    """
    for bom, codec, label in _BOMS:
        if data.startswith(bom):
            return _checked(_strict(data, codec, label, len(bom)), label)
    broken_at = -1
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        broken_at = error.start
    else:
        if "\0" not in text:
            return _checked(text, "UTF-8")
    if declared and broken_at >= 0 and (found := _declared(data, declared)):
        return found
    codec, label = _guess(data)
    if codec:
        return _checked(_strict(data, codec, label), label)
    if _is_binary(data):
        raise DocumentError("is a binary file, not text: give it the suffix of its format or leave it out")
    raise DocumentError(f"has an unknown encoding (not UTF-8 from byte {broken_at} on): {_ADVICE}")


def _strict(data: bytes, codec: str, label: str, offset: int = 0) -> str:
    try:
        return data[offset:].decode(codec)
    except UnicodeDecodeError as error:
        position = error.start + offset
    if codec == "big5hkscs":  # Windows' own table knows a few characters more
        try:
            return data.decode("cp950")
        except UnicodeDecodeError as error:
            position = max(position, error.start)
    raise DocumentError(f"has broken {label} text at byte {position}: repair it there, or {_ADVICE}")


def _checked(text: str, label: str) -> Decoded:
    zero = text.find("\0")
    if zero >= 0:
        raise DocumentError(f"holds a NUL (character {zero}), so it is not a text file: {_ADVICE}")
    controls = len(_CONTROL.findall(text))
    if controls > 8 and controls > len(text) / 200:
        raise DocumentError("is a binary file, not text: give it the suffix of its format or leave it out")
    return Decoded(text, label)


def _declared(data: bytes, declared: str) -> Decoded | None:
    name = declared.strip().lower().replace("_", "-")
    codec = {"gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "big5": "big5hkscs"}.get(name, name)
    try:
        if codecs.lookup(codec).name in ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-7"):
            return None  # the bytes have already shown that they are not
        text = data.decode(codec)
    except (LookupError, UnicodeError, ValueError):
        return None
    label = {"gb18030": "GB18030", "big5hkscs": "Big5"}.get(codec, codec)
    return _checked(text, label)


def _guess(data: bytes) -> tuple[str, str]:
    """Codec and label of the most plausible encoding, or two empty strings."""
    first = _HIGH.search(data)
    start = first.start() if first else 0
    sample = data[start : start + _SAMPLE]
    if _western(sample, data[:start]):
        return "cp1252", "Windows-1252"
    scores = {
        ("utf-16-le", "UTF-16 LE"): _wide(_lenient(data[:_SAMPLE], "utf-16-le")),
        ("utf-16-be", "UTF-16 BE"): _wide(_lenient(data[:_SAMPLE], "utf-16-be")),
    }
    if b"\0" not in data:
        scores |= {
            ("gb18030", "GB18030"): _chinese(_lenient(sample, "gb18030")),
            ("big5hkscs", "Big5"): _chinese(_lenient(sample, "big5hkscs")),
            ("utf-8", "UTF-8"): _sequences(_lenient(sample, "utf-8")),
        }
    best = max(scores, key=lambda key: scores[key])
    return best if scores[best] >= _PLAUSIBLE else ("", "")


def _lenient(sample: bytes, codec: str) -> str:
    return codecs.getincrementaldecoder(codec)(errors="replace").decode(sample, final=False)


def _chinese(text: str) -> float:
    """Share of characters outside ASCII that running Chinese text is made of."""
    counts = Counter(text)
    foreign = sum(count for character, count in counts.items() if character > "\x7f")
    usual = sum(count for character, count in counts.items() if character in COMMON or character in _PUNCTUATION)
    return usual / foreign if foreign else 0.0


def _wide(text: str) -> float:
    """The same for UTF-16, where letters and kana count too: a wrong reading holds next to none."""
    counts = Counter(text)
    usual = sum(
        count
        for character, count in counts.items()
        if character in COMMON or character in _PUNCTUATION or _PHONETIC.match(character)
    )
    return usual / len(text) if text else 0.0


def _sequences(text: str) -> float:
    """Share of multi-byte sequences that are whole: bytes of another encoding seldom form any."""
    broken = text.count("\ufffd")
    whole = len(_THREE_BYTES.findall(text)) * 2 + len(_TWO_BYTES.findall(text))
    return whole / (whole + 2 * broken) if whole else 0.0


_THREE_BYTES = re.compile("[\u0800-\ufffc\U00010000-\U0010ffff]")
_TWO_BYTES = re.compile("[\x80-\u07ff]")


def _western(sample: bytes, before: bytes) -> bool:
    """Whether this is Latin text with the odd accented letter: high bytes stand alone there."""
    runs = _HIGH_RUN.findall(sample)
    alone = sum(len(run) == 1 for run in runs)
    text = (before[-200:] + sample).decode("cp1252", errors="replace")
    if not runs or alone < 0.8 * len(runs) or _CONTROL.search(text):
        return False
    foreign = sum(character > "\x7f" for character in text)
    usual = sum(character in _WESTERN for character in text)
    letters = sum(character.isascii() and character.isalpha() for character in text)
    return usual == foreign and letters > 2 * foreign


def _is_binary(data: bytes) -> bool:
    head = data[:_SAMPLE]
    return b"\0" in head or sum(byte < 32 and byte not in (9, 10, 12, 13, 27) for byte in head) > len(head) / 100
