"""BM25 over the terms of passages, in a tantivy index.

Terms come from `embeddings.analysis`, so tantivy only splits at spaces. Every commit adds a mark: a
document with the catalog's generation and the analyser's version, so that an index that lags behind its
catalog, or was made by other rules, is recognised. Older marks stay, so that only segments with dead
passages count as holding something dead. Nothing is stored but terms and ids.
"""

import json
import shutil
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple, TypeVar

from embeddings.analysis import ANALYZER_VERSION, is_cjk, terms
from embeddings.errors import IndexCorrupt

CONTEXT_BOOST = 0.5
"""Weight of a term found in the title or headings, against 1 in the passage itself."""

RULES = f"schema 1, analyser {ANALYZER_VERSION}"
"""What an index must have been made by to be used."""

T = TypeVar("T")

_CHUNK = 500  # passages whose terms are found, or which are deleted, at a time
_HEAP_BYTES = 128_000_000  # of the writer; a fuller heap becomes a segment


class Entry(NamedTuple):
    """What is indexed of a passage: two ids and two search views."""

    passage: int
    document: int
    text: str
    context: str


Fields = dict[str, int | str]
"""What tantivy holds of a passage, by the names of its schema."""

Mapping = Callable[[Callable[[Sequence[Entry]], list[Fields]], Iterator[list[Entry]]], Iterator[list[Fields]]]
"""What the builtin `map` does, perhaps elsewhere."""


def fields_of(entries: Sequence[Entry]) -> list[Fields]:
    """What is indexed of each passage: its ids, and its terms with spaces between them."""
    return [
        {
            "passage": entry.passage,
            "document": entry.document,
            "text": " ".join(terms(entry.text)),
            "context": " ".join(terms(entry.context)),
        }
        for entry in entries
    ]


