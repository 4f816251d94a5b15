"""Print what changed, and where to go on: read_changes.py https://… [CURSOR]."""

import json
import sys
import urllib.parse
import urllib.request

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

api, *after = sys.argv[1:]
session = boto3.Session()
cursor = after[0] if after else None
while True:
    query = urllib.parse.urlencode({"after": cursor} if cursor else {})
    request = AWSRequest("GET", f"{api}/v1/changes?{query}")
    SigV4Auth(session.get_credentials(), "execute-api", session.region_name).add_auth(request)
    signed = urllib.request.Request(request.url, headers=dict(request.headers))
    with urllib.request.urlopen(signed) as answer:
        page = json.load(answer)
    for change in page["items"]:
        print(change["changeType"], change["articleId"], change["revision"], change.get("headline", ""))
    cursor = page["cursor"]
    if not page["hasMore"]:
        break
print(cursor)
