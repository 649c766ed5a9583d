"""Open Charge Map: sites as its API and its bulk files write them."""
