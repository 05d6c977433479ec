/* elements.h: the number types that checkpoints store, and their conversion to float. */
#ifndef MBT_COMPILER_READ_ELEMENTS_H
#define MBT_COMPILER_READ_ELEMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum mbt_element {
    MBT_ELEMENT_F64,
    MBT_ELEMENT_F32,
    MBT_ELEMENT_F16,  /* IEEE binary16 */
    MBT_ELEMENT_BF16, /* the upper half of a binary32 */
    MBT_ELEMENT_I64,
    MBT_ELEMENT_I32,
    MBT_ELEMENT_I16,
    MBT_ELEMENT_I8,
    MBT_ELEMENT_U64,
    MBT_ELEMENT_U32,
    MBT_ELEMENT_U16,
    MBT_ELEMENT_U8,
    MBT_ELEMENT_BOOL, /* a byte; any value but 0 is true */
    MBT_ELEMENT_COUNT
} mbt_element;

/* Bytes of one element: 1, 2, 4 or 8. */
size_t mbt_element_size(mbt_element element);

/* binary16 to float, exact for every value; NaN stays NaN. */
float mbt_float_from_f16(uint16_t bits);

/* bfloat16 to float, exact. */
float mbt_float_from_bf16(uint16_t bits);

/* The value of the element at bytes (little-endian, any alignment), rounded to float. NaN and infinity are kept; a
 * value beyond the range of float becomes an infinity. */
float mbt_element_read(mbt_element element, const uint8_t *bytes);

/* The name that PyTorch has for the type: "float32", "int64" ... */
const char *mbt_element_name(mbt_element element);

bool mbt_element_is_float(mbt_element element);

#endif
