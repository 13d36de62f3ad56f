/*
 * csv_report: statistics of a large CSV file, one row per group.
 *
 * Reads /in/NAME (or the only file of /in, or standard input when /in is empty), groups the rows by one column and describes another
 * one: count, sum, mean, standard deviation, minimum, maximum, the exact 50th, 95th and 99th percentile, and a 95 % confidence interval
 * of the mean by bootstrap. Optionally the correlation with a third column. Rows that are not well-formed are counted by their fault and
 * left out. Writes /out/report.csv and /out/report.md and prints a summary.
 *
 * The parser follows RFC 4180: quoted fields, doubled quotes, line breaks inside quotes, LF or CRLF; a byte order mark is skipped.
 * All randomness comes from --seed, so that equal inputs give equal reports on every machine.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    READ_BYTES = 1 << 18,
    COLUMNS_MAX = 1024,
    FIELD_BYTES_MAX = 1 << 20,
    FILTERS_MAX = 16,
    EXAMPLES_MAX = 8,
    EXIT_USAGE = 2,
    EXIT_INPUT = 3,
    EXIT_OUTPUT = 4
};

/* ---- options ------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    const char *column;
    const char *text;
    char operation; /* '=' '!' '<' '>' */
    double number;
    int index;
} Filter;

typedef struct {
    const char *input;
    const char *group;
    const char *value;
    const char *correlate;
    Filter filters[FILTERS_MAX];
    int filter_count;
    long bootstrap;
    uint64_t seed;
    char delimiter;
} Options;

static void fail(int code, const char *what, const char *which)
{
    fprintf(stderr, "csv_report: %s%s%s\n", what, which ? ": " : "", which ? which : "");
    exit(code);
}

static void usage(void)
{
    fputs("usage: csv_report [--input NAME] [--group COLUMN] [--value COLUMN] [--correlate COLUMN]\n"
          "                  [--where COLUMN=TEXT | COLUMN!TEXT | COLUMN<NUMBER | COLUMN>NUMBER]...\n"
          "                  [--bootstrap RESAMPLES] [--seed NUMBER] [--delimiter CHARACTER]\n"
          "Without --group all rows are one group; without --value the last column is taken.\n",
          stderr);
    exit(EXIT_USAGE);
}

static void add_filter(Options *options, char *text)
{
    if (options->filter_count == FILTERS_MAX) fail(EXIT_USAGE, "too many filters", text);
    char *at = strpbrk(text, "=!<>");
    if (!at || at == text) fail(EXIT_USAGE, "a filter is COLUMN=TEXT, COLUMN!TEXT, COLUMN<NUMBER or COLUMN>NUMBER, not", text);
    Filter *filter = &options->filters[options->filter_count++];
    filter->operation = *at;
    *at = 0;
    filter->column = text;
    filter->text = at + 1;
    filter->index = -1;
    if (filter->operation == '<' || filter->operation == '>') {
        char *end;
        filter->number = strtod(filter->text, &end);
        if (end == filter->text || *end) fail(EXIT_USAGE, "a filter compares with a number, not", filter->text);
    }
}

static Options parse_options(int count, char **arguments)
{
    Options options = {.bootstrap = 2000, .seed = 1, .delimiter = ','};
    for (int i = 1; i < count; i += 2) {
        char *name = arguments[i];
        if (i + 1 >= count) usage();
        char *value = arguments[i + 1];
        char *end = NULL;
        if (!strcmp(name, "--input")) options.input = value;
        else if (!strcmp(name, "--group")) options.group = value;
        else if (!strcmp(name, "--value")) options.value = value;
        else if (!strcmp(name, "--correlate")) options.correlate = value;
        else if (!strcmp(name, "--where")) add_filter(&options, value);
        else if (!strcmp(name, "--bootstrap")) options.bootstrap = strtol(value, &end, 10);
        else if (!strcmp(name, "--seed")) options.seed = strtoull(value, &end, 10);
        else if (!strcmp(name, "--delimiter") && strlen(value) == 1) options.delimiter = *value;
        else usage();
        if (end && (end == value || *end)) fail(EXIT_USAGE, "not a number", value);
    }
    if (options.bootstrap < 0 || options.bootstrap > 100000) fail(EXIT_USAGE, "--bootstrap takes 0 to 100000", NULL);
    return options;
}

