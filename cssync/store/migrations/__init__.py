"""The way of every older store to the tables of today. Only forward: the way back is a backup.

To change a table: change ``cssync/store/schema``; add ``versions/r<number>_<what it brings>.py`` by hand, with
plain SQLAlchemy types, after the pattern of the last one; raise ``HEAD`` in ``cssync/store/upgrade.py``; and give
``tests/store/test_upgrade.py`` rows for the new revision. A test tells whether revisions and tables agree.
"""
