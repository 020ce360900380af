"""Proposes which customers change hands so that no book is over its limits, at the least cost to the relationships.

``problem`` says in numbers what may move, what it costs and what there is room for; ``search`` finds a proposal, by
HiGHS where it is installed (``columns``, ``neighbourhood``), else by ``greedy`` and ``exchange``. All of it is pure,
and the same problem has the same answer: effort is counted in steps, not in seconds.
"""
