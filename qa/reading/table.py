"""What the features of sentences are read off: the question's terms and meaning, in each sentence and around it.

Everything is computed for all sentences at once.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from embeddings.alignment import alignment, distinct
from embeddings.encoders import StaticEncoder
from qa.gazetteer import mentions, other_names
from qa.matching import (
    Word,
    flat,
    longest_common,
    present,
    reworded_presence,
    rewordings,
    weights_of,
    words_for,
    words_of,
)
from qa.questions import GLANCE, Question, language_of
from qa.reading import patterns
from qa.reading.asked import explains, speaks
from qa.reading.evidence import Evidence
from qa.reading.offices import tells_office
from qa.retrieval import LEAD

Matrix = NDArray[np.float32]
Row = NDArray[np.float32]
Mask = NDArray[np.bool_]
Scalar = TypeVar("Scalar", bound=np.generic)

SHOWN = {
    "numbers": patterns.NUMBER,
    "word_numbers": patterns.WORD_NUMBER,
    "dates": patterns.DATE,
    "persons": patterns.PERSON,
    "places": patterns.PLACE,
    "capitals": patterns.CAPITAL,
    "lists": patterns.LIST,
    "reasons": patterns.REASON,
    "speech": patterns.SPEECH,
    "organizations": patterns.ORGANIZATION,
    "means": patterns.MEANS,
}
"""What a sentence may show, by name."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one sentence shows by itself, whatever is asked."""

    flat: str
    tokens: NDArray[np.int32]
    total: Row  # of its tokens' vectors
    matches: dict[str, tuple[str, ...]]  # of each of SHOWN


@lru_cache(maxsize=10_000)
def look(text: str, encoder: StaticEncoder) -> Look:
    """The look of a sentence; questions over the same documents share it."""
    matches = {name: tuple(m.group() for m in pattern.finditer(text)) for name, pattern in SHOWN.items()}
    (tokens,) = encoder.token_ids([text])
    return Look(flat(text), tokens, encoder.sums([tokens])[0], matches)


