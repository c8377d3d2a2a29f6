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

/* Two nodes of Gauss and Legendre; the angle is small, so that its sine is a short series. */
static inline double short_length(double sin_start, double cos_start, double run, double rise)
{
    const double nodes[2] = {0.21132486540518712, 0.78867513459481288};
    double sum = 0;
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

static inline double arc_length(Point a, Point b)
{
    double run = fabs(b.x - a.x), rise = fabs(b.y - a.y), span = run > rise ? run : rise;
    if (span > SHORT_DEG)
        return long_length(a, b, span);
    double start = a.y * RADIAN;
    return short_length(sin(start), cos(start), (b.x - a.x) * RADIAN, (b.y - a.y) * RADIAN);
}

#endif
