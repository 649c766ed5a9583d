"""DATEX II energy infrastructure: sites of charge points and their statuses, in JSON and XML."""
