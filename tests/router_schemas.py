"""
What the routers and GPX publish about their input, in words of our own.

Each rule stands with the page that it was read from.
"""

_LON = {"type": "number", "minimum": -180, "maximum": 180}
_LAT = {"type": "number", "minimum": -90, "maximum": 90}
_POSITION = {
    "type": "array",
    "prefixItems": [_LON, _LAT],
    "items": False,
    "minItems": 2,
}
# https://datatracker.ietf.org/doc/html/rfc7946#section-3.1.6: four or more positions, closed
_RING = {"type": "array", "minItems": 4, "items": _POSITION}
_RINGS = {"type": "array", "minItems": 1, "items": _RING}
_ENDS = {"type": "array", "minItems": 2, "items": _POSITION}


def _polygonal(kind, coordinates):
    return {
        "type": "object",
        "properties": {"type": {"const": kind}, "coordinates": coordinates},
        "required": ["type", "coordinates"],
        "additionalProperties": False,
    }


# https://giscience.github.io/openrouteservice/api-reference/endpoints/directions/routing-options
# https://giscience.github.io/openrouteservice/api-reference/endpoints/directions/
#   requests-and-return-types; ors-api RouteRequest.java: coordinates are required, unknown
#   fields are refused
OPENROUTESERVICE = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "coordinates": _ENDS,
        "options": {
            "type": "object",
            "properties": {
                "avoid_polygons": {
                    "oneOf": [
                        _polygonal("Polygon", _RINGS),
                        _polygonal(
                            "MultiPolygon", {"type": "array", "minItems": 2, "items": _RINGS}
                        ),
                    ]
                }
            },
            "required": ["avoid_polygons"],
            "additionalProperties": False,
        },
    },
    "required": ["coordinates", "options"],
    "additionalProperties": False,
}

# https://valhalla.github.io/valhalla/api/turn-by-turn/api-reference/ (locations, costing,
#   exclude_polygons: exterior rings as nested arrays of lon, lat)
VALHALLA = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "locations": {
            "type": "array",
            "minItems": 2,
            "items": {
                "type": "object",
                "properties": {"lat": _LAT, "lon": _LON},
                "required": ["lat", "lon"],
                "additionalProperties": False,
            },
        },
        "costing": {
            "enum": [
                "auto",
                "bicycle",
                "bus",
                "bikeshare",
                "truck",
                "taxi",
                "motor_scooter",
                "motorcycle",
                "multimodal",
                "pedestrian",
            ]
        },
        "exclude_polygons": {"type": "array", "minItems": 1, "items": _RING},
    },
    "required": ["locations", "costing", "exclude_polygons"],
    "additionalProperties": False,
}

# https://github.com/graphhopper/graphhopper/blob/master/docs/core/custom-models.md (areas:
#   FeatureCollection of Polygon features; statements if, else_if; values are text), web-api
#   JsonFeature.isValidId (letters, digits, single underscores) and CustomModelParser (no bbox)
_AREA = "^in_[A-Za-z0-9]+(_[A-Za-z0-9]+)*$"


def _statement(keyword):
    return {
        "type": "object",
        "properties": {
            keyword: {"type": "string", "pattern": _AREA},
            "multiply_by": {"type": "string", "pattern": r"^(0|1|0\.[0-9]+)$"},
        },
        "required": [keyword, "multiply_by"],
        "additionalProperties": False,
    }


CUSTOM_MODEL = {
    "type": "object",
    "properties": {
        "priority": {
            "type": "array",
            "minItems": 1,
            "prefixItems": [_statement("if")],
            "items": _statement("else_if"),
        },
        "areas": {
            "type": "object",
            "properties": {
                "type": {"const": "FeatureCollection"},
                "features": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "properties": {
                            "type": {"const": "Feature"},
                            "id": {
                                "type": "string",
                                "pattern": "^[A-Za-z0-9]+(_[A-Za-z0-9]+)*$",
                            },
                            "properties": {"type": "object"},
                            "geometry": _polygonal("Polygon", _RINGS),
                        },
                        "required": ["type", "id", "properties", "geometry"],
                        "additionalProperties": False,
                    },
                },
            },
            "required": ["type", "features"],
            "additionalProperties": False,
        },
    },
    "required": ["priority", "areas"],
    "additionalProperties": False,
}

# the same page: a request of POST /route; ch.disable since a custom model needs it
GRAPHHOPPER = {
    "type": "object",
    "properties": {
        "points": _ENDS,
        "profile": {"type": "string", "minLength": 1},
        "ch.disable": {"const": True},
        "custom_model": CUSTOM_MODEL,
    },
    "required": ["points", "profile", "ch.disable", "custom_model"],
    "additionalProperties": False,
}

# https://www.topografix.com/GPX/1/1/gpx.xsd: the elements of each type, in their order, those
# that may stand more than once marked by *
_POINT = (
    "ele time magvar geoidheight name cmt desc src link* sym type fix sat hdop vdop pdop "
    "ageofdgpsdata dgpsid extensions"
)
GPX = {
    "gpx": "metadata wpt* rte* trk* extensions",
    "metadata": "name desc author copyright link* time keywords bounds extensions",
    "wpt": _POINT,
    "trkpt": _POINT,
    "trk": "name cmt desc src link* number type extensions trkseg*",
    "trkseg": "trkpt* extensions",
}
GPX_NAMESPACE = "{http://www.topografix.com/GPX/1/1}"
