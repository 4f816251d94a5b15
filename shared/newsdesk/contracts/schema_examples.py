"""What the published JSON Schemas show as examples; a test holds each against its schema.

Comes in: nothing. Goes out: JSON values.
"""

from __future__ import annotations

from typing import Any

ARTICLE: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "NewsArticle",
    "schemaVersion": "1.0",
    "articleId": "bfh6o7hxvtaf3neq24an2q5y34",
    "revision": 2,
    "previousRevision": 1,
    "changeType": "updated",
    "url": "https://news.example/2026/03/14/bridge-reopens",
    "host": "news.example",
    "headline": "Harbour bridge reopens",
    "articleBody": "The bridge reopened on Saturday.\n“It is safe,” Ada Quill of Norwick council said.",
    "datePublished": "2026-03-14T07:00:00+00:00",
    "author": [{"name": "Bea Lind"}],
    "publisher": {"name": "News Example"},
    "siteName": "News Example",
    "articleType": "NewsArticle",
    "blocks": [
        {"type": "paragraph", "text": "The bridge reopened on Saturday."},
        {"type": "paragraph", "text": "“It is safe,” Ada Quill of Norwick council said."},
    ],
    "wordCount": 14,
    "contentStatus": "full",
    "quality": {"leakScore": 0.02, "fieldSources": {"headline": {"source": "jsonld", "confidence": 0.97}}},
    "rights": {"optOuts": ["train-ai"]},
    "provenance": {
        "requestedUrl": "https://news.example/2026/03/14/bridge-reopens?utm_source=letter",
        "finalUrl": "https://news.example/2026/03/14/bridge-reopens",
        "capturedAt": "2026-03-14T09:26:53.589Z",
        "httpStatus": 200,
        "extractor": {"name": "newsdesk", "version": "0.1.0"},
    },
    "enrichment": {
        "language": {"code": "en", "confidence": 0.99},
        "entities": [
            {
                "type": "PERSON",
                "name": "Ada Quill",
                "mentions": [{"begin": 47, "end": 56, "text": "Ada Quill"}],
                "confidence": 0.9,
            }
        ],
        "quotes": [
            {
                "kind": "direct",
                "begin": 33,
                "end": 46,
                "text": "“It is safe,”",
                "speaker": {"text": "Ada Quill", "begin": 47, "end": 56, "name": "Ada Quill"},
                "confidence": 0.9,
            }
        ],
        "provenance": [{"name": "language", "version": "1"}],
    },
}

SUBMISSION: dict[str, Any] = {
    "url": "https://news.example/2026/03/14/bridge-reopens",
    "submissionId": "desk:17",
    "priority": "high",
    "tags": ["harbour"],
}

CHANGE: dict[str, Any] = {
    "schemaVersion": 1,
    "changeId": "bfh6o7hxvtaf3neq24an2q5y34-2",
    "changeType": "updated",
    "articleId": "bfh6o7hxvtaf3neq24an2q5y34",
    "revision": 2,
    "previousRevision": 1,
    "url": "https://news.example/2026/03/14/bridge-reopens",
    "host": "news.example",
    "key": "articles/v1/date=2026-03-14/bfh6o7hxvtaf3neq24an2q5y34/2-3336b9ef.json",
    "headline": "Harbour bridge reopens",
    "datePublished": "2026-03-14T07:00:00+00:00",
    "countries": ["GB"],
    "topics": ["medtop:20000763"],
    "clusterId": "bfh6o7hxvtaf3neq24an2q5y34",
    "committedAt": "2026-03-14T09:26:55.101Z",
}

RETRACTION: dict[str, Any] = {
    "schemaVersion": 1,
    "changeId": "bfh6o7hxvtaf3neq24an2q5y34-3",
    "changeType": "retracted",
    "articleId": "bfh6o7hxvtaf3neq24an2q5y34",
    "revision": 3,
    "previousRevision": 2,
    "url": "https://news.example/2026/03/14/bridge-reopens",
    "host": "news.example",
    "reason": "gone",
    "committedAt": "2026-03-16T09:30:00.000Z",
}

ENDING: dict[str, Any] = {
    "schemaVersion": 1,
    "outcome": "indexed",
    "url": "https://news.example/2026/03/14/bridge-reopens",
    "submissionIds": ["desk:17"],
    "submissions": [{"submissionId": "desk:17", "priority": "high", "tags": ["harbour"]}],
    "articleId": "bfh6o7hxvtaf3neq24an2q5y34",
    "run": 2,
    "revision": 2,
    "key": "articles/v1/date=2026-03-14/bfh6o7hxvtaf3neq24an2q5y34/2-3336b9ef.json",
    "endedAt": "2026-03-14T09:26:55.101Z",
}
