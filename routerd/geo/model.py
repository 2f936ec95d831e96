"""What is known of where an address is, and the members of GEO that rules ask for. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_LETTERS = (
    "AD AND AE ARE AF AFG AG ATG AI AIA AL ALB AM ARM AO AGO AQ ATA AR ARG AS ASM AT AUT AU AUS AW ABW AX ALA AZ AZE BA BIH BB BRB "
    "BD BGD BE BEL BF BFA BG BGR BH BHR BI BDI BJ BEN BL BLM BM BMU BN BRN BO BOL BQ BES BR BRA BS BHS BT BTN BV BVT BW BWA BY BLR "
    "BZ BLZ CA CAN CC CCK CD COD CF CAF CG COG CH CHE CI CIV CK COK CL CHL CM CMR CN CHN CO COL CR CRI CU CUB CV CPV CW CUW CX CXR "
    "CY CYP CZ CZE DE DEU DJ DJI DK DNK DM DMA DO DOM DZ DZA EC ECU EE EST EG EGY EH ESH ER ERI ES ESP ET ETH FI FIN FJ FJI FK FLK "
    "FM FSM FO FRO FR FRA GA GAB GB GBR GD GRD GE GEO GF GUF GG GGY GH GHA GI GIB GL GRL GM GMB GN GIN GP GLP GQ GNQ GR GRC GS SGS "
    "GT GTM GU GUM GW GNB GY GUY HK HKG HM HMD HN HND HR HRV HT HTI HU HUN ID IDN IE IRL IL ISR IM IMN IN IND IO IOT IQ IRQ IR IRN "
    "IS ISL IT ITA JE JEY JM JAM JO JOR JP JPN KE KEN KG KGZ KH KHM KI KIR KM COM KN KNA KP PRK KR KOR KW KWT KY CYM KZ KAZ LA LAO "
    "LB LBN LC LCA LI LIE LK LKA LR LBR LS LSO LT LTU LU LUX LV LVA LY LBY MA MAR MC MCO MD MDA ME MNE MF MAF MG MDG MH MHL MK MKD "
    "ML MLI MM MMR MN MNG MO MAC MP MNP MQ MTQ MR MRT MS MSR MT MLT MU MUS MV MDV MW MWI MX MEX MY MYS MZ MOZ NA NAM NC NCL NE NER "
    "NF NFK NG NGA NI NIC NL NLD NO NOR NP NPL NR NRU NU NIU NZ NZL OM OMN PA PAN PE PER PF PYF PG PNG PH PHL PK PAK PL POL PM SPM "
    "PN PCN PR PRI PS PSE PT PRT PW PLW PY PRY QA QAT RE REU RO ROU RS SRB RU RUS RW RWA SA SAU SB SLB SC SYC SD SDN SE SWE SG SGP "
    "SH SHN SI SVN SJ SJM SK SVK SL SLE SM SMR SN SEN SO SOM SR SUR SS SSD ST STP SV SLV SX SXM SY SYR SZ SWZ TC TCA TD TCD TF ATF "
    "TG TGO TH THA TJ TJK TK TKL TL TLS TM TKM TN TUN TO TON TR TUR TT TTO TV TUV TW TWN TZ TZA UA UKR UG UGA UM UMI US USA UY URY "
    "UZ UZB VA VAT VC VCT VE VEN VG VGB VI VIR VN VNM VU VUT WF WLF WS WSM YE YEM YT MYT ZA ZAF ZM ZMB ZW ZWE"
)
_CODES = _LETTERS.split()
THREE = dict(zip(_CODES[::2], _CODES[1::2], strict=True))
"""ISO 3166-1: three letters by two."""


@dataclass(frozen=True, slots=True)
class Country:
    """Where an address is, as far as the database says.

    Attributes:
        code: two letters, ISO 3166-1.
        name: in English.
        continent: two letters: AF AN AS EU NA OC SA.
        region: code of the first subdivision, ISO 3166-2 without the country.
        city: in English.
        postal_code: as the country writes it.
        latitude: degrees; empty when unknown.
        longitude: likewise.
        metro_code: United States only.
    """

    code: str
    name: str = ""
    continent: str = ""
    region: str = ""
    city: str = ""
    postal_code: str = ""
    latitude: str = ""
    longitude: str = ""
    metro_code: str = ""

    def members(self) -> dict[bytes, bytes]:
        """GEO as SecLang's reference has it, without what is empty."""
        found = {
            "COUNTRY_CODE": self.code,
            "COUNTRY_CODE3": THREE.get(self.code, ""),
            "COUNTRY_NAME": self.name,
            "COUNTRY_CONTINENT": self.continent,
            "REGION": self.region,
            "CITY": self.city,
            "POSTAL_CODE": self.postal_code,
            "LATITUDE": self.latitude,
            "LONGITUDE": self.longitude,
            "DMA_CODE": self.metro_code,
        }
        return {name.encode(): value.encode() for name, value in found.items() if value}


def country(value: Any) -> Country | None:
    """What an entry of a database of countries or cities says; None when it names no country.

    Where the address is counts before where it is registered: that is what owners mean by a country.
    """
    if not isinstance(value, Mapping):
        return None
    place = _map(value, "country") or _map(value, "registered_country")
    # Some free databases have the code itself.
    code = _text(place.get("iso_code")) if place else _text(value.get("country_code")) or _text(value.get("country"))
    if len(code) != 2:
        return None
    location, subdivisions = _map(value, "location"), value.get("subdivisions")
    region = subdivisions[0] if isinstance(subdivisions, list) and subdivisions and isinstance(subdivisions[0], Mapping) else {}
    return Country(
        code=code.upper(),
        name=_name(place) or _text(value.get("country_name")),
        continent=_text(_map(value, "continent").get("code")) or _text(value.get("continent_code")),
        region=_text(region.get("iso_code")),
        city=_name(_map(value, "city")),
        postal_code=_text(_map(value, "postal").get("code")),
        latitude=_degrees(location.get("latitude")),
        longitude=_degrees(location.get("longitude")),
        metro_code=_text(location.get("metro_code")),
    )


def _map(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, Mapping) else {}


def _name(place: Mapping[str, Any]) -> str:
    return _text(_map(place, "names").get("en"))


def _text(value: Any) -> str:
    return str(value)[:200] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _degrees(value: Any) -> str:
    return f"{value:.6f}" if isinstance(value, float) else ""
