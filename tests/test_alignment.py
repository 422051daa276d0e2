"""Late interaction, with token vectors whose cosines are known by hand, and what it does for a dense search."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, pre_tokenizers

from embeddings.alignment import Alignment
from embeddings.documents import from_text
from embeddings.encoders import StaticEncoder
from embeddings.index import Index
from embeddings.types import Vectors
from qa.retrieval import retrieve


@pytest.fixture
def encoder(tmp_path: Path) -> StaticEncoder:
    """Four words: "big" and "large" have a cosine of .8, "dog" is twice as long as they are, "of" is short."""
    vocabulary = {"[UNK]": 0, "big": 1, "large": 2, "dog": 3, "of": 4}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    rows = np.array([[0, 0, 1], [1, 0, 0], [0.8, 0.6, 0], [0, 0, 2], [0, 0.5, 0]], dtype=np.float32)
    save_file({"embedding.weight": rows}, tmp_path / "model.safetensors")
    return StaticEncoder(tmp_path, "four words")


def test_a_token_counts_by_the_square_of_its_length(encoder: StaticEncoder) -> None:
    assert Alignment("big dog of", encoder).weight == pytest.approx(np.array([1, 4, 0.25]) / 5.25)


def test_each_token_of_the_question_takes_the_closest_of_the_text(encoder: StaticEncoder) -> None:
    shares = Alignment("big dog", encoder).shares([["large", "dog"], ["dog of dog"], ["big"], ["of"]])
    assert shares == pytest.approx([(0.8 + 4) / 5, 4 / 5, 1 / 5, 0])


def test_what_is_known_of_a_token_is_not_computed_again(
    encoder: StaticEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[int]] = []
    cosines = encoder.cosines

    def counted(ids: NDArray[np.int32], vectors: Vectors) -> NDArray[np.float32]:
        asked.append([int(i) for i in ids])
        return cosines(ids, vectors)

    monkeypatch.setattr(encoder, "cosines", counted)
    alignment = Alignment("big", encoder)
    first = alignment.shares([["large dog"]])
    assert alignment.shares([["dog large"], ["of"]])[0] == first[0] == pytest.approx(0.8)
    assert asked == [[2, 3], [4]]


def test_threads_share_an_alignment(encoder: StaticEncoder) -> None:
    alignment = Alignment("big dog", encoder)
    texts = ["large", "dog", "of", "big", "big dog", "large of"]
    alone = [float(Alignment("big dog", encoder).shares([[text]])[0]) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(20):
            assert [float(s[0]) for s in pool.map(lambda text: alignment.shares([[text]]), texts)] == alone


def test_no_texts_have_no_shares(encoder: StaticEncoder) -> None:
    assert Alignment("big", encoder).shares([]).shape == (0,)


def test_a_dense_search_orders_by_it(tmp_path: Path, encoder: StaticEncoder) -> None:
    """The mean of the longer text is turned away from the question by a word that has nothing to do with it."""
    with Index.open(tmp_path / "index", encoder=encoder) as index:
        index.add_documents([from_text("big dog of", "long"), from_text("large of", "short")])
        [(_, near), (_, far)] = index.dense("big", 2)
        assert [c.passage.document for c in retrieve(index, "big", 2, "dense")] == ["long", "short"]
        assert near > far and index.passages([index.dense("big", 1)[0][0]])[0].document == "short"
