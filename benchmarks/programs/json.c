/* Reads a JSON document of about 40 KB into a tree by recursive descent and walks it: calls, branches by byte, small writes. */
#include "program.h"

enum { BYTES_MAX = 49152, NODES_MAX = 16384, DEPTH_MAX = 64 };

typedef enum { BAD, NUL, TRUTH, NUMBER, STRING, ARRAY, OBJECT } Kind;

typedef struct {
    Kind kind;
    double number;
    uint32_t text, length; /* of a string, in the document */
    uint32_t name, name_length;
    int32_t child, next;
} Node;

static char document[BYTES_MAX];
static uint32_t document_length;
static Node nodes[NODES_MAX];
static int32_t node_count;
static const char *at, *end;

static void blank(void)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')) at++;
}

static int string(uint32_t *from, uint32_t *length)
{
    *from = (uint32_t)(++at - document);
    while (at < end && *at != '"') {
        if (*at == '\\') at++;
        at++;
    }
    if (at >= end) return 0;
    *length = (uint32_t)(at++ - document) - *from;
    return 1;
}

static double number(void)
{
    double value = 0, scale = 1;
    int negative = *at == '-';
    if (negative) at++;
    while (at < end && *at >= '0' && *at <= '9') value = value * 10 + (*at++ - '0');
    if (at < end && *at == '.') {
        at++;
        while (at < end && *at >= '0' && *at <= '9') {
            value = value * 10 + (*at++ - '0');
            scale *= 10;
        }
    }
    value /= scale;
    return negative ? -value : value;
}

static int word(const char *text)
{
    while (*text != 0 && at < end && *at == *text) at++, text++;
    return *text == 0;
}

static int32_t value(int depth);

static int32_t members(int depth, char close, int named)
{
    int32_t first = -1, last = -1;
    at++;
    blank();
    while (at < end && *at != close) {
        uint32_t name = 0, length = 0;
        if (named) {
            if (*at != '"' || !string(&name, &length)) return -2;
            blank();
            if (at >= end || *at++ != ':') return -2;
        }
        int32_t item = value(depth + 1);
        if (item < 0) return -2;
        nodes[item].name = name;
        nodes[item].name_length = length;
        if (first < 0) first = item;
        else nodes[last].next = item;
        last = item;
        blank();
        if (at < end && *at == ',') {
            at++;
            blank();
        }
    }
    if (at >= end) return -2;
    at++;
    return first;
}

static int32_t value(int depth)
{
    blank();
    if (depth > DEPTH_MAX || at >= end || node_count == NODES_MAX) return -1;
    int32_t place = node_count++;
    Node *node = &nodes[place];
    node->child = node->next = -1;
    switch (*at) {
    case '{':
        node->kind = OBJECT;
        node->child = members(depth, '}', 1);
        return node->child == -2 ? -1 : place;
    case '[':
        node->kind = ARRAY;
        node->child = members(depth, ']', 0);
        return node->child == -2 ? -1 : place;
    case '"':
        node->kind = STRING;
        return string(&node->text, &node->length) ? place : -1;
    case 't':
        node->kind = TRUTH;
        node->number = 1;
        return word("true") ? place : -1;
    case 'f':
        node->kind = TRUTH;
        node->number = 0;
        return word("false") ? place : -1;
    case 'n':
        node->kind = NUL;
        return word("null") ? place : -1;
    default:
        node->kind = NUMBER;
        if (*at != '-' && (*at < '0' || *at > '9')) return -1;
        node->number = number();
        return place;
    }
}

static uint32_t walk(uint32_t sum, int32_t place)
{
    for (; place >= 0; place = nodes[place].next) {
        const Node *node = &nodes[place];
        sum = mix(sum, (uint32_t)node->kind + node->name_length);
        if (node->kind == NUMBER || node->kind == TRUTH) sum = mix_double(sum, node->number);
        if (node->kind == STRING) sum = mix(sum, (uint32_t)document[node->text] + node->length);
        sum = walk(sum, node->child);
    }
    return sum;
}

static void put(const char *text)
{
    while (*text != 0) document[document_length++] = *text++;
}

static void put_number(uint32_t whole)
{
    char digits[10];
    int count = 0;
    do digits[count++] = (char)('0' + whole % 10);
    while ((whole /= 10) != 0);
    while (count > 0) document[document_length++] = digits[--count];
}

uint32_t run(uint32_t n)
{
    uint32_t sum = 2166136261u, seed = 5;
    document_length = 0;
    put("{\"jobs\": [\n");
    for (int i = 0; document_length < BYTES_MAX - 512; i++) {
        put(i == 0 ? "  {\"id\": " : ",\n  {\"id\": ");
        put_number((uint32_t)i);
        put(", \"owner\": \"peer \\\"");
        put_number(next_random(&seed) % 1000);
        put("\\\"\", \"price\": -");
        put_number(next_random(&seed) % 100000);
        put(".");
        put_number(next_random(&seed) % 1000);
        put(", \"done\": ");
        put(next_random(&seed) % 2 ? "true" : "false");
        put(", \"hosts\": [1, 22, 333, null, [\"a\", {}]]}");
    }
    put("\n]}");
    while (n-- > 0) {
        node_count = 0;
        at = document;
        end = document + document_length;
        int32_t root = value(0);
        sum = root < 0 ? 0 : mix(walk(sum, root), (uint32_t)node_count);
    }
    return sum;
}
