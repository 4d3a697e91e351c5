"""The search of the board: an index of pairs of letters, kept in the transaction of each act.

tokens cuts text, sqlite and postgresql keep the index, index says what is written, finding asks.
"""
