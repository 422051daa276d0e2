"""Texts that belong together, as token ids: what the encoder learns from.

Four kinds of pairs: a question and the window of text that answers it (with a window that a lexical search takes
for it, as a hard negative), a text and its translation, and a sentence and its neighbours.
"""

import pickle
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from embeddings.lexical import Entry, LexicalStore
from embeddings.normalize import fold
from embeddings.passages import sentences
from embeddings.training.corpora import READING_SETS, held_out, reading, rows

Ids = NDArray[np.int32]
TRANSLATIONS = {  # how often each is drawn
    "laws_tw_zh_en": 0.46,
    "tatoeba_cmn_en": 0.22,
    "ntrex_en_zhhans": 0.1,
    "ntrex_en_zhhant": 0.05,
    "tico19_en_zh": 0.11,
    "privacyguides_zh_en": 0.06,
}
MEDICAL = ("cmedir_title", "cmedqa_devtest_pos")
KINDS = ("zh", "en", "translation", "neighbours")
WINDOW = {"zh": 180, "en": 600}  # characters
HARD = 6  # windows of other passages, by BM25, that a question may get as negative


@dataclass
class Text:
    """A tokenized text: ids of each sentence, and where it starts in characters."""

    starts: list[int]
    ids: list[Ids]

    def window(self, place: int, characters: float, rng: np.random.Generator) -> Ids:
        """Sentences around a place, about so many characters."""
        last = len(self.ids) - 1
        low = high = min(max(int(np.searchsorted(self.starts, place, side="right")) - 1, 0), last)
        while self.starts[high + 1] - self.starts[low] < characters and (low > 0 or high < last):
            if low > 0 and (high == last or rng.random() < 0.5):
                low -= 1
            else:
                high += 1
        return np.concatenate(self.ids[low : high + 1])


