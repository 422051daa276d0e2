"""Encodings are told by what they spell, sentence by sentence; broken ones say where."""

import codecs
from pathlib import Path

import pytest

from embeddings.documents.encoding import decode
from embeddings.errors import DocumentError

SENTENCES = Path(__file__).parent / "data" / "documents" / "sentences.txt"
SIMPLIFIED, TRADITIONAL, OTHER = (
    block.splitlines() for block in SENTENCES.read_text(encoding="utf-8").strip().split("\n\n")
)


@pytest.mark.parametrize(
    ("codec", "label"),
    [
        ("utf-8", "UTF-8"),
        ("gb18030", "GB18030"),
        ("gbk", "GB18030"),
        ("big5", "Big5"),
        ("utf-16-le", "UTF-16 LE"),
        ("utf-16-be", "UTF-16 BE"),
    ],
)
def test_every_sentence_in_every_encoding_that_can_write_it(codec: str, label: str) -> None:
    tried = 0
    for sentence in SIMPLIFIED + TRADITIONAL:
        try:
            data = sentence.encode(codec)
        except UnicodeEncodeError:
            continue
        tried += 1
        found = decode(data)
        assert (found.text, found.encoding) == (sentence, label)
    assert tried >= len(TRADITIONAL)


@pytest.mark.parametrize("codec", ["utf-8", "utf-16-le", "utf-16-be"])
def test_byte_order_marks_are_read_and_dropped(codec: str) -> None:
    bom = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}[codec]
    for sentence in SIMPLIFIED[:3] + OTHER:
        assert decode(bom + sentence.encode(codec)).text == sentence


def test_english_and_other_texts() -> None:
    for sentence in OTHER:
        assert decode(sentence.encode()).text == sentence
        assert decode(sentence.encode("utf-16-le")).text == sentence
    assert decode("Le café coûte 3 €, “très” bon marché".encode("cp1252")).encoding == "Windows-1252"


def test_a_late_first_chinese_character_is_found() -> None:
    text = "x = 1\n" * 50_000 + SIMPLIFIED[0]
    assert decode(text.encode("gb18030")).text == text


def test_declared_charset_counts_unless_the_bytes_are_utf8() -> None:
    word = "联通"  # two characters whose GB bytes happen to be valid UTF-8 are the classic trap
    assert decode("龘靐".encode("gb18030"), "gb2312").text == "龘靐"
    assert decode("ハイキング".encode("shift_jis"), "Shift_JIS").text == "ハイキング"
    assert decode(word.encode(), "gb2312").text == word
    for unusable in ("hex", "nonsense", "utf-16", "\x00"):
        assert decode(SIMPLIFIED[0].encode("gb18030"), unusable).encoding == "GB18030"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            "会议在广州举行,".encode() + b"\xff\xfe" + "由市委书记主持。".encode(),
            "broken UTF-8 text at byte 22",
        ),
        ("会议在广州举行".encode()[:-1], "broken UTF-8 text at byte 18"),
        (
            "今天的会议在广州举行。".encode("gb18030") + b"\xff" + "大家都来了。".encode("gb18030"),
            "broken GB18030 text at byte 22",
        ),
        (b"\xff\xfe" + "会议".encode("utf-16-le")[:-1], "broken UTF-16 LE text at byte 4"),
        (b"plain \xff\xff\x81 text", "unknown encoding \\(not UTF-8 from byte 6 on\\): save it as UTF-8"),
        ("a\0b".encode("utf-16"), "holds a NUL \\(character 1\\)"),
        (b"\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f" * 5, "is a binary file"),
    ],
)
def test_broken_encodings_say_where_and_what_to_do(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        decode(data)
