from embeddings.analysis import terms


def test_chinese_becomes_unigrams_and_bigrams() -> None:
    assert terms("市委召开") == ["市", "市委", "委", "委召", "召", "召开", "开"]


def test_punctuation_separates_and_spaces_do_not() -> None:
    assert terms("张轩,王 炯") == ["张", "张轩", "轩", "王", "王炯", "炯"]


def test_numbers_are_whole_and_pair_with_their_unit() -> None:
    assert terms("27日") == ["27", "27日", "日"]
    assert terms("3.5%") == ["3.5"]


def test_english_is_stemmed_without_stop_words() -> None:
    assert terms("The companies were running") == ["compani", "run"]
    assert terms("Company's") == ["compani"]


def test_mixed_words_pair_with_chinese_only() -> None:
    assert terms("AI技术") == ["ai", "ai技", "技", "技术", "术"]
    assert terms("deep learning") == ["deep", "learn"]
    assert terms("会议with企业") == ["会", "会议", "议", "企", "企业", "业"]