/* ---- reading rows -------------------------------------------------------------------------------------------------------------- */

typedef enum {
    ROW_GOOD,
    ROW_STRAY_QUOTE,      /* a quote inside an unquoted field */
    ROW_AFTER_QUOTE,      /* something between a closing quote and the delimiter */
    ROW_OPEN_QUOTE,       /* the file ends inside quotes */
    ROW_TOO_LONG,         /* more columns or bytes than the limits */
    ROW_FIELD_COUNT,      /* not as many fields as the header */
    ROW_NOT_A_NUMBER,     /* the value, or what it is correlated with, is no number */
    ROW_FAULTS
} RowFault;

static const char *const FAULT_NAMES[ROW_FAULTS] = {
    "good",
    "stray quote in an unquoted field",
    "text after a closing quote",
    "quote not closed",
    "row too long",
    "wrong number of fields",
    "value is not a number",
};

typedef struct {
    int descriptor;
    char delimiter;
    uint8_t *bytes;
    size_t at;
    size_t end;
    uint64_t total;
    int finished;
    /* the current row */
    char *text;
    size_t length;
    uint32_t starts[COLUMNS_MAX + 1];
    int count;
} Reader;

static int refill(Reader *reader)
{
    if (reader->finished) return 0;
    ssize_t got = read(reader->descriptor, reader->bytes, READ_BYTES);
    if (got < 0) fail(EXIT_INPUT, "cannot read the input", strerror(errno));
    reader->at = 0;
    reader->end = (size_t)got;
    reader->total += (uint64_t)got;
    reader->finished = got == 0;
    return got > 0;
}

static inline int next_byte(Reader *reader)
{
    if (reader->at == reader->end && !refill(reader)) return -1;
    return reader->bytes[reader->at++];
}

static inline int peek_byte(Reader *reader)
{
    if (reader->at == reader->end && !refill(reader)) return -1;
    return reader->bytes[reader->at];
}

/* Puts a character into the row; says whether there was room. */
static inline int put(Reader *reader, int byte)
{
    if (reader->length >= FIELD_BYTES_MAX - 1) return 0;
    reader->text[reader->length++] = (char)byte;
    return 1;
}

/* Reads one row; returns -1 at the end of the file. A faulty row is read to its end, so that the next one starts in step. */
static int read_row(Reader *reader)
{
    RowFault fault = ROW_GOOD;
    reader->length = 0;
    reader->count = 0;
    int byte = next_byte(reader);
    if (byte < 0) return -1;
    for (;;) {
        if (reader->count < COLUMNS_MAX) reader->starts[reader->count++] = (uint32_t)reader->length;
        else fault = ROW_TOO_LONG;
        if (byte == '"') {
            for (;;) {
                byte = next_byte(reader);
                if (byte < 0) return ROW_OPEN_QUOTE;
                if (byte == '"') {
                    if (peek_byte(reader) != '"') break;
                    next_byte(reader);
                }
                if (!put(reader, byte)) fault = ROW_TOO_LONG;
            }
            byte = next_byte(reader);
            while (byte >= 0 && byte != reader->delimiter && byte != '\n' && !(byte == '\r' && peek_byte(reader) == '\n')) {
                if (!fault) fault = ROW_AFTER_QUOTE;
                byte = next_byte(reader);
            }
        } else {
            while (byte >= 0 && byte != reader->delimiter && byte != '\n') {
                if (byte == '\r' && peek_byte(reader) == '\n') break;
                if (byte == '"' && !fault) fault = ROW_STRAY_QUOTE;
                if (!put(reader, byte)) fault = ROW_TOO_LONG;
                byte = next_byte(reader);
            }
        }
        if (!put(reader, 0)) fault = ROW_TOO_LONG;
        if (byte == '\r') byte = next_byte(reader);
        if (byte < 0 || byte == '\n') return fault;
        byte = next_byte(reader);
        if (byte < 0) byte = '\n'; /* the file ends with a delimiter: one more empty field */
    }
}

