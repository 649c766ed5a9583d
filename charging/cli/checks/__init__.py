"""What `charging doctor` looks at."""
