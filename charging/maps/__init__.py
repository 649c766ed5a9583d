"""The map; the only package that uses folium."""
