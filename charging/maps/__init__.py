"""The map: folium only here."""
