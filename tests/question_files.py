"""A small set of questions over three passages, and files of it in the forms that `qa evaluate` reads."""

import json
import lzma
from pathlib import Path
from typing import Any

PASSAGES = {
    "harbour": "港口的灯塔建于1907年。灯塔高四十二米，由石匠陈阿福设计。",
    "library": "圖書館位於青石街。館長林曉雲在２０１１年開放了夜間閱覽室。",
    "orchard": "Mill Hill grows forty kinds of apples. The orchard is kept by Ada Quill.",
}
QUESTIONS = [
    ("q1", "灯塔是哪一年建成的?", ["1907年"], "harbour"),
    ("q2", "夜间阅览室是哪位馆长开放的?", ["林晓云"], "library"),
    ("q3", "Who is the orchard kept by?", ["Ada Quill"], "orchard"),
    ("q4", "灯塔高多少米?", ["五十米"], "harbour"),  # the file is wrong, so every answer is
]


def rows_file(folder: Path, packed: bool = False) -> Path:
    """The questions and passages above as rows, `packed` with xz; the path of the questions."""
    passages = [{"pid": pid, "title": pid, "text": text} for pid, text in PASSAGES.items()]
    keys = ("qid", "question", "answers", "pid")
    questions = [dict(zip(keys, row, strict=True)) for row in QUESTIONS]
    suffix = ".xz" if packed else ""
    for name, rows in (("passages", passages), ("questions", questions)):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        data = lzma.compress(text.encode()) if packed else text.encode()
        (folder / f"set.{name}.jsonl{suffix}").write_bytes(data)
    return folder / f"set.questions.jsonl{suffix}"


def written(path: Path, content: Any) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path
