"""Candidate passages -> the sentences in them, in document order, with everything the reader weighs.

A sentence is rarely enough by itself ("市委书记张硕辅主持。" does not say of which city), so every sentence knows
its neighbours and the passages of its document that were found too.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from embeddings.normalize import View, normalize
from qa.retrieval import Candidate, cut
from qa.types import Citation


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a candidate; `start:end` are offsets into the original document."""

    document: int  # position in Evidence.documents
    candidate: int  # position in Evidence.candidates: the best-ranked one it occurs in
    start: int
    end: int
    text: str  # search view
    view_start: int  # of the sentence in the view of its candidate
    first: bool  # nothing directly before it was found
    last: bool  # nothing directly behind it was found


@dataclass(frozen=True, slots=True)
class Stretch:
    """A sentence of a passage by itself; offsets into its view and into its original characters."""

    view_start: int
    start: int
    end: int
    text: str  # search view


@lru_cache(maxsize=4000)
def viewed(original: str) -> tuple[View, tuple[Stretch, ...]]:
    """The view of a passage and the sentences in it; questions over the same documents share it."""
    view = normalize(original)
    stretches = []
    for view_start, view_end in cut(view.text) if view.text else ():
        start, end = view.to_original(view_start, view_end)
        a, b = view.to_view(start, end)
        stretches.append(Stretch(view_start, start, end, view.text[a:b]))
    return view, tuple(stretches)


class Evidence:
    """The sentences of all candidates, each once, ordered by document and place."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self.candidates = tuple(candidates)
        self.documents = tuple(dict.fromkeys(c.passage.document for c in candidates))
        self.views: tuple[View, ...] = tuple(viewed(c.original)[0] for c in candidates)
        self.sentences = self._sentences()

    def beyond(self, shown: Collection[Citation]) -> list[int]:
        """Positions of the sentences that no quotation shows."""
        return [
            i
            for i, s in enumerate(self.sentences)
            if not any(
                c.document == self.documents[s.document] and c.start < s.end and s.start < c.end for c in shown
            )
        ]

    def _sentences(self) -> tuple[Sentence, ...]:
        number = {name: i for i, name in enumerate(self.documents)}
        found: dict[tuple[int, int], tuple[int, int, Stretch]] = {}  # (document, start) -> end, candidate, sentence
        for c, candidate in enumerate(self.candidates):
            document, offset = number[candidate.passage.document], candidate.passage.start
            for stretch in viewed(candidate.original)[1]:
                found.setdefault((document, offset + stretch.start), (offset + stretch.end, c, stretch))
        ordered = sorted(found.items(), key=itemgetter(0))
        result: list[Sentence] = []
        for i, ((document, start), (end, c, stretch)) in enumerate(ordered):
            before = ordered[i - 1] if i else None
            after = ordered[i + 1] if i + 1 < len(ordered) else None
            result.append(
                Sentence(
                    document=document,
                    candidate=c,
                    start=start,
                    end=end,
                    text=stretch.text,
                    view_start=stretch.view_start,
                    first=before is None or before[0][0] != document or start - before[1][0] > GAP,
                    last=after is None or after[0][0] != document or after[0][1] - end > GAP,
                )
            )
        return tuple(result)


GAP = 12
"""Characters of white space and marks between two sentences that still follow each other directly."""
