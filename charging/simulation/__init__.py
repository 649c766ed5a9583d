"""The simulated network of China."""
