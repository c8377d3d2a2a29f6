/* Where segments meet the edges of zones: the twin of meetings.py. */

#ifndef GEO_MEET_H
#define GEO_MEET_H

#include "cells.h"
#include "orientation.h"

typedef struct {
    int zones, corner_count;
    const Point *corners;
    const int *zone;
    Grid grid;
    const int *first, *edges;
} Index;

/* A change of depth at a share of a segment; `next` is the one before it in the same zone. */
typedef struct {
    double at, mark;
    int segment, edge, next;
    signed char inside, border;
} Meeting;

typedef struct {
    Meeting *items;
    size_t count, room;
    Ints large, cells;
} Meetings;

static int met(Meetings *list, int segment, int edge, double at, int inside, int border)
{
    if (list->count == list->room
        && grow((void **)&list->items, &list->room, list->count, sizeof(Meeting)))
        return -1;
    Meeting one = {at, 0, segment, edge, -1, (signed char)inside, (signed char)border};
    list->items[list->count++] = one;
    return 0;
}

/* Where a segment and an edge of one line overlap. */
static int meet_along(Meetings *list, int segment, int edge, Point p, Point q, Point a, Point b)
{
    double run = q.x - p.x, rise = q.y - p.y;
    int flat = fabs(run) >= fabs(rise);
    double span = flat ? run : rise;
    double at_a = (flat ? a.x - p.x : a.y - p.y) / span;
    double at_b = (flat ? b.x - p.x : b.y - p.y) / span;
    double low = smaller(larger(smaller(at_a, at_b), 0), 1);
    double high = smaller(larger(larger(at_a, at_b), 0), 1);
    if (high <= low)
        return 0;
    return met(list, segment, edge, low, 0, 1) || met(list, segment, edge, high, 0, -1);
}

static inline int apart(double p, double q, double a, double b)
{
    return smaller(p, q) > larger(a, b) || larger(p, q) < smaller(a, b);
}

static inline int meet(Meetings *list, int segment, int edge, Point p, Point q, Point a, Point b)
{
    if (apart(p.x, q.x, a.x, b.x) || apart(p.y, q.y, a.y, b.y))
        return 0;
    double of_p = orientation(a, b, p), of_q = orientation(a, b, q);
    if (of_p == 0 && of_q == 0)
        return meet_along(list, segment, edge, p, q, a, b);
    int tie = tie_of_route(a, b), entering = is_right(of_p, tie);
    if (entering == is_right(of_q, tie))
        return 0;
    int tie_of_zone = -tie_of_route(p, q);
    if (is_right(orientation(p, q, a), tie_of_zone) == is_right(orientation(p, q, b), tie_of_zone))
        return 0;
    return met(list, segment, edge, of_p / (of_p - of_q), entering ? 1 : -1, 0);
}

/* Go on to a point and add what is met on the way; a pair that shares two cells comes twice. */
static inline int meet_all(Meetings *list, const Index *index, Walk *walk, int segment, Point q)
{
    Point p = walk->here;
    if (go(walk, q, &list->large, &list->cells))
        return -1;
    for (size_t i = 0; i < list->cells.count; i++) {
        int cell = list->cells.items[i];
        for (int j = index->first[cell]; j < index->first[cell + 1]; j++) {
            int edge = index->edges[j];
            if (meet(list, segment, edge, p, q, index->corners[edge], index->corners[edge + 1]))
                return -1;
        }
    }
    return 0;
}

static void forget(Meetings *list)
{
    free(list->items);
    free(list->large.items);
    free(list->cells.items);
}

#endif
