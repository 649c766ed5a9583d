"""What frames every view: top line, figures, conditions and search."""
