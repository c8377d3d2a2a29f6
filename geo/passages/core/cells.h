/* The cells that a segment passes through: the twin of grid.py, where the why is. */

#ifndef GEO_CELLS_H
#define GEO_CELLS_H

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "orientation.h"

static const double SLACK = 1e-6;
static const double SLACK_DEG = 1e-12;

typedef struct {
    Point origin;
    double width, height;
    int columns, rows;
} Lattice;

typedef struct {
    Lattice top;
    const int *side, *base;
} Grid;

/* A list that grows, as far as an int counts; `items` may move with every push. */
typedef struct {
    int *items;
    size_t count, room;
} Ints;

static int grow(void **items, size_t *room, size_t count, size_t size)
{
    if (count < *room)
        return 0;
    size_t more = *room ? *room : 64;
    while (more <= count)
        more *= 2;
    if (more > INT_MAX)
        more = INT_MAX;
    if (count >= more || more > SIZE_MAX / size)
        return -1;
    void *moved = realloc(*items, more * size);
    if (!moved)
        return -1;
    *items = moved;
    *room = more;
    return 0;
}

static inline int push(Ints *list, int item)
{
    if (list->count == list->room
        && grow((void **)&list->items, &list->room, list->count, sizeof(int)))
        return -1;
    list->items[list->count++] = item;
    return 0;
}

static inline double smaller(double a, double b)
{
    return a < b ? a : b;
}

static inline double larger(double a, double b)
{
    return a > b ? a : b;
}

/* The whole part of a number, from 0 to `most`: bounded before it is cut, so that every double is. */
static inline int clipped(double number, int most)
{
    return number < 0 ? 0 : number > most ? most : (int)number;
}

/* The same, and -1 below 0. */
static inline int with_margin(double number, int most)
{
    return number < 0 ? -1 : clipped(number, most);
}

/* The rows between which a segment stays inside a column, with a little of its neighbours. */
static inline void rows_of(Point p, Point q, const Lattice *on, int column, int *bottom, int *top)
{
    double run = q.x - p.x, rise = q.y - p.y, from = 0, to = 1;
    double west = on->origin.x + column * on->width, aside = SLACK * on->width + SLACK_DEG;
    if (run != 0) {
        from = (west - aside - p.x) / run;
        to = (west + on->width + aside - p.x) / run;
        from = smaller(larger(from, 0), 1);
        to = smaller(larger(to, 0), 1);
    }
    double a = p.y + from * rise, b = p.y + to * rise, slack = SLACK * on->height + SLACK_DEG;
    *bottom = clipped((smaller(a, b) - slack - on->origin.y) / on->height, on->rows - 1);
    *top = clipped((larger(a, b) + slack - on->origin.y) / on->height, on->rows - 1);
}

/* List the cells passed, column * rows + row, of a lattice that the segment touches. */
static inline int passed(Point p, Point q, const Lattice *on, Ints *cells)
{
    double x0 = (p.x - on->origin.x) / on->width, y0 = (p.y - on->origin.y) / on->height;
    double x1 = (q.x - on->origin.x) / on->width, y1 = (q.y - on->origin.y) / on->height;
    int west = clipped(smaller(x0, x1), on->columns - 1);
    int east = clipped(larger(x0, x1), on->columns - 1);
    int south = clipped(smaller(y0, y1), on->rows - 1);
    int north = clipped(larger(y0, y1), on->rows - 1);
    if (west == east || south == north) {
        for (int column = west; column <= east; column++)
            for (int row = south; row <= north; row++)
                if (push(cells, column * on->rows + row))
                    return -1;
        return 0;
    }
    for (int column = west; column <= east; column++) {
        int bottom, top;
        rows_of(p, q, on, column, &bottom, &top);
        bottom = bottom > south ? bottom : south;
        top = top < north ? top : north;
        for (int row = bottom; row <= top; row++)
            if (push(cells, column * on->rows + row))
                return -1;
    }
    return 0;
}

