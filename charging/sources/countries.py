"""Countries by the codes sources write: ISO 3166-1, three letters or two, as the two letters that are stored.

Kosovo has no code there; XK and XKX are the ones in use.
"""

from collections.abc import Mapping

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

_NAMES = """
AE united arab emirates|uae|阿联酋
AT austria|österreich|autriche|oostenrijk|奥地利
AU australia|australien|澳大利亚
BE belgium|belgië|belgique|belgien|bélgica|比利时
BG bulgaria|българия
BR brazil|brasil|brésil|巴西
CA canada|kanada|加拿大
CH switzerland|schweiz|suisse|svizzera|zwitserland|瑞士
CL chile|智利
CN china|people's republic of china|prc|中国|中华人民共和国|中國
CO colombia|哥伦比亚
CZ czechia|czech republic|česko|tschechien|捷克
DE germany|deutschland|allemagne|alemania|germania|duitsland|德国
DK denmark|danmark|dänemark|丹麦
EE estonia|eesti
ES spain|españa|espagne|spanien|spanje|spagna|西班牙
FI finland|suomi|finnland|芬兰
FR france|frankreich|francia|frankrijk|法国
GB united kingdom|uk|great britain|england|scotland|wales|royaume-uni|英国
GR greece|ελλάδα|griechenland|希腊
HK hong kong|香港
HR croatia|hrvatska|kroatien
HU hungary|magyarország|ungarn|匈牙利
ID indonesia|印度尼西亚
IE ireland|irland|爱尔兰
IL israel|以色列
IN india|indien|印度
IS iceland|ísland
IT italy|italia|italien|italie|italië|意大利
JP japan|日本
KR south korea|korea|republic of korea|대한민국|韩国
LT lithuania|lietuva
LU luxembourg|luxemburg|卢森堡
LV latvia|latvija
MO macau|macao|澳门
MX mexico|méxico|墨西哥
MY malaysia|马来西亚
NL netherlands|the netherlands|nederland|niederlande|pays-bas|holland|荷兰
NO norway|norge|norwegen|norvège|挪威
NZ new zealand|新西兰
PL poland|polska|polen|波兰
PT portugal|葡萄牙
RO romania|românia|rumänien
RS serbia|србија|srbija
RU russia|russian federation|россия|俄罗斯
SE sweden|sverige|schweden|瑞典
SG singapore|新加坡
SI slovenia|slovenija
SK slovakia|slovensko
TH thailand|泰国
TR turkey|türkiye|turkiye|土耳其
TW taiwan|台湾|臺灣
UA ukraine|україна
US united states|united states of america|u.s.|u.s.a.|estados unidos|états-unis|美国
VN vietnam|viet nam|việt nam|越南
ZA south africa|suid-afrika|南非
"""
"""Names of countries as tables write them, in lower case, behind the two letters."""

BY_NAME: Mapping[str, str] = {
    name: line[:2] for line in _NAMES.split("\n") if line for name in line[3:].split("|")
}
"""Two letters by name."""

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
    """
    return country_code(text) or BY_NAME.get(" ".join(text.casefold().split()))
