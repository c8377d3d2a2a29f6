"""Areas that events name: by name, by point, or not at all."""

import geopandas as gpd
import hypothesis.strategies as st
import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import ROOT, SHARED, few_and_many, frame
from pyproj import Geod

from geo.errors import CRSError, GeometryError, InputError
from geo.events.areas import FARTHEST_M, AdminAreas
from geo.events.names import COUNTRY, DISTRICT, STATE, TOWNSHIP, stated_levels

NAN = float("nan")
GEOD = Geod(ellps="WGS84")


def box(west, south, size=1.0):
    return shapely.box(west, south, west + size, south + size)


@pytest.fixture
def areas():
    """Give six townships in four districts of two states of one country, beside another one."""
    towns = frame(
        [box(0, 0), box(1, 0), box(0, 1), box(1, 1), box(0, 2), box(1, 2)],
        name=["Lashio", "Muse", "Htantabin", "Kale", "Ye-U", "Htantabin"],
        district=["Lashio", "Muse", "Lashio", "Kale", "Kale", "Kale"],
        state=["Shan", "Shan", "Shan", "Sagaing", "Sagaing", "Sagaing"],
        state_part=["Shan (North)", "Shan (North)", "Shan (East)", "", None, ""],
        country=["MMR"] * 6,
        aliases=[None, None, None, "Kalay;Kalaymyo", None, None],
        state_aliases=["Northern Land"] * 3 + [""] * 3,
    )
    lands = frame(
        [shapely.box(0, 0, 2, 3), box(2, 0, 3), box(2, 0), box(0, 0, 2)],
        name=["Myanmar", "India", "Manipur", "Shan"],
        level=[0, 0, 1, 1],
        country=["MMR", "IND", "IND", "MMR"],
    )
    return AdminAreas.of(towns, lands)


def found(areas, level, name, lon=NAN, lat=NAN, country="Myanmar (Burma)"):
    area, how = areas.find([level], [name], [lon], [lat], [country])
    return (areas.names[area[0]] if area[0] >= 0 else None), str(how[0])


def test_unions_stand_for_districts_states_and_countries(areas):
    size = pd.Series(shapely.area(areas.shapes)).groupby([areas.levels, areas.names]).sum()
    assert size[STATE].to_dict() == {
        "Manipur": 1,
        "Sagaing": 3,
        "Shan": 3,
        "Shan (East)": 1,
        "Shan (North)": 2,
    }
    assert size[DISTRICT].to_dict() == {"Kale": 3, "Lashio": 2, "Muse": 1}
    assert size[COUNTRY].to_dict() == {"India": 9, "Myanmar": 6}
    assert (areas.levels == TOWNSHIP).sum() == 6


@pytest.mark.parametrize(
    "name",
    [
        "Lashio",
        "Lashio township",
        "LASHIO  Township",
        "Láshio town",
        "La-shio",
        "Muse road (Lashio township)",
        "Lashio (old town)",
        "Salween River in Lashio township",
    ],
)
def test_spellings_of_one_name(areas, name):
    assert found(areas, TOWNSHIP, name, 0.5, 0.5) == ("Lashio", "name")


@pytest.mark.parametrize(
    ("level", "name", "expected"),
    [
        (STATE, "Shan state", "Shan"),
        (STATE, "Shan State (North)", "Shan (North)"),
        (STATE, "Shan-North", "Shan (North)"),
        (STATE, "northern land", "Shan"),
        (STATE, "Sagaing  region", "Sagaing"),
        (DISTRICT, "Muse district", "Muse"),
        (TOWNSHIP, "Kalay township", "Kale"),
        (TOWNSHIP, "Ye U", "Ye-U"),
        (COUNTRY, "Myanmar (Burma)", "Myanmar"),
        (COUNTRY, "mmr", "Myanmar"),
    ],
)
def test_a_name_alone_is_enough_without_a_point(areas, level, name, expected):
    assert found(areas, level, name) == (expected, "name")


