"""Boosted regression trees, run with numpy: what LightGBM trained, without LightGBM."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Trees:
    """An ensemble of binary trees in flat arrays.

    Node i of a tree goes to `left[i]` where `row[feature[i]] <= threshold[i]`, else to `right[i]`; a leaf points to
    itself. The prediction is the sum of the reached leaves' values, a log-odds.
    """

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        self._arrays: dict[str, Any] = arrays
        self.features = tuple(str(name) for name in arrays["names"])
        self._feature = arrays["feature"].astype(np.intp)
        self._threshold = arrays["threshold"].astype(np.float32)
        self._next = np.stack([arrays["right"], arrays["left"]], axis=1).astype(np.intp).ravel()
        self._value = arrays["value"].astype(np.float32)
        self._roots = arrays["roots"].astype(np.intp)
        self._depth = int(arrays["depth"])

    @classmethod
    def load(cls, path: Path) -> "Trees":
        """Read what `from_lightgbm` made and `np.savez_compressed` wrote."""
        with np.load(path) as arrays:
            return cls({key: arrays[key] for key in arrays.files})

    def save(self, path: Path) -> None:
        """Write what `load` reads."""
        np.savez_compressed(path, **self._arrays)

    def predict(self, rows: NDArray[np.float32], first: int | None = None) -> NDArray[np.float32]:
        """Log-odds, shape (len(rows),), by the `first` trees alone if given.

        `rows` has one column per name in `features`.
        """
        roots = self._roots[:first]
        node = np.broadcast_to(roots, (len(rows), len(roots))).copy()
        flat, base = np.ascontiguousarray(rows).ravel(), (np.arange(len(rows)) * rows.shape[1])[:, None]
        for _ in range(self._depth):
            # Flat arrays, and no check of indices that are right by construction: twice as fast as plain indexing.
            value = flat.take(self._feature.take(node, mode="clip") + base)
            goes_left = value <= self._threshold.take(node, mode="clip")
            node = self._next.take(2 * node + goes_left, mode="clip")
        total: NDArray[np.float32] = self._value.take(node).sum(axis=1, dtype=np.float32)
        return total


def from_lightgbm(dump: dict[str, Any]) -> dict[str, NDArray[Any]]:
    """Flat arrays of `Booster.dump_model()`, ready for `Trees` and `np.savez_compressed`."""
    feature: list[int] = []
    threshold: list[float] = []
    left: list[int] = []
    right: list[int] = []
    value: list[float] = []

    def add(node: dict[str, Any], depth: int) -> tuple[int, int]:
        here = len(feature)
        feature.append(int(node.get("split_feature", 0)))
        threshold.append(_not_above(float(node.get("threshold", np.inf))))
        value.append(float(node.get("leaf_value", 0.0)))
        left.append(here)
        right.append(here)
        if "split_feature" not in node:
            return here, depth
        left[here], a = add(node["left_child"], depth + 1)
        right[here], b = add(node["right_child"], depth + 1)
        return here, max(a, b)

    reached = [add(tree["tree_structure"], 0) for tree in dump["tree_info"]]
    return {
        "names": np.array(dump["feature_names"]),
        "feature": np.array(feature, dtype=np.int16),
        "threshold": np.array(threshold, dtype=np.float32),
        "left": np.array(left, dtype=np.int32),
        "right": np.array(right, dtype=np.int32),
        "value": np.array(value, dtype=np.float32),
        "roots": np.array([root for root, _ in reached], dtype=np.int32),
        "depth": np.array(max(depth for _, depth in reached)),
    }


def _not_above(threshold: float) -> float:
    """The largest float32 that is not above: float32 rows then go the same way as by the double."""
    rounded = np.float32(threshold)
    return float(np.nextafter(rounded, np.float32(-np.inf)) if float(rounded) > threshold else rounded)
