"""Question -> ranked candidate passages: dense and lexical search, fused, and the first of them scored anew.

Searches score a passage term by term. How much of the question stands in it, and how much in one piece, tells more,
but has to be looked up in the text: so it is done for the best of what the searches found.
"""

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from embeddings.alignment import alignment
from embeddings.analysis import terms
from embeddings.encoders import StaticEncoder, default_encoder
from embeddings.index import Index
from embeddings.passages import sentences
from embeddings.types import Passage, search_text
from qa.blas import one_thread
from qa.gazetteer import other_names
from qa.matching import (
    MEANT,
    Word,
    flat,
    holds,
    in_chinese,
    longest_common,
    present,
    weights_of,
    words_for,
    words_of,
)
from qa.questions import GLANCE, Question, language_of, understand

Mode = Literal["hybrid", "dense", "lexical"]
Search = Callable[[str, int, Collection[str] | None], list[tuple[int, float]]]

Scores = dict[int, float]
"""Of passages, by id."""

MANY = 100_000
"""Passages from which the two searches run at once: of a million, they take 9 and 3 ms."""

DEPTH = 50
"""How many passages each search contributes."""

LEAD = 1200
"""Characters of a document's beginning that tell what it is about."""

DENSE_SHARE = 0.15
"""Weight of the dense score in the fused one; fitted on held-out training questions by `qa.training.fusion`."""


SCORED_ANEW, CLOSELY = 24, 12
"""How many of the fused passages are, and how many of them, the best by the rest, token by token."""

WEIGHTS = {
    "lexical": 3.1,  # score, scaled to the best
    "dense": 0.9,
    "share": 2.8,  # of the question's idf that stands in the passage, in terms of more than one character
    "short_share": 2.1,  # the same in terms of one
    "close_share": 2.1,  # as share, in the best WINDOW of the passage
    "piece": 1.7,  # longest piece of the question that stands in it, in tens of characters
    "numbers": 0.9,  # how many of the question's numbers stand in it
    "places": 0.3,
    "aligned": 3.6,  # how closely the passage takes up each token of the question
}
"""By which passages are scored anew; fitted as DENSE_SHARE is."""
FOREIGN = {"lexical": 2.0, "dense": 1.5, "share": 2.8, "close_share": 2.1, "numbers": 0.9, "places": 0.9}
"""The same for an English question over Chinese passages, whose words are looked for by what they may be there."""
FOREIGN_SHARE = 0.3
"""Weight of the dense score there, against words that are only likely."""
PLAIN = tuple(WEIGHTS)[:-1]
"""All but the last, which takes longest."""

WINDOW = 80
"""Characters."""

ALIGNED = 0.6
"""Weight of the late interaction in the dense score, against the cosine: between .8, which is best for the held-out
questions of `qa.training.fusion`, and .5, which is best for held-out translations."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage found for a question, its original characters, and why it was found."""

    passage: Passage
    original: str  # document.text[passage.start:passage.end]
    lexical: float  # BM25; 0 where the lexical search did not find it
    score: float  # what it was ranked by
    lead: str = ""  # search view of how its document begins


