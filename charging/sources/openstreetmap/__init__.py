"""OpenStreetMap: charging stations from Overpass or overpass-turbo."""
