/* The passages of one route, run by run: the twin of segments.py and stretches.py. */

#ifndef GEO_PASSAGES_H
#define GEO_PASSAGES_H

#include <string.h>

#include "length.h"
#include "meet.h"

static const double TINY_M = 1e-6;

static const double STANDS = -1; /* the length of a segment that is not travelled */

enum { OUTSIDE, INSIDE, BORDER };

typedef struct {
    double from_m, to_m;
    Point entry, exit;
    int route, zone, border;
} Passage;

/* What a run does to one zone: is it begun inside, and the last of its meetings. */
typedef struct {
    int zone, deep, last;
} Visit;

typedef struct {
    const Index *index;
    const Point *vertices;
    double *length, *chainage;
    Meetings meetings;
    Visit *visits;
    size_t visit_count, visit_room;
    Meeting *sorted;
    size_t sorted_room;
    int *visit_of_zone; /* -1 where there is none */
    Passage *passages;
    size_t passage_count, passage_room;
} Work;

typedef struct {
    int route, first, last; /* segments */
    const int *begun;       /* zones in which it begins */
    int begun_count;
} Run;

static int visit(Work *work, int zone)
{
    int at = work->visit_of_zone[zone];
    if (at >= 0)
        return at;
    if (grow((void **)&work->visits, &work->visit_room, work->visit_count, sizeof(Visit)))
        return -1;
    Visit one = {zone, 0, -1};
    at = (int)work->visit_count++;
    work->visits[at] = one;
    work->visit_of_zone[zone] = at;
    return at;
}

static int by_zone(const void *a, const void *b)
{
    int left = ((const Visit *)a)->zone, right = ((const Visit *)b)->zone;
    return (left > right) - (left < right);
}

/* By chainage; what meets in one point keeps the order of segments, edges and kinds. */
static int by_mark(const void *a, const void *b)
{
    const Meeting *left = a, *right = b;
    if (left->mark != right->mark)
        return left->mark < right->mark ? -1 : 1;
    if (left->segment != right->segment)
        return left->segment < right->segment ? -1 : 1;
    if (left->edge != right->edge)
        return left->edge < right->edge ? -1 : 1;
    return left->border - right->border;
}

static void sort(Meeting *items, size_t count)
{
    if (count > 32) {
        qsort(items, count, sizeof(Meeting), by_mark);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        Meeting one = items[i];
        size_t at = i;
        for (; at > 0 && by_mark(&items[at - 1], &one) > 0; at--)
            items[at] = items[at - 1];
        items[at] = one;
    }
}

static inline Point position(const Work *work, int segment, double at)
{
    Point p = work->vertices[segment], q = work->vertices[segment + 1];
    Point place = {p.x + at * (q.x - p.x), p.y + at * (q.y - p.y)};
    return at == 1 ? q : place;
}

static inline double chainage(const Work *work, int segment, double at)
{
    double whole = work->length[segment];
    if (at == 1)
        return work->chainage[segment] + whole;
    Point place = position(work, segment, at);
    return work->chainage[segment] + smaller(arc_length(work->vertices[segment], place), whole);
}

/* Sort the meetings of a visit into `work->sorted`, each once, between the run's two ends. */
static size_t rows_of_visit(Work *work, const Run *run, const Visit *visit)
{
    size_t count = 1;
    for (int at = visit->last; at >= 0; at = work->meetings.items[at].next)
        count++;
    if (grow((void **)&work->sorted, &work->sorted_room, count + 1, sizeof(Meeting)))
        return 0;
    Meeting *rows = work->sorted;
    Meeting begin = {0, work->chainage[run->first], run->first, -1, -1, (signed char)visit->deep, 0};
    Meeting end = {1, work->chainage[run->last] + work->length[run->last], run->last, -1, -1, 0, 0};
    rows[0] = begin;
    /* the list runs backwards; filled from its end it is nearly sorted */
    size_t filled = count;
    for (int at = visit->last; at >= 0; at = work->meetings.items[at].next)
        rows[--filled] = work->meetings.items[at];
    sort(rows + 1, count - 1);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++)
        if (i == 1 || rows[i].segment != rows[kept - 1].segment
            || rows[i].edge != rows[kept - 1].edge || rows[i].border != rows[kept - 1].border)
            rows[kept++] = rows[i];
    rows[kept++] = end;
    return kept;
}

static int passage(Work *work, const Run *run, int zone, int state, const Meeting *a, const Meeting *b)
{
    if (state == OUTSIDE)
        return 0;
    if (grow((void **)&work->passages, &work->passage_room, work->passage_count, sizeof(Passage)))
        return -1;
    Passage *one = &work->passages[work->passage_count++];
    one->from_m = a->mark;
    one->to_m = b->mark;
    one->entry = position(work, a->segment, a->at);
    one->exit = position(work, b->segment, b->at);
    one->route = run->route;
    one->zone = zone;
    one->border = state == BORDER;
    return 0;
}

/* Read the stretches of a visit off its depths; a tiny one does not part its neighbours. */
static int read_visit(Work *work, const Run *run, const Visit *visit)
{
    size_t count = rows_of_visit(work, run, visit);
    if (!count)
        return -1;
    const Meeting *rows = work->sorted, *from = NULL, *to = NULL;
    int inside = 0, border = 0, now = OUTSIDE;
    for (size_t i = 0; i + 1 < count; i++) {
        inside += rows[i].inside;
        border += rows[i].border;
        if (!(rows[i + 1].mark - rows[i].mark > TINY_M))
            continue;
        int state = border > 0 ? BORDER : inside > 0 ? INSIDE : OUTSIDE;
        if (!from || state != now) {
            if (from && passage(work, run, visit->zone, now, from, to))
                return -1;
            from = &rows[i];
            now = state;
        }
        to = &rows[i + 1];
    }
    return from ? passage(work, run, visit->zone, now, from, to) : 0;
}

/* Give what a segment has just met to the visits of its zones. */
static int hand_over(Work *work, int segment, size_t from)
{
    for (size_t i = from; i < work->meetings.count; i++) {
        Meeting *one = &work->meetings.items[i];
        int at = visit(work, work->index->zone[one->edge]);
        if (at < 0)
            return -1;
        one->mark = chainage(work, segment, one->at);
        one->next = work->visits[at].last;
        work->visits[at].last = (int)i;
    }
    return 0;
}

static int meet_run(Work *work, const Run *run)
{
    Walk walk;
    set_out(&walk, &work->index->grid, work->vertices[run->first]);
    for (int segment = run->first; segment <= run->last; segment++) {
        size_t before = work->meetings.count;
        if (work->length[segment] == STANDS)
            continue;
        if (meet_all(&work->meetings, work->index, &walk, segment, work->vertices[segment + 1])
            || hand_over(work, segment, before))
            return -1;
    }
    return 0;
}

static int find_run(Work *work, const Run *run)
{
    int failed = 0;
    work->meetings.count = work->visit_count = 0;
    for (int i = 0; i < run->begun_count && !failed; i++) {
        int at = visit(work, run->begun[i]);
        failed = at < 0;
        if (!failed)
            work->visits[at].deep = 1;
    }
    failed = failed || meet_run(work, run);
    for (size_t i = 0; i < work->visit_count; i++)
        work->visit_of_zone[work->visits[i].zone] = -1;
    if (work->visit_count > 1)
        qsort(work->visits, work->visit_count, sizeof(Visit), by_zone);
    for (size_t i = 0; i < work->visit_count && !failed; i++)
        failed = read_visit(work, run, &work->visits[i]);
    return failed;
}

#endif
