"""What every view is made of: texts, HTML, errors, provenance, charts and labels."""
