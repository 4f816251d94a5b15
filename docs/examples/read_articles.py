"""Print each article that changed since an hour: read_articles.py BUCKET date=2026-11-22/hour=09."""

import json
import sys

import boto3

bucket, since = sys.argv[1:]
s3 = boto3.client("s3")
taken: set[str] = set()
pages = s3.get_paginator("list_objects_v2").paginate(
    Bucket=bucket, Prefix="changes/v1/", StartAfter=f"changes/v1/{since}/"
)
for key in [entry["Key"] for page in pages for entry in page.get("Contents", [])]:
    for line in s3.get_object(Bucket=bucket, Key=key)["Body"].iter_lines():
        change = json.loads(line)
        if change["changeId"] not in taken and "key" in change:
            taken.add(change["changeId"])
            article = json.loads(s3.get_object(Bucket=bucket, Key=change["key"])["Body"].read())
            print(change["changeType"], article["revision"], article["wordCount"], article["headline"])
