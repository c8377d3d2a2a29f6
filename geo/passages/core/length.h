/* Metres of edges straight in longitude and latitude: the twin of geodesy.arc_length_m. */

#ifndef GEO_LENGTH_H
#define GEO_LENGTH_H

#include <math.h>

#include "orientation.h"

static const double SEMI_MAJOR_M = 6378137.0;
static const double FLATTENING = 1 / 298.257223563;
static const double RADIAN = 0.017453292519943295;
static const double SHORT_DEG = 0.05;
static const double STEP_DEG = 0.25;

/* What quadrature adds for one node: the sine of its latitude squared, and the steps in radians. */
static inline double node_length(double sin2, double run, double rise)
{
    const double e2 = FLATTENING * (2 - FLATTENING);
    double bend = 1 / (1 - e2 * sin2);
    double along = rise * ((1 - e2) * bend);
    return sqrt(bend * (along * along + (1 - sin2) * run * run));
}

/*
 * Two nodes of Gauss and Legendre. The sine of the latitude is a series of half the angle,
 * which is under 45 degrees, and the rest of the way to a node a short one: without calls and
 * branches, compilers measure several edges at once.
 */
static inline double short_length(Point a, Point b)
{
    const double nodes[2] = {0.21132486540518712, 0.78867513459481288};
    double run = (b.x - a.x) * RADIAN, rise = (b.y - a.y) * RADIAN, sum = 0;
    double half = a.y * (RADIAN / 2), z = half * half;
    double s = half * (1 + z * (-1. / 6 + z * (1. / 120 + z * (-1. / 5040 + z * (1. / 362880
        + z * (-1. / 39916800 + z * (1. / 6227020800 + z * (-1. / 1307674368000))))))));
    double c = 1 + z * (-1. / 2 + z * (1. / 24 + z * (-1. / 720 + z * (1. / 40320
        + z * (-1. / 3628800 + z * (1. / 479001600 + z * (-1. / 87178291200
        + z * (1. / 20922789888000))))))));
    double sin_start = 2 * s * c, cos_start = 1 - 2 * s * s;
    for (int i = 0; i < 2; i++) {
        double angle = rise * nodes[i], square = angle * angle;
        double sine = angle * (1 - square / 6 * (1 - square / 20));
        double cosine = 1 - square / 2 * (1 - square / 12 * (1 - square / 30));
        double at_node = sin_start * cosine + cos_start * sine;
        sum += node_length(at_node * at_node, run, rise);
    }
    return SEMI_MAJOR_M / 2 * sum;
}

static double long_length(Point a, Point b, double span)
{
    const double nodes[3] = {0.11270166537925831, 0.5, 0.88729833462074169};
    const double weights[3] = {0.27777777777777778, 0.44444444444444444, 0.27777777777777778};
    double steps = ceil(span / STEP_DEG), sum = 0;
    steps = steps < 1 ? 1 : steps;
    double run = (b.x - a.x) / steps, rise = (b.y - a.y) / steps;
    for (double step = 0; step < steps; step++)
        for (int i = 0; i < 3; i++) {
            double sine = sin((a.y + (step + nodes[i]) * rise) * RADIAN);
            sum += weights[i] * node_length(sine * sine, run * RADIAN, rise * RADIAN);
        }
    return SEMI_MAJOR_M * sum;
}

static inline double span_of(Point a, Point b)
{
    double run = fabs(b.x - a.x), rise = fabs(b.y - a.y);
    return run > rise ? run : rise;
}

static inline double arc_length(Point a, Point b)
{
    double span = span_of(a, b);
    return span > SHORT_DEG ? long_length(a, b, span) : short_length(a, b);
}

/* Measure the edges between vertices, the many short ones in a loop of their own. */
static void arc_lengths(const Point *vertices, size_t edges, double *length)
{
    for (size_t i = 0; i < edges; i++)
        length[i] = short_length(vertices[i], vertices[i + 1]);
    for (size_t i = 0; i < edges; i++) {
        double span = span_of(vertices[i], vertices[i + 1]);
        if (span > SHORT_DEG)
            length[i] = long_length(vertices[i], vertices[i + 1], span);
    }
}

#endif
