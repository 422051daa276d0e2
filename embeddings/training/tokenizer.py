"""Train the Unigram tokenizer of the default encoder; part of `embeddings.training.encoder`."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

from tokenizers import Regex, Tokenizer
from tokenizers.models import Unigram
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Sequence, Split
from tokenizers.trainers import UnigramTrainer

from embeddings.normalize import fold
from embeddings.training.corpora import READING_SETS, held_out, reading, rows

VOCABULARY = 52_000
LONGEST_PIECE = 8
_WORDS = r"\p{Han}+|[\p{Latin}\p{M}]+|\p{N}+|[^\p{Han}\p{Latin}\p{M}\p{N}\p{P}\p{S}\p{Z}\s\p{C}]+"
_SAMPLES = {  # rows, and characters of each; about 13 million characters in all
    "crud_news.docs": (4500, 900),
    "laws_cn.docs": (700, 900),
    "laws_tw_zh_en.pairs": (3500, 10_000),
    "tatoeba_cmn_en.pairs": (12_000, 10_000),
    "ntrex_en_zhhans.pairs": (2000, 10_000),
    "tico19_en_zh.pairs": (3000, 10_000),
    "privacyguides_zh_en.pairs": (1200, 10_000),
}


def train_tokenizer(data: Path, path: Path) -> Tokenizer:
    """The tokenizer at `path`, trained and written first if it is not there; about five minutes."""
    if not path.exists():
        tokenizer = Tokenizer(Unigram())
        tokenizer.normalizer = Lowercase()
        # Marks and spaces carry no meaning in a bag of pieces: only runs of one script are kept.
        tokenizer.pre_tokenizer = Sequence([Split(Regex(_WORDS), behavior="removed", invert=True)])
        trainer = UnigramTrainer(
            vocab_size=VOCABULARY,
            special_tokens=["[UNK]"],
            unk_token="[UNK]",
            max_piece_length=LONGEST_PIECE,
            shrinking_factor=0.65,
            show_progress=False,
        )
        tokenizer.train_from_iterator(_texts(data), trainer)
        saved = json.loads(tokenizer.to_str())
        saved["model"]["vocab"] = [[piece, round(score, 4)] for piece, score in saved["model"]["vocab"]]
        path.write_text(json.dumps(saved, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    return Tokenizer.from_file(str(path))


def _texts(data: Path) -> Iterator[str]:
    for name, (count, length) in _SAMPLES.items():
        table = list(rows(data, name))
        for row in random.Random(0).sample(table, min(count, len(table))):
            for key in ("text", "query", "positive"):
                if key in row:
                    yield fold(row[key][:length])
    for name in READING_SETS:
        passages, questions = reading(data, name)
        yield from (fold(text) for pid, text in passages.items() if not held_out(pid))
        yield from (fold(row["question"]) for row in questions if not held_out(row["pid"]))