@dataclass
class Corpus:
    """Everything that pairs are drawn from."""

    texts: dict[str, Text] = field(default_factory=dict)  # passages of the reading sets
    questions: dict[str, list[tuple[Ids, str, int, list[str]]]] = field(default_factory=dict)
    translations: dict[str, tuple[list[Ids], list[Ids]]] = field(default_factory=dict)
    medical: tuple[list[Ids], list[Ids]] = field(default_factory=lambda: ([], []))
    documents: list[list[Ids]] = field(default_factory=list)  # sentences of news, laws and passages

    @classmethod
    def load(cls, data: Path, tokenizer: Tokenizer, cache: Path) -> "Corpus":
        """Read and tokenize the training data, once; about three minutes."""
        if cache.exists():
            cached: Corpus = pickle.loads(cache.read_bytes())
            return cached
        corpus = cls()
        encode = _Encode(tokenizer)
        for name in READING_SETS:
            corpus._add_reading(data, name, encode)
        for name in TRANSLATIONS:
            pairs = [(fold(r["query"]), fold(r["positive"])) for r in rows(data, f"{name}.pairs")]
            if name.startswith(("ntrex", "tico")):
                pairs = pairs[len(pairs) // 6 :]  # the first sixth measures retrieval across languages
            corpus.translations[name] = (encode([a for a, _ in pairs]), encode([b for _, b in pairs]))
        medical = [
            (fold(r["query"]), fold(r["positive"])) for name in MEDICAL for r in rows(data, f"{name}.pairs")
        ]
        corpus.medical = (encode([a for a, _ in medical]), encode([b for _, b in medical]))
        for texts in _chunks(_running_text(data), 1000):
            views = [fold(text) for text in texts]
            cut = [[view[a:b] for a, b in sentences(view)[:80]] for view in views]
            ids = iter(encode([sentence for document in cut for sentence in document]))
            documents = [[next(ids) for _ in document] for document in cut]
            corpus.documents += [document for document in documents if len(document) > 2]
        cache.write_bytes(pickle.dumps(corpus))
        return corpus

    def _add_reading(self, data: Path, name: str, encode: "_Encode") -> None:
        passages, questions = reading(data, name)
        language = "en" if "_en" in name else "zh"
        views = {pid: fold(text) for pid, text in passages.items() if not held_out(pid)}
        for pid, view in views.items():
            spans = sentences(view)
            ids = encode([view[a:b] for a, b in spans])
            self.texts[pid] = Text([a for a, _ in spans] + [len(view)], ids)
            self.documents.append(ids)
        lexical = LexicalStore(None)
        pids = list(views)
        lexical.apply(1, [Entry(n, n, views[pid], "") for n, pid in enumerate(pids)])
        lexical.reload()
        for row in questions:
            if row["pid"] not in views:
                continue
            view, question = views[row["pid"]], fold(row["question"])
            answer = fold(row["answers"][0])
            places = [m.start() for m in re.finditer(re.escape(answer), view)] if answer else []
            wanted = max(row["answer_start"][0], 0)
            place = min(places, key=lambda p: abs(p - wanted)) if places else min(wanted, len(view) - 1)
            hard = [pids[n] for n, _ in lexical.search(question, HARD + 1, None) if pids[n] != row["pid"]][
                :HARD
            ]
            self.questions.setdefault(language, []).append((encode([question])[0], row["pid"], place, hard))


class _Encode:
    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer

    def __call__(self, texts: Sequence[str]) -> list[Ids]:
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [np.array(e.ids, dtype=np.int32) for e in encodings]


def _chunks(texts: Iterator[str], size: int) -> Iterator[list[str]]:
    while chunk := list(islice(texts, size)):
        yield chunk


def _running_text(data: Path) -> Iterator[str]:
    for name in ("crud_news.docs", "laws_cn.docs"):
        for row in rows(data, name):
            yield f"{row['title']}\n{row['text']}"[:6000]
    laws = list(rows(data, "laws_tw_zh_en.pairs"))
    for start in range(0, len(laws), 12):
        for key in ("query", "positive"):
            yield "\n".join(row[key] for row in laws[start : start + 12])


@dataclass
class Batch:
    """Queries and what belongs to them; `negatives` are further texts that belong to nothing here."""

    queries: list[Ids] = field(default_factory=list)
    positives: list[Ids] = field(default_factory=list)
    groups: list[Any] = field(default_factory=list)  # rows of one group are no negatives of each other
    negatives: list[Ids] = field(default_factory=list)

    def add(self, query: Ids, positive: Ids, group: Any) -> None:
        """One pair, unless a side is empty."""
        if len(query) and len(positive):
            self.queries.append(query[:150])
            self.positives.append(positive[:260])
            self.groups.append(group)


def draw(corpus: Corpus, sizes: Sequence[int], thinned: float, rng: np.random.Generator) -> Batch:
    """A mixed batch of about so many pairs of each of KINDS; questions lose up to a share `thinned` of their tokens."""
    batch = Batch()
    for kind, size in zip(KINDS, sizes, strict=True):
        for _ in range(size):
            if kind in ("zh", "en"):
                _question(corpus, kind, thinned, batch, rng)
            elif kind == "translation":
                _translation(corpus, batch, rng)
            elif rng.random() < 0.05:
                i = int(rng.integers(len(corpus.medical[0])))
                batch.add(corpus.medical[0][i], corpus.medical[1][i], ("medical", i))
            else:
                _neighbours(corpus, batch, rng)
    return batch


def _question(corpus: Corpus, language: str, thinned: float, batch: Batch, rng: np.random.Generator) -> None:
    questions = corpus.questions[language]
    ids, pid, place, hard = questions[int(rng.integers(len(questions)))]
    length = WINDOW[language] * rng.uniform(0.6, 1.4)
    batch.add(_thinned(ids, rng, thinned), corpus.texts[pid].window(place, length, rng), pid)
    if hard:
        other = corpus.texts[hard[int(rng.integers(len(hard)))]]
        negative = other.window(int(rng.integers(other.starts[-1] + 1)), length, rng)
        if len(negative):
            batch.negatives.append(negative[:260])


def _translation(corpus: Corpus, batch: Batch, rng: np.random.Generator) -> None:
    name = list(TRANSLATIONS)[int(rng.choice(len(TRANSLATIONS), p=list(TRANSLATIONS.values())))]
    left, right = corpus.translations[name]
    i = int(rng.integers(len(left)))
    a, b = left[i], right[i]
    if name.startswith("laws") and rng.random() < 0.4:  # an article within the law's text around it
        b = np.concatenate(right[max(0, i - int(rng.integers(2))) : i + 1 + int(rng.integers(2))])
    if rng.random() < 0.5:
        a, b = b, a
    batch.add(_thinned(a, rng, 0.3), b, (name, i))


def _neighbours(corpus: Corpus, batch: Batch, rng: np.random.Generator) -> None:
    n = int(rng.integers(len(corpus.documents)))
    document = corpus.documents[n]
    centre = int(rng.integers(len(document)))
    wanted = int(rng.integers(50, 130))
    low = high = centre
    total = len(document[centre])
    while total < wanted and (low > 0 or high < len(document) - 1):
        if low > 0 and (high == len(document) - 1 or rng.random() < 0.5):
            low -= 1
            total += len(document[low])
        else:
            high += 1
            total += len(document[high])
    query = document[centre]
    if len(query) > 24 and rng.random() < 0.5:
        length = int(rng.integers(8, 24))
        start = int(rng.integers(len(query) - length))
        query = query[start : start + length]
    # A question repeats words of its answer, so the sentence itself stays in now and then.
    around = [*document[low:centre], *document[centre + 1 : high + 1]]
    kept = document[low : high + 1] if rng.random() < 0.3 else around
    if kept:
        batch.add(_thinned(query, rng, 0.3), np.concatenate(kept), n)


def _thinned(ids: Ids, rng: np.random.Generator, most: float) -> Ids:
    """Without a random share of the tokens, up to `most`."""
    if len(ids) < 4:
        return ids
    kept = rng.random(len(ids)) > most * rng.random()
    return ids[kept] if kept.any() else ids
