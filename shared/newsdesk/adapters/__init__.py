"""The ports of ``newsdesk.ports`` on AWS; the only modules that import botocore.

Comes in: values of the domain. Goes out: AWS calls. Changes: tables, buckets, queues, buses.
"""
