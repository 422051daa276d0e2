"""Count which words of questions their documents do not repeat; write qa/reader_model/necessity.txt.

    python -m qa.training.necessity DATA/train

From the questions of the reading sets that are not held out, and the project's own over news. About two minutes.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from embeddings.normalize import fold
from embeddings.training.corpora import held_out, reading, rows
from qa.background import NECESSITY
from qa.matching import flat, holds, words_of
from qa.questions import Question, understand
from qa.training.own import NEWS

SETS = ("cmrc2018.train", "drcd.train", "squad_en.train")
PRIOR = 6.0
"""Questions that the mean of all terms counts as, beside those with the term."""
ASKED = 5
"""Questions that a term must stand in."""
NEEDED = 0.75
"""Terms that are repeated at least so often, of what others are, are like others and not kept."""


def asked(data: Path) -> Iterator[tuple[Question, str]]:
    """Questions and the flat text of the document that answers them, in one language."""
    for name in SETS:
        passages, questions = reading(data, name)
        texts = {pid: flat(fold(text)) for pid, text in passages.items() if not held_out(pid)}
        yield from ((understand(q["question"]), texts[q["pid"]]) for q in questions if q["pid"] in texts)
    lines = [json.loads(line) for line in NEWS.read_text("utf-8").splitlines()]
    wanted = {pid for line in lines for pid in line["documents"]}
    news = {
        row["pid"]: flat(fold(f"{row['title']}\n{row['text']}"))
        for row in rows(data, "crud_news.docs")
        if row["pid"] in wanted
    }
    for line in lines:
        for row in line["questions"]:
            question = understand(row["question"])
            if row["document"] and question.language == "zh":
                yield question, news[row["document"]]


def main(data: Path) -> None:
    """Count and write, the most wasted terms first."""
    stood: Counter[str] = Counter()
    repeated: Counter[str] = Counter()
    for question, text in asked(data):
        for term, word in zip(question.terms, words_of(question), strict=False):
            if len(term) > 1:
                stood[term] += 1
                repeated[term] += holds(text, word)
    mean = repeated.total() / stood.total()
    found = {
        term: (repeated[term] + PRIOR * mean) / (count + PRIOR) / mean
        for term, count in stood.items()
        if count >= ASKED
    }
    kept = sorted((round(share, 2), term) for term, share in found.items() if share < NEEDED)
    NECESSITY.write_text("".join(f"{term} {share}\n" for share, term in kept), encoding="utf-8")
    print(f"{len(kept)} terms; a term of a question is repeated by its document in {mean:.2f} of questions")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
