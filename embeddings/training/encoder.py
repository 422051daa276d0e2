"""Train the embedded default encoder; write embeddings/default_model.

    python -m embeddings.training.encoder DATA/train --work WORK                   # about half an hour, two cores
    python -m embeddings.training.encoder DATA/train --work WORK --steps 500       # a quick look

A static bag-of-pieces model with an in-batch contrastive loss (InfoNCE, as in Sentence-BERT's
MultipleNegativesRankingLoss), trained from nothing. Seeded; killed at any moment, the same command goes on from the
last checkpoint. Every random choice is a function of the step, so a resumed run draws what it would have drawn.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from torch import Tensor

from embeddings.encoders import DEFAULT_MODEL, StaticEncoder
from embeddings.normalize import fold
from embeddings.passages import split
from embeddings.training.corpora import HELD_OUT, READING_SETS, held_out, reading, rows
from embeddings.training.pairs import Corpus, Ids, draw
from embeddings.training.tokenizer import train_tokenizer
from embeddings.types import Document

DIMENSION, TEMPERATURE, SAVE_EVERY = 512, 0.05, 250


class Stage(NamedTuple):
    """Batches of one kind of mixture; the rate of learning falls to 0 over the stage."""

    steps: int
    rate: float
    sizes: tuple[int, int, int, int]  # pairs of each of KINDS in a batch
    thinned: float


STAGES = (
    Stage(1800, 1e-2, (327, 133, 286, 276), 0.1),
    # The questions have been seen often by now: fewer of them, with more words left out.
    Stage(900, 5e-3, (300, 140, 220, 560), 0.4),
)


class Model:
    """The table of token vectors with its own Adam, which touches only the rows of a batch."""

    def __init__(self, start: NDArray[np.float32]) -> None:
        self.rows = torch.from_numpy(start)
        self.first, self.second = torch.zeros_like(self.rows), torch.zeros_like(self.rows)

    def step(self, which: Tensor, gradient: Tensor, rate: float, step: int) -> None:
        """One Adam step on some rows."""
        first = self.first[which].mul_(0.9).add_(gradient, alpha=0.1)
        second = self.second[which].mul_(0.98).addcmul_(gradient, gradient, value=0.02)
        self.first[which], self.second[which] = first, second
        first.div_(1 - 0.9**step)
        second.div_(1 - 0.98**step)
        self.rows.index_add_(0, which, first / (second.sqrt_() + 1e-8), alpha=-rate)


def initial(corpus: Corpus, vocabulary: int) -> NDArray[np.float32]:
    """Noise, longer for rarer pieces, so that training starts from something like tf-idf."""
    counts = np.zeros(vocabulary)
    for start in range(0, len(corpus.documents), 1000):
        ids = np.concatenate([i for document in corpus.documents[start : start + 1000] for i in document])
        counts += np.bincount(ids, minlength=vocabulary)
    weight = np.log(1 + counts.sum() / (counts + 1) / 30)
    noise = np.random.default_rng(0).standard_normal((vocabulary, DIMENSION), dtype=np.float32)
    rows_: NDArray[np.float32] = (noise * (weight / weight.mean() / DIMENSION**0.5)[:, None]).astype(np.float32)
    return rows_


def loss_of(pooled: Tensor, pairs: int, groups: list[Any]) -> Tensor:
    """Symmetric InfoNCE: rows of `pooled` are queries, their positives, then further negatives."""
    unit = torch.nn.functional.normalize(pooled, dim=1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        products = unit[:pairs] @ unit[pairs:].T
    scores = products.float() / TEMPERATURE
    numbers = {group: i for i, group in enumerate(dict.fromkeys(groups))}
    group = torch.tensor([numbers[g] for g in groups])
    same = group[:, None] == group[None, :]
    same.fill_diagonal_(False)
    scores = torch.cat([scores[:, :pairs].masked_fill(same, -1e4), scores[:, pairs:]], 1)
    target = torch.arange(pairs)
    forward = torch.nn.functional.cross_entropy(scores, target)
    return (forward + torch.nn.functional.cross_entropy(scores[:, :pairs].T, target)) / 2


def stage_of(step: int) -> tuple[Stage, float]:
    """The stage that a step belongs to, and its rate of learning."""
    for stage in STAGES:
        if step < stage.steps:
            return stage, stage.rate * min(1.0, (step + 1) / 50) * max(1 - step / stage.steps, 1e-3)
        step -= stage.steps
    raise ValueError("the step is past the last stage")


def train_step(model: Model, corpus: Corpus, step: int) -> float:
    """Draw a batch and learn from it; the loss."""
    stage, rate = stage_of(step)
    batch = draw(corpus, stage.sizes, stage.thinned, np.random.default_rng([1, step]))
    matrix, which = bags([*batch.queries, *batch.positives, *batch.negatives])
    rows_ = model.rows[which]
    pooled = torch.from_numpy(matrix @ rows_.numpy()).requires_grad_(True)
    loss = loss_of(pooled, len(batch.queries), batch.groups)
    torch.autograd.backward(loss)
    assert pooled.grad is not None
    model.step(which, torch.from_numpy(matrix.T.tocsr() @ pooled.grad.numpy()), rate, step + 1)
    return float(loss.detach())


def bags(texts: list[Ids]) -> tuple[Any, Tensor]:
    """Texts as a sparse matrix over the tokens that occur, and those tokens."""
    lengths = np.array([len(ids) for ids in texts])
    unique, inverse = np.unique(np.concatenate(texts), return_inverse=True)
    values = np.repeat(1 / np.sqrt(lengths), lengths).astype(np.float32)
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    return scipy.sparse.csr_matrix(
        (values, inverse, bounds), shape=(len(texts), len(unique))
    ), torch.from_numpy(unique)


def export(weights: NDArray[np.float32], tokenizer: Path, folder: Path) -> None:
    """A sentence-transformers folder: int8 rows with a scale each, in the form that StaticEmbedding reads."""
    folder.mkdir(exist_ok=True)
    scales = np.maximum(np.abs(weights).max(axis=1), 1e-8) / 127
    quantized = np.clip(np.rint(weights / scales[:, None]), -127, 127).astype(np.int8)
    save_file({"embeddings": quantized, "weights": scales.astype(np.float32)}, folder / "model.safetensors")
    (folder / "tokenizer.json").write_bytes(tokenizer.read_bytes())
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"},
        {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"},
    ]
    config = {
        "model_type": "SentenceTransformer",
        "prompts": {"query": "", "document": ""},
        "default_prompt_name": None,
        "similarity_fn_name": "cosine",
    }
    (folder / "1_Normalize").mkdir(exist_ok=True)
    for name, value in (
        ("modules.json", modules),
        ("config_sentence_transformers.json", config),
        ("1_Normalize/config.json", {}),
    ):
        (folder / name).write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def measure(folder: Path, data: Path) -> dict[str, float]:
    """Recall@1 by passage on held-out questions, and of translations across languages."""
    encoder = StaticEncoder(folder, "trained")
    found: dict[str, float] = {}
    for name in (HELD_OUT, *READING_SETS):
        passages, questions = reading(data, name)
        wanted = [(fold(q["question"]), q["pid"]) for q in questions if held_out(q["pid"])]
        found[name] = _recall(encoder, {p: t for p, t in passages.items() if held_out(p)}, wanted)
    for name in ("ntrex_en_zhhans", "tico19_en_zh"):
        pairs = list(rows(data, f"{name}.pairs"))
        pairs = pairs[: len(pairs) // 6]
        texts = {str(i): row["positive"] for i, row in enumerate(pairs)}
        found[name] = _recall(encoder, texts, [(fold(row["query"]), str(i)) for i, row in enumerate(pairs)])
    return found


def _recall(encoder: StaticEncoder, passages: dict[str, str], questions: list[tuple[str, str]]) -> float:
    parts = [p for pid, text in passages.items() for p in split(Document(name=pid, text=text, digest=""))]
    vectors = encoder.encode_passages([p.text for p in parts])
    best = (encoder.encode_queries([q for q, _ in questions]) @ vectors.T).argmax(axis=1)
    right = [parts[i].document == pid for i, (_, pid) in zip(best, questions, strict=True)]
    return round(float(np.mean(right)), 4)


def main() -> None:
    """Tokenizer, corpus, training, export, measurement."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=sum(stage.steps for stage in STAGES))
    parser.add_argument("--out", type=Path, default=DEFAULT_MODEL)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(1)
    tokenizer = train_tokenizer(options.data, options.work / "tokenizer.json")
    corpus = Corpus.load(options.data, tokenizer, options.work / "corpus.pickle")
    checkpoint = options.work / "encoder.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        model, done = Model(saved["rows"].numpy()), int(saved["step"])
        model.first, model.second = saved["first"], saved["second"]
    else:
        model, done = Model(initial(corpus, tokenizer.get_vocab_size())), 0
    started, mean = time.time(), 0.0
    for step in range(done, options.steps):
        loss = train_step(model, corpus, step)
        mean = loss if step == done else 0.95 * mean + 0.05 * loss
        if (step + 1) % SAVE_EVERY == 0:
            print(
                json.dumps({"step": step + 1, "loss": round(mean, 4), "s": round(time.time() - started)}),
                flush=True,
            )
            state = {"rows": model.rows, "first": model.first, "second": model.second, "step": step + 1}
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)
    export(model.rows.numpy(), options.work / "tokenizer.json", options.out)
    print(json.dumps(measure(options.out, options.data)))


if __name__ == "__main__":
    main()
