/*
 * The compiled core of passages: the same answers as its Python twins, sooner.
 *
 * What it does and why is told there: index.py, starts.py, segments.py, meetings.py and
 * stretches.py. It takes and gives plain buffers, knows no numpy, keeps nothing between
 * calls, and runs without the interpreter's lock. Only Python's stable interface is used.
 */

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#include "passages.h"

typedef long long Wide;

#define INDEX_FORMAT "iy*y*(dddd)(ii)y*y*y*y*"

/* An index as Python hands it over, and the buffers that must be given back. */
typedef struct {
    Index index;
    Py_buffer corners, zone, side, base, first, edges;
} Lent;

static int lend(PyObject *from, Lent *to)
{
    Lattice *top = &to->index.grid.top;
    if (!PyArg_ParseTuple(from, INDEX_FORMAT, &to->index.zones, &to->corners, &to->zone,
                          &top->origin.x, &top->origin.y, &top->width, &top->height,
                          &top->columns, &top->rows, &to->side, &to->base, &to->first,
                          &to->edges))
        return -1;
    to->index.corners = to->corners.buf;
    to->index.corner_count = (int)(to->corners.len / (Py_ssize_t)sizeof(Point));
    to->index.zone = to->zone.buf;
    to->index.grid.side = to->side.buf;
    to->index.grid.base = to->base.buf;
    to->index.first = to->first.buf;
    to->index.edges = to->edges.buf;
    return 0;
}

static void give_back(Lent *lent)
{
    PyBuffer_Release(&lent->corners);
    PyBuffer_Release(&lent->zone);
    PyBuffer_Release(&lent->side);
    PyBuffer_Release(&lent->base);
    PyBuffer_Release(&lent->first);
    PyBuffer_Release(&lent->edges);
}

static PyObject *bytes_of(const void *items, size_t count, size_t size)
{
    return PyBytes_FromStringAndSize(items, (Py_ssize_t)(count * size));
}

/* ---- the index ---- */

static int load(const Index *index, Wide *count, double *reach)
{
    const Lattice *top = &index->grid.top;
    Ints cells = {NULL, 0, 0};
    int failed = 0;
    for (int edge = 0; edge < index->corner_count && !failed; edge++) {
        if (index->zone[edge] < 0)
            continue;
        Point a = index->corners[edge], b = index->corners[edge + 1];
        double extent = smaller(fabs(b.x - a.x) / top->width, 1)
            + smaller(fabs(b.y - a.y) / top->height, 1);
        cells.count = 0;
        failed = passed(a, b, top, &cells);
        for (size_t i = 0; i < cells.count; i++) {
            count[cells.items[i]]++;
            reach[cells.items[i]] += extent;
        }
    }
    free(cells.items);
    return failed;
}

