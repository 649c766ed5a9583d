"""Random small networks for Hypothesis: rows (unit, operator or None, piles or None), each pair once."""

from hypothesis import strategies as st

UNITS = [f"u{number}" for number in range(6)]
OPERATORS = ["a", "b", "c", "d", "e"]

networks = st.dictionaries(
    st.tuples(st.sampled_from(UNITS), st.sampled_from([*OPERATORS, None])),
    st.one_of(st.integers(0, 9), st.none()),
    max_size=25,
).map(lambda held: [(unit, operator, piles) for (unit, operator), piles in held.items()])

operator_sets = st.lists(st.sampled_from([*OPERATORS, "nobody"]), unique=True)
