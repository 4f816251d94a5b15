"""Forests of gradient-boosted trees, trained by LightGBM, as the extractor walks them.

Comes in: rows of numbers, what is true of each, and how much it counts. Goes out: a booster, and its trees as lists.
One thread and a fixed seed give the same forest from the same rows.
"""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np

SHARED_PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "use_missing": False,
    "seed": 1,
    "verbose": -1,
}


def train_forest(
    rows: np.ndarray, truth: np.ndarray, weights: np.ndarray, rounds: int, **parameters: Any
) -> lightgbm.Booster:
    """Return a forest of as many trees as ``rounds``.

    Parameters
    ----------
    rows : array of shape (samples, features)
    truth : array of 0 and 1
    weights : array
        How much each sample counts.
    rounds : int
    parameters
        LightGBM's.
    """
    data = lightgbm.Dataset(rows, truth, weight=weights / weights.mean())
    return lightgbm.train(SHARED_PARAMETERS | parameters, data, rounds)


def predict(booster: lightgbm.Booster, rows: np.ndarray) -> np.ndarray:
    """Return the probability of each row."""
    return np.asarray(booster.predict(rows, num_threads=1))


def trees_of(booster: lightgbm.Booster) -> list[Any]:
    """Return a forest as lists: for each tree its nodes (feature, threshold, left, right), and its leaves' values."""
    return [_tree(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]


def _tree(root: dict[str, Any]) -> list[Any]:
    nodes: list[Any] = []
    leaves: list[float] = []

    def add(node: dict[str, Any]) -> int:
        if "split_feature" not in node:
            leaves.append(round(node["leaf_value"], 5))
            return -len(leaves)
        place = len(nodes)
        nodes.append([node["split_feature"], float(f"{node['threshold']:.6g}"), 0, 0])
        nodes[place][2:] = add(node["left_child"]), add(node["right_child"])
        return place

    add(root)
    return [nodes, leaves]
