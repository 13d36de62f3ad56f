/* A backtracking matcher of small regular expressions (literals, dot, classes, star, plus, question mark, anchors) over 16 KiB. */
#include "program.h"

enum { BYTES = 16384, PATTERNS = 5 };
static char text[BYTES + 1];

static int match_here(const char *pattern, const char *at);

/* The length of a pattern's first item: a letter, a dot or a class. */
static int item_length(const char *pattern)
{
    if (*pattern != '[') return 1;
    int length = 1;
    while (pattern[length] != ']') length++;
    return length + 1;
}

static int item_matches(const char *pattern, char letter)
{
    if (letter == 0 || letter == '\n') return 0;
    if (*pattern == '.') return 1;
    if (*pattern != '[') return *pattern == letter;
    for (const char *i = pattern + 1; *i != ']'; i++) {
        if (i[1] == '-' && i[2] != ']') {
            if (letter >= i[0] && letter <= i[2]) return 1;
            i += 2;
        } else if (*i == letter) {
            return 1;
        }
    }
    return 0;
}

static int match_repeated(const char *item, const char *rest, int least, int most, const char *at)
{
    int count = 0;
    while (count < most && item_matches(item, at[count])) count++;
    for (; count >= least; count--) {
        if (match_here(rest, at + count)) return 1;
    }
    return 0;
}

static int match_here(const char *pattern, const char *at)
{
    while (*pattern != 0) {
        if (*pattern == '$' && pattern[1] == 0) return *at == '\n' || *at == 0;
        int length = item_length(pattern);
        const char *rest = pattern + length;
        if (*rest == '*') return match_repeated(pattern, rest + 1, 0, 1 << 20, at);
        if (*rest == '+') return match_repeated(pattern, rest + 1, 1, 1 << 20, at);
        if (*rest == '?') return match_repeated(pattern, rest + 1, 0, 1, at);
        if (!item_matches(pattern, *at)) return 0;
        pattern = rest;
        at++;
    }
    return 1;
}

uint32_t run(uint32_t n)
{
    static const char *const patterns[PATTERNS] = {"[a-f]+[0-9][0-9]*x", "pe?er .*[xyz]$", "q[^u]", "[0-9]+-[0-9]+", "a.c.e"};
    uint32_t sum = 2166136261u, seed = 17;
    for (int i = 0; i < BYTES; i++) {
        uint32_t random = next_random(&seed) % 44;
        text[i] = "abcdefghijklmnopqrstuvwxyz0123456789- peer \n"[random];
    }
    text[BYTES] = 0;
    while (n-- > 0) {
        for (int i = 0; i < PATTERNS; i++) {
            uint32_t found = 0;
            for (const char *at = text; *at != 0; at++) found += (uint32_t)match_here(patterns[i], at);
            sum = mix(sum, found);
        }
        text[(n * 31) % BYTES] = 'q';
    }
    return sum;
}
