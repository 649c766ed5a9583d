"""Countries by what sources write, as the two letters that are stored: codes of ISO 3166-1, and common names.

Kosovo has no code there; XK and XKX are the ones in use. The names are in `data/country_names.csv`.
"""

from collections.abc import Mapping
from functools import cache

from charging.domain.reference_data import FACTS_DIR, read_facts
from charging.domain.text_folding import fold_letters

_CODES = """
ABWAW AFGAF AGOAO AIAAI ALAAX ALBAL ANDAD AREAE ARGAR ARMAM ASMAS ATAAQ ATFTF ATGAG AUSAU AUTAT AZEAZ BDIBI
BELBE BENBJ BESBQ BFABF BGDBD BGRBG BHRBH BHSBS BIHBA BLMBL BLRBY BLZBZ BMUBM BOLBO BRABR BRBBB BRNBN BTNBT
BVTBV BWABW CAFCF CANCA CCKCC CHECH CHLCL CHNCN CIVCI CMRCM CODCD COGCG COKCK COLCO COMKM CPVCV CRICR CUBCU
CUWCW CXRCX CYMKY CYPCY CZECZ DEUDE DJIDJ DMADM DNKDK DOMDO DZADZ ECUEC EGYEG ERIER ESHEH ESPES ESTEE ETHET
FINFI FJIFJ FLKFK FRAFR FROFO FSMFM GABGA GBRGB GEOGE GGYGG GHAGH GIBGI GINGN GLPGP GMBGM GNBGW GNQGQ GRCGR
GRDGD GRLGL GTMGT GUFGF GUMGU GUYGY HKGHK HMDHM HNDHN HRVHR HTIHT HUNHU IDNID IMNIM INDIN IOTIO IRLIE IRNIR
IRQIQ ISLIS ISRIL ITAIT JAMJM JEYJE JORJO JPNJP KAZKZ KENKE KGZKG KHMKH KIRKI KNAKN KORKR KWTKW LAOLA LBNLB
LBRLR LBYLY LCALC LIELI LKALK LSOLS LTULT LUXLU LVALV MACMO MAFMF MARMA MCOMC MDAMD MDGMG MDVMV MEXMX MHLMH
MKDMK MLIML MLTMT MMRMM MNEME MNGMN MNPMP MOZMZ MRTMR MSRMS MTQMQ MUSMU MWIMW MYSMY MYTYT NAMNA NCLNC NERNE
NFKNF NGANG NICNI NIUNU NLDNL NORNO NPLNP NRUNR NZLNZ OMNOM PAKPK PANPA PCNPN PERPE PHLPH PLWPW PNGPG POLPL
PRIPR PRKKP PRTPT PRYPY PSEPS PYFPF QATQA REURE ROURO RUSRU RWARW SAUSA SDNSD SENSN SGPSG SGSGS SHNSH SJMSJ
SLBSB SLESL SLVSV SMRSM SOMSO SPMPM SRBRS SSDSS STPST SURSR SVKSK SVNSI SWESE SWZSZ SXMSX SYCSC SYRSY TCATC
TCDTD TGOTG THATH TJKTJ TKLTK TKMTM TLSTL TONTO TTOTT TUNTN TURTR TUVTV TWNTW TZATZ UGAUG UKRUA UMIUM URYUY
USAUS UZBUZ VATVA VCTVC VENVE VGBVG VIRVI VNMVN VUTVU WLFWF WSMWS YEMYE ZAFZA ZMBZM ZWEZW XKXXK
"""
"""Three letters and two, run together."""

ALPHA_2: Mapping[str, str] = {codes[:3]: codes[3:] for codes in _CODES.split()}
"""Two letters by three."""

_KNOWN = frozenset(ALPHA_2.values())


def country_code(text: str) -> str | None:
    """Return a country as two letters, or None where the text is no code of one.

    Examples
    --------
    >>> country_code("CHN"), country_code(" nl"), country_code("TRY")
    ('CN', 'NL', None)
    """
    code = text.strip().upper()
    return code if code in _KNOWN else ALPHA_2.get(code)


def find_country(text: str) -> str | None:
    """Return a country, given as a code or by its name, as two letters; None where the text is neither.

    Examples
    --------
    >>> find_country("Deutschland"), find_country("usa"), find_country("中国"), find_country("EU")
    ('DE', 'US', 'CN', None)
    >>> find_country("Turkiye"), find_country("U.S."), find_country("Scotland"), find_country("Springfield")
    ('TR', 'US', 'GB', None)
    """
    return country_code(text) or _by_name().get(fold_letters(text))


@cache
def _by_name() -> dict[str, str]:
    rows = read_facts(FACTS_DIR / "country_names.csv", ("code", "names"))
    return {fold_letters(name): row["code"] for row in rows for name in row["names"].split("|")}