class Table:
    """Shared intermediate results; attributes are arrays over sentences unless said otherwise."""

    idf: Row  # (terms,)
    long: Mask  # (terms,)
    here: Mask  # (terms, sentences), as are those below
    before: Mask
    after: Mask
    around: Mask
    wide: Mask
    passage: Mask
    whole: Mask
    context: Mask
    reworded: Mask
    reworded_around: Mask
    reworded_passage: Mask
    reworded_whole: Mask
    similarity: Row
    similarity_around: Row
    similarity_passage: Row
    alignment: Row
    alignment_around: Row
    alignment_passage: Row
    worst_alignment: Row
    worst_alignment_passage: Row

    def __init__(self, question: Question, evidence: Evidence, encoder: StaticEncoder) -> None:
        self.question, self.evidence = question, evidence
        self.sentences = evidence.sentences
        self.n = len(self.sentences)
        encoder.token_ids([s.text for s in self.sentences])  # all at once is faster; `look` finds them there
        self.looks = [look(s.text, encoder) for s in self.sentences]
        self.texts = [look.flat for look in self.looks]
        self.candidate = np.array([s.candidate for s in self.sentences], dtype=np.intp)
        self.document = np.array([s.document for s in self.sentences], dtype=np.intp)
        self.first = np.array([s.first for s in self.sentences], dtype=bool)
        self.last = np.array([s.last for s in self.sentences], dtype=bool)
        self.contexts = [flat(c.passage.context) for c in evidence.candidates]
        leads = {c.passage.document: flat(c.lead) for c in evidence.candidates}
        self.leads = [leads[name] for name in evidence.documents]
        self._terms()
        self._semantics(encoder)
        wanted = flat(question.matter)
        self.longest_common = np.array([longest_common(wanted, t) for t in self.texts], dtype=np.float32)

    # -- words ---------------------------------------------------------------------------------------------------

    def _terms(self) -> None:
        """Which question terms stand in each sentence and in what surrounds it: boolean, (terms, sentences)."""
        chinese = any(language_of(text[:GLANCE]) == "zh" for text in self.texts)
        self.words = words = words_of(self.question, chinese)
        others = rewordings(self.question) if chinese else {}
        self.idf = weights_of(self.question)
        self.long = np.array([len(t) > 1 for t in self.question.terms] or [False])
        here = present(words, self.texts)
        contexts, leads = present(words, self.contexts), present(words, self.leads)
        self.reworded = reworded_presence(others, here, self.texts)
        self.reworded_around, self.reworded_passage, self.reworded_whole = self._wider(
            self.reworded,
            reworded_presence(others, contexts, self.contexts),
            reworded_presence(others, leads, self.leads),
        )
        self.here = here
        self.before, self.after = shifted(here, self.first, 1), shifted(here, self.last, -1)
        self.around, self.passage, self.whole = self._wider(here, contexts, leads)
        self.wide = self.around | shifted(self.before, self.first, 1) | shifted(self.after, self.last, -1)
        self.context = contexts[:, self.candidate]

    def _wider(self, here: Mask, contexts: Mask, leads: Mask) -> tuple[Mask, Mask, Mask]:
        """What stands in each sentence's neighbourhood, its passage and its document."""
        around = here | shifted(here, self.first, 1) | shifted(here, self.last, -1)
        passage = union(here, self.candidate) | around | contexts[:, self.candidate]
        return around, passage, union(passage, self.document) | leads[:, self.document]

    def share(self, presence: Mask, which: Mask | None = None) -> Row:
        """The share of the question's idf that is present."""
        weight = self.idf if which is None else self.idf * which
        present_weight: Row = weight @ presence
        return present_weight / max(float(weight.sum()), 1e-6)

    def rarest_missing(self, presence: Mask) -> Row:
        """The highest idf among the question's terms that are absent; 0 where all are present."""
        highest: Row = np.where(presence, 0, self.idf[:, None]).max(axis=0)
        return highest

    @cached_property
    def places(self) -> list[Row]:
        """How many of the question's places are missing, as `spread` tells."""
        return self.spread(words_for(self.question.places))

    @cached_property
    def numbers(self) -> list[Row]:
        """The same of its numbers."""
        return self.spread(self.question.numbers)

    def spread(self, wanted: Sequence[Word]) -> list[Row]:
        """Of wanted words: how many the sentence, its neighbourhood, its passage and its document lack."""
        if not wanted:
            return [np.zeros(self.n, dtype=np.float32)] * 4
        here = present(wanted, self.texts)
        wider = self._wider(here, present(wanted, self.contexts), present(wanted, self.leads))
        return [(~p).sum(axis=0).astype(np.float32) for p in (here, *wider)]

    @cached_property
    def _asked_places(self) -> set[str]:
        return {place for name in self.question.places for place in (name, *other_names(name))}

    def named_places(self) -> Row:
        """How many places each sentence names that the question does not."""
        return np.array([len(set(mentions(s.text)) - self._asked_places) for s in self.sentences], dtype=np.float32)

    def prominence(self) -> Row:
        """How often each document names a place of the question, of what it names its commonest place.

        A page about one city may name others in passing. -1 where the question or the document names none.
        """
        named: list[Counter[str]] = [Counter(mentions(lead)) for lead in self.leads]
        for sentence in self.sentences:
            if sentence.start >= LEAD:
                named[sentence.document].update(mentions(sentence.text))
        asked = self._asked_places
        shares = [max(c[p] for p in asked) / max(c.values()) if asked and c else -1.0 for c in named]
        return np.array(shares, dtype=np.float32)[self.document]

    def in_documents(self, told: Callable[[list[int]], float]) -> Row:
        """What each sentence's document tells, by its sentences' positions."""
        of = [np.flatnonzero(self.document == d).tolist() for d in range(len(self.evidence.documents))]
        return np.array([told(sentences) for sentences in of], dtype=np.float32)[self.document]

    def speaks(self) -> Row:
        """As `asked.speaks`, of each sentence's document."""
        return self.in_documents(
            lambda of: speaks(self.question, self.words, self.idf, [self.texts[i] for i in of])
        )

    def explains(self) -> Row:
        """As `asked.explains`, of each sentence's document."""
        return self.in_documents(lambda of: explains(self.question, [self.sentences[i].text for i in of]))

    @cached_property
    def office(self) -> Row:
        """As `offices.tells_office`."""
        return np.array(tells_office(self.question, [s.text for s in self.sentences]), dtype=np.float32)

    # -- meaning -------------------------------------------------------------------------------------------------

    def _semantics(self, encoder: StaticEncoder) -> None:
        """Cosines of the question with sentence, neighbourhood and passage; soft alignment of its tokens."""
        question = encoder.sums(encoder.token_ids([self.question.content]))[0]
        sentence = np.stack([look.total for look in self.looks])
        around = sentence + shifted(sentence.T, self.first, 1).T + shifted(sentence.T, self.last, -1).T
        passage = (np.arange(len(self.evidence.candidates))[:, None] == self.candidate) @ sentence
        self.similarity = cosine(question, sentence)
        self.similarity_around = cosine(question, around)
        self.similarity_passage = cosine(question, passage)[self.candidate]
        aligned = alignment(self.question.content, encoder)
        best = aligned.best([look.tokens for look in self.looks]).T  # (question tokens, sentences)
        near = np.maximum(np.maximum(best, shifted(best, self.first, 1)), shifted(best, self.last, -1))
        whole = np.full((len(self.evidence.candidates), len(best)), -1, dtype=np.float32)
        order = np.argsort(self.candidate, kind="stable")
        which = distinct(self.candidate)
        whole[which] = np.maximum.reduceat(best.T[order], np.searchsorted(self.candidate[order], which))
        weight = aligned.weight
        with np.errstate(invalid="ignore"):  # BLAS may raise flags for lanes whose results it does not return
            self.alignment, self.alignment_around = weight @ best, weight @ near
        self.alignment_passage = np.maximum((whole * weight).sum(axis=1)[self.candidate], self.alignment_around)
        self.worst_alignment = (near + (weight[:, None] < 0.25 * weight.max())).min(axis=0)
        inside = np.maximum(whole[self.candidate].T, near)
        self.worst_alignment_passage = (inside + (weight[:, None] < 0.25 * weight.max())).min(axis=0)


def shifted(rows: NDArray[Scalar], cut: Mask, by: int) -> NDArray[Scalar]:
    """What the previous (by=1) or next (by=-1) sentence has; zero where `cut` says there is none. (…, sentences)"""
    moved = np.zeros_like(rows)
    if by > 0:
        moved[..., by:] = rows[..., :-by]
    else:
        moved[..., :by] = rows[..., -by:]
    moved[..., cut] = 0
    return moved


def union(rows: Mask, group: NDArray[np.intp]) -> Mask:
    """For each sentence, whether any sentence of its group has it; shape (…, sentences)."""
    together = (group[:, None] == group).astype(np.float32)
    found: Mask = rows.astype(np.float32) @ together > 0
    return found


def cosine(one: Row, many: Matrix) -> Row:
    """Cosines of a vector with rows."""
    norms = np.linalg.norm(many, axis=1) * max(float(np.linalg.norm(one)), 1e-9)
    cosines: Row = (many @ one) / np.maximum(norms, 1e-9)
    return cosines
