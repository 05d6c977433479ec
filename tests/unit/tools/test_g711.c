/* A-law and mu-law, whole. The values are those of Python 3.11's audioop, of every byte and every sample:
 *     zlib.crc32(audioop.alaw2lin(bytes(range(256)), 2))
 *     zlib.crc32(audioop.lin2alaw(struct.pack("<65536h", *range(-32768, 32768)), 2)) */
#include "tools/audio/g711.h"

#include <stddef.h>
#include <stdint.h>

#include "tests/unit/unit_main.h"

static uint32_t crc32_of(const unsigned char *bytes, size_t count)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < count; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static uint32_t decoded(int (*to_linear)(unsigned char))
{
    unsigned char bytes[512];
    for (unsigned i = 0; i < 256; i++) {
        const unsigned value = (unsigned)to_linear((unsigned char)i);
        bytes[2 * i] = (unsigned char)value;
        bytes[2 * i + 1] = (unsigned char)(value >> 8);
    }
    return crc32_of(bytes, sizeof bytes);
}

static uint32_t encoded(unsigned char (*from_linear)(int))
{
    static unsigned char bytes[65536];
    for (int i = 0; i < 65536; i++)
        bytes[i] = from_linear(i - 32768);
    return crc32_of(bytes, sizeof bytes);
}

START_TEST(every_byte)
{
    ck_assert_uint_eq(decoded(mbt_alaw_to_linear), 0x9d764657);
    ck_assert_uint_eq(decoded(mbt_ulaw_to_linear), 0x0c847a9f);
}
END_TEST

START_TEST(every_sample)
{
    ck_assert_uint_eq(encoded(mbt_linear_to_alaw), 0x9133796e);
    ck_assert_uint_eq(encoded(mbt_linear_to_ulaw), 0x3b7c3a3e);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("g711");
    tcase_add_test(tests, every_byte);
    tcase_add_test(tests, every_sample);
    return unit_main(tests, "g711");
}
