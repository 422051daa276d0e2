from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from embeddings import encoders
from embeddings.encoders import DEFAULT_MODEL, StaticEncoder, default_encoder, load_encoder
from embeddings.errors import ModelError
from tests.models import small_model

TEXTS = [
    "广州的会议由谁主持?",
    "廣州的會議由誰主持?",
    "Who chaired the meeting in Guangzhou on 26 February?",
    "2月26日,广州市召开市委常委会会议。" * 40,
    "42",
]


def test_light_runtime_gives_the_vectors_of_sentence_transformers() -> None:
    reference = SentenceTransformer(str(DEFAULT_MODEL), device="cpu").encode(TEXTS, normalize_embeddings=True)
    cosines = (default_encoder().encode_passages(TEXTS) * reference).sum(axis=1)
    assert cosines.min() > 0.999


def test_vectors_are_float32_of_unit_length() -> None:
    vectors = default_encoder().encode_queries([*TEXTS, "", "。"])
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS) + 2, default_encoder().dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_no_texts_give_no_vectors() -> None:
    assert default_encoder().encode_queries([]).shape == (0, default_encoder().dimension)


def test_batches_do_not_change_vectors() -> None:
    encoder = default_encoder()
    together = encoder.encode_passages(TEXTS * 30)
    np.testing.assert_allclose(together[:5], encoder.encode_passages(TEXTS), atol=1e-5)
    np.testing.assert_allclose(together[-5:], together[:5], atol=1e-5)


def test_a_question_is_closest_to_what_answers_it() -> None:
    passages = ["市委书记张硕辅主持会议。", "要千方百计促进劳动力就业。", "The treaty was signed in Paris in 1898."]
    encoder = default_encoder()
    scores = encoder.encode_queries(["谁主持了会议?", "怎样促进就业?", "When was the treaty signed?"])
    assert (scores @ encoder.encode_passages(passages).T).argmax(axis=1).tolist() == [0, 1, 2]


def test_a_float_matrix_is_read_too(tmp_path: Path) -> None:
    encoder = StaticEncoder(small_model(tmp_path / "model"), "small")
    assert encoder.encode_queries(["apple"]).round(3).tolist() == [[0, 0, 0, 1, 0, 0, 0, 0]]


def test_other_models_load_by_path_with_their_prompts(tmp_path: Path) -> None:
    folder = small_model(tmp_path / "model", {"query": "query ", "document": "passage "})
    encoder = load_encoder(str(folder))
    root = 0.5**0.5
    np.testing.assert_allclose(encoder.encode_queries(["apple"])[0], [0, root, 0, root, 0, 0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(encoder.encode_passages(["apple"])[0], [0, 0, root, root, 0, 0, 0, 0], atol=1e-6)
    assert (encoder.name, encoder.dimension) == (str(folder), 8)


def test_fingerprint_follows_the_weights(tmp_path: Path) -> None:
    one = load_encoder(str(small_model(tmp_path / "one")))
    same = load_encoder(str(small_model(tmp_path / "same")))
    other = load_encoder(str(small_model(tmp_path / "other", {"query": "query "})))
    assert one.fingerprint == same.fingerprint != other.fingerprint


@pytest.mark.parametrize("name", ["no-such-organisation/no-such-model", "."])
def test_a_model_that_cannot_be_loaded_says_what_to_do(name: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot load the model") as caught:
        load_encoder(str(tmp_path) if name == "." else name)
    assert "\n" not in str(caught.value)


def test_a_model_without_a_dimension_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Dimensionless:
        def get_embedding_dimension(self) -> None: ...

    monkeypatch.setattr("embeddings.encoders._sentence_transformer", lambda model: Dimensionless())
    with pytest.raises(ModelError, match="how long its vectors are; choose one that embeds texts"):
        load_encoder("some/model")


def test_a_damaged_default_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match="install wenju again"):
        StaticEncoder(tmp_path, "damaged")


def test_tokens_are_cut_once(monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = StaticEncoder(DEFAULT_MODEL, "default")
    cut: list[list[str]] = []
    tokenize = encoder.tokenize

    def counted(texts: Sequence[str]) -> list[list[int]]:
        cut.append(list(texts))
        return tokenize(texts)

    monkeypatch.setattr(encoder, "tokenize", counted)
    first = encoder.token_ids(["广州", "", "广州", "重庆"])
    again = encoder.token_ids(["重庆", "成都"])
    assert cut == [["广州", "", "重庆"], ["成都"]]
    assert first[0] is first[2] and again[0] is first[3]
    assert [ids.tolist() for ids in first] == [ids or [0] for ids in tokenize(["广州", "", "广州", "重庆"])]


def test_only_the_latest_tokens_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders, "_REMEMBERED", 2)
    encoder = StaticEncoder(DEFAULT_MODEL, "default")
    one, two, _ = encoder.token_ids(["一", "二", "三"])
    assert encoder.token_ids(["二"])[0] is two
    assert encoder.token_ids(["一"])[0] is not one


def test_a_folder_is_known_by_its_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_model(tmp_path / "small")
    monkeypatch.chdir(tmp_path)
    assert load_encoder("small").name == str(tmp_path / "small")
