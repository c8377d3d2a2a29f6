"""DuckDB and SedonaDB read what is written here, and their sums and joins are ours."""

import importlib.util
import json
import sys
from pathlib import Path

import duckdb
import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
import shapely
from conftest import ROOT, frame

from geo import batch, exposure, io
from geo.errors import CRSError, GeometryError, InputError, LayerNotFoundError
from geo.io import parquet
from geo.io.limits import Limits
from geo.schema import KINDS

pytestmark = pytest.mark.slow

WITH_SHAPES = sorted(path.stem for path in (ROOT / "layers").glob("*.geojson"))
TABLES = ["figures", "speeds"]
POINTS = {"gates", "mining_sites", "places"}


@pytest.fixture
def duck():
    """Give DuckDB with its spatial extension, out of its package: nothing is fetched."""
    found = importlib.util.find_spec("duckdb_extension_spatial")
    [extension] = Path(found.origin).parent.rglob("spatial.duckdb_extension")
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as opened:
        opened.execute(f"LOAD '{extension}'")
        opened.execute("SET geometry_always_xy = true")
        yield lambda text: opened.execute(text).fetchall()


@pytest.fixture(scope="session")
def sedona():
    """Give SedonaDB: a function that asks it, and writes the answer where it is told to."""
    if sys.platform == "win32":
        pytest.skip("there is no SedonaDB for Windows")
    import sedonadb

    opened = sedonadb.connect()

    def ask(text, *, to=None, **files):
        for name, path in files.items():
            opened.read_parquet(str(path)).to_view(name, overwrite=True)
        found = opened.sql(text)
        if to is not None:
            return found.to_parquet(str(to), single_file_output=True)
        return [tuple(row.values()) for row in pa.table(found).to_pylist()]

    return ask


@pytest.fixture(scope="session")
def fleet():
    """Give ninety lines: some pass the zones, some miss them, and the last ones are none."""
    rng = np.random.default_rng(11)
    lines = [
        shapely.LineString(np.column_stack([np.linspace(x, x + 1, 12), y + rng.random(12) / 4]))
        for x, y in zip(rng.uniform(94, 100, 80), np.linspace(20, 29, 80), strict=True)
    ]
    far = [shapely.LineString([(150, y), (151, y)]) for y in range(8)]
    return frame([*lines, *far, None, None], route_id=[f"r{row:02}" for row in range(90)])


@pytest.fixture(scope="session")
def squares():
    """Give forty squares that overlap."""
    rng = np.random.default_rng(12)
    shapes = [
        shapely.box(x, y, x + 0.8, y + 0.8)
        for x, y in zip(rng.uniform(94, 100, 40), rng.uniform(20, 29, 40), strict=True)
    ]
    return frame(shapes, zone_id=[f"z{row:02}" for row in range(40)], source_date="2026-01-01")


@pytest.fixture(scope="session")
def out(fleet, squares, tmp_path_factory):
    """Give the answer for them in parts: one has no passage, the last one no number."""
    folder = tmp_path_factory.mktemp("many")
    fleet.to_parquet(folder / "fleet.parquet")
    squares.to_parquet(folder / "zones.parquet")
    options = batch.Options(workers=1, vertices=150)
    found = batch.measure([folder / "fleet.parquet"], squares, folder / "out", options=options)
    assert len(found["blocks"]) > 10
    assert min(block["passages"] for block in found["blocks"]) == 0
    assert found["rejected"] == 2
    return folder


@pytest.fixture(scope="session")
def alone(fleet, squares):
    """Give the same answer at once."""
    return exposure.measure(fleet.iloc[:88], squares)


@pytest.fixture(scope="session")
def exported(layers, tmp_path_factory):
    """Give a folder of every layer as GeoParquet."""
    folder = tmp_path_factory.mktemp("layers")
    for name in layers:
        layers.export(name, folder / f"{name}.parquet")
    return folder


def close(mine, theirs):
    assert [row[:-1] for row in mine] == [row[:-1] for row in theirs]
    np.testing.assert_allclose([row[-1] for row in mine], [row[-1] for row in theirs], rtol=1e-12)


