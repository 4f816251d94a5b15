"""The fetch stage: from an article's URL to a capture in the bucket."""
