-- The current revision of every article in a mirrored bucket, the latest change first.
WITH current_revisions AS (
    SELECT articleId, max_by(struct_pack(key := key), revision).key AS key, max(committedAt) AS committedAt
    FROM read_json('out/changes/v1/*/*/*.ndjson')
    GROUP BY articleId
)
SELECT article.datePublished, article.wordCount, article.enrichment.language.code AS language, article.headline
FROM current_revisions
JOIN read_json('out/articles/v1/*/*/*.json', filename = true, union_by_name = true, maximum_object_size = 67108864)
    AS article ON article.filename = 'out/' || current_revisions.key
ORDER BY current_revisions.committedAt DESC;
