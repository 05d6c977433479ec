/* pickle_builder.h: pickles put together by hand, opcode by opcode. */
#ifndef MBT_TESTS_UNIT_COMPILER_PICKLE_BUILDER_H
#define MBT_TESTS_UNIT_COMPILER_PICKLE_BUILDER_H

#include "tests/unit/unit.h"

typedef struct builder {
    uint8_t bytes[8192];
    size_t size;
} builder;

static inline void put(builder *b, const void *bytes, size_t size)
{
    ck_assert_uint_le(size, sizeof b->bytes - b->size);
    memcpy(b->bytes + b->size, bytes, size);
    b->size += size;
}

/* For literals: opcodes as they are written in pickletools. */
#define PUT(b, literal) put(b, literal, sizeof(literal) - 1)

static inline void put_number(builder *b, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; ++i) {
        const uint8_t byte = (uint8_t)(value >> 8 * i);
        put(b, &byte, 1);
    }
}

static inline void put_text(builder *b, const char *text)
{
    PUT(b, "X");
    put_number(b, strlen(text), 4);
    put(b, text, strlen(text));
}

/* LONG1 of 8 bytes. */
static inline void put_integer(builder *b, int64_t value)
{
    PUT(b, "\x8a\x08");
    put_number(b, (uint64_t)value, 8);
}

static inline void put_integers(builder *b, const int64_t *values, size_t count)
{
    PUT(b, "(");
    for (size_t i = 0; i < count; ++i)
        put_integer(b, values[i]);
    PUT(b, "t");
}

/* A storage's persistent id. type: the name in torch. */
static inline void put_storage(builder *b, const char *type, const char *key, int64_t count)
{
    PUT(b, "(");
    put_text(b, "storage");
    PUT(b, "ctorch\n");
    put(b, type, strlen(type));
    PUT(b, "\n");
    put_text(b, key);
    put_text(b, "cpu");
    put_integer(b, count);
    PUT(b, "tQ");
}

/* torch._utils._rebuild_tensor_v2 of a storage. metadata: opcodes that push the last argument, none for none. */
static inline void put_marked_tensor(builder *b, const char *type, const char *key, int64_t count, int64_t offset,
                                     size_t dims, const int64_t *shape, const int64_t *strides, const char *metadata,
                                     size_t metadata_size)
{
    PUT(b, "ctorch._utils\n_rebuild_tensor_v2\n(");
    put_storage(b, type, key, count);
    put_integer(b, offset);
    put_integers(b, shape, dims);
    put_integers(b, strides, dims);
    PUT(b, "\x89"
           "ccollections\nOrderedDict\n)R");
    put(b, metadata, metadata_size);
    PUT(b, "tR");
}

static inline void put_tensor(builder *b, const char *type, const char *key, int64_t count, int64_t offset, size_t dims,
                              const int64_t *shape, const int64_t *strides)
{
    put_marked_tensor(b, type, key, count, offset, dims, shape, strides, "", 0);
}

#endif