@one_thread()
def retrieve(
    index: Index,
    view: str,
    limit: int,
    mode: Mode = "hybrid",
    documents: Collection[str] | None = None,
    without: Collection[str] = (),
) -> list[Candidate]:
    """The best passages for a question view, at most `limit`.

    `documents` restricts them to these names (None: all), `without` leaves names out; DocumentNotFound.
    """
    depth = max(DEPTH, limit)
    left_out = {passage.id for name in without for passage in index.all_passages(name)}

    def found(search: Search, wanted: str) -> dict[int, float]:
        hits = search(wanted, depth + len(left_out), documents)
        return dict([hit for hit in hits if hit[0] not in left_out][:depth])

    question = understand(view)
    # What is scored anew is looked at for single characters too.
    by_words = partial(index.lexical, singles=mode == "lexical")
    # Interrogative words are in no answer; left in, they cost .005 of recall@1 on held-out questions.
    words = " ".join([question.content, *(name for place in question.places for name in other_names(place))])
    nearest, worded = partial(found, index.dense, view), partial(found, by_words, words if terms(words) else view)
    if mode != "hybrid":
        dense, lexical = (nearest(), {}) if mode == "dense" else ({}, worded())
        scores = _late(index, question, dense) if mode == "dense" else lexical
        return _candidates(index, index.passages(_ranked(scores)[:limit]), scores, lexical)
    known: dict[int, Passage] = {}
    if index.passage_count > MANY:
        later = _threads().submit(partial(_ahead, index, worded, known))
        dense, lexical = nearest(), later.result()
    else:
        dense, lexical = nearest(), worded()
    scores, weights = fused(dense, lexical, DENSE_SHARE), WEIGHTS
    first = _passages(index, _ranked(scores)[:SCORED_ANEW], known)
    if foreign := _foreign(question, first):
        meant = [word for likely in in_chinese(question).values() for word in likely[:MEANT]]
        dense, lexical = _late(index, question, dense), found(by_words, " , ".join([words, *meant]))
        scores, weights = fused(dense, lexical, FOREIGN_SHARE), FOREIGN
        first = _passages(index, _ranked(scores)[:SCORED_ANEW], known)
    anew = signals(question, first, dense, lexical, foreign) @ _vector(weights)
    # Above what was not looked at, whose fused scores are at most 1.
    scores |= {p.id: 1.0 + float(score) for p, score in zip(first, anew, strict=True)}
    return _candidates(index, _passages(index, _ranked(scores)[:limit], known), scores, lexical)


def _passages(index: Index, ids: Sequence[int], known: dict[int, Passage]) -> list[Passage]:
    """The passages of these ids, without those that are gone; what is not known yet is read, and known then."""
    known |= {p.id: p for p in index.passages([i for i in ids if i not in known])}
    return [known[i] for i in ids if i in known]


def _ahead(index: Index, search: Callable[[], Scores], known: dict[int, Passage]) -> Scores:
    """What the lexical search finds, and while the dense one, in FAISS, lets other threads run, what comes after it.

    Its best passages are likely to be scored anew.
    """
    lexical = search()
    passages = _passages(index, _ranked(lexical)[:SCORED_ANEW], known)
    for passage in passages:
        flat(search_text(passage))
    default_encoder().token_ids([part for passage in passages[:CLOSELY] for part in _parts(passage)])
    return lexical


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(thread_name_prefix="search")


def _ranked(scores: dict[int, float]) -> list[int]:
    """Passage ids, best first."""
    return sorted(scores, key=lambda i: (-scores[i], i))


def _candidates(
    index: Index, passages: Sequence[Passage], scores: dict[int, float], lexical: dict[int, float]
) -> list[Candidate]:
    """The passages with what reading needs of them."""
    leads = index.beginnings(list({p.document for p in passages}), LEAD)
    return [
        Candidate(
            passage=passage,
            original=original,
            lexical=lexical.get(passage.id, 0.0),
            score=scores[passage.id],
            lead=leads.get(passage.document, ""),
        )
        for passage, original in zip(passages, index.originals(passages), strict=True)
    ]


def _late(index: Index, question: Question, dense: dict[int, float]) -> dict[int, float]:
    """A dense search with late interaction, where the encoder has token vectors to interact."""
    encoder = index.encoder
    return aligned(index, question, dense, encoder) if isinstance(encoder, StaticEncoder) else dense


def _foreign(question: Question, passages: Sequence[Passage]) -> bool:
    """Whether a question in English found mostly passages in Chinese, where its words are not."""
    if question.language == "zh":
        return False
    return 2 * sum(language_of(p.text[:GLANCE]) != question.language for p in passages) > len(passages)


def _vector(weights: dict[str, float]) -> NDArray[np.float32]:
    return np.array([weights.get(name, 0.0) for name in WEIGHTS], dtype=np.float32)


def aligned(
    index: Index, question: Question, dense: dict[int, float], encoder: StaticEncoder, share: float = ALIGNED
) -> dict[int, float]:
    """The scores of a dense search, with the late interaction of the same encoder mixed in."""
    passages = index.passages(list(dense))
    shares = _token_shares(question, passages, encoder)
    return {p.id: share * float(s) + (1 - share) * dense[p.id] for p, s in zip(passages, shares, strict=True)}


