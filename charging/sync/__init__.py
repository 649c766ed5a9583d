"""Live peers: stations and their statuses pulled from the servers of operators into a dataset.

Owns the two transports (OCPI, T/CEC 102) and the journals of what came. What a record means is the business
of `charging.sources`, what a dataset is that of `charging.dataset`.
"""
