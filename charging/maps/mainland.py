"""Where maps in GCJ-02 are shifted: a rough outline of the Chinese mainland, for drawing only.

The browser gets it with tiles in GCJ-02; their shift applies inside it and fades out beyond it. It decides
nothing about data: the datum of a station comes from its source. It is written by hand from general
knowledge and follows no line closer than a few kilometres, except where another datum begins next door: at
Hong Kong, Macau and Kinmen. It is not a border and takes no side about one; along the coast it runs through
the sea.

That Amap does not shift Hong Kong and Macau is not verified: reports differ.
"""

OUTLINE = (
    # the north-east, along Amur and Ussuri
    (53.6, 120.9), (53.6, 124.0), (52.9, 125.7), (51.5, 127.0), (50.27, 127.58), (49.6, 128.9),
    (48.95, 130.8), (47.75, 131.1), (47.8, 132.6), (48.45, 134.0), (48.5, 134.9), (47.3, 134.8),
    (45.8, 133.6), (45.0, 132.8), (45.0, 131.5), (43.9, 131.4), (42.35, 130.7), (42.9, 129.9), (41.95, 128.4),
    (41.35, 128.3), (41.75, 126.9), (40.85, 126.0), (40.11, 124.4), (39.6, 124.2),
    # the coast, outside Matsu and Kinmen
    (38.9, 123.6), (38.4, 121.9), (37.5, 123.2), (32.0, 122.9), (28.5, 122.8), (26.55, 120.6), (26.3, 119.97),
    (26.05, 119.85), (25.2, 120.0), (24.45, 118.9), (24.51, 118.55), (24.535, 118.28), (24.46, 118.205),
    (24.35, 118.15), (23.3, 117.7), (22.2, 115.3),
    # around Hong Kong
    (22.42, 114.52), (22.56, 114.42), (22.56, 114.3), (22.547, 114.225), (22.56, 114.17),
    (22.53, 114.115), (22.51, 114.06), (22.51, 113.99), (22.465, 113.92), (22.4, 113.8),
    # around Macau
    (22.25, 113.65), (22.215, 113.555), (22.2, 113.535), (22.13, 113.55), (21.6, 113.5),
    # Hainan and the south-west
    (19.0, 111.3), (17.9, 109.9), (18.4, 108.3), (21.4, 108.05), (22.0, 106.6), (23.3, 105.3),
    (22.51, 104.02), (22.4, 102.3), (21.1, 101.8), (21.6, 99.9), (23.95, 97.55), (24.75, 97.6), (25.8, 98.5),
    # the Himalayas, Pamir and Tian Shan
    (28.2, 97.7), (29.1, 95.0), (27.7, 91.8), (28.1, 90.0), (27.2, 88.9), (28.2, 85.1), (30.1, 81.0),
    (32.4, 78.6), (35.5, 77.8), (37.0, 74.6), (39.5, 73.5), (41.0, 77.9), (42.3, 80.1), (44.2, 80.35),
    (45.2, 82.4), (47.2, 83.0), (47.3, 85.6), (49.2, 87.4),
    # along Mongolia and the Argun
    (47.8, 90.2), (45.2, 91.0), (44.9, 93.7), (42.7, 96.4), (42.5, 101.8), (41.6, 105.0), (42.5, 107.5),
    (43.72, 111.95), (45.2, 112.0), (46.3, 116.0), (47.3, 119.3), (48.0, 115.6), (49.8, 116.6),
    (49.65, 117.7), (50.4, 119.15), (52.0, 120.6),
)  # fmt: skip
"""Corners of a closed ring, `lat, lon` in WGS-84 degrees."""
