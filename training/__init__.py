"""What makes the models that extract ships, and what measures them on sites that they have not seen.

Comes in: the evaluation pages beside the repository (``../shared/data/extraction``). Goes out: the files of
``functions/extract/extractor/model``, and figures.

Modules stand in an order, and imports go down: ``labels``, ``scoring`` and ``forests``; ``splicing``, ``seedlike`` and
``scroll_pages``, which make pages; ``cases``; ``boundary_training``; ``train``, ``train_titles``; ``cross_validate``.
"""