PARTS = "read_parquet('{}/*.parquet')"
BY_ZONE = (
    "SELECT zone_id, count(*), sum(to_m - from_m) / 1000 AS km FROM {} "
    "WHERE NOT on_border GROUP BY zone_id ORDER BY zone_id"
)
SUMS = "SELECT count(*), count(rejected), count(geometry), sum(exposed_m) FROM {}"


def test_both_sum_the_parts_as_we_do(out, alone, duck, sedona):
    inside = alone.passages[~alone.passages["on_border"]]
    metres = (inside["to_m"] - inside["from_m"]).groupby(inside["zone_id"])
    ours = [(zone, len(some), some.sum() / 1000) for zone, some in metres]
    assert len(ours) > 30
    close(duck(BY_ZONE.format(PARTS.format(out / "out" / "passages"))), ours)
    close(sedona(BY_ZONE.format("passages"), passages=f"{out}/out/passages/"), ours)
    ours = [(90, 2, 88, alone.routes["exposed_m"].sum())]
    close(duck(SUMS.format(PARTS.format(out / "out" / "summary"))), ours)
    close(sedona(SUMS.format("summary"), summary=f"{out}/out/summary/"), ours)


def test_parts_have_one_schema_and_their_bounds(out):
    for kind in ("summary", "passages"):
        parts = sorted((out / "out" / kind).iterdir())
        schemas = {pa.parquet.read_schema(part).remove_metadata() for part in parts}
        assert len({str(one) for one in schemas}) == 1
        assert "null" not in str(schemas.pop())
        for part in parts:
            about = json.loads(pa.parquet.read_schema(part).metadata[b"geo"])
            column, shapes = about["columns"]["geometry"], gpd.read_parquet(part).geometry.dropna()
            if len(shapes):
                assert column["bbox"] == list(shapes.total_bounds)
                assert column["geometry_types"] == ["Point"]
            else:
                assert "bbox" not in column


def test_both_know_geometry_and_its_crs(out, exported, duck, sedona):
    for path in (f"{out}/out/passages/*.parquet", exported / "conflict_zones.parquet"):
        assert duck(f"SELECT DISTINCT typeof(geometry) FROM '{path}'") == [
            ("GEOMETRY('EPSG:4326')",)
        ]
    for path in (f"{out}/out/passages/", exported / "conflict_zones.parquet"):
        assert sedona("SELECT DISTINCT ST_SRID(geometry) FROM t", t=path) == [(4326,)]


def test_sedona_passes_over_parts_and_misses_no_row(out, sedona):
    passages = gpd.read_parquet(out / "out" / "passages")
    window = shapely.box(94, 20, 97, 22)
    asked = (
        "SELECT route_id, zone_id, from_m FROM p WHERE ST_Intersects(geometry, "
        f"ST_SetSRID(ST_GeomFromText('{window.wkt}'), 4326)) ORDER BY route_id, from_m, zone_id"
    )
    ours = passages[passages.intersects(window)].sort_values(["route_id", "from_m", "zone_id"])
    columns = ["route_id", "zone_id", "from_m"]
    assert len(ours) > 5
    theirs = sedona(asked, p=f"{out}/out/passages/")
    assert theirs == list(ours[columns].itertuples(index=False, name=None))
    [[_, plan], *_] = sedona(f"EXPLAIN ANALYZE {asked}")
    pruned = plan.partition("files_ranges_spatial_pruned=")[2].partition(",")[0]
    total, matched = (int(part.split()[0]) for part in pruned.split("→"))
    assert matched < total


def test_passages_have_the_lengths_that_duckdb_cuts(out, alone, duck):
    cut = duck(f"""
        SELECT r.route_id, z.zone_id, ST_Length_Spheroid(ST_Intersection(r.geometry, z.geometry))
        FROM '{out}/fleet.parquet' r JOIN '{out}/zones.parquet' z
        ON ST_Intersects(r.geometry, z.geometry) ORDER BY ALL""")
    passages = alone.passages.assign(m=alone.passages["to_m"] - alone.passages["from_m"])
    ours = passages.groupby(["route_id", "zone_id"], as_index=False)["m"].sum()
    assert len(ours) > 50
    assert [row[:2] for row in cut] == list(zip(ours["route_id"], ours["zone_id"], strict=True))
    # a geodesic between close vertices is the line that is measured here, to a part in 10 million
    np.testing.assert_allclose([row[2] for row in cut], ours["m"], rtol=1e-6, atol=0.01)


