"""Files people download: CSV, GeoJSON or Parquet, with licences, attribution and data dictionary."""
