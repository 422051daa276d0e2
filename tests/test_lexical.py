"""Terms in, passages out: what the lexical index finds, forgets and notices."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from embeddings.errors import IndexCorrupt
from embeddings.lexical import Entry, LexicalStore

TEXTS = {
    1: "广州的会议由市长主持。",
    2: "重庆的会议在五月召开, 会议讨论了预算。",
    3: "The council of Porto met in spring; budgets were discussed.",
    4: "天气晴朗, 适合散步。",
}


def entry(id: int, context: str = "") -> Entry:
    return Entry(id, id * 10, TEXTS[id], context)


def entries(ids: Sequence[int]) -> list[Entry]:
    return [entry(id) for id in ids if id in TEXTS]


@pytest.fixture
def store(tmp_path: Path) -> LexicalStore:
    store = LexicalStore.create(tmp_path / "lexical")
    store.apply(1, entries([1, 2, 3, 4]))
    return store


def ids(found: list[tuple[int, float]]) -> list[int]:
    return [id for id, _ in found]


def test_the_passage_that_shares_most_terms_comes_first(store: LexicalStore) -> None:
    found = store.search("广州的会议由谁主持?", 10)
    assert ids(found) == [1, 2]
    assert found[0][1] > found[1][1] > 0
    assert ids(store.search("budget of the councils", 10)) == [3]
    assert store.search("。?!", 10) == []
    assert store.search("", 10) == []
    assert len(store.search("会议", 1)) == 1


def test_single_characters_may_be_left_out_where_there_is_more(store: LexicalStore) -> None:
    assert set(ids(store.search("会面, 晴朗, 散步", 10))) == {1, 2, 4}  # 会 stands in the others
    assert ids(store.search("会面, 晴朗, 散步", 10, singles=False)) == [4]
    assert ids(store.search("州", 10, singles=False)) == [1]  # there is nothing else to look for


def test_an_unusual_question_is_no_query_language(store: LexicalStore) -> None:
    for question in ('"会议', "text:会议 AND (", "会议* +-~^[a TO", "\\会议 && ||", "会议\x00"):
        assert set(ids(store.search(question, 10))) >= {1, 2}


def test_a_term_asked_twice_weighs_twice(store: LexicalStore) -> None:
    once, twice = store.search("预算", 1)[0][1], store.search("预算, 预算", 1)[0][1]
    assert twice == pytest.approx(2 * once, rel=1e-5)


def test_a_term_in_the_context_weighs_less_than_in_the_text(store: LexicalStore) -> None:
    store.apply(2, [Entry(5, 50, "年度报告", ""), Entry(6, 60, "其他内容", "年度报告")])
    assert ids(store.search("年度报告", 10)) == [5, 6]


def test_only_from_some_documents(store: LexicalStore) -> None:
    assert ids(store.search("会议", 10, documents=[20, 30])) == [2]
    assert store.search("会议", 10, documents=[]) == []
    whole, within = dict(store.search("会议", 10)), dict(store.search("会议", 10, documents=[10]))
    assert within[1] == pytest.approx(whole[1])


def test_changes_are_one_commit_that_carries_the_generation(store: LexicalStore, tmp_path: Path) -> None:
    other = LexicalStore(tmp_path / "lexical")
    store.apply(7, [Entry(9, 90, "广州", "")], removed=[1])
    assert (other.generation, other.ids()) == (1, {1, 2, 3, 4})
    other.reload()
    assert (other.generation, other.ids(), len(other)) == (7, {2, 3, 4, 9}, 4)
    assert ids(other.search("广州", 10)) == [9]


def test_a_failed_change_leaves_the_last_commit(store: LexicalStore) -> None:
    def breaking() -> Iterator[Entry]:
        yield Entry(9, 90, "广州", "")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.apply(2, breaking(), removed=[1])
    store.reload()
    assert (store.generation, store.ids()) == (1, {1, 2, 3, 4})
    store.apply(2, [], removed=[4])
    assert (store.generation, store.ids()) == (2, {1, 2, 3})


def term_count(store: LexicalStore, term: str) -> int:
    """Passages that the term dictionaries of the files know for a term, dead ones included."""
    count: int = store._searcher.doc_freq("text", term)
    return count


def test_after_a_purge_no_file_knows_the_terms_of_a_removed_passage(store: LexicalStore, tmp_path: Path) -> None:
    store.apply(2, [Entry(5, 50, "zanzibar 广州", "")])
    store.apply(3, [Entry(6, 60, "lighthouse", "")])
    store.apply(4, [], removed=[5, 3])
    assert store.holds_dead()
    assert (term_count(store, "zanzibar"), term_count(store, "porto")) == (1, 1)
    store.purge(lambda ids: [Entry(6, 60, "lighthouse", "")] * (6 in ids) + entries(ids))
    assert not store.holds_dead()
    assert (term_count(store, "zanzibar"), term_count(store, "porto")) == (0, 0)
    assert (store.generation, store.ids()) == (4, {1, 2, 4, 6})
    assert ids(store.search("lighthouse", 10)) == [6]
    listed = LexicalStore(tmp_path / "lexical")
    assert (listed.generation, listed.ids()) == (4, {1, 2, 4, 6})


def test_a_store_by_other_rules_has_no_generation(
    store: LexicalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embeddings.lexical.RULES", "other rules")
    assert LexicalStore(tmp_path / "lexical").generation == -1


@pytest.mark.parametrize("name", ["meta.json", "*.term", "*.fast", "*.idx"])
def test_damaged_files_are_noticed(store: LexicalStore, tmp_path: Path, name: str) -> None:
    store.close()
    for file in (tmp_path / "lexical").glob(name):
        file.write_bytes(b"not what it was" * 10)
    with pytest.raises(IndexCorrupt):
        LexicalStore(tmp_path / "lexical").search("会议", 10)
