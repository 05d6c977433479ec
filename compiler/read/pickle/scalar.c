/* scalar.c: the opcodes that push numbers and text. */
#include "compiler/read/pickle/scalar.h"

#include <string.h>

#include "compiler/read/pickle/value.h"

static bool push_integer(mbt_pickle_machine *m, mbt_pickle_kind kind, int64_t integer)
{
    mbt_pickle_value *value = mbt_pickle_new(m->pickle, kind, m->error);
    if (value != NULL)
        value->as.integer = integer;
    return mbt_pickle_push(m, value);
}

bool mbt_pickle_op_none(mbt_pickle_machine *m)
{
    return push_integer(m, MBT_PICKLE_NONE, 0);
}

bool mbt_pickle_op_true(mbt_pickle_machine *m)
{
    return push_integer(m, MBT_PICKLE_BOOL, 1);
}

bool mbt_pickle_op_false(mbt_pickle_machine *m)
{
    return push_integer(m, MBT_PICKLE_BOOL, 0);
}

bool mbt_pickle_op_int1(mbt_pickle_machine *m)
{
    uint64_t bits = 0;
    return mbt_pickle_take_number(m, 1, &bits) && push_integer(m, MBT_PICKLE_INT, (int64_t)bits);
}

bool mbt_pickle_op_int2(mbt_pickle_machine *m)
{
    uint64_t bits = 0;
    return mbt_pickle_take_number(m, 2, &bits) && push_integer(m, MBT_PICKLE_INT, (int64_t)bits);
}

bool mbt_pickle_op_int4(mbt_pickle_machine *m)
{
    uint64_t bits = 0;
    if (!mbt_pickle_take_number(m, 4, &bits))
        return false;
    const int64_t wrap = bits >> 31 != 0 ? INT64_C(1) << 32 : 0;
    return push_integer(m, MBT_PICKLE_INT, (int64_t)bits - wrap);
}

/* Pushes a two's complement integer of any length. */
static bool push_long(mbt_pickle_machine *m, const uint8_t *bytes, size_t size)
{
    if (size > 8)
        return push_integer(m, MBT_PICKLE_BIG_INT, 0);
    const bool negative = size > 0 && bytes[size - 1] >= 0x80;
    uint64_t bits = 0; /* of the value; if it is negative, of its complement, which is not negative */
    for (size_t i = size; i-- > 0;)
        bits = bits << 8 | (negative ? (uint8_t)~bytes[i] : bytes[i]);
    return push_integer(m, MBT_PICKLE_INT, negative ? -(int64_t)bits - 1 : (int64_t)bits);
}

bool mbt_pickle_op_long1(mbt_pickle_machine *m)
{
    const uint8_t *bytes = NULL;
    size_t size = 0;
    return mbt_pickle_take_sized(m, 1, &bytes, &size) && push_long(m, bytes, size);
}

bool mbt_pickle_op_long4(mbt_pickle_machine *m)
{
    const uint8_t *bytes = NULL;
    size_t size = 0;
    return mbt_pickle_take_sized(m, 4, &bytes, &size) && push_long(m, bytes, size);
}

bool mbt_pickle_op_float(mbt_pickle_machine *m)
{
    const uint8_t *bytes = NULL;
    mbt_pickle_value *value = mbt_pickle_new(m->pickle, MBT_PICKLE_FLOAT, m->error);
    if (value == NULL || !mbt_pickle_take(m, 8, &bytes))
        return false;
    uint64_t bits = 0; /* the only big-endian number of the format */
    for (size_t i = 0; i < 8; ++i)
        bits = bits << 8 | bytes[i];
    memcpy(&value->as.real, &bits, sizeof bits);
    return mbt_pickle_push(m, value);
}

static bool push_text(mbt_pickle_machine *m, size_t length_size)
{
    const uint8_t *bytes = NULL;
    size_t size = 0;
    mbt_pickle_value *value = mbt_pickle_new(m->pickle, MBT_PICKLE_STRING, m->error);
    if (value == NULL || !mbt_pickle_take_sized(m, length_size, &bytes, &size))
        return false;
    value->as.string.text = (const char *)bytes;
    value->as.string.size = size;
    return mbt_pickle_push(m, value);
}

bool mbt_pickle_op_text1(mbt_pickle_machine *m)
{
    return push_text(m, 1);
}

bool mbt_pickle_op_text4(mbt_pickle_machine *m)
{
    return push_text(m, 4);
}

bool mbt_pickle_op_text8(mbt_pickle_machine *m)
{
    return push_text(m, 8);
}
