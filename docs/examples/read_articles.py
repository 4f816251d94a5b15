"""Print each article that changed since the last time: read_articles.py s3://BUCKET|FOLDER CURSOR."""

import sys

from newsdesk.reader import Reader

source, cursor = sys.argv[1:]
reader = Reader(source)
for change in reader.changes(cursor):
    article = reader.read(change)
    if article is None:
        print(change.change_type, change.revision, change.url)
    else:
        print(change.change_type, article.revision, article.word_count, article.headline)
