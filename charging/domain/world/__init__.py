"""What others know of the world, country by country; read when a source first needs it."""
