from pathlib import Path

import numpy as np

from qa.reading.trees import Trees, from_lightgbm

SPLIT = {
    "split_feature": 1,
    "threshold": 0.5,
    "left_child": {"leaf_value": -1.0},
    "right_child": {
        "split_feature": 0,
        "threshold": 0.1,
        "left_child": {"leaf_value": 2.0},
        "right_child": {"leaf_value": 3.0},
    },
}
DUMP = {
    "feature_names": ["a", "b"],
    "tree_info": [{"tree_structure": SPLIT}, {"tree_structure": {"leaf_value": 0.25}}],
}


def test_rows_reach_the_leaves_of_every_tree() -> None:
    trees = Trees(from_lightgbm(DUMP))
    rows = np.array([[0, 0.5], [0, 0.6], [0.2, 0.6]], dtype=np.float32)
    assert trees.predict(rows).tolist() == [-0.75, 2.25, 3.25]
    assert trees.features == ("a", "b")


def test_a_float32_goes_the_way_of_the_double_threshold() -> None:
    trees = Trees(from_lightgbm(DUMP))
    # float32(0.1) is above the double 0.1, so the row goes right.
    assert trees.predict(np.array([[np.float32(0.1), 1]], dtype=np.float32)).tolist() == [3.25]


def test_saved_trees_predict_the_same(tmp_path: Path) -> None:
    arrays = from_lightgbm(DUMP)
    Trees(arrays).save(tmp_path / "trees.npz")
    rows = np.random.default_rng(0).random((20, 2), dtype=np.float32)
    assert (Trees.load(tmp_path / "trees.npz").predict(rows) == Trees(arrays).predict(rows)).all()