static inline const char *field(const Reader *reader, int index) { return reader->text + reader->starts[index]; }

/* A decimal number and nothing else. Up to 19 digits and small exponents are exact without strtod. */
static int parse_number(const char *text, double *result)
{
    static const double POWERS[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const char *at = text;
    int negative = *at == '-';
    if (*at == '-' || *at == '+') at++;
    uint64_t digits = 0;
    int count = 0;
    int fraction = 0;
    for (; *at >= '0' && *at <= '9'; at++, count++) digits = digits * 10 + (uint64_t)(*at - '0');
    if (*at == '.') {
        at++;
        for (; *at >= '0' && *at <= '9'; at++, count++, fraction++) digits = digits * 10 + (uint64_t)(*at - '0');
    }
    if (count == 0) return 0;
    if (*at == 0 && count <= 18 && digits <= (1ull << 53)) {
        double value = (double)digits / POWERS[fraction];
        *result = negative ? -value : value;
        return 1;
    }
    char *end;
    *result = strtod(text, &end);
    return *end == 0 && isfinite(*result);
}

/* ---- groups -------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    char *name;
    uint32_t hash;
    double *values;
    size_t count;
    size_t capacity;
    double sum, rest;               /* Neumaier's sum and its lost low part */
    double mean, square;            /* Welford's running mean and sum of squares */
    double other, other_square, product; /* the same for the correlated column */
    double p50, p95, p99, low, high;
} Group;

static Group *groups;
static size_t group_count;
static size_t group_capacity;
static uint32_t *slots;
static size_t slot_count;

static void *must(void *pointer)
{
    if (!pointer) fail(EXIT_INPUT, "out of memory: give the job more memory pages", NULL);
    return pointer;
}

static void grow_slots(void)
{
    slot_count = slot_count ? slot_count * 2 : 256;
    free(slots);
    slots = must(calloc(slot_count, sizeof *slots));
    for (size_t i = 0; i < group_count; i++) {
        size_t place = groups[i].hash & (slot_count - 1);
        while (slots[place]) place = (place + 1) & (slot_count - 1);
        slots[place] = (uint32_t)i + 1;
    }
}

static Group *find_group(const char *name)
{
    uint32_t hash = 2166136261u;
    for (const char *at = name; *at; at++) hash = (hash ^ (uint8_t)*at) * 16777619u;
    if (group_count * 2 >= slot_count) grow_slots();
    size_t place = hash & (slot_count - 1);
    for (; slots[place]; place = (place + 1) & (slot_count - 1)) {
        Group *group = &groups[slots[place] - 1];
        if (group->hash == hash && !strcmp(group->name, name)) return group;
    }
    if (group_count == group_capacity) {
        group_capacity = group_capacity ? group_capacity * 2 : 64;
        groups = must(realloc(groups, group_capacity * sizeof *groups));
    }
    Group *group = &groups[group_count];
    memset(group, 0, sizeof *group);
    group->name = must(strdup(name));
    group->hash = hash;
    slots[place] = (uint32_t)++group_count;
    return group;
}

static void add_value(Group *group, double value, double other)
{
    if (group->count == group->capacity) {
        group->capacity = group->capacity ? group->capacity * 2 : 16;
        group->values = must(realloc(group->values, group->capacity * sizeof(double)));
    }
    group->values[group->count++] = value;
    double total = group->sum + value;
    group->rest += fabs(group->sum) >= fabs(value) ? (group->sum - total) + value : (value - total) + group->sum;
    group->sum = total;
    double n = (double)group->count;
    double step = value - group->mean;
    double other_step = other - group->other;
    group->mean += step / n;
    group->other += other_step / n;
    group->square += step * (value - group->mean);
    group->other_square += other_step * (other - group->other);
    group->product += step * (other - group->other);
}

/* ---- statistics ---------------------------------------------------------------------------------------------------------------- */

static void insertion_sort(double *values, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        double value = values[i];
        size_t j = i;
        for (; j > 0 && values[j - 1] > value; j--) values[j] = values[j - 1];
        values[j] = value;
    }
}

