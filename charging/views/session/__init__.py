"""One visit: its state and address, cached answers, start-up and the order in which pages are computed."""
