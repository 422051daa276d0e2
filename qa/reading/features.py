"""Numbers that tell how well each sentence answers a question: the input of the boosted trees."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.encoders import StaticEncoder
from qa.matching import flat, latin_of
from qa.questions import KINDS, Question
from qa.reading import patterns
from qa.reading.evidence import Evidence
from qa.reading.table import SHOWN, Matrix, Row, Table

Column = NDArray[np.floating[Any] | np.integer[Any] | np.bool_]


def features(question: Question, evidence: Evidence, encoder: StaticEncoder) -> Matrix:
    """One row per sentence of the evidence, one column per name in `NAMES`; shape (sentences, features)."""
    table = Table(question, evidence, encoder)
    return np.stack([column(table) for column in _COLUMNS.values()], axis=1).astype(np.float32)


def _count(name: str) -> Callable[[Table], Row]:
    """How often the sentence shows something, apart from what the question itself says."""

    def column(table: Table) -> Row:
        said = table.question.text if name in FRESH else ""
        shown = [look.matches[name] for look in table.looks]
        return np.array([sum(m not in said for m in found) if found else 0 for found in shown], dtype=np.float32)

    return column


FRESH = ("numbers", "word_numbers", "dates", "persons", "places", "organizations", "capitals")
"""These answer only where they are not in the question."""


def _focus(table: Table) -> Row:
    """2 where a number stands before the noun asked for, 1 where the noun stands, else 0."""
    focus = table.question.focus
    if not focus:
        return np.full(table.n, -1, dtype=np.float32)
    counted = re.compile(rf"(?:\d|[{patterns.HAN_NUMBER}])\s*[多余几]?{re.escape(focus)}")
    return np.array([2 if counted.search(t) else 1 if focus in t else 0 for t in table.texts], dtype=np.float32)


def _measure(table: Table) -> Row:
    """Whether the sentence gives a measure of the kind that is asked for; -1 where none is."""
    wanted = [given for asked, given in patterns.MEASURES if asked.search(table.question.text)]
    if not wanted:
        return np.full(table.n, -1, dtype=np.float32)
    return np.array([any(given.search(s.text) for given in wanted) for s in table.sentences], dtype=np.float32)


def _relative(values: Row) -> Row:
    """How far each is below the best."""
    best: np.float32 = values.max()
    return values - best


def _per_candidate(attribute: str) -> Callable[[Table], Row]:
    def column(table: Table) -> Row:
        values = np.array([getattr(c, attribute) for c in table.evidence.candidates], dtype=np.float32)
        return values[table.candidate]

    return column


_COLUMNS: dict[str, Callable[[Table], Column]] = {
    "share": lambda t: t.share(t.here),
    "share_long": lambda t: t.share(t.here, t.long),
    "share_short": lambda t: t.share(t.here, ~t.long),
    "share_before": lambda t: t.share(t.here | t.before, t.long),
    "share_after": lambda t: t.share(t.here | t.after, t.long),
    "share_around": lambda t: t.share(t.around, t.long),
    "share_around_short": lambda t: t.share(t.around, ~t.long),
    "share_wide": lambda t: t.share(t.wide, t.long),
    "share_passage": lambda t: t.share(t.passage, t.long),
    "share_passage_short": lambda t: t.share(t.passage, ~t.long),
    "share_document": lambda t: t.share(t.whole, t.long),
    "share_document_short": lambda t: t.share(t.whole, ~t.long),
    "share_context": lambda t: t.share(t.context, t.long),
    "share_below_best": lambda t: _relative(t.share(t.here, t.long)),
    "share_around_below_best": lambda t: _relative(t.share(t.around, t.long)),
    "share_passage_below_best": lambda t: _relative(t.share(t.passage, t.long)),
    "rarest_missing": lambda t: t.rarest_missing(t.here),
    "rarest_missing_around": lambda t: t.rarest_missing(t.around),
    "rarest_missing_passage": lambda t: t.rarest_missing(t.passage),
    "rarest_missing_document": lambda t: t.rarest_missing(t.whole),
    "longest_common": lambda t: t.longest_common,
    "longest_common_share": lambda t: t.longest_common / max(len(t.question.matter), 1),
    "longest_common_below_best": lambda t: _relative(t.longest_common),
    "numbers_missing": lambda t: t.numbers[0],
    "numbers_missing_around": lambda t: t.numbers[1],
    "numbers_missing_document": lambda t: t.numbers[3],
    "places_missing": lambda t: t.places[0],
    "places_missing_around": lambda t: t.places[1],
    "places_missing_passage": lambda t: t.places[2],
    "places_missing_document": lambda t: t.places[3],
    "names_missing_document": lambda t: t.spread([flat(n) for n in t.question.names])[3],
    "latin_missing_document": lambda t: t.spread(latin_of(t.question))[3],
    "similarity": lambda t: t.similarity,
    "similarity_around": lambda t: t.similarity_around,
    "similarity_passage": lambda t: t.similarity_passage,
    "similarity_below_best": lambda t: _relative(t.similarity),
    "similarity_passage_below_best": lambda t: _relative(t.similarity_passage),
    "alignment": lambda t: t.alignment,
    "alignment_around": lambda t: t.alignment_around,
    "alignment_below_best": lambda t: _relative(t.alignment),
    "alignment_passage": lambda t: t.alignment_passage,
    "worst_alignment": lambda t: t.worst_alignment,
    "worst_alignment_passage": lambda t: t.worst_alignment_passage,
    "kind": lambda t: np.full(t.n, KINDS.index(t.question.kind)),
    "english": lambda t: np.full(t.n, t.question.language == "en"),
    "question_length": lambda t: np.full(t.n, len(t.question.matter)),
    "question_idf": lambda t: np.full(t.n, float((t.idf * t.long).sum())),
    "focus": _focus,
    **{name: _count(name) for name in SHOWN},
    "measure": _measure,
    "named_places": lambda t: t.named_places(),
    "length": lambda t: np.array([len(s.text) for s in t.sentences]),
    "is_question": lambda t: np.array(["?" in s.text for s in t.sentences]),
    "first": lambda t: t.first,
    "last": lambda t: t.last,
    "view_start": lambda t: np.array([s.view_start for s in t.sentences]),
    "document_start": lambda t: np.log1p([s.start for s in t.sentences]),
    "rank": lambda t: t.candidate,
    "lexical_share": lambda t: (lambda v: v / max(float(v.max()), 1e-6))(_per_candidate("lexical")(t)),
    "score_below_best": lambda t: _relative(_per_candidate("score")(t)),
    "prominence": lambda t: t.prominence(),
    "speaks": lambda t: t.speaks(),
    "explains": lambda t: t.explains(),
    "office": lambda t: t.office,
    "office_document": lambda t: t.in_documents(lambda of: float(t.office[of].max(initial=-1))),
    "reworded_share": lambda t: t.share(t.reworded, t.long),
    "reworded_share_around": lambda t: t.share(t.reworded_around, t.long),
    "reworded_share_passage": lambda t: t.share(t.reworded_passage, t.long),
    "reworded_share_document": lambda t: t.share(t.reworded_whole, t.long),
    "reworded_share_below_best": lambda t: _relative(t.share(t.reworded, t.long)),
    "reworded_rarest_missing": lambda t: t.rarest_missing(t.reworded),
    "reworded_rarest_missing_around": lambda t: t.rarest_missing(t.reworded_around),
    "reworded_rarest_missing_document": lambda t: t.rarest_missing(t.reworded_whole),
}
NAMES: tuple[str, ...] = tuple(_COLUMNS)
"""Names of the features, in column order; stored with the trees that were trained on them."""
