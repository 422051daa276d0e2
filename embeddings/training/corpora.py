"""Readers of the training data: one place that knows the files' form.

A data folder holds `NAME.passages.jsonl.xz` (pid, title, text), `NAME.questions.jsonl.xz` (qid, question, pid,
answers, answer_start), `NAME.pairs.jsonl.xz` (query, positive) and `NAME.docs.jsonl.xz` (pid, title, text).
"""

import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

READING_SETS = ("cmrc2018.train", "drcd.train", "squad_en.train", "policyqa_en.train")
HELD_OUT = "cmrc2018.trial"
"""Never trained on: constants and thresholds are fitted here, beside every HELD_OUT_SHARE-th passage of the rest."""
HELD_OUT_SHARE = 12


def rows(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    """The rows of one file, e.g. `rows(folder, "crud_news.docs")`."""
    with lzma.open(folder / f"{name}.jsonl.xz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def held_out(pid: str) -> bool:
    """Whether a passage is kept out of training to fit constants on; by its number, so always the same ones."""
    return pid.startswith(HELD_OUT) or int(pid.rsplit("p", 1)[1]) % HELD_OUT_SHARE == 0


def reading(folder: Path, name: str) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """A reading set: passage text by pid, and the questions."""
    passages = {row["pid"]: row["text"] for row in rows(folder, f"{name}.passages")}
    return passages, list(rows(folder, f"{name}.questions"))
