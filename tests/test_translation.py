from embeddings.encoders import default_encoder
from embeddings.translation import LEAST, NEAREST, lexicon


def test_english_words_are_near_chinese_ones_of_the_same_meaning() -> None:
    words = ["hospital", "meeting", "vaccine", "school"]
    found = lexicon(default_encoder()).chinese(words)
    meant = ["医院", "会议", "疫苗", "学校"]
    assert all(word in likely for word, likely in zip(meant, found, strict=True))
    assert all(0 < len(likely) <= NEAREST for likely in found)


def test_the_nearest_come_first_and_the_far_are_left_out() -> None:
    encoder = default_encoder()
    (likely,) = lexicon(encoder).chinese(["hospital"])
    cosines = (encoder.encode_queries(["hospital"]) @ encoder.encode_queries(list(likely)).T)[0]
    assert (cosines >= LEAST - 1e-5).all()
    assert (cosines[:-1] >= cosines[1:] - 1e-5).all()


def test_a_word_that_is_no_word_has_no_counterpart() -> None:
    assert lexicon(default_encoder()).chinese(["xqzvkjw", "hospital", "xqzvkjw"])[0] == ()
