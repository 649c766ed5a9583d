"""Keys of tables in which rows can be chosen.

Streamlit keeps a choice as row numbers under the key of the table, so that other rows under the same key
would have another one chosen; and it keeps what a key's table was made from as long as the visit lasts. So a
table goes through a few keys in turn, another one whenever its rows are others: a choice that was on its way
when the rows changed is still taken from the rows that it was made in.
"""

from charging.views.session.visit import visit

KEYS = 4
"""How many keys a table has: more than there are answers on their way at once."""


def key_of_rows(table: str, rows: int) -> str:
    """Return the key of a table whose rows have the hash `rows`."""
    turns = visit.table_turns
    last, turn = turns.get(table, (rows, 0))
    turns[table] = rows, (turn if rows == last else (turn + 1) % KEYS)
    return f"{table}-{turns[table][1]}"