static void sift(double *values, size_t root, size_t count)
{
    double value = values[root];
    for (size_t child; (child = root * 2 + 1) < count; root = child) {
        if (child + 1 < count && values[child + 1] > values[child]) child++;
        if (values[child] <= value) break;
        values[root] = values[child];
    }
    values[root] = value;
}

static void heap_sort(double *values, size_t count)
{
    for (size_t i = count / 2; i-- > 0;) sift(values, i, count);
    for (size_t i = count - 1; i > 0; i--) {
        double value = values[i];
        values[i] = values[0];
        values[0] = value;
        sift(values, 0, i);
    }
}

/* Introsort: quicksort on the median of three, heap sort where it degenerates. */
static void sort(double *values, size_t count, int depth)
{
    while (count > 24) {
        if (depth-- == 0) {
            heap_sort(values, count);
            return;
        }
        double a = values[0], b = values[count / 2], c = values[count - 1];
        double pivot = a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
        size_t left = 0, right = count - 1;
        for (;;) {
            while (values[left] < pivot) left++;
            while (values[right] > pivot) right--;
            if (left >= right) break;
            double value = values[left];
            values[left++] = values[right];
            values[right--] = value;
        }
        sort(values, left, depth);
        values += left;
        count -= left;
    }
    insertion_sort(values, count);
}

/* The nearest-rank percentile: a value of the data, no interpolation. */
static double percentile(const double *sorted, size_t count, double percent)
{
    size_t rank = (size_t)ceil(percent / 100.0 * (double)count);
    return sorted[rank == 0 ? 0 : rank - 1];
}

static uint64_t random_state;

static inline uint32_t random_below(uint32_t bound)
{
    /* xorshift64*; the bias of the multiplication is below bound / 2^32. */
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    uint32_t top = (uint32_t)((random_state * 2685821657736338717ull) >> 32);
    return (uint32_t)(((uint64_t)top * bound) >> 32);
}

static void bootstrap(Group *group, long resamples)
{
    double *means = must(malloc((size_t)resamples * sizeof(double)));
    uint32_t count = (uint32_t)group->count;
    for (long i = 0; i < resamples; i++) {
        double sum = 0;
        for (uint32_t k = 0; k < count; k++) sum += group->values[random_below(count)];
        means[i] = sum / (double)count;
    }
    sort(means, (size_t)resamples, 64);
    group->low = percentile(means, (size_t)resamples, 2.5);
    group->high = percentile(means, (size_t)resamples, 97.5);
    free(means);
}

static void finish(Group *group, const Options *options)
{
    group->sum += group->rest;
    sort(group->values, group->count, 64);
    group->p50 = percentile(group->values, group->count, 50);
    group->p95 = percentile(group->values, group->count, 95);
    group->p99 = percentile(group->values, group->count, 99);
    group->low = group->high = group->mean;
    if (options->bootstrap > 0) bootstrap(group, options->bootstrap);
}

static double deviation(const Group *group) { return group->count > 1 ? sqrt(group->square / (double)(group->count - 1)) : 0; }

static double correlation(const Group *group)
{
    double scale = sqrt(group->square) * sqrt(group->other_square);
    return scale > 0 ? group->product / scale : 0;
}

static int by_sum(const void *left, const void *right)
{
    const Group *a = left, *b = right;
    if (a->sum != b->sum) return a->sum < b->sum ? 1 : -1;
    return strcmp(a->name, b->name);
}

/* ---- reports ------------------------------------------------------------------------------------------------------------------- */

typedef struct {
    uint64_t rows, kept, filtered;
    uint64_t faults[ROW_FAULTS];
    uint64_t examples[ROW_FAULTS][EXAMPLES_MAX];
} Tally;

static void write_quoted(FILE *file, const char *text)
{
    if (!strpbrk(text, "\",\r\n")) {
        fputs(text, file);
        return;
    }
    fputc('"', file);
    for (; *text; text++) {
        if (*text == '"') fputc('"', file);
        fputc(*text, file);
    }
    fputc('"', file);
}

/* A table's cell: no bar and no line break may end it. */
static void write_cell(FILE *file, const char *text)
{
    for (; *text; text++) {
        if (*text == '|') fputs("\\|", file);
        else fputc((uint8_t)*text < ' ' ? ' ' : *text, file);
    }
}

