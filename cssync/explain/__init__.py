"""Traces every figure about a book, an account or an alert back to the records and the settings that it comes from.

Pure, like all that it looks at: what it makes is an ``Explanation``, which ``cssync.report`` writes down.
"""
