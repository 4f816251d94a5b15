"""What was learned, as files, and the manifest that says what each of them is."""

from __future__ import annotations

from extractor.model.manifest import ModelMismatchError, check_columns, models_digest, read_model

__all__ = ["ModelMismatchError", "check_columns", "models_digest", "read_model"]