static PyObject *py_load(PyObject *self, PyObject *args)
{
    PyObject *from;
    Lent lent;
    Py_buffer count, reach;
    int failed;
    (void)self;
    if (!PyArg_ParseTuple(args, "O!w*w*", &PyTuple_Type, &from, &count, &reach))
        return NULL;
    if (lend(from, &lent)) {
        PyBuffer_Release(&count);
        PyBuffer_Release(&reach);
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    failed = load(&lent.index, count.buf, reach.buf);
    Py_END_ALLOW_THREADS
    give_back(&lent);
    PyBuffer_Release(&count);
    PyBuffer_Release(&reach);
    if (failed)
        return PyErr_NoMemory();
    Py_RETURN_NONE;
}

/* The small cells of all edges, one edge after the other, and how many each has. */
typedef struct {
    Ints cells;
    int *count;
} Cover;

static int cover(const Index *index, Cover *over, int *count)
{
    Ints large = {NULL, 0, 0}, cells = {NULL, 0, 0};
    Walk walk;
    int failed = 0, here = -1;
    for (int edge = 0; edge < index->corner_count && !failed; edge++) {
        over->count[edge] = 0;
        if (index->zone[edge] < 0)
            continue;
        if (here != edge)
            set_out(&walk, &index->grid, index->corners[edge]);
        here = edge + 1;
        failed = go(&walk, index->corners[here], &large, &cells);
        over->count[edge] = (int)cells.count;
        for (size_t i = 0; i < cells.count && !failed; i++) {
            count[cells.items[i]]++;
            failed = push(&over->cells, cells.items[i]);
        }
    }
    free(large.items);
    free(cells.items);
    return failed;
}

/* Put the edges into cells; `upto` becomes the first entry of each cell. */
static void scatter(const Index *index, const Cover *over, int *upto, int *edges)
{
    size_t at = over->cells.count;
    /* backwards, so that the edges of a cell ascend */
    for (int edge = index->corner_count - 1; edge >= 0; edge--)
        for (int i = 0; i < over->count[edge]; i++)
            edges[--upto[over->cells.items[--at]]] = edge;
}

static PyObject *fill(const Index *index, int *upto, size_t cells)
{
    Cover over = {{NULL, 0, 0}, malloc(((size_t)index->corner_count + 1) * sizeof(int))};
    PyObject *edges = NULL;
    int failed = !over.count, total = 0;
    Py_BEGIN_ALLOW_THREADS
    failed = failed || cover(index, &over, upto);
    for (size_t cell = 0; cell < cells; cell++)
        upto[cell] = total += upto[cell];
    Py_END_ALLOW_THREADS
    if (!failed)
        edges = bytes_of(NULL, over.cells.count, sizeof(int));
    if (edges) {
        int *items = (int *)PyBytes_AsString(edges);
        Py_BEGIN_ALLOW_THREADS
        scatter(index, &over, upto, items);
        Py_END_ALLOW_THREADS
    }
    free(over.cells.items);
    free(over.count);
    return failed ? PyErr_NoMemory() : edges;
}

static PyObject *py_fill(PyObject *self, PyObject *args)
{
    PyObject *from, *edges = NULL;
    Lent lent;
    Py_buffer upto;
    (void)self;
    if (!PyArg_ParseTuple(args, "O!w*", &PyTuple_Type, &from, &upto))
        return NULL;
    if (!lend(from, &lent)) {
        edges = fill(&lent.index, upto.buf, (size_t)upto.len / sizeof(int));
        give_back(&lent);
    }
    PyBuffer_Release(&upto);
    return edges;
}

/* ---- where points lie ---- */

/* The zones around the walker: how deep in each, and a list of those that hold it. */
typedef struct {
    int *depth, *place;
    Ints holding, found;
} Around;

static int by_edge(const void *a, const void *b)
{
    int left = ((const Meeting *)a)->edge, right = ((const Meeting *)b)->edge;
    return (left > right) - (left < right);
}

static int step_over(Around *around, int zone, int step)
{
    int was = around->depth[zone] > 0, is = (around->depth[zone] += step) > 0;
    if (is && !was) {
        around->place[zone] = (int)around->holding.count;
        return push(&around->holding, zone);
    }
    if (was && !is) {
        int last = around->holding.items[--around->holding.count];
        around->holding.items[around->place[zone]] = last;
        around->place[last] = around->place[zone];
    }
    return 0;
}

static int walk(const Index *index, const Point *path, int stops, Around *around, int *count)
{
    Meetings list = {0};
    Walk on;
    int failed = 0;
    set_out(&on, &index->grid, path[0]);
    for (int segment = 0; segment < stops && !failed; segment++) {
        Point p = path[segment], q = path[segment + 1];
        list.count = 0;
        if (p.x != q.x || p.y != q.y)
            failed = meet_all(&list, index, &on, segment, q);
        if (list.count > 1)
            qsort(list.items, list.count, sizeof(Meeting), by_edge);
        for (size_t i = 0; i < list.count && !failed; i++)
            if (list.items[i].inside && (i == 0 || list.items[i].edge != list.items[i - 1].edge))
                failed = step_over(around, index->zone[list.items[i].edge], list.items[i].inside);
        count[segment] = (int)around->holding.count;
        for (size_t i = 0; i < around->holding.count && !failed; i++)
            failed = push(&around->found, around->holding.items[i]);
    }
    forget(&list);
    return failed;
}

static PyObject *py_holding(PyObject *self, PyObject *args)
{
    PyObject *from, *answer = NULL;
    Lent lent;
    Py_buffer path, count;
    Around around = {0};
    int failed = 1, open = -1;
    (void)self;
    if (!PyArg_ParseTuple(args, "O!y*w*", &PyTuple_Type, &from, &path, &count))
        return NULL;
    if (lend(from, &lent)) {
        PyBuffer_Release(&path);
        PyBuffer_Release(&count);
        return NULL;
    }
    size_t zones = (size_t)lent.index.zones;
    around.depth = calloc(zones + 1, sizeof(int));
    around.place = calloc(zones + 1, sizeof(int));
    if (around.depth && around.place) {
        Py_BEGIN_ALLOW_THREADS
        failed = walk(&lent.index, path.buf, (int)(count.len / (Py_ssize_t)sizeof(int)), &around,
                      count.buf);
        for (size_t zone = 0; zone < zones && open < 0; zone++)
            if (around.depth[zone])
                open = (int)zone;
        Py_END_ALLOW_THREADS
    }
    if (failed)
        PyErr_NoMemory();
    else
        answer = Py_BuildValue("(Ni)", bytes_of(around.found.items, around.found.count, sizeof(int)),
                               open);
    free(around.depth);
    free(around.place);
    free(around.holding.items);
    free(around.found.items);
    give_back(&lent);
    PyBuffer_Release(&path);
    PyBuffer_Release(&count);
    return answer;
}

/* ---- passages ---- */

/* What is asked: a block of routes, and the zones in which each of its parts begins. */
typedef struct {
    const Wide *part, *line, *begun_first;
    const int *begun;
    size_t routes, vertices;
} Asked;

static int by_zone_and_chainage(const void *a, const void *b)
{
    const Passage *left = a, *right = b;
    if (left->zone != right->zone)
        return left->zone < right->zone ? -1 : 1;
    return (left->from_m > right->from_m) - (left->from_m < right->from_m);
}

/* Measure the segments of a part; give the chainage at its end. */
static double measure(Work *work, Wide begin, Wide end, double total)
{
    arc_lengths(work->vertices + begin, (size_t)(end - begin - 1), work->length + begin);
    for (Wide at = begin; at + 1 < end; at++) {
        Point p = work->vertices[at], q = work->vertices[at + 1];
        work->chainage[at] = total;
        if (p.x == q.x && p.y == q.y)
            work->length[at] = STANDS;
        else
            total += work->length[at];
    }
    return total;
}

/* Find the passages of a route. Parts that meet in a point are one run; a gap ends it. */
static int find_route(Work *work, const Asked *asked, Wide route, double *length_m)
{
    Run run = {(int)route, -1, -1, NULL, 0};
    size_t before = work->passage_count;
    int runs = 0;
    Wide reached = -1; /* the last vertex so far */
    double total = 0;
    for (Wide part = asked->line[route]; part < asked->line[route + 1]; part++) {
        Wide begin = asked->part[part], end = asked->part[part + 1];
        if (end == begin)
            continue;
        Point p = work->vertices[begin], q = reached < 0 ? p : work->vertices[reached];
        if (run.first >= 0 && (p.x != q.x || p.y != q.y)) {
            if (find_run(work, &run))
                return -1;
            run.first = -1;
            runs++;
        } else if (reached >= 0) {
            work->length[reached] = STANDS;
            work->chainage[reached] = total;
        }
        reached = end - 1;
        total = measure(work, begin, end, total);
        for (Wide at = begin; at + 1 < end; at++) {
            if (work->length[at] == STANDS)
                continue;
            if (run.first < 0) {
                run.first = (int)at;
                run.begun = asked->begun + asked->begun_first[part];
                run.begun_count = (int)(asked->begun_first[part + 1] - asked->begun_first[part]);
            }
            run.last = (int)at;
        }
    }
    if (run.first >= 0 && find_run(work, &run))
        return -1;
    if (runs && work->passage_count > before)
        qsort(work->passages + before, work->passage_count - before, sizeof(Passage),
              by_zone_and_chainage);
    *length_m = total;
    return 0;
}

static int find(Work *work, const Asked *asked, double *length_m)
{
    size_t zones = (size_t)work->index->zones + 1, count = asked->vertices + 1;
    work->length = malloc(count * sizeof(double));
    work->chainage = malloc(count * sizeof(double));
    work->visit_of_zone = malloc(zones * sizeof(int));
    if (!work->length || !work->chainage || !work->visit_of_zone)
        return -1;
    memset(work->visit_of_zone, -1, zones * sizeof(int));
    for (size_t route = 0; route < asked->routes; route++)
        if (find_route(work, asked, (Wide)route, length_m + route))
            return -1;
    return 0;
}

static void put_away(Work *work)
{
    forget(&work->meetings);
    free(work->length);
    free(work->chainage);
    free(work->visits);
    free(work->sorted);
    free(work->visit_of_zone);
    free(work->passages);
}

static PyObject *py_find(PyObject *self, PyObject *args)
{
    PyObject *from, *answer = NULL;
    Lent lent;
    Py_buffer vertices, part, line, begun_first, begun, length_m;
    Work work = {0};
    int failed;
    (void)self;
    if (!PyArg_ParseTuple(args, "O!y*y*y*y*y*w*", &PyTuple_Type, &from, &vertices, &part, &line,
                          &begun_first, &begun, &length_m))
        return NULL;
    if (!lend(from, &lent)) {
        Asked asked = {part.buf,
                       line.buf,
                       begun_first.buf,
                       begun.buf,
                       (size_t)length_m.len / sizeof(double),
                       (size_t)vertices.len / sizeof(Point)};
        work.index = &lent.index;
        work.vertices = vertices.buf;
        Py_BEGIN_ALLOW_THREADS
        failed = find(&work, &asked, length_m.buf);
        Py_END_ALLOW_THREADS
        answer = failed ? PyErr_NoMemory()
                        : bytes_of(work.passages, work.passage_count, sizeof(Passage));
        put_away(&work);
        give_back(&lent);
    }
    PyBuffer_Release(&vertices);
    PyBuffer_Release(&part);
    PyBuffer_Release(&line);
    PyBuffer_Release(&begun_first);
    PyBuffer_Release(&begun);
    PyBuffer_Release(&length_m);
    return answer;
}

static PyMethodDef methods[] = {
    {"load", py_load, METH_VARARGS, "Count the edges in each cell, and add up their extents."},
    {"fill", py_fill, METH_VARARGS, "Put the edges into small cells."},
    {"holding", py_holding, METH_VARARGS, "Give the zones that hold the stops of a path."},
    {"find", py_find, METH_VARARGS, "Give the passages of a block of routes."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_core", "The compiled core of passages.", 0, methods,
    NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&module);
}
