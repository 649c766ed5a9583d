"""Pinyin of the cities whose English name is spelt otherwise: Urumqi is wulumuqi.

The English names of these cities follow the local language, keyboards follow the Chinese characters. Letters
only, without tones; ü is typed as v.
"""

PINYIN = {
    "Lüliang": "lvliang",
    "Hohhot": "huhehaote",
    "Ordos": "eerduosi",
    "Hulunbuir": "hulunbeier",
    "Bayannur": "bayannaoer",
    "Ulanqab": "wulanchabu",
    "Hinggan": "xingan",
    "Xilingol": "xilinguole",
    "Alxa": "alashan",
    "Harbin": "haerbin",
    "Qiqihar": "qiqihaer",
    "Garze": "ganzi",
    "Lhasa": "lasa",
    "Shigatse": "rikaze",
    "Qamdo": "changdu",
    "Nyingchi": "linzhi",
    "Nagqu": "naqu",
    "Ngari": "ali",
    "Golog": "guoluo",
    "Urumqi": "wulumuqi",
    "Karamay": "kelamayi",
    "Turpan": "tulufan",
    "Bortala": "boertala",
    "Bayingolin": "bayinguoleng",
    "Aksu": "akesu",
    "Kizilsu": "kezilesu",
    "Kashgar": "kashi",
    "Hotan": "hetian",
    "Ili": "yili",
    "Altay": "aletai",
    "Aral": "alaer",
    "Tumxuk": "tumushuke",
    "Kokdala": "kekedala",
}
"""Pinyin by English name; each of these names is unique."""
