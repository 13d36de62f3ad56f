/* Areas and moves of mixed shapes through tables of functions: indirect calls on a hash table's entries. */
#include "program.h"

enum { SHAPES = 512, SLOTS = 1024, TURNS = 16 };

typedef struct Shape Shape;
typedef struct {
    int64_t (*area)(const Shape *);
    void (*move)(Shape *, int32_t, int32_t);
} Methods;
struct Shape {
    const Methods *methods;
    int32_t x, y, a, b;
    uint32_t key;
};

static int64_t square_area(const Shape *s) { return (int64_t)s->a * s->a; }
static int64_t box_area(const Shape *s) { return (int64_t)s->a * s->b; }
static int64_t triangle_area(const Shape *s) { return (int64_t)s->a * s->b / 2; }
static void move_free(Shape *s, int32_t x, int32_t y) { s->x += x, s->y += y; }
static void move_down(Shape *s, int32_t x, int32_t y) { s->x -= x >> 1, s->y -= y; }
static void grow(Shape *s, int32_t x, int32_t y) { s->a += x & 3, s->b += y & 3; }

static const Methods methods[4] = {{square_area, move_free}, {box_area, move_down}, {triangle_area, grow}, {box_area, move_free}};
static Shape shapes[SHAPES];
static Shape *slots[SLOTS];

static Shape **find(uint32_t key)
{
    uint32_t slot = (key * 2654435761u) >> 22;
    while (slots[slot] != NULL && slots[slot]->key != key) slot = (slot + 1) % SLOTS;
    return &slots[slot];
}

uint32_t run(uint32_t n)
{
    uint32_t sum = 2166136261u;
    while (n-- > 0) {
        uint32_t seed = 31;
        memset(slots, 0, sizeof slots);
        for (uint32_t i = 0; i < SHAPES; i++) {
            shapes[i] = (Shape){&methods[next_random(&seed) % 4], 0, 0, (int32_t)(i % 97), (int32_t)(i % 89), i * 2246822519u + n};
            *find(shapes[i].key) = &shapes[i];
        }
        int64_t total = 0;
        for (uint32_t turn = 0; turn < TURNS; turn++) {
            for (uint32_t i = 0; i < SHAPES; i++) {
                Shape *shape = *find(((i * 7 + turn) % SHAPES) * 2246822519u + n);
                shape->methods->move(shape, (int32_t)turn, (int32_t)i & 15);
                total += shape->methods->area(shape) + shape->x - shape->y;
            }
        }
        sum = mix(mix(sum, (uint32_t)total), (uint32_t)(total >> 32));
    }
    return sum;
}