def test_layers_join_as_in_geopandas(layers, exported, duck, sedona):
    day = "DATE '2026-02-28'"
    join = (
        "SELECT DISTINCT c.section_id, z.zone_id FROM {} c JOIN {} z "
        f"ON ST_Intersects(c.geometry, z.geometry) WHERE z.valid_from <= {day} "
        f"AND (z.valid_to IS NULL OR z.valid_to > {day}) ORDER BY 1, 2"
    )
    zones = layers["conflict_zones"]
    now = zones[
        (zones["valid_from"] <= "2026-02-28")
        & (zones["valid_to"].isna() | (zones["valid_to"] > "2026-02-28"))
    ]
    found = gpd.sjoin(layers["corridors"], now, predicate="intersects")
    ours = sorted(set(zip(found["section_id"], found["zone_id"], strict=True)))
    assert len(ours) > 20
    corridors, areas = (exported / f"{name}.parquet" for name in ("corridors", "conflict_zones"))
    assert duck(join.format(f"'{corridors}'", f"'{areas}'")) == ours
    assert sedona(join.format("c1", "z1"), c1=corridors, z1=areas) == ours


@pytest.mark.parametrize("name", [*WITH_SHAPES, *TABLES])
def test_a_layer_is_exported_whole_with_its_passport(name, layers, exported, duck):
    path, layer = exported / f"{name}.parquet", layers[name]
    assert parquet.metadata_of(path) == {"layer": name, "passport": layers.passport(name)}
    read = gpd.read_parquet(path) if name in WITH_SHAPES else pd.read_parquet(path)
    for column, about in KINDS[layers.passport(name)["kind"]].columns.items():
        mine, theirs = layer[column], read[column]
        if about.kind == "date":
            mine, theirs = (pd.to_datetime(one).astype("datetime64[s]") for one in (mine, theirs))
        elif about.kind == "text":
            mine, theirs = (one.astype(object).where(one.notna(), None) for one in (mine, theirs))
        pd.testing.assert_series_equal(theirs, mine, check_dtype=False)
    types = dict(row[:2] for row in duck(f"DESCRIBE SELECT * FROM '{path}'"))
    assert list(types) == list(layer.columns)
    dates = {column for column, kind in types.items() if kind == "DATE"}
    kinds = KINDS[layers.passport(name)["kind"]].columns
    assert dates == {column for column, about in kinds.items() if about.kind == "date"}
    if name in WITH_SHAPES:
        assert read.crs == layer.crs
        assert shapely.equals_exact(read.geometry.to_numpy(), layer.geometry.to_numpy(), 0).all()


@pytest.mark.parametrize("name", sorted(set(WITH_SHAPES) - POINTS))
def test_the_reader_gives_the_same_as_for_geojson(name, exported):
    role = "routes" if name in {"corridors", "links"} else "zones"
    plain = io.read(ROOT / "layers" / f"{name}.geojson", role=role)
    packed = io.read(exported / f"{name}.parquet", role=role)
    pd.testing.assert_frame_equal(packed.frame, plain.frame, check_dtype=False)
    said = [(one.feature, one.rule, one.message) for one in plain.notices]
    assert [(one.feature, one.rule, one.message) for one in packed.notices] == said


def test_expose_takes_exported_layers(geo, exported, tmp_path):
    day = ("--as-of", "2026-02-28", "--format", "json")
    zones = ROOT / "layers" / "conflict_zones.geojson"
    plain = geo("expose", ROOT / "layers" / "corridors.geojson", "--zones", zones, *day)
    packed = geo(
        "expose",
        exported / "corridors.parquet",
        "--zones",
        exported / "conflict_zones.parquet",
        *day,
    )
    assert packed.exit_code == 0, packed.stderr
    assert json.loads(packed.stdout)["routes"] == json.loads(plain.stdout)["routes"]


