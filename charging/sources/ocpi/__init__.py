"""OCPI Locations, versions 2.1.1, 2.2.1 and 2.3.0."""