def signals(
    question: Question,
    passages: Sequence[Passage],
    dense: dict[int, float],
    lexical: dict[int, float],
    foreign: bool = False,
) -> NDArray[np.float32]:
    """What passages are scored anew by, shape (len(passages), len(WEIGHTS))."""
    near, worded = _scaled(dense), _scaled(lexical, floor=0.0)
    texts = [flat(search_text(p)) for p in passages]
    weight = weights_of(question)
    long = np.array([len(t) > 1 for t in question.terms] or [True])
    words = words_of(question, foreign)
    here = present(words, texts)
    wanted = flat(question.matter)
    columns = (
        [worded.get(p.id, 0.0) for p in passages],
        [near.get(p.id, 0.0) for p in passages],
        _share(weight * long, here),
        _share(weight * ~long, here),
        _close_shares(words, weight * long, texts, here),
        [longest_common(wanted, text) / 10 for text in texts],
        present(question.numbers, texts).sum(axis=0),
        present(words_for(question.places), texts).sum(axis=0),
    )
    table = np.array(columns, dtype=np.float32).T.reshape(len(passages), len(columns))
    first = np.argsort(-table @ _vector(WEIGHTS)[: len(PLAIN)], kind="stable")[:CLOSELY]
    found = _token_shares(question, [passages[i] for i in first.tolist()], default_encoder())
    shares = np.full(len(passages), found.min(initial=1.0), dtype=np.float32)
    shares[first] = found
    return np.column_stack([table, shares])


def _token_shares(question: Question, passages: Sequence[Passage], encoder: StaticEncoder) -> NDArray[np.float32]:
    """How closely each passage takes up the question's tokens; cut at its sentences, as the reader cuts it too."""
    return alignment(question.content, encoder).shares([_parts(p) for p in passages])


def _parts(passage: Passage) -> list[str]:
    context = [passage.context] if passage.context else []
    return [*context, *(passage.text[a:b] for a, b in cut(passage.text))]


@lru_cache(maxsize=4000)
def cut(view: str) -> tuple[tuple[int, int], ...]:
    """The sentences of a passage's view, which retrieval and reading share; all of it if it has none."""
    return tuple(sentences(view)) or ((0, len(view)),)


def _close_shares(
    words: Sequence[Word], weight: NDArray[np.float32], texts: Sequence[str], here: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Of each text the share of the words' weight that its best WINDOW holds."""
    best = np.zeros(len(texts), dtype=np.float32)
    for t, text in enumerate(texts):
        counted = [(words[i], float(weight[i])) for i in np.flatnonzero(here[:, t] & (weight > 0)).tolist()]
        windows = (text[start : start + WINDOW] for start in range(0, max(1, len(text) - WINDOW // 2), WINDOW // 2))
        best[t] = max(sum(w for word, w in counted if holds(window, word)) for window in windows)
    return best / max(float(weight.sum()), 1e-6)


def _share(weight: NDArray[np.float32], here: NDArray[np.bool_]) -> NDArray[np.float32]:
    share: NDArray[np.float32] = weight @ here / max(float(weight.sum()), 1e-6)
    return share


def fused(dense: dict[int, float], lexical: dict[int, float], dense_share: float) -> dict[int, float]:
    """One score per passage from those of two searches.

    Both are scaled to [0, 1] over what the search returned before they are mixed, so that the weight holds for
    encoders whose cosines crowd together. A passage that one search did not return gets 0 from it.
    """
    near, worded = _scaled(dense), _scaled(lexical, floor=0.0)
    return {
        i: dense_share * near.get(i, 0.0) + (1 - dense_share) * worded.get(i, 0.0) for i in dense | lexical
    }


def _scaled(scores: dict[int, float], floor: float | None = None) -> dict[int, float]:
    """Scores from the floor (None: the lowest) to the highest, as 0 to 1."""
    if not scores:
        return {}
    low = min(scores.values()) if floor is None else floor
    high = max(scores.values())
    return {i: (s - low) / (high - low) if high > low else 1.0 for i, s in scores.items()}