def test_the_command_exports_and_refuses(geo, exported, tmp_path):
    path = tmp_path / "gates.parquet"
    done = geo("layers", "export", "gates", "-o", path)
    assert done.exit_code == 0, done.stderr
    assert "21 rows" in done.stderr
    assert path.read_bytes() == (exported / "gates.parquet").read_bytes()
    wrong = geo("layers", "export", "gates", "-o", tmp_path / "gates.csv")
    assert wrong.exit_code == 1
    assert "the ending is none of .parquet" in wrong.stderr
    assert geo("layers", "export", "roads", "-o", path).exit_code == 3
    assert [file.name for file in tmp_path.iterdir()] == ["gates.parquet"]


def test_what_the_engines_write_is_read(exported, duck, sedona, tmp_path):
    source, first, second = (
        exported / "links.parquet",
        tmp_path / "d.parquet",
        tmp_path / "s.parquet",
    )
    duck(f"COPY (FROM '{source}') TO '{first}' (FORMAT parquet)")
    sedona("SELECT * FROM links", links=source, to=second)
    plain = io.read(source, role="routes").frame
    for path in (first, second):
        read = io.read(path, role="routes").frame
        pd.testing.assert_frame_equal(read, plain, check_dtype=False)


LINE = shapely.LineString([(96, 25), (97, 25)])


def put(path, *, shapes=None, geo=None, **columns):
    """Write a file with metadata that may be wrong."""
    frame([LINE, LINE] if shapes is None else shapes, **columns).to_parquet(path)
    table = pa.parquet.read_table(path)
    about = json.loads(table.schema.metadata[b"geo"])
    if geo is not None:
        geo(about)
    metadata = {b"geo": json.dumps(about).encode()}
    pa.parquet.write_table(table.replace_schema_metadata(metadata), path)
    return path


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        (
            lambda about: about.update(
                primary_column="shape", columns={"shape": about["columns"]["geometry"]}
            ),
            InputError,
            "'shape' is missing",
        ),
        (lambda about: about.update(primary_column="shape"), InputError, "name no geometry"),
        (lambda about: about.pop("columns"), InputError, "name no geometry"),
        (
            lambda about: about["columns"]["geometry"].update(encoding="point"),
            InputError,
            "encoded as 'point'; only WKB",
        ),
        (
            lambda about: about["columns"]["geometry"].update(edges="spherical"),
            CRSError,
            "its edges are 'spherical'",
        ),
        (
            lambda about: about["columns"]["geometry"].update(crs=None),
            CRSError,
            "names no CRS; give --crs",
        ),
        (
            lambda about: about["columns"]["geometry"].update(crs="+proj=longlat +nadgrids=/x"),
            CRSError,
            "neither PROJJSON nor a code",
        ),
        (
            lambda about: (
                about["columns"].update(n={"encoding": "WKB"}) or about.update(primary_column="n")
            ),
            InputError,
            "its geometry 'n' is int64, not bytes",
        ),
    ],
)
def test_wrong_metadata_is_named(change, error, said, tmp_path):
    path = put(tmp_path / "r.parquet", geo=change, n=[1, 2])
    with pytest.raises(error, match=f"^r.parquet: .*{said}".replace("+", r"\+")):
        io.read(path, role="routes")


def test_crs_of_the_file_or_of_the_user(tmp_path):
    moved = gpd.GeoSeries([LINE], crs=4326).to_crs(32647)
    path = tmp_path / "r.parquet"
    gpd.GeoDataFrame({"name": ["a"]}, geometry=moved).to_parquet(path)
    read = io.read(path, role="routes").frame
    assert shapely.equals_exact(read.geometry[0], LINE, 1e-9)
    gpd.GeoDataFrame({"name": ["a"]}, geometry=moved.set_crs(None, allow_override=True)).to_parquet(
        path
    )
    read = io.read(path, role="routes", crs="EPSG:32647").frame
    assert shapely.equals_exact(read.geometry[0], LINE, 1e-9)
    gpd.GeoDataFrame({"name": ["a"]}, geometry=[LINE], crs="OGC:CRS84").to_parquet(path)
    source = io.read(path, role="routes")
    assert source.frame.geometry[0] == LINE
    assert source.frame.crs == 4326
    assert source.notices == ()


