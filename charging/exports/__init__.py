"""Files people take away: CSV, GeoJSON or Parquet, with licences, attribution and data dictionary."""
