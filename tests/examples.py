"""How many examples a test of a rule tries: some before a commit, more where `CHARGING_EXAMPLES` says so."""

import os

EXAMPLES = int(os.environ.get("CHARGING_EXAMPLES", "10"))

OF_EACH = max(2, EXAMPLES * 2 // 5)
"""Examples of each case, where a rule is held against many cases, or one takes long."""