def test_broken_shapes_are_named_and_empty_ones_kept(tmp_path):
    path = put(tmp_path / "r.parquet", shapes=[LINE, None], name=["a", "b"])
    assert io.read(path, role="routes").frame["name"].tolist() == ["a", "b"]
    table = pa.parquet.read_table(path)
    broken = pa.array([b"\x01\x02\x00\x00\x00\x09", shapely.to_wkb(LINE)], pa.binary())
    pa.parquet.write_table(table.set_column(1, "geometry", broken), path)
    with pytest.raises(GeometryError, match=r"1 feature\(s\) cannot be read\n  feature 0 \(a\)"):
        io.read(path, role="routes")


def test_a_date_that_is_none_is_refused(squares, tmp_path):
    path = tmp_path / "z.parquet"
    squares.assign(valid_from=[{"year": 2024}] * 40).to_parquet(path)
    with pytest.raises(InputError, match=r"^z\.parquet: its column 'valid_from' is of type struct"):
        io.read(path, role="zones")
    squares.assign(valid_from="soon").to_parquet(path)
    with pytest.raises(InputError, match="not a date"):
        io.read(path, role="zones")


def test_dates_of_every_type_are_read_alike(squares, tmp_path):
    path, days = tmp_path / "z.parquet", pd.to_datetime(["2024-01-01", None] * 20)
    for column in (days, days.date, days.strftime("%Y-%m-%d"), days.as_unit("ns")):
        squares.assign(valid_from=column).to_parquet(path)
        read = io.read(path, role="zones").frame["valid_from"]
        assert read.tolist()[0] == "2024-01-01"
        assert read.isna().sum() == 20


def test_bounds_hold_though_little_is_written(tmp_path):
    path = tmp_path / "r.parquet"
    many = shapely.LineString(np.column_stack([np.linspace(96, 97, 1000), np.full(1000, 25)]))
    frame([many] * 200, name=["x" * 100_000] * 200).to_parquet(path)
    assert path.stat().st_size < 100_000  # what is the same is written once
    assert len(io.read(path, role="routes", limits=Limits(vertices=200_000)).frame) == 200
    for limits, said in (
        (Limits(vertices=199_999), "vertices"),
        (Limits(features=199), "features"),
        (Limits(bytes=100_000), "larger than"),
    ):
        with pytest.raises(InputError, match=said):
            io.read(path, role="routes", limits=limits)


def test_days_and_names_that_are_none_are_named(exported, squares, tmp_path):
    path, raw = tmp_path / "z.parquet", (exported / "links.parquet").read_bytes()
    path.write_bytes(raw.replace(b"section_id", b"sec\xf9ion_id"))
    with pytest.raises(InputError, match=r"^z\.parquet: not a GeoParquet file, or a damaged one"):
        io.read(path, role="routes")
    squares.assign(valid_from=1).to_parquet(path)
    table = pa.parquet.read_table(path)
    at = table.schema.get_field_index("valid_from")
    days = pa.array([2**31 - 1] * 40, pa.int32()).view(pa.date32())
    pa.parquet.write_table(table.set_column(at, "valid_from", days), path)
    with pytest.raises(InputError, match=r"^z\.parquet: not a GeoParquet file, or a damaged one"):
        io.read(path, role="zones")


def test_bent_files_end_in_an_answer_or_a_named_error(exported, tmp_path):
    raw, path = (exported / "links.parquet").read_bytes(), tmp_path / "bent.parquet"
    rng = np.random.default_rng(3)
    refused = 0
    places = (rng.integers(0, len(raw), 75), rng.integers(len(raw) - 8000, len(raw), 75))
    for place in np.concatenate(places).tolist():  # as many in what describes the file
        bent = bytearray(raw)
        bent[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(bent if place % 3 else raw[:place])
        try:
            io.read(path, role="routes")
        except (InputError, GeometryError, CRSError) as error:
            assert "bent.parquet" in str(error) or "column" in str(error)  # noqa: PT017
            refused += 1
    assert 50 < refused < 150


def test_a_layer_that_is_not_there_is_not_exported(layers, tmp_path):
    with pytest.raises(LayerNotFoundError):
        layers.export("roads", tmp_path / "r.parquet")
