"""Train the reader's boosted trees; write qa/reader_model/sentences.npz and confidence.npz.

    python -m qa.training.reader DATA/train --work WORK        # about 20 minutes on two cores

WORK keeps the indexes and the tables of features, so that a second run only trains.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from embeddings.encoders import default_encoder
from embeddings.training.corpora import HELD_OUT, READING_SETS
from qa.reading.features import NAMES, features
from qa.reading.reader import COMPETITORS, MODEL, competition, origins, probability
from qa.reading.trees import Trees, from_lightgbm
from qa.training.examples import SHARES, Example, ReadingSet

KEEP = 40  # sentences of one example that are trained on: the right ones and the hardest others
FOLDS = 4
SENTENCES: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.06,
    "num_leaves": 31,
    "max_depth": 7,
    "min_data_in_leaf": 80,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "num_threads": 2,
    "seed": 1,
    "verbose": -1,
}
CONFIDENCE: dict[str, Any] = SENTENCES | {
    "learning_rate": 0.04,
    "num_leaves": 12,
    "max_depth": 4,
    "min_data_in_leaf": 150,
}

for _settings, _names in (
    (SENTENCES, NAMES),
    (CONFIDENCE, (*NAMES, *COMPETITORS)),
):  # lacking something never helps
    _settings["monotone_constraints"] = [-1 if "missing" in name else 0 for name in _names]
ANSWERABLE = 2  # so many of the situations, the first, have an answer
ROUNDS, CONFIDENCE_ROUNDS = 400, 250


def table(example: Example) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """Features and labels of one example."""
    rows = features(example.question, example.evidence, default_encoder())
    return rows, np.array(example.labels, dtype=np.int8)


def collect(data: Path, work: Path, name: str, seed: int) -> dict[str, NDArray[Any]]:
    """The table of one reading set, made once: rows, labels, and per row the example it belongs to."""
    path = work / f"{name}.{seed}.npz"
    if path.exists():
        with np.load(path) as saved:
            return {key: saved[key] for key in saved.files}
    parts: dict[str, list[Any]] = {
        "rows": [],
        "labels": [],
        "candidate": [],
        "document": [],
        "group": [],
        "held_out": [],
        "situation": [],
    }
    reading_set = ReadingSet(data, name, work / f"{name}.index")
    for number, example in enumerate(reading_set.examples(seed)):
        rows, labels = table(example)
        parts["rows"].append(rows.astype(np.float16))
        parts["labels"].append(labels)
        candidate, document = origins(example.evidence)
        parts["candidate"].append(candidate)
        parts["document"].append(document)
        parts["group"].append(np.full(len(labels), number, dtype=np.int32))
        parts["held_out"].append(example.asked.held_out)
        parts["situation"].append(list(SHARES).index(example.situation))
        if number % 500 == 0:
            print(f"{name}: {number} of {len(reading_set.questions)}", flush=True)
    reading_set.index.close()
    result = {key: np.concatenate(parts[key]) for key in ("rows", "labels", "candidate", "document", "group")}
    result |= {key: np.array(parts[key]) for key in ("held_out", "situation")}
    np.savez(path, **result)
    return result


class Tables:
    """All reading sets as one; examples are slices of rows."""

    def __init__(self, tables: list[dict[str, NDArray[Any]]]) -> None:
        self.rows = np.concatenate([t["rows"] for t in tables])
        self.labels = np.concatenate([t["labels"] for t in tables])
        self.candidate = np.concatenate([t["candidate"] for t in tables])
        self.document = np.concatenate([t["document"] for t in tables])
        self.held_out = np.concatenate([t["held_out"] for t in tables])
        self.situation = np.concatenate([t["situation"] for t in tables])
        self.set = np.concatenate([np.full(len(t["held_out"]), i) for i, t in enumerate(tables)])
        starts, offset = [], 0
        for t in tables:
            starts.append(offset + np.flatnonzero(np.diff(t["group"], prepend=-1)))
            offset += len(t["labels"])
        self.starts = np.append(np.concatenate(starts), offset)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def example(self, i: int) -> slice:
        """The rows of one example."""
        return slice(int(self.starts[i]), int(self.starts[i + 1]))


def training_rows(tables: Tables, examples: NDArray[np.intp]) -> NDArray[np.intp]:
    """Of each example the right sentences and the hardest others, by how much of the question they share."""
    share = (
        tables.rows[:, NAMES.index("share_around")].astype(np.float32)
        + tables.rows[:, NAMES.index("similarity")]
    )
    chosen: list[NDArray[np.intp]] = []
    for i in examples:
        part = np.arange(tables.starts[i], tables.starts[i + 1])
        part = part[tables.labels[part] >= 0]
        wrong = part[tables.labels[part] == 0]
        hardest = wrong[np.argsort(-share[wrong], kind="stable")][:KEEP]
        chosen.append(np.concatenate([part[tables.labels[part] == 1], hardest]))
    return np.concatenate(chosen)


def train(
    rows: NDArray[Any], labels: NDArray[Any], names: tuple[str, ...], settings: dict[str, Any], rounds: int
) -> Trees:
    """Boosted trees on these rows."""
    data = lgb.Dataset(rows.astype(np.float32), label=labels, feature_name=list(names), free_raw_data=True)
    return Trees(from_lightgbm(lgb.train(settings, data, rounds).dump_model()))


def confidence_table(
    tables: Tables, scores: NDArray[np.float32], examples: NDArray[np.intp]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """For each example what `competition` sees, and whether the best sentence is right."""
    rows, right = [], []
    for i in examples:
        part = tables.example(i)
        mine = tables.rows[part].astype(np.float32)
        rows.append(competition(mine, scores[part], tables.candidate[part], tables.document[part]))
        right.append(tables.labels[part][scores[part].argmax()] != 0)
    return np.concatenate(rows), np.array(right)


def auroc(scores: NDArray[Any], right: NDArray[Any]) -> float:
    """Area under the ROC curve."""
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    positives = int(right.sum())
    return float(
        (ranks[right].sum() - positives * (positives + 1) / 2) / (positives * (len(scores) - positives))
    )


def main() -> None:
    """Collect, train in folds for honest confidence, train on all, report on what is held out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    names = (*READING_SETS, HELD_OUT)
    tables = Tables([collect(options.data, options.work, name, options.seed) for name in names])
    training = np.flatnonzero(~tables.held_out)
    held = np.flatnonzero(tables.held_out)
    scores = np.zeros(len(tables.rows), dtype=np.float32)
    for fold in range(FOLDS):  # scores of training examples come from trees that have not seen them
        inside = training[training % FOLDS != fold]
        chosen = training_rows(tables, inside)
        trees = train(tables.rows[chosen], tables.labels[chosen], NAMES, SENTENCES, ROUNDS // 2)
        for i in training[training % FOLDS == fold]:
            scores[tables.example(i)] = trees.predict(tables.rows[tables.example(i)].astype(np.float32))
    chosen = training_rows(tables, training)
    booster = lgb.train(
        SENTENCES,
        lgb.Dataset(
            tables.rows[chosen].astype(np.float32), label=tables.labels[chosen], feature_name=list(NAMES)
        ),
        ROUNDS,
    )
    arrays = from_lightgbm(booster.dump_model())
    np.savez_compressed(MODEL / "sentences.npz", **arrays)
    final = Trees(arrays)
    for i in held:
        scores[tables.example(i)] = final.predict(tables.rows[tables.example(i)].astype(np.float32))
    rows, right = confidence_table(tables, scores, training)
    arrays = from_lightgbm(
        lgb.train(
            CONFIDENCE, lgb.Dataset(rows, label=right, feature_name=[*NAMES, *COMPETITORS]), CONFIDENCE_ROUNDS
        ).dump_model()
    )
    np.savez_compressed(MODEL / "confidence.npz", **arrays)
    found = report(tables, scores, held, Trees(arrays), names)
    print(json.dumps(found))
    config = {"threshold": found["threshold"], "fitted on": "held-out questions, " + ", ".join(names)}
    (MODEL / "config.json").write_text(json.dumps(config) + "\n", encoding="utf-8")
    gain = sorted(zip(booster.feature_importance("gain"), NAMES, strict=True), reverse=True)
    print("most used:", ", ".join(f"{name} {value:.0f}" for value, name in gain[:20]))


def report(
    tables: Tables,
    scores: NDArray[np.float32],
    held: NDArray[np.intp],
    confidence: Trees,
    names: tuple[str, ...],
) -> dict[str, Any]:
    """On held-out examples: the threshold that separates best, hit@1, refusals by situation, calibration."""
    rows, right = confidence_table(tables, scores, held)
    sure = probability(confidence.predict(rows))
    situation = tables.situation[held]
    answerable = situation < ANSWERABLE
    candidates = np.linspace(0.05, 0.95, 181)
    gain = [(sure[answerable] >= t).mean() + (sure[~answerable] < t).mean() for t in candidates]
    threshold = float(candidates[int(np.argmax(gain))])
    result: dict[str, Any] = {"threshold": round(threshold, 3)}
    for s, name in enumerate(names):
        mine = tables.set[held] == s
        found: dict[str, float] = {}
        for k, label in enumerate(SHARES):
            some = mine & (situation == k)
            if some.any():
                kept = sure[some] >= threshold
                found[label] = float(right[some].mean() if k < ANSWERABLE else 1 - kept.mean())
                if k < ANSWERABLE:
                    found[f"{label}, answered"] = float(kept.mean())
        found["auroc"] = auroc(sure[mine], right[mine])
        found["auroc answerable"] = auroc(sure[mine], answerable[mine])
        result[name] = {key: round(value, 3) for key, value in found.items()}
    bins = np.minimum((sure * 15).astype(int), 14)
    gaps = [abs(sure[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins)]
    result["ece"] = round(float(np.sum(gaps)), 4)
    return result


if __name__ == "__main__":
    main()
