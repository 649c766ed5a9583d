"""What the figures mean: small tables in, small tables out, with pandas and numpy, without SQL.

Each analysis is one function whose docstring is its definition (docs/definitions/ has them all). Its input
is what `charging.queries` returns, or a table made by hand (`charging.analytics.holdings`). Functions are
imported from their modules: the package has no names of its own, so that none hides a module, and one
analysis loads no other.
"""
