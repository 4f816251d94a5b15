"""Print what changed in the bulk format of OpenSearch: to_opensearch.py s3://BUCKET|FOLDER CURSOR INDEX."""

import json
import sys

from newsdesk.reader import Reader

source, cursor, index = sys.argv[1:]
reader = Reader(source)
for change in reader.changes(cursor):
    article = reader.read(change)
    # The revision is the document's version, so that a line that comes again or late does no harm.
    about = {"_index": index, "_id": change.article_id, "version": change.revision, "version_type": "external_gte"}
    if article is None:
        print(json.dumps({"delete": about}))
        continue
    language = article.enrichment.language
    document = {
        "url": change.url,
        "host": change.host,
        "headline": article.headline,
        "body": article.article_body,
        "published": article.date_published,
        "committed": change.committed_at,
        "language": language.code if language else None,
        "countries": [country.iso2 for country in article.enrichment.countries],
        "topics": [topic.id for topic in article.enrichment.topics],
        "cluster": change.cluster_id,
    }
    print(json.dumps({"index": about}))
    print(json.dumps({name: value for name, value in document.items() if value not in (None, [])}))