class LexicalStore:
    """Which passages hold the words of a question. Searches are safe from any thread."""

    def __init__(self, path: Path | None) -> None:
        """Open the index in a folder, or create it there; None keeps it in memory. IndexCorrupt."""
        import tantivy

        self._tantivy = tantivy
        self._path = path
        self._writer: Any = None
        self._lock = RLock()
        with _damage("opened"):
            self._schema = _schema(tantivy)
            if path is None:
                self._index = tantivy.Index(self._schema)
            else:
                path.mkdir(exist_ok=True)
                self._index = tantivy.Index(self._schema, path=str(path))
            self._index.config_reader("manual")
            self.reload()

    @classmethod
    def create(cls, path: Path) -> "LexicalStore":
        """An empty index in the folder, whatever was there."""
        shutil.rmtree(path, ignore_errors=True)
        return cls(path)

    @property
    def generation(self) -> int:
        """The catalog's generation at the last commit; -1 for a new index or one by other rules."""
        return self._generation

    @property
    def in_memory(self) -> bool:
        """Whether it has no files."""
        return self._path is None

    def __len__(self) -> int:
        """Passages in the index."""
        count: int = self._searcher.num_docs - self._marks
        return count

    def reload(self) -> None:
        """See what has been committed, by this process or another."""
        with self._lock, _damage("read"):
            self._index.reload()
            searcher: Any = self._index.searcher()
            query = self._tantivy.Query.exists_query("generation")
            found = searcher.search(query, 1, count=True, order_by_field="generation")
            mark = searcher.doc(found.hits[0][1]).to_dict() if found.hits else {}
            self._generation = mark["generation"][0] if mark.get("rules") == [RULES] else -1
            self._searcher: Any = searcher
            self._marks: int = found.count

    def search(
        self, view: str, limit: int, documents: Collection[int] | None = None, singles: bool = True
    ) -> list[tuple[int, float]]:
        """Passage ids with their BM25 scores for a question's search view, best first.

        Without `singles`, single CJK characters count only where there is hardly anything else: nearly every passage
        has some of them, so that they take most of the time (nine tenths at a million passages) and tell least.
        """
        found = self._query(terms(view) if singles else _telling(terms(view)), documents)
        if found is None or limit < 1:
            return []
        with _damage("searched"):
            searcher = self._searcher
            hits = searcher.search(found, limit, count=False).hits
            ids = searcher.fast_field_values("passage", [address for _, address in hits])
        scored = [(id, score) for id, (score, _) in zip(ids, hits, strict=True)]
        return sorted(scored, key=lambda pair: (-pair[1], pair[0]))  # equal scores come in any order

    def ids(self) -> set[int]:
        """Ids of all passages in the index."""
        return {id for ids in self._by_segment("passage").values() for id in ids}

    def apply(
        self, generation: int, added: Iterable[Entry], removed: Sequence[int] = (), mapping: Mapping = map
    ) -> None:
        """Forget and learn passages in one commit that carries the generation; `mapping` finds their terms."""
        with self._writing() as writer:
            self._delete(writer, "passage", removed)
            for found in mapping(fields_of, _chunks(added)):
                self._add(writer, found)
            self._commit(writer, generation)

    def purge(self, entries: Callable[[Sequence[int]], list[Entry]]) -> None:
        """Leave no terms of forgotten passages in the files.

        A deletion only marks; a segment's files go when nothing in it is alive. So what is alive beside
        something dead is indexed again, from what `entries` gives for passage ids.
        """
        with self._lock:
            self.close()  # no merge may change the segments meanwhile
            self.reload()
            dead = self._segments_with_dead()
            if not dead:
                return
            alive = [id for segment in dead for id in self._by_segment("passage").get(segment, [])]
            marks = [number for segment in dead for number in self._by_segment("mark").get(segment, [])]
            with self._writing() as writer:
                self._delete(writer, "mark", marks)
                for chunk in _chunks(alive):
                    self._delete(writer, "passage", chunk)
                    self._add(writer, fields_of(entries(chunk)))
                self._commit(writer, self._generation)
                writer.garbage_collect_files()

    def holds_dead(self) -> bool:
        """Whether the files still hold something of a forgotten passage."""
        return bool(self._segments_with_dead())

    def close(self) -> None:
        """Release the writer when its merges are done."""
        with self._lock, _damage("closed"):
            writer, self._writer = self._writer, None
            if writer is not None:
                writer.wait_merging_threads()

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        """The writer; one that failed is given up with all it had not committed."""
        with self._lock, _damage("written"):
            if self._writer is None:
                self._writer = self._index.writer(_HEAP_BYTES, 1)
                # A killed writer leaves files that tantivy would refuse to overwrite.
                self._writer.garbage_collect_files()
            try:
                yield self._writer
            except BaseException:
                self._writer = None
                raise

    def _commit(self, writer: Any, generation: int) -> None:
        # Several marks may carry one generation; each has a number of its own to be deleted by.
        mark = {"mark": time.time_ns(), "generation": generation, "rules": RULES}
        writer.add_document(self._tantivy.Document.from_dict(mark, self._schema))
        writer.commit()
        self.reload()

    def _delete(self, writer: Any, field: str, values: Sequence[int]) -> None:
        if values:
            found = self._tantivy.Query.term_set_query(self._schema, field, list(values))
            writer.delete_documents_by_query(found)

    def _add(self, writer: Any, documents: Iterable[Fields]) -> None:
        for fields in documents:
            writer.add_document(self._tantivy.Document.from_dict(fields, self._schema))

    def _query(self, wanted_terms: Sequence[str], documents: Collection[int] | None) -> Any:
        """Any of the terms, each as often as it is asked for; None if there is nothing to ask for."""
        query, occur = self._tantivy.Query, self._tantivy.Occur
        weights = {"text": 1.0, "context": CONTEXT_BOOST}
        wanted = [
            (occur.Should, query.boost_query(query.term_query(self._schema, name, term), count * weight))
            for term, count in Counter(wanted_terms).items()
            for name, weight in weights.items()
        ]
        if not wanted:
            return None
        if documents is None:
            return query.boolean_query(wanted)
        among = query.term_set_query(self._schema, "document", list(documents))
        return query.boolean_query(
            [(occur.Must, query.boolean_query(wanted)), (occur.Must, query.const_score_query(among, 0.0))]
        )

    def _by_segment(self, field: str) -> dict[int, list[int]]:
        """Values of a field in all living documents, by the segment's number in the searcher."""
        with _damage("read"):
            searcher = self._searcher
            found = searcher.search(self._tantivy.Query.exists_query(field), max(1, searcher.num_docs))
            addresses = [address for _, address in found.hits]
            segments: dict[int, list[int]] = {}
            for value, address in zip(searcher.fast_field_values(field, addresses), addresses, strict=True):
                segments.setdefault(address.segment_ord, []).append(value)
        return segments

    def _segments_with_dead(self) -> list[int]:
        if self._path is None:
            return []
        listed = json.loads((self._path / "meta.json").read_text(encoding="utf-8"))["segments"]
        return [number for number, segment in enumerate(listed) if segment["deletes"]]


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    remaining = iter(items)
    while chunk := list(islice(remaining, _CHUNK)):
        yield chunk


def _telling(found: list[str]) -> list[str]:
    """The terms but for single CJK characters, if that leaves more than one."""
    longer = [term for term in found if len(term) > 1 or not is_cjk(term)]
    return longer if len(set(longer)) > 1 else found


def _schema(tantivy: Any) -> Any:
    builder = tantivy.SchemaBuilder()
    # Deleting by an unsigned field silently deletes nothing in tantivy 0.27, so the ids are signed.
    builder.add_integer_field("passage", indexed=True, fast=True)
    builder.add_integer_field("document", indexed=True)
    builder.add_integer_field("mark", indexed=True, fast=True)
    builder.add_integer_field("generation", stored=True, fast=True)
    builder.add_text_field("rules", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("context", tokenizer_name="whitespace", index_option="freq")
    return builder.build()


@contextmanager
def _damage(verb: str) -> Iterator[None]:
    """Failures of tantivy as IndexCorrupt; its panics are no Exception, so they are told by name."""
    try:
        yield
    except BaseException as error:
        if isinstance(error, ValueError | OSError) or type(error).__name__ == "PanicException":
            raise IndexCorrupt(f"the lexical index cannot be {verb}: {error}") from error
        raise
