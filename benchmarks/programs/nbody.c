/* Five bodies under gravity, 2,000 steps: doubles from memory, divisions and square roots. */
#include "program.h"

#include <math.h>

enum { BODIES = 5, STEPS = 2000 };

typedef struct {
    double x, y, z, vx, vy, vz, mass;
} Body;

static Body bodies[BODIES];

static void step(double dt)
{
    for (int i = 0; i < BODIES; i++) {
        Body *a = &bodies[i];
        for (int j = i + 1; j < BODIES; j++) {
            Body *b = &bodies[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            double square = dx * dx + dy * dy + dz * dz;
            double magnitude = dt / (square * sqrt(square));
            a->vx -= dx * b->mass * magnitude;
            a->vy -= dy * b->mass * magnitude;
            a->vz -= dz * b->mass * magnitude;
            b->vx += dx * a->mass * magnitude;
            b->vy += dy * a->mass * magnitude;
            b->vz += dz * a->mass * magnitude;
        }
    }
    for (int i = 0; i < BODIES; i++) {
        bodies[i].x += dt * bodies[i].vx;
        bodies[i].y += dt * bodies[i].vy;
        bodies[i].z += dt * bodies[i].vz;
    }
}

uint32_t run(uint32_t n)
{
    uint32_t sum = 2166136261u;
    while (n-- > 0) {
        for (int i = 0; i < BODIES; i++) {
            double distance = 1.0 + 3.0 * i;
            bodies[i] = (Body){distance, 0.25 * i, 0.125 * i, 0.01 * i, 1.0 / distance, 0.002 * i, i == 0 ? 8.0 : 0.01 / (1 + i)};
        }
        for (int i = 0; i < STEPS; i++) step(0.001);
        for (int i = 0; i < BODIES; i++) sum = mix_double(mix_double(sum, bodies[i].x), bodies[i].vy);
    }
    return sum;
}
