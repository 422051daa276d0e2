"""Question -> ranked candidate passages: dense and lexical search, fused."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from embeddings.analysis import terms
from embeddings.index import Index
from embeddings.normalize import fold
from embeddings.types import Passage
from qa.questions import understand

Mode = Literal["hybrid", "dense", "lexical"]
Search = Callable[[str, int, Collection[str] | None], list[tuple[int, float]]]

DEPTH = 50
"""How many passages each search contributes."""

LEAD = 1200
"""Characters of a document's beginning that tell what it is about."""

DENSE_SHARE = 0.15
"""Weight of the dense score in the fused one; fitted on held-out training questions by `qa.training.fusion`."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage found for a question, its original characters, and why it was found."""

    passage: Passage
    original: str  # document.text[passage.start:passage.end]
    dense: float  # inner product with the question; 0 where the dense search did not find it
    lexical: float  # BM25; 0 where the lexical search did not find it
    score: float  # the fused score it was ranked by
    lead: str = ""  # search view of how its document begins


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

    dense = found(index.dense, view) if mode != "lexical" else {}
    # Interrogative words are in no answer; left in, they cost .005 of recall@1 on held-out questions.
    words = understand(view).content
    lexical = found(index.lexical, words if terms(words) else view) if mode != "dense" else {}
    scores = fused(dense, lexical, DENSE_SHARE) if mode == "hybrid" else dense or lexical
    ranked = sorted(scores, key=lambda i: (-scores[i], i))[:limit]
    passages = index.passages(ranked)
    leads = {name: fold(index.slice(name, 0, LEAD)) for name in {p.document for p in passages}}
    return [
        Candidate(
            passage=passage,
            original=index.slice(passage.document, passage.start, passage.end),
            dense=dense.get(passage.id, 0.0),
            lexical=lexical.get(passage.id, 0.0),
            score=scores[passage.id],
            lead=leads[passage.document],
        )
        for passage in passages
    ]


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
