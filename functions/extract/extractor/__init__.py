"""Extract: from a capture to the cleaned article."""
