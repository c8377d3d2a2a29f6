/* On which side of a line a point lies, exactly: the twin of orientation.py, where the why is. */

#ifndef GEO_ORIENTATION_H
#define GEO_ORIENTATION_H

#include <math.h>

typedef struct {
    double x, y;
} Point;

static const double DOUBT = 1e-6;
static const double SPLITTER = 134217729.0;

static inline void two_product(double x, double y, double *product, double *error)
{
    double big_x = SPLITTER * x, big_y = SPLITTER * y;
    double high_x = big_x - (big_x - x), high_y = big_y - (big_y - y);
    double low_x = x - high_x, low_y = y - high_y;
    *product = x * y;
    *error = low_x * low_y - (((*product - high_x * high_y) - low_x * high_y) - high_x * low_y);
}

/* Sum without error: parts that do not overlap, the smallest first (Shewchuk's growing). */
static inline double exact_sum(const double *terms, int count)
{
    double parts[12], sum = 0;
    int kept = 0;
    for (int i = 0; i < count; i++) {
        double rest = terms[i];
        int upto = kept;
        kept = 0;
        for (int j = 0; j < upto; j++) {
            double other = parts[j], total = rest + other;
            double ghost = total - rest;
            double error = (rest - (total - ghost)) + (other - ghost);
            if (error != 0)
                parts[kept++] = error;
            rest = total;
        }
        if (rest != 0)
            parts[kept++] = rest;
    }
    for (int j = 0; j < kept; j++)
        sum += parts[j];
    return sum;
}

static double exact_orientation(Point a, Point b, Point c)
{
    double terms[12];
    if ((a.x == c.x && a.y == c.y) || (b.x == c.x && b.y == c.y))
        return 0;
    two_product(b.x, c.y, &terms[0], &terms[1]);
    two_product(-b.y, c.x, &terms[2], &terms[3]);
    two_product(-b.x, a.y, &terms[4], &terms[5]);
    two_product(b.y, a.x, &terms[6], &terms[7]);
    two_product(-a.x, c.y, &terms[8], &terms[9]);
    two_product(a.y, c.x, &terms[10], &terms[11]);
    return exact_sum(terms, 12);
}

/* Twice the signed area of a, b, c: positive where c lies left of a to b; the sign is exact. */
static inline double orientation(Point a, Point b, Point c)
{
    double left = (b.x - a.x) * (c.y - a.y), right = (b.y - a.y) * (c.x - a.x);
    double area = left - right;
    if (fabs(area) <= DOUBT * (fabs(left) + fabs(right)))
        return exact_orientation(a, b, c);
    return area;
}

/* The side of a point of the route that lies on a line from a to b, moved by (e, e * e). */
static inline int tie_of_route(Point a, Point b)
{
    double rise = b.y - a.y;
    if (rise != 0)
        return rise < 0 ? 1 : -1;
    return b.x - a.x > 0 ? 1 : -1;
}

static inline int is_right(double area, int tie)
{
    return area < 0 || (area == 0 && tie < 0);
}

#endif
