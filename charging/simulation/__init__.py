"""The simulated network of China: no foreign format is read here."""