def test_a_country_named_by_an_event_of_another_is_not_meant(areas):
    assert found(areas, COUNTRY, "India", country="MMR") == (None, "none")
    assert found(areas, STATE, "Manipur", 2.5, 0.5, "India") == ("Manipur", "name")
    assert found(areas, STATE, "Manipur", 2.05, 0.5) == (None, "none")


def test_same_names_are_told_apart_by_the_point(areas):
    ask = ([TOWNSHIP] * 3, ["Htantabin"] * 3, [0.5, 1.5, NAN], [1.5, 2.5, NAN], "Myanmar")
    area, how = areas.find(*ask)
    assert how.tolist() == ["name", "name", "none"]
    assert areas.shapes[area[0]].equals(box(0, 1))
    assert areas.shapes[area[1]].equals(box(1, 2))
    assert area[2] == -1


def test_a_far_name_is_not_believed(areas):
    assert found(areas, TOWNSHIP, "Lashio township", 1.5, 1.5) == ("Kale", "point")
    assert found(areas, TOWNSHIP, "Lashio township", 40, 1.5) == (None, "none")
    assert found(areas, TOWNSHIP, "Nowhere", 1.5, 1.5) == ("Kale", "point")
    assert found(areas, TOWNSHIP, "Nowhere") == (None, "none")
    assert found(areas, STATE, "", 0.5, 0.5) == ("Shan", "point")


def test_a_coarser_area_is_not_taken_for_a_finer_namesake(areas):
    assert found(areas, TOWNSHIP, "Muse district", 1.5, 0.5) == ("Muse", "point")
    assert found(areas, TOWNSHIP, "Kale district") == (None, "none")
    assert found(areas, TOWNSHIP, "Kale") == ("Kale", "name")
    # no state is called Muse, so here the word only belongs to the name
    assert found(areas, DISTRICT, "Muse division") == ("Muse", "name")


def test_without_a_point_a_foreign_country_excludes(areas):
    assert found(areas, TOWNSHIP, "Lashio", country="Nigeria") == (None, "none")
    assert found(areas, TOWNSHIP, "Lashio", 0.5, 0.5, "Nigeria") == ("Lashio", "name")
    assert found(areas, TOWNSHIP, "Lashio", country="") == ("Lashio", "name")


@pytest.mark.parametrize("south", [0.0, 45.0, 69.0])
@pytest.mark.parametrize(("azimuth", "side"), [(270, "west"), (180, "south"), (0, "north")])
@pytest.mark.parametrize(("km", "how"), [(0.99, "name"), (1.01, "none")])
def test_the_distance_is_metres_on_the_ellipsoid(south, azimuth, side, km, how):
    areas = AdminAreas.from_frame(frame([box(10, south)], name=["A"], level=[3]))
    edge = {"west": (10, south + 0.5), "south": (10.5, south), "north": (10.5, south + 1)}[side]
    lon, lat, _ = GEOD.fwd(*edge, azimuth, km * FARTHEST_M)
    assert found(areas, TOWNSHIP, "A", lon, lat)[1] == how


def no_event_speaks_for_another(data):
    areas = AdminAreas.from_frame(
        frame(
            [box(0, 0), box(1, 0), box(0, 1, 2)], name=["A", "B", "A"], level=[3, 3, 2], country="X"
        )
    )
    event = st.tuples(
        st.sampled_from([0, 2, 3]),
        st.sampled_from(["A", "b township", "C", "", None]),
        st.one_of(st.just(NAN), st.floats(-1, 4)),
        st.floats(-1, 4),
        st.sampled_from(["X", "Y", None]),
    )
    events = data.draw(st.lists(event, min_size=1, max_size=6))
    area, how = areas.find(*zip(*events, strict=True))
    for number, (level, name, lon, lat, country) in enumerate(events):
        alone = areas.find([level], [name], [lon], [lat], [country])
        assert (alone[0][0], alone[1][0]) == (area[number], how[number])
        assert (area[number] == -1) == (how[number] == "none")
        assert area[number] == -1 or areas.levels[area[number]] == level
        if how[number] == "point":
            assert areas.shapes[area[number]].intersects(shapely.Point(lon, lat))


