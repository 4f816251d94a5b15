"""A captured page goes in, its article comes out: in this process, or in a child that can be killed.

The top of the extractor. Importing it loads no HTML library: the modules that need one are loaded when a page is read.
"""

from __future__ import annotations

from extractor.reading.child import PAGE_SECONDS, WALL_FACTOR, ChildReader
from extractor.reading.reader import read_page

__all__ = ["PAGE_SECONDS", "WALL_FACTOR", "ChildReader", "read_page"]
