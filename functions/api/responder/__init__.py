"""Answers the HTTP API: submissions in, articles and changes out.

What imports what, the lowest first: ``problems``; ``cursors``, ``callers``, ``models``, ``representations``;
``changes``, ``pushing``, ``sources``; ``stage``; ``routes``; ``answering``, ``document``; ``handler``.
"""