test_no_event_speaks_for_another, test_no_event_speaks_for_another_often = few_and_many(
    no_event_speaks_for_another,
    8,
    100,
    st.data(),
)


def test_nothing_asked_and_nothing_known(areas):
    area, how = areas.find([], [], [], [], [])
    assert area.shape == how.shape == (0,)
    assert area.dtype == np.int64
    empty = frame([], name=[], district=[], state=[], country=[], level=[])
    for nothing in (AdminAreas.of(empty, empty), AdminAreas.from_frame(empty)):
        assert found(nothing, TOWNSHIP, "Lashio", 0.5, 0.5) == (None, "none")


def test_a_frame_of_admin_columns():
    given = frame(
        [box(0, 0), box(1, 0), box(2, 0)],
        ADMIN1=["North", "North", "South"],
        Admin2=["A", "B", "A"],
        Country=["Land"] * 3,
    )
    before = given.copy()
    areas = AdminAreas.from_frame(given)
    assert given.equals(before)
    assert areas.levels.tolist() == [1, 1, 2, 2, 2]
    assert areas.names.tolist() == ["North", "South", "A", "B", "A"]
    assert shapely.area(areas.shapes).tolist() == [2, 1, 1, 1, 1]
    assert found(areas, DISTRICT, "A district", 2.5, 0.5, "Land") == ("A", "name")


def test_names_of_other_scripts_keep_their_vowels():
    areas = AdminAreas.from_frame(
        frame([box(0, 0), box(1, 0)], name=["ကလေး", "ကလိ"], level=[3, 3], aliases=["Kale", ""])
    )
    assert found(areas, TOWNSHIP, "ကလိ") == ("ကလိ", "name")
    assert found(areas, TOWNSHIP, "ကလေး") == ("ကလေး", "name")
    assert found(areas, TOWNSHIP, "kale") == ("ကလေး", "name")


def test_what_cannot_be_read_is_refused(areas):
    with pytest.raises(InputError, match=r"must be 0, 1, 2 or 3, in row\(s\) 1 \(4\)"):
        areas.find([3, 4], "A", 0.0, 0.0, "")
    with pytest.raises(InputError, match="name and level, or admin1"):
        AdminAreas.from_frame(frame([box(0, 0)], name=["A"]))
    with pytest.raises(InputError, match="townships: no column is called district, state"):
        AdminAreas.of(frame([box(0, 0)], name=["A"], country=["X"]), frame([]))
    with pytest.raises(CRSError):
        AdminAreas.from_frame(frame([box(0, 0)], name=["A"], level=[3]).to_crs(3857))
    for wrong in (shapely.Point(0, 0), None, shapely.Polygon([(0, 0), (1, 1), (0, 1), (1, 0)])):
        with pytest.raises(GeometryError, match=r"row\(s\) 1 it is not"):
            AdminAreas.from_frame(frame([box(0, 0), wrong], name=["A", "B"], level=[3, 3]))


def test_levels_that_names_state():
    names = ["Lashio township", "Kale District", "Karen state", "Bago division", "Naf river", None]
    assert stated_levels(names).tolist() == [3, 2, 1, 1, -1, -1]
    assert stated_levels(["Road (A Township) in B state", "Township"]).tolist() == [1, 3]
    assert stated_levels([]).shape == (0,)


# ------------------------------------------------------------ the bundled layer and real events


@pytest.fixture(scope="module")
def bundled(layers):
    """Give the look-up of the bundled layers."""
    return AdminAreas.of(layers["townships"], layers["boundaries"])


@pytest.fixture(scope="module")
def events():
    """Give both UCDP files as one table."""
    files = sorted((SHARED / "data" / "ucdp").glob("*.csv"))
    assert len(files) == 2
    return pd.concat([pd.read_csv(file, low_memory=False) for file in files], ignore_index=True)


def asked(areas, rows, level, column="where_coordinates"):
    return areas.find(level, rows[column], rows["longitude"], rows["latitude"], rows["country"])


