/* Prints what adjoin says of each frame of a pcap file (classic, little-endian, any link type), and its
 * report on all of them.
 *
 *     cargo build -p dissector-ffi
 *     cc dissector-ffi/examples/rows.c -I dissector-ffi/include -L target/debug -ldissector_ffi -o rows
 *     LD_LIBRARY_PATH=target/debug ./rows capture.pcap
 */
#include <stdio.h>
#include <stdlib.h>
#include "adjoin.h"

static uint32_t word(const uint8_t *p)
{
    return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static void print_row(const AdjoinRow *row, const AdjoinField *fields, const AdjoinFinding *findings)
{
    printf("%*s", 2 + 2 * (int)row->depth, "");
    if (row->what == ADJOIN_WHAT_FINDING) {
        printf("! %s: %s\n", findings[row->index].id, row->text);
        return;
    }
    const AdjoinField *field = &fields[row->index];
    printf("%s", field->name);
    if (row->text)
        printf(": %s", row->text);
    else if (field->kind == ADJOIN_KIND_TEXT)
        printf(": %s", row->value);
    else if (field->kind == ADJOIN_KIND_INT)
        printf(": %d", row->int_value);
    else if (field->kind == ADJOIN_KIND_FLAG)
        printf(": %s", row->uint_value & field->mask ? "yes" : "no");
    else if (field->kind == ADJOIN_KIND_UINT || field->kind == ADJOIN_KIND_FRAME)
        printf(field->base == ADJOIN_BASE_HEX ? ": 0x%llx" : ": %llu", (unsigned long long)row->uint_value);
    printf("\n");
}

int main(int argc, char **argv)
{
    uint8_t file_header[24], record[16];
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    uint32_t magic = file && fread(file_header, 24, 1, file) == 1 ? word(file_header) : 0;
    if (magic != 0xa1b2c3d4 && magic != 0xa1b23c4d) {
        fprintf(stderr, "usage: rows FILE.pcap (classic, little-endian)\n");
        return 2;
    }
    int64_t fraction = magic == 0xa1b23c4d ? 1 : 1000; /* nanoseconds */
    const AdjoinField *fields = adjoin_fields(NULL);
    const AdjoinFinding *findings = adjoin_findings(NULL);
    AdjoinCapture *capture = adjoin_open();
    uint32_t number = 0;
    while (fread(record, 16, 1, file) == 1) {
        uint32_t length = word(record + 8);
        uint8_t *bytes = length <= 0x100000 ? malloc(length + 1) : NULL;
        if (!bytes || fread(bytes, 1, length, file) != length)
            break;
        int64_t time = word(record) * INT64_C(1000000000) + word(record + 4) * fraction;
        adjoin_feed(capture, ++number, time, word(file_header + 20), bytes, length, word(record + 12));
        AdjoinView view;
        if (adjoin_rows(capture, number, bytes, length, &view) > 0)
            printf("frame %u\n", number);
        for (size_t i = 0; i < view.row_count; i++)
            print_row(&view.rows[i], fields, findings);
        free(bytes);
    }
    adjoin_finish(capture);
    const char *report = adjoin_report(capture, ADJOIN_FORMAT_TEXT);
    if (report)
        fputs(report, stdout);
    adjoin_close(capture);
    fclose(file);
    printf("adjoin %s: %u frames read\n", adjoin_version(), number);
    return 0;
}
