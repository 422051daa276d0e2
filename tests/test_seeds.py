"""The questions over the two seeds: the right place is quoted, and what the seeds do not say is refused."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from embeddings.normalize import fold
from qa import Answer, Assistant
from qa.training.own import FOLDERS, complete

ROOT = Path(__file__).parents[1]
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (ROOT / "tests/data/seed_questions.jsonl").read_text("utf-8").splitlines()
    if not json.loads(line).get("optional")
]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with Assistant.open(tmp_path_factory.mktemp("seeds") / "index") as opened:
        receipt = opened.add(ROOT / "seeds")
        assert len(receipt.added) == 2
        yield opened


@pytest.fixture(scope="module")
def answers(assistant: Assistant) -> dict[str, Answer]:
    return {row["question"]: assistant.ask(row["question"]) for row in QUESTIONS}


def right(row: dict[str, Any], answer: Answer) -> bool:
    """Whether the first quotation is from the right document and holds the expected words."""
    if not answer.citations or answer.citations[0].document != row["document"]:
        return False
    view = fold(answer.citations[0].quote)
    held = [word in view for word in row["words"]]
    return all(held) if row.get("all_of") else any(held)


def test_answerable_questions_are_answered_by_the_right_words(answers: dict[str, Answer]) -> None:
    rows = [row for row in QUESTIONS if row["document"]]
    wrong = [row["question"] for row in rows if not right(row, answers[row["question"]])]
    assert len(wrong) <= 0.1 * len(rows), wrong


def test_unanswerable_questions_are_refused(answers: dict[str, Answer]) -> None:
    rows = [row for row in QUESTIONS if not row["document"]]
    answered = [row["question"] for row in rows if answers[row["question"]].answered]
    assert len(answered) <= 0.15 * len(rows), answered


def test_questions_that_nothing_was_trained_on(assistant: Assistant) -> None:
    lines = (ROOT / "tests/data/seed_questions_unseen.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) | {"all_of": False} for line in lines]
    asked = [(row, assistant.ask(row["question"])) for row in rows]
    good = [right(row, answer) for row, answer in asked if row["document"]]
    refused = [not answer.answered for row, answer in asked if not row["document"]]
    assert sum(good) >= 0.80 * len(good)
    assert sum(refused) >= 0.80 * len(refused)


def test_nothing_was_trained_on_the_unseen_questions() -> None:
    def pairs(question: str) -> set[str]:
        word = re.sub(r"\W", "", fold(question).lower())
        return {word[i : i + 2] for i in range(len(word) - 1)}

    learned = [pairs(row["question"]) for path in FOLDERS for row in complete(path)]
    lines = (ROOT / "tests/data/seed_questions_unseen.jsonl").read_text("utf-8").splitlines()
    asked = {json.loads(line)["question"]: pairs(json.loads(line)["question"]) for line in lines}
    alike = [q for q, mine in asked.items() if any(len(mine & other) >= 0.8 * len(mine | other) for other in learned)]
    assert learned and len(asked) == len(lines) and alike == []


def test_both_scripts_get_the_same_citations(answers: dict[str, Answer]) -> None:
    pairs = defaultdict(list)
    for row in QUESTIONS:
        if "pair" in row:
            pairs[row["pair"]].append(answers[row["question"]].citations)
    assert len(pairs) >= 12
    assert [name for name, (one, other) in pairs.items() if one != other] == []


def test_every_citation_is_a_slice_of_its_document(
    assistant: Assistant, answers: dict[str, Answer]
) -> None:
    citations = [c for answer in answers.values() for c in answer.citations]
    assert citations
    for citation in citations:
        text = assistant.document(citation.document).text
        assert text[citation.start : citation.end] == citation.quote
        if citation.answer_start is not None and citation.answer_end is not None:
            assert citation.start <= citation.answer_start < citation.answer_end <= citation.end


def test_refusals_show_what_came_closest(answers: dict[str, Answer]) -> None:
    refused = [answer for answer in answers.values() if not answer.answered]
    assert refused
    assert all(not answer.citations and answer.nearest for answer in refused)


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("When did Guangzhou hold its meeting?", "004_c2e144bd2bb9c8b9.txt"),
        ("When did Chongqing hold its meeting?", "000_fd077764cc2145f8.txt"),
        ("What did Zhang Shuofu chair?", "004_c2e144bd2bb9c8b9.txt"),
        ("What did Tang Liangzhi chair?", "000_fd077764cc2145f8.txt"),
    ],
)
def test_english_names_lead_to_the_chinese_page(assistant: Assistant, question: str, document: str) -> None:
    assert assistant.retrieve(question, limit=1)[0].document == document