def test_the_bundled_look_up_has_all_levels(bundled):
    counts = pd.Series(bundled.levels).value_counts().to_dict()
    assert counts == {COUNTRY: 13, STATE: 31, DISTRICT: 82, TOWNSHIP: 320}


def test_every_alias_leads_to_its_area(bundled):
    aliases = pd.read_csv(ROOT / "layers" / "facts" / "admin_names.csv")
    asked = []
    for row in aliases.itertuples():
        same = np.flatnonzero((bundled.names == row.name) & (bundled.levels == row.level))
        assert same.size, row
        asked += [(number, row.level, row.alias) for number in same]
    expected, level, alias = (np.array(values, dtype=object) for values in zip(*asked, strict=True))
    spots = shapely.point_on_surface(bundled.shapes[expected.astype(int)])
    x, y = shapely.get_x(spots), shapely.get_y(spots)
    area, how = bundled.find(level.astype(int), alias, x, y, [""] * len(x))
    assert area.tolist() == expected.tolist()
    assert (how == "name").all()


@pytest.mark.shared
@pytest.mark.parametrize(
    ("precision", "level", "counts", "others"),
    [
        (3, DISTRICT, (459, 456), {"Mindat district", "Bogale district"}),
        (4, STATE, (713, 713), set()),
        (6, COUNTRY, (352, 352), set()),
    ],
)
def test_real_events_of_whole_areas(bundled, events, precision, level, counts, others):
    some = events[events["where_prec"] == precision]
    _, how = asked(bundled, some, level)
    assert (len(some), (how == "name").sum()) == counts
    assert set(some["where_coordinates"][how == "point"]) == others
    assert not (how == "none").any()


@pytest.mark.shared
def test_real_events_of_a_township_lie_in_it(bundled, events):
    some = events[events["where_prec"] == 5]
    some = some[some["where_coordinates"].str.contains("township", case=False)]
    area, how = asked(bundled, some, TOWNSHIP)
    assert len(some) == 2958
    assert (how == "name").sum() == 2948
    # one is a town's, the others lie between two townships
    between = some["where_coordinates"].str.contains(" and ")
    assert set(some["where_coordinates"][how != "name"][~between]) == {"Kamaing township"}
    points = gpd.points_from_xy(some["longitude"], some["latitude"])
    inside = shapely.intersects(bundled.shapes[area], points)[how == "name"]
    assert inside.sum() == 2932


@pytest.mark.shared
def test_real_events_between_places_are_not_found_by_name(bundled, events):
    some = events[events["where_prec"] == 5]
    some = some[~some["where_coordinates"].str.contains("township|state", case=False)]
    _, how = asked(bundled, some, TOWNSHIP)
    assert set(some["where_coordinates"][how == "name"]) == {"Salween river (Hpapun)"}


@pytest.mark.shared
def test_real_states_are_found_by_name(bundled, events):
    some = events[(events["where_prec"] <= 5) & events["adm_1"].notna()]
    _, how = asked(bundled, some, STATE, "adm_1")
    assert (len(some), (how == "name").sum()) == (6970, 6966)


@pytest.mark.shared
def test_aliases_rest_on_events_near_their_area(bundled, events):
    """Every alias that cites UCDP stands in its files, and near the area that it is given."""
    aliases = pd.read_csv(ROOT / "layers" / "facts" / "admin_names.csv")
    columns = {1: "adm_1", 2: "adm_2", 3: "where_coordinates"}
    cited = aliases[aliases["source"].str.startswith("UCDP")]
    assert len(cited) > 40
    for row in cited.itertuples():
        plain = row.alias.replace("-", "[- ]")
        for column in (columns[row.level], "where_coordinates"):
            some = events[events[column].fillna("").str.contains(rf"\b{plain}\b", case=False)]
            if len(some):
                break
        assert len(some), row
        same = (bundled.names == row.name) & (bundled.levels == row.level)
        points = gpd.points_from_xy(some["longitude"], some["latitude"])
        degrees = shapely.distance(shapely.union_all(bundled.shapes[same]), points)
        assert np.median(degrees) < 0.15, row