static inline int touches(Point p, Point q, const Lattice *on)
{
    double east = on->origin.x + on->width * on->columns;
    double north = on->origin.y + on->height * on->rows;
    return larger(p.x, q.x) >= on->origin.x - SLACK_DEG && smaller(p.x, q.x) <= east
        && larger(p.y, q.y) >= on->origin.y - SLACK_DEG && smaller(p.y, q.y) <= north;
}

static inline Lattice divided(const Grid *grid, int cell)
{
    const Lattice *top = &grid->top;
    int side = grid->side[cell];
    Lattice small = {
        {top->origin.x + (cell / top->rows) * top->width,
         top->origin.y + (cell % top->rows) * top->height},
        top->width / side,
        top->height / side,
        side,
        side,
    };
    return small;
}

/* List the small cells that a segment passes through; `large` is room to work in. */
static inline int small_cells(Point p, Point q, const Grid *grid, Ints *large, Ints *cells)
{
    large->count = cells->count = 0;
    if (!touches(p, q, &grid->top))
        return 0;
    if (passed(p, q, &grid->top, large))
        return -1;
    for (size_t i = 0; i < large->count; i++) {
        int cell = large->items[i];
        if (!grid->side[cell])
            continue;
        Lattice small = divided(grid, cell);
        size_t before = cells->count;
        if (passed(p, q, &small, cells))
            return -1;
        for (size_t j = before; j < cells->count; j++)
            cells->items[j] += grid->base[cell];
    }
    return 0;
}

/* A walk along a path: where it has come to, and the divided cell that it is in. */
typedef struct {
    const Grid *grid;
    Point here;
    int column, row;             /* of the lattice; in the margin around it -1 or one too many */
    Lattice small;               /* no columns where the cell holds no edge */
    int base, small_column, small_row;
} Walk;

static inline void enter(Walk *walk, int column, int row)
{
    const Lattice *top = &walk->grid->top;
    walk->column = column;
    walk->row = row;
    walk->small.columns = 0;
    if (column < 0 || row < 0 || column >= top->columns || row >= top->rows)
        return;
    int cell = column * top->rows + row;
    if (!walk->grid->side[cell])
        return;
    walk->small = divided(walk->grid, cell);
    walk->base = walk->grid->base[cell];
}

/* Go on to a point. True if the way there stayed in the same cell of the lattice. */
static inline int arrive(Walk *walk, Point p)
{
    const Lattice *top = &walk->grid->top;
    int column = with_margin((p.x - top->origin.x) / top->width, top->columns);
    int row = with_margin((p.y - top->origin.y) / top->height, top->rows);
    int stayed = column == walk->column && row == walk->row;
    walk->here = p;
    if (!stayed)
        enter(walk, column, row);
    if (walk->small.columns) {
        const Lattice *on = &walk->small;
        walk->small_column = clipped((p.x - on->origin.x) / on->width, on->columns - 1);
        walk->small_row = clipped((p.y - on->origin.y) / on->height, on->rows - 1);
    }
    return stayed;
}

static inline void set_out(Walk *walk, const Grid *grid, Point p)
{
    memset(walk, 0, sizeof *walk);
    walk->grid = grid;
    walk->column = walk->row = -2;
    arrive(walk, p);
}

/* Go on to a point and list the small cells on the way; most ways are within one of them. */
static inline int go(Walk *walk, Point q, Ints *large, Ints *cells)
{
    Point p = walk->here;
    int column = walk->small_column, row = walk->small_row;
    cells->count = 0;
    if (!arrive(walk, q))
        return small_cells(p, q, walk->grid, large, cells);
    if (!walk->small.columns)
        return 0;
    if (column == walk->small_column && row == walk->small_row)
        return push(cells, walk->base + column * walk->small.rows + row);
    if (passed(p, q, &walk->small, cells))
        return -1;
    for (size_t i = 0; i < cells->count; i++)
        cells->items[i] += walk->base;
    return 0;
}

#endif
