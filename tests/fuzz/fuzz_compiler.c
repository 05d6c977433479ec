/* fuzz_compiler.c: checks of the compiler's results, and a writer of zip archives (PKWARE's APPNOTE). */
#include "tests/fuzz/fuzz_compiler.h"

#include <math.h>

#include "compiler/read/safetensors.h"

#define MOST_STORAGES 8u
#define LOCAL_HEAD 30u
#define CENTRAL_HEAD 46u
#define END_SIZE 22u
#define NAME_ROOM 16u
#define FLAG_BYTE_ORDER 0x80u /* with the count: the last one is no storage, but the entry byteorder */

void fuzz_check_error(bool done, const mbt_error *error)
{
    FUZZ_CHECK(done == (error->text[0] == '\0'));
    FUZZ_CHECK(memchr(error->text, 0, sizeof error->text) != NULL);
    for (const char *c = error->text; *c != '\0'; c++)
        FUZZ_CHECK((unsigned char)*c >= 0x20 && *c != 0x7f);
}

void fuzz_check_tensors(const mbt_tensors *tensors)
{
    for (size_t i = 0; i < tensors->count; i++) {
        const mbt_tensor *tensor = &tensors->list[i];
        uint64_t count = 1;
        FUZZ_CHECK(tensor->dims <= MBT_TENSOR_DIMS);
        FUZZ_CHECK(mbt_tensors_find(tensors, tensor->name) == tensor);
        FUZZ_CHECK((unsigned)tensor->element < MBT_ELEMENT_COUNT);
        for (uint32_t d = 0; d < tensor->dims; d++)
            count *= tensor->shape[d];
        FUZZ_CHECK(count == tensor->count);
        for (uint64_t k = 0; k < count; k++)
            FUZZ_CHECK(isfinite(tensor->data[k]));
    }
}

/* CRC-32 of the IEEE 802.3 polynomial, bit by bit: inputs are short. */
static uint32_t checksum(const uint8_t *bytes, size_t size)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? UINT32_C(0xedb88320) : 0);
    }
    return ~crc;
}

typedef struct entry {
    char name[NAME_ROOM];
    fuzz_input contents;
    size_t offset;
} entry;

typedef struct writer {
    uint8_t *bytes;
    size_t size;
} writer;

static void put(writer *out, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        out->bytes[out->size++] = (uint8_t)(value >> 8 * i);
}

static void put_bytes(writer *out, const void *bytes, size_t size)
{
    if (size != 0)
        memcpy(out->bytes + out->size, bytes, size);
    out->size += size;
}

/* What an entry's two heads have in common: from the version needed on, to the length of the extra field. */
static void put_description(writer *out, const entry *e)
{
    put(out, 20, 2);
    put(out, 0, 4); /* flags, method: stored */
    put(out, 0, 4); /* time and date */
    put(out, checksum(e->contents.at, e->contents.left), 4);
    put(out, e->contents.left, 4);
    put(out, e->contents.left, 4);
    put(out, strlen(e->name), 2);
    put(out, 0, 2);
}

static void put_entry(writer *out, entry *e)
{
    e->offset = out->size;
    put(out, UINT32_C(0x04034b50), 4);
    put_description(out, e);
    put_bytes(out, e->name, strlen(e->name));
    put_bytes(out, e->contents.at, e->contents.left);
}

static void put_directory(writer *out, const entry *entries, unsigned count)
{
    const size_t start = out->size;
    for (unsigned i = 0; i < count; i++) {
        put(out, UINT32_C(0x02014b50), 4);
        put(out, 20, 2);
        put_description(out, &entries[i]);
        put(out, 0, 6); /* comment, disk, internal attributes */
        put(out, 0, 4); /* external attributes */
        put(out, entries[i].offset, 4);
        put_bytes(out, entries[i].name, strlen(entries[i].name));
    }
    const size_t size = out->size - start;
    put(out, UINT32_C(0x06054b50), 4);
    put(out, 0, 4); /* disks */
    put(out, count, 2);
    put(out, count, 2);
    put(out, size, 4);
    put(out, start, 4);
    put(out, 0, 2);
}

uint8_t *fuzz_archive(fuzz_input input, size_t *size)
{
    entry entries[MOST_STORAGES + 1];
    uint8_t sizes[MOST_STORAGES];
    const uint8_t first = fuzz_byte(&input);
    const unsigned storages = first % 16u % (MOST_STORAGES + 1);
    for (unsigned i = 0; i < storages; i++)
        sizes[i] = fuzz_byte(&input);
    for (unsigned i = 0; i < storages; i++) {
        const bool byte_order = first & FLAG_BYTE_ORDER && i + 1 == storages;
        if (byte_order)
            snprintf(entries[i + 1].name, NAME_ROOM, "x/byteorder");
        else
            snprintf(entries[i + 1].name, NAME_ROOM, "x/data/%u", i);
        entries[i + 1].contents = fuzz_take(&input, sizes[i]);
    }
    snprintf(entries[0].name, NAME_ROOM, "x/data.pkl");
    entries[0].contents = input;
    size_t room = END_SIZE;
    for (unsigned i = 0; i <= storages; i++)
        room += LOCAL_HEAD + CENTRAL_HEAD + (size_t)2 * NAME_ROOM + entries[i].contents.left;
    writer out = {malloc(room), 0};
    FUZZ_CHECK(out.bytes != NULL);
    for (unsigned i = 0; i <= storages; i++)
        put_entry(&out, &entries[i]);
    put_directory(&out, entries, storages + 1);
    FUZZ_CHECK(out.size <= room);
    *size = out.size;
    return out.bytes;
}

uint8_t *fuzz_checkpoint(fuzz_input input, size_t *size)
{
    const bool zip = input.left >= 4 && memcmp(input.at, "PK\3\4", 4) == 0;
    if (zip || mbt_safetensors_sniff(input.at, input.left)) {
        *size = input.left;
        return fuzz_copy(input.at, input.left);
    }
    return fuzz_archive(input, size);
}
