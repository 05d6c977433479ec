/* elements.c: converts stored numbers to floats. */
#include "compiler/read/elements.h"

#include <math.h>
#include <string.h>

#include "common/half.h"

size_t mbt_element_size(mbt_element element)
{
    switch (element) {
    case MBT_ELEMENT_F64:
    case MBT_ELEMENT_I64:
    case MBT_ELEMENT_U64:
        return 8;
    case MBT_ELEMENT_F32:
    case MBT_ELEMENT_I32:
    case MBT_ELEMENT_U32:
        return 4;
    case MBT_ELEMENT_F16:
    case MBT_ELEMENT_BF16:
    case MBT_ELEMENT_I16:
    case MBT_ELEMENT_U16:
        return 2;
    default:
        return 1;
    }
}

static float float_from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double double_from_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

float mbt_float_from_f16(uint16_t bits)
{
    if ((bits & 0x7c00u) == 0x7c00u) /* infinity, or not a number */
        return float_from_bits((bits & 0x8000u) << 16 | 0x7f800000u | (bits & 0x3ffu) << 13);
    return mbt_float_from_half(bits);
}

float mbt_float_from_bf16(uint16_t bits)
{
    return float_from_bits((uint32_t)bits << 16);
}

/* In C, converting a double beyond the range of float is undefined. The limit is the midpoint of FLT_MAX and 2^128:
 * what is below it rounds to FLT_MAX. */
static float float_from_double(double value)
{
    if (fabs(value) >= 0x1.ffffffp127)
        return value > 0 ? INFINITY : -INFINITY;
    return (float)value;
}

static uint64_t read_little_endian(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;
    for (size_t i = size; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

/* Reads a number of `size` bytes in two's complement, without the conversions that C leaves to the implementation. */
static float float_from_signed(uint64_t bits, size_t size)
{
    const uint64_t sign = UINT64_C(1) << (8 * size - 1);
    if ((bits & sign) == 0)
        return (float)bits;
    const uint64_t mask = sign | (sign - 1);
    return -(float)((~bits & mask) + 1);
}

float mbt_element_read(mbt_element element, const uint8_t *bytes)
{
    const size_t size = mbt_element_size(element);
    const uint64_t bits = read_little_endian(bytes, size);
    switch (element) {
    case MBT_ELEMENT_F64:
        return float_from_double(double_from_bits(bits));
    case MBT_ELEMENT_F32:
        return float_from_bits((uint32_t)bits);
    case MBT_ELEMENT_F16:
        return mbt_float_from_f16((uint16_t)bits);
    case MBT_ELEMENT_BF16:
        return mbt_float_from_bf16((uint16_t)bits);
    case MBT_ELEMENT_I64:
    case MBT_ELEMENT_I32:
    case MBT_ELEMENT_I16:
    case MBT_ELEMENT_I8:
        return float_from_signed(bits, size);
    case MBT_ELEMENT_BOOL:
        return bits != 0 ? 1.0f : 0.0f;
    default:
        return (float)bits;
    }
}

const char *mbt_element_name(mbt_element element)
{
    static const char *const names[MBT_ELEMENT_COUNT] = {"float64", "float32", "float16", "bfloat16", "int64",
                                                         "int32",   "int16",   "int8",    "uint64",   "uint32",
                                                         "uint16",  "uint8",   "bool"};
    return names[element];
}

bool mbt_element_is_float(mbt_element element)
{
    return element == MBT_ELEMENT_F64 || element == MBT_ELEMENT_F32 || element == MBT_ELEMENT_F16 ||
           element == MBT_ELEMENT_BF16;
}