static FILE *create(const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file) fail(EXIT_OUTPUT, "cannot create", path);
    return file;
}

static void finish_file(FILE *file, const char *path)
{
    if (ferror(file) | fclose(file)) fail(EXIT_OUTPUT, "cannot write", path);
}

static void write_csv(const Options *options)
{
    const char *path = "/out/report.csv";
    FILE *file = create(path);
    fputs("group,count,sum,mean,mean_low_95,mean_high_95,stddev,min,p50,p95,p99,max", file);
    fputs(options->correlate ? ",correlation\n" : "\n", file);
    for (size_t i = 0; i < group_count; i++) {
        const Group *g = &groups[i];
        write_quoted(file, g->name);
        fprintf(file, ",%zu,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f,%.6f", g->count, g->sum, g->mean, g->low, g->high,
                deviation(g), g->values[0], g->p50, g->p95, g->p99, g->values[g->count - 1]);
        if (options->correlate) fprintf(file, ",%.6f", correlation(g));
        fputc('\n', file);
    }
    finish_file(file, path);
}

static void write_markdown(const Options *options, const Tally *tally, const char *value, const char *group)
{
    const char *path = "/out/report.md";
    FILE *file = create(path);
    fputs("# ", file);
    write_cell(file, value);
    fputs(" by ", file);
    write_cell(file, group);
    fprintf(file, "\n\n%llu rows: %llu counted in %zu groups, %llu filtered out, %llu malformed.\n\n", tally->rows, tally->kept,
            group_count, tally->filtered, tally->rows - tally->kept - tally->filtered);
    fprintf(file, "| group | count | sum | mean | 95 %% of means | stddev | min | p50 | p95 | p99 | max |%s\n",
            options->correlate ? " correlation |" : "");
    fprintf(file, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |%s\n", options->correlate ? " ---: |" : "");
    for (size_t i = 0; i < group_count; i++) {
        const Group *g = &groups[i];
        fputs("| ", file);
        write_cell(file, g->name);
        fprintf(file, " | %zu | %.2f | %.4f | %.4f to %.4f | %.4f | %.4f | %.4f | %.4f | %.4f | %.4f |", g->count, g->sum, g->mean, g->low,
                g->high, deviation(g), g->values[0], g->p50, g->p95, g->p99, g->values[g->count - 1]);
        if (options->correlate) fprintf(file, " %.4f |", correlation(g));
        fputc('\n', file);
    }
    fputs("\n## Malformed rows\n\n", file);
    int any = 0;
    for (int fault = 1; fault < ROW_FAULTS; fault++) {
        if (!tally->faults[fault]) continue;
        any = 1;
        fprintf(file, "- %s: %llu (row", FAULT_NAMES[fault], tally->faults[fault]);
        for (uint64_t i = 0; i < tally->faults[fault] && i < EXAMPLES_MAX; i++) fprintf(file, " %llu", tally->examples[fault][i]);
        fputs(tally->faults[fault] > EXAMPLES_MAX ? " ...)\n" : ")\n", file);
    }
    if (!any) fputs("None.\n", file);
    finish_file(file, path);
}

/* ---- the run ------------------------------------------------------------------------------------------------------------------- */

static int open_input(const Options *options)
{
    char path[1024];
    const char *name = options->input;
    char found[256] = "";
    if (!name) {
        DIR *directory = opendir("/in");
        for (struct dirent *entry; directory && (entry = readdir(directory));) {
            if (entry->d_name[0] == '.') continue;
            if (*found) fail(EXIT_USAGE, "more than one file in /in: choose one with --input", NULL);
            snprintf(found, sizeof found, "%s", entry->d_name);
        }
        if (directory) closedir(directory);
        if (!*found) return STDIN_FILENO;
        name = found;
    }
    if (snprintf(path, sizeof path, "/in/%s", name) >= (int)sizeof path) fail(EXIT_INPUT, "the name is too long", name);
    int descriptor = open(path, O_RDONLY);
    if (descriptor < 0) fail(EXIT_INPUT, strerror(errno), path);
    return descriptor;
}

static int find_column(const Reader *reader, const char *name)
{
    for (int i = 0; i < reader->count; i++) {
        if (!strcmp(field(reader, i), name)) return i;
    }
    fail(EXIT_INPUT, "the header has no column", name);
    return -1;
}

static int passes(const Reader *reader, const Options *options)
{
    for (int i = 0; i < options->filter_count; i++) {
        const Filter *filter = &options->filters[i];
        const char *text = field(reader, filter->index);
        double number;
        switch (filter->operation) {
        case '=': if (strcmp(text, filter->text)) return 0; break;
        case '!': if (!strcmp(text, filter->text)) return 0; break;
        case '<': if (!parse_number(text, &number) || !(number < filter->number)) return 0; break;
        default: if (!parse_number(text, &number) || !(number > filter->number)) return 0; break;
        }
    }
    return 1;
}

int main(int count, char **arguments)
{
    Options options = parse_options(count, arguments);
    static Reader reader;
    reader.descriptor = open_input(&options);
    reader.delimiter = options.delimiter;
    reader.bytes = must(malloc(READ_BYTES));
    reader.text = must(malloc(FIELD_BYTES_MAX));
    if (refill(&reader) && reader.end >= 3 && !memcmp(reader.bytes, "\xEF\xBB\xBF", 3)) reader.at = 3;

    int fault = read_row(&reader);
    if (fault < 0) fail(EXIT_INPUT, "the input is empty", NULL);
    if (fault > 0) fail(EXIT_INPUT, "the header is malformed", FAULT_NAMES[fault]);
    int columns = reader.count;
    int value_column = options.value ? find_column(&reader, options.value) : columns - 1;
    int group_column = options.group ? find_column(&reader, options.group) : -1;
    int other_column = options.correlate ? find_column(&reader, options.correlate) : -1;
    for (int i = 0; i < options.filter_count; i++) options.filters[i].index = find_column(&reader, options.filters[i].column);
    char *value_name = must(strdup(field(&reader, value_column)));

    static Tally tally;
    while ((fault = read_row(&reader)) >= 0) {
        if (fault == ROW_GOOD && reader.count == 1 && columns > 1 && !*field(&reader, 0)) continue; /* an empty line */
        tally.rows++;
        double value = 0, other = 0;
        if (fault == ROW_GOOD && reader.count != columns) fault = ROW_FIELD_COUNT;
        if (fault == ROW_GOOD && !passes(&reader, &options)) {
            tally.filtered++;
            continue;
        }
        if (fault == ROW_GOOD && !parse_number(field(&reader, value_column), &value)) fault = ROW_NOT_A_NUMBER;
        if (fault == ROW_GOOD && other_column >= 0 && !parse_number(field(&reader, other_column), &other)) fault = ROW_NOT_A_NUMBER;
        if (fault != ROW_GOOD) {
            uint64_t place = tally.faults[fault]++;
            if (place < EXAMPLES_MAX) tally.examples[fault][place] = tally.rows + 1;
            continue;
        }
        tally.kept++;
        add_value(find_group(group_column < 0 ? "all" : field(&reader, group_column)), value, other);
    }

    random_state = options.seed * 0x9E3779B97F4A7C15ull + 0x632BE59BD9B4E019ull;
    if (!random_state) random_state = 1;
    for (size_t i = 0; i < group_count; i++) finish(&groups[i], &options);
    qsort(groups, group_count, sizeof *groups, by_sum);
    write_csv(&options);
    write_markdown(&options, &tally, value_name, options.group ? options.group : "all rows");

    uint64_t malformed = tally.rows - tally.kept - tally.filtered;
    printf("%llu bytes, %llu rows: %llu counted, %llu filtered out, %llu malformed\n", reader.total, tally.rows, tally.kept, tally.filtered,
           malformed);
    for (size_t i = 0; i < group_count && i < 10; i++) {
        const Group *g = &groups[i];
        printf("%-24.24s %10zu  sum %16.2f  mean %12.4f [%.4f, %.4f]  p99 %12.4f\n", g->name, g->count, g->sum, g->mean, g->low, g->high,
               g->p99);
    }
    if (group_count > 10) printf("... and %zu more groups in /out/report.csv\n", group_count - 10);
    return 0;
}
